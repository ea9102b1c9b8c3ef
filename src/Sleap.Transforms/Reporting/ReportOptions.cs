namespace Sleap.Transforms;

/// <summary>What a report of poses shows.</summary>
public sealed record ReportOptions
{
    /// <summary>The heading. Default null: the name of the video.</summary>
    public string? Title { get; init; }

    /// <summary>Units and colours of the charts. Without frames a second the video is asked.</summary>
    public PlotOptions Plot { get; init; } = new();

    /// <summary>How poses are drawn onto frames. Default: with names.</summary>
    public DrawingOptions Drawing { get; init; } = new() { ShowNames = true };

    /// <summary>
    /// The file (or folder of pictures) to take frames from, when it is not where the labels say. Default null: where
    /// they say. Without it there are no pictures.
    /// </summary>
    public string? VideoPath { get; init; }

    /// <summary>How many frames are shown of each video, evenly over the recording. Default 4.</summary>
    public int Pictures { get; init; } = 4;

    /// <summary>How many of the worst frames are shown of each video. Default 6.</summary>
    public int WorstFrames { get; init; } = 6;

    internal ReportOptions Checked()
    {
        Plot.Checked();
        Drawing.Checked();
        List<string> faults = [];
        if (Pictures is < 0 or > 100)
            faults.Add($"{nameof(Pictures)} is {Pictures}, expected 0 to 100");
        if (WorstFrames is < 0 or > 100)
            faults.Add($"{nameof(WorstFrames)} is {WorstFrames}, expected 0 to 100");
        if (Title == "" || VideoPath == "")
            faults.Add($"{nameof(Title)} or {nameof(VideoPath)} is empty, expected a text or null");
        return faults.Count == 0 ? this : throw new ArgumentException($"Report options: {string.Join("; ", faults)}.");
    }
}
