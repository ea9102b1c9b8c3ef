namespace Sleap.Transforms;

/// <summary>What <see cref="AnalysisCatalog.Kinematics"/> computes from, and in which units.</summary>
public sealed record KinematicsOptions
{
    /// <summary>The node that the heading starts at, such as the tail base. Null (default), as <see cref="HeadingTo"/>: the direction of motion.</summary>
    public string? HeadingFrom { get; init; }

    /// <summary>The node that the heading points at, such as the snout. Default null.</summary>
    public string? HeadingTo { get; init; }

    /// <summary>Pixels in one unit of length, for instance 12.5 pixels a centimetre. Default 1: lengths are pixels.</summary>
    public double PixelsPerUnit { get; init; } = 1;

    /// <summary>Frames in a second. Default 1: times are frames.</summary>
    public double FramesPerSecond { get; init; } = 1;

    /// <summary>Over how many frames at most a speed or a turn is computed when frames in between have no pose. Default 5.</summary>
    public int MaxGap { get; init; } = 5;

    /// <summary>Output: mean of the visible nodes, x and y in pixels. Default "Centroid".</summary>
    public string Centroid { get; init; } = "Centroid";

    /// <summary>Output: how fast the centroid moves. Default "Speed".</summary>
    public string Speed { get; init; } = "Speed";

    /// <summary>Output: where the animal faces. Default "Heading".</summary>
    public string Heading { get; init; } = "Heading";

    /// <summary>Output: how fast the heading turns. Default "TurnRate".</summary>
    public string TurnRate { get; init; } = "TurnRate";

    /// <summary>The names of the Video and FrameIndex columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal KinematicsOptions Checked()
    {
        Columns.Checked();
        List<string> faults = [];
        if ((HeadingFrom is null) != (HeadingTo is null))
            faults.Add($"{nameof(HeadingFrom)} and {nameof(HeadingTo)} go together, and only one is given");
        if (HeadingFrom is not null && HeadingFrom == HeadingTo)
            faults.Add($"{nameof(HeadingFrom)} and {nameof(HeadingTo)} are both '{HeadingFrom}'");
        if (!(PixelsPerUnit > 0) || !double.IsFinite(PixelsPerUnit))
            faults.Add($"{nameof(PixelsPerUnit)} is {PixelsPerUnit}, expected more than 0");
        if (!(FramesPerSecond > 0) || !double.IsFinite(FramesPerSecond))
            faults.Add($"{nameof(FramesPerSecond)} is {FramesPerSecond}, expected more than 0");
        if (MaxGap < 1)
            faults.Add($"{nameof(MaxGap)} is {MaxGap}, expected at least 1");
        string[] outputs = [Centroid, Speed, Heading, TurnRate];
        if (outputs.Any(string.IsNullOrEmpty))
            faults.Add("an output column has no name");
        if (outputs.Distinct(StringComparer.Ordinal).Count() < outputs.Length)
            faults.Add($"the output columns have the names {string.Join(", ", outputs)}, expected different ones");
        return faults.Count == 0 ? this : throw new ArgumentException($"Kinematics: {string.Join("; ", faults)}.");
    }
}
