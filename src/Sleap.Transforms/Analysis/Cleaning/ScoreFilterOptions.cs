namespace Sleap.Transforms;

/// <summary>What <see cref="CleaningCatalog.FilterByScore"/> keeps.</summary>
public sealed record ScoreFilterOptions
{
    /// <summary>
    /// The least score of a keypoint; below it, or without a score, the keypoint becomes missing. Default 0.2.
    /// </summary>
    public float MinScore { get; init; } = 0.2f;

    /// <summary>
    /// The least score of an animal; below it all of its keypoints become missing. Needs the InstanceScore column.
    /// Default 0: any.
    /// </summary>
    public float MinInstanceScore { get; init; }

    /// <summary>The least number of keypoints left; an animal with fewer loses them all. Default 1.</summary>
    public int MinVisible { get; init; } = 1;

    /// <summary>Where to; null (default) writes over the input column.</summary>
    public string? OutputColumn { get; init; }

    /// <summary>The names of the KeypointScore and InstanceScore columns, and of the frames and tracks.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal ScoreFilterOptions Checked()
    {
        new OptionFaults("FilterByScore")
            .Columns(Columns)
            .If(float.IsNaN(MinScore), $"{nameof(MinScore)} is NaN, expected a number")
            .If(float.IsNaN(MinInstanceScore), $"{nameof(MinInstanceScore)} is NaN, expected a number")
            .AtLeast(nameof(MinVisible), MinVisible, 0)
            .If(OutputColumn == "", "the output column has no name")
            .Throw();
        return this;
    }
}
