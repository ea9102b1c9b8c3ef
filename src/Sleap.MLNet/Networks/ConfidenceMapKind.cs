namespace Sleap.MLNet;

/// <summary>Which of sleap-nn's heads a confidence-map head is; it decides the head's name in state dicts.</summary>
public enum ConfidenceMapKind
{
    /// <summary>The nodes of the only animal in the image.</summary>
    SingleInstance,

    /// <summary>The anchor point of every animal in the image.</summary>
    Centroid,

    /// <summary>The nodes of the animal in the middle of a crop.</summary>
    CenteredInstance,

    /// <summary>The nodes of all animals in the image.</summary>
    MultiInstance,
}
