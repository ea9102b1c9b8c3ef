namespace Sleap.Transforms;

/// <summary>Which statistics <see cref="AnalysisCatalog.Rolling"/> takes, over which window.</summary>
public sealed record RollingOptions
{
    /// <summary>Frames of a window; odd, unless it is trailing. Default 15.</summary>
    public int Window { get; init; } = 15;

    /// <summary>Whether the window ends with the frame. Default false: the frame is in its middle.</summary>
    public bool Trailing { get; init; }

    /// <summary>
    /// The statistics, a column each, named by the input column and the statistic: SpeedMean, …. Default: all.
    /// </summary>
    public IReadOnlyList<RollingStatistic> Statistics { get; init; } =
    [RollingStatistic.Mean, RollingStatistic.Sd, RollingStatistic.Min, RollingStatistic.Max];

    /// <summary>The names of the Video, FrameIndex and track columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal RollingOptions Checked()
    {
        new OptionFaults("Rolling")
            .Columns(Columns)
            .AtLeast(nameof(Window), Window, 1)
            .If(
                !Trailing && Window % 2 == 0,
                $"{nameof(Window)} is {Window}, expected an odd number of frames for a window around the frame"
            )
            .If(
                Statistics is null
                    || Statistics.Count == 0
                    || Statistics.Distinct().Count() < Statistics.Count
                    || !Statistics.All(Enum.IsDefined),
                $"{nameof(Statistics)} is {string.Join(", ", Statistics ?? [])}, expected different statistics"
            )
            .Throw();
        return this;
    }
}
