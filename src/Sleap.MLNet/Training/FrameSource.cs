using System.Globalization;

namespace Sleap.MLNet;

/// <summary>Which frame a training sample is of.</summary>
/// <param name="Video">Name of the video; empty where the view has no such column.</param>
/// <param name="Frame">Number of the frame, or of the row where the view has no such column.</param>
internal readonly record struct FrameSource(string Video, int Frame)
{
    /// <summary>The video's file name: where a folder was moved to says nothing of the frame.</summary>
    public string VideoName => Video[(Video.LastIndexOfAny(['/', '\\']) + 1)..];

    public override string ToString() =>
        Video.Length == 0
            ? string.Create(CultureInfo.InvariantCulture, $"row {Frame}")
            : string.Create(CultureInfo.InvariantCulture, $"frame {Frame} of {VideoName}");
}
