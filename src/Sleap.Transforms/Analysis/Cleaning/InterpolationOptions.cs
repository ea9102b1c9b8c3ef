namespace Sleap.Transforms;

/// <summary>Which gaps <see cref="CleaningCatalog.Interpolate"/> fills, and how.</summary>
public sealed record InterpolationOptions
{
    /// <summary>The method. Default: linear.</summary>
    public InterpolationMethod Method { get; init; } = InterpolationMethod.Linear;

    /// <summary>
    /// The longest gap filled, in frames without the point; longer ones stay as they are, whole. Frames without a row
    /// count too. Default 5.
    /// </summary>
    public int MaxGap { get; init; } = 5;

    /// <summary>Where to; null (default) writes over the input column.</summary>
    public string? OutputColumn { get; init; }

    /// <summary>The names of the Video, FrameIndex and track columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal InterpolationOptions Checked()
    {
        new OptionFaults("Interpolate")
            .Columns(Columns)
            .Defined(nameof(Method), Method)
            .AtLeast(nameof(MaxGap), MaxGap, 1)
            .If(MaxGap > 10_000, $"{nameof(MaxGap)} is {MaxGap}, expected at most 10000: twice as many rows are held")
            .If(OutputColumn == "", "the output column has no name")
            .Throw();
        return this;
    }
}
