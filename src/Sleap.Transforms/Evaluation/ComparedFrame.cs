using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>The true and the predicted animals of one frame.</summary>
/// <param name="Video">The video of the true labels.</param>
/// <param name="FrameIndex">The frame number.</param>
/// <param name="Truth">True animals.</param>
/// <param name="Predicted">Predicted animals, their nodes in the order of the true skeleton.</param>
internal sealed record ComparedFrame(
    Video Video,
    int FrameIndex,
    IReadOnlyList<PoseInstance> Truth,
    IReadOnlyList<PoseInstance> Predicted
);
