namespace Sleap.Transforms;

/// <summary>What <see cref="GeometryCatalog.BodyLength"/> measures.</summary>
public sealed record BodyLengthOptions
{
    /// <summary>
    /// The nodes along the body, in order, such as snout, thorax, tail base; two at least. The length is that of the
    /// line through them.
    /// </summary>
    public required IReadOnlyList<string> Body { get; init; }

    /// <summary>Pixels in one unit of length. Default 1: lengths are pixels.</summary>
    public double PixelsPerUnit { get; init; } = 1;

    /// <summary>Output: the length. Default "BodyLength".</summary>
    public string OutputColumn { get; init; } = "BodyLength";

    /// <summary>The names of the Video, FrameIndex and track columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal BodyLengthOptions Checked()
    {
        new OptionFaults("BodyLength")
            .Columns(Columns)
            .If(
                Body is null || Body.Count < 2 || Body.Distinct().Count() < Body.Count,
                $"{nameof(Body)} is {(Body is null ? "null" : string.Join(", ", Body))}, expected two different "
                    + $"nodes at least"
            )
            .Positive(nameof(PixelsPerUnit), PixelsPerUnit)
            .OutputNames(OutputColumn)
            .Throw();
        return this;
    }
}
