namespace Sleap.Transforms;

/// <summary>When <see cref="CleaningCatalog.RepairSwaps"/> exchanges two symmetric nodes.</summary>
public sealed record SwapRepairOptions
{
    /// <summary>By how many pixels the way of both nodes together must be shorter when exchanged. Default 5.</summary>
    public double MinGain { get; init; } = 5;

    /// <summary>After how many frames the last place of a node tells nothing any more. Default 10.</summary>
    public int ForgetAfter { get; init; } = 10;

    /// <summary>Where to; null (default) writes over the input column.</summary>
    public string? OutputColumn { get; init; }

    /// <summary>The names of the Video, FrameIndex and track columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal SwapRepairOptions Checked()
    {
        new OptionFaults("RepairSwaps")
            .Columns(Columns)
            .If(!(MinGain >= 0) || !double.IsFinite(MinGain), $"{nameof(MinGain)} is {MinGain}, expected 0 or more")
            .AtLeast(nameof(ForgetAfter), ForgetAfter, 1)
            .If(OutputColumn == "", "the output column has no name")
            .Throw();
        return this;
    }
}
