namespace Sleap.Transforms;

/// <summary>From where <see cref="GeometryCatalog.Egocentric"/> sees an animal.</summary>
public sealed record EgocentricOptions
{
    /// <summary>The node that becomes (0, 0).</summary>
    public required string Origin { get; init; }

    /// <summary>The node that the x axis starts from, such as the tail base.</summary>
    public required string From { get; init; }

    /// <summary>The node that the x axis points to, such as the snout.</summary>
    public required string To { get; init; }

    /// <summary>Where to; null (default) writes over the input column.</summary>
    public string? OutputColumn { get; init; }

    /// <summary>The names of the Video, FrameIndex and track columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal EgocentricOptions Checked()
    {
        new OptionFaults("Egocentric")
            .Columns(Columns)
            .If(string.IsNullOrEmpty(Origin), $"{nameof(Origin)} is empty")
            .NodePair(nameof(From), From, nameof(To), To, required: true)
            .If(OutputColumn == "", "the output column has no name")
            .Throw();
        return this;
    }
}
