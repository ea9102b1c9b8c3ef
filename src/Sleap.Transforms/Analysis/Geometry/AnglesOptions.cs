namespace Sleap.Transforms;

/// <summary>What <see cref="GeometryCatalog.Angles"/> measures.</summary>
public sealed record AnglesOptions
{
    /// <summary>The corners.</summary>
    public required IReadOnlyList<NodeCorner> Corners { get; init; }

    /// <summary>Output: the angles. Default "Angles".</summary>
    public string OutputColumn { get; init; } = "Angles";

    /// <summary>The names of the Video, FrameIndex and track columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal AnglesOptions Checked()
    {
        new OptionFaults("Angles")
            .Columns(Columns)
            .If(Corners is null || Corners.Count == 0, $"{nameof(Corners)} is empty")
            .OutputNames(OutputColumn)
            .Throw();
        return this;
    }
}
