using System.Globalization;

namespace Sleap.Transforms;

/// <summary>How a video with poses on it is made.</summary>
public sealed record RenderOptions
{
    /// <summary>Sizes, colours, names and trails. Default: names, and trails of 30 frames.</summary>
    public DrawingOptions Drawing { get; init; } = new() { ShowNames = true, TrailLength = 30 };

    /// <summary>
    /// The video to render where the labels have several: its path or file name. Default null: there is only one with
    /// poses.
    /// </summary>
    public string? Video { get; init; }

    /// <summary>
    /// The file (or folder of pictures) to take the frames from, when it is not where the labels say. Default null:
    /// where they say.
    /// </summary>
    public string? VideoPath { get; init; }

    /// <summary>
    /// Zero-based frame numbers, rising. Default null: from the first to the last frame with poses, those between
    /// without poses too.
    /// </summary>
    public IReadOnlyList<int>? Frames { get; init; }

    /// <summary>
    /// Frames a second of the new video. Default null: those of the source, or 25 where it does not say.
    /// </summary>
    public double? FramesPerSecond { get; init; }

    /// <summary>How many times smaller the new video is than the source. Default 1.</summary>
    public int Shrink { get; init; } = 1;

    /// <summary>
    /// The quality of the H.264 video, 0 (lossless) to 51 (worst): its constant rate factor. Default 23.
    /// </summary>
    public int Quality { get; init; } = 23;

    internal RenderOptions Checked()
    {
        Drawing.Checked();
        List<string> faults = [];
        if (Video == "" || VideoPath == "")
            faults.Add($"{nameof(Video)} and {nameof(VideoPath)} are names or null, and one is empty");
        if (
            Frames is { } frames
            && (frames.Count == 0 || frames[0] < 0 || frames.Zip(frames.Skip(1)).Any(pair => pair.First >= pair.Second))
        )
        {
            faults.Add($"{nameof(Frames)} must be numbers of 0 or more that rise, at least one");
        }

        if (FramesPerSecond is { } rate && !(rate > 0 && double.IsFinite(rate)))
        {
            faults.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{nameof(FramesPerSecond)} is {rate}, expected more than 0"
                )
            );
        }

        if (Shrink < 1)
            faults.Add($"{nameof(Shrink)} is {Shrink}, expected 1 or more");
        if (Quality is < 0 or > 51)
            faults.Add($"{nameof(Quality)} is {Quality}, expected 0 to 51");
        return faults.Count == 0 ? this : throw new ArgumentException($"Render options: {string.Join("; ", faults)}.");
    }
}
