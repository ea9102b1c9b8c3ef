namespace Sleap.Transforms;

/// <summary>What counts as a jump for <see cref="CleaningCatalog.RemoveJumps"/>.</summary>
public sealed record JumpFilterOptions
{
    /// <summary>
    /// How far a keypoint may move in one frame, in pixels; k frames after it was last kept it may be k times as far
    /// away. Default 50.
    /// </summary>
    public double MaxJump { get; init; } = 50;

    /// <summary>After how many frames without a kept keypoint any place is taken again. Default 10.</summary>
    public int ForgetAfter { get; init; } = 10;

    /// <summary>Where to; null (default) writes over the input column.</summary>
    public string? OutputColumn { get; init; }

    /// <summary>The names of the Video, FrameIndex and track columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal JumpFilterOptions Checked()
    {
        new OptionFaults("RemoveJumps")
            .Columns(Columns)
            .Positive(nameof(MaxJump), MaxJump)
            .AtLeast(nameof(ForgetAfter), ForgetAfter, 1)
            .If(OutputColumn == "", "the output column has no name")
            .Throw();
        return this;
    }
}
