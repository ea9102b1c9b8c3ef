namespace Sleap.Transforms;

/// <summary>What <see cref="GeometryCatalog.Distances"/> measures.</summary>
public sealed record DistancesOptions
{
    /// <summary>The pairs of nodes. Default null: all.</summary>
    public IReadOnlyList<NodePair>? Pairs { get; init; }

    /// <summary>Pixels in one unit of length. Default 1: lengths are pixels.</summary>
    public double PixelsPerUnit { get; init; } = 1;

    /// <summary>Output: the distances. Default "Distances".</summary>
    public string OutputColumn { get; init; } = "Distances";

    /// <summary>The names of the Video, FrameIndex and track columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal DistancesOptions Checked()
    {
        new OptionFaults("Distances")
            .Columns(Columns)
            .If(Pairs is { Count: 0 }, $"{nameof(Pairs)} is empty, expected null for all pairs")
            .Positive(nameof(PixelsPerUnit), PixelsPerUnit)
            .OutputNames(OutputColumn)
            .Throw();
        return this;
    }
}
