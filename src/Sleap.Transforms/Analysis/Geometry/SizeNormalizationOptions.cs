namespace Sleap.Transforms;

/// <summary>How <see cref="GeometryCatalog.NormalizeSize"/> measures an animal.</summary>
public sealed record SizeNormalizationOptions
{
    /// <summary>
    /// The nodes along the body, in order, such as snout, thorax, tail base; two at least. The length is that of the
    /// line through them.
    /// </summary>
    public required IReadOnlyList<string> Body { get; init; }

    /// <summary>
    /// The median length over this many frames counts, odd. Default 1: the length in the frame itself.
    /// </summary>
    public int Window { get; init; } = 1;

    /// <summary>Where to; null (default) writes over the input column.</summary>
    public string? OutputColumn { get; init; }

    /// <summary>The names of the Video, FrameIndex and track columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal SizeNormalizationOptions Checked()
    {
        new OptionFaults("NormalizeSize")
            .Columns(Columns)
            .If(
                Body is null || Body.Count < 2 || Body.Distinct().Count() < Body.Count,
                $"{nameof(Body)} is {(Body is null ? "null" : string.Join(", ", Body))}, expected two different "
                    + $"nodes at least"
            )
            .If(Window < 1 || Window % 2 == 0, $"{nameof(Window)} is {Window}, expected an odd number of frames")
            .If(OutputColumn == "", "the output column has no name")
            .Throw();
        return this;
    }
}
