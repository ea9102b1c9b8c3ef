namespace Sleap.MLNet;

/// <summary>What a network finds, by the names of sleap-nn's <c>head_configs</c>.</summary>
public enum ModelType
{
    /// <summary>The nodes of the one animal in a frame; <c>single_instance</c>.</summary>
    SingleInstance,

    /// <summary>The centre of each animal in a frame; <c>centroid</c>.</summary>
    Centroid,

    /// <summary>The nodes of the animal in a crop; <c>centered_instance</c>.</summary>
    CenteredInstance,

    /// <summary>The nodes of all animals in a frame, connected by part affinity fields; <c>bottomup</c>.</summary>
    BottomUp,

    /// <summary>The nodes of the animal in a crop, and who it is; <c>multi_class_topdown</c>.</summary>
    TopDownId,

    /// <summary>The nodes of all animals in a frame, and who each is; <c>multi_class_bottomup</c>.</summary>
    BottomUpId,
}
