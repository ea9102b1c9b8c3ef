namespace Sleap.Transforms;

/// <summary>The comparison of one frame.</summary>
/// <param name="Video">The video, as the Video column or the labels name it.</param>
/// <param name="FrameIndex">Zero-based frame number.</param>
/// <param name="Instances">True animals.</param>
/// <param name="Predicted">Predicted animals.</param>
/// <param name="Missed">True animals without a partner.</param>
/// <param name="Spurious">Predicted animals without a partner.</param>
/// <param name="Visible">True points that are visible.</param>
/// <param name="Found">Those of them whose animal was paired and whose node was predicted.</param>
/// <param name="MeanError">Mean distance of the found points in pixels; NaN when none was found.</param>
/// <param name="WorstError">The largest distance; NaN when none was found.</param>
public sealed record FrameError(
    string Video,
    int FrameIndex,
    int Instances,
    int Predicted,
    int Missed,
    int Spurious,
    int Visible,
    int Found,
    double MeanError,
    double WorstError
);
