using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>Options of <see cref="AnalysisCatalog.Rolling"/>: which statistics, over which window.</summary>
public sealed record RollingOptions : AnalysisOptions
{
    /// <summary>
    /// Frames of a window, at least 1; odd, unless <see cref="Trailing"/>. It is counted by FrameIndex, so frames
    /// without a row count too. Default 15.
    /// </summary>
    public int Window { get; init; } = 15;

    /// <summary>
    /// Whether the frame is the last one of its window, so that no later frame is used. Default false: the frame is in
    /// the middle of its window.
    /// </summary>
    public bool Trailing { get; init; }

    /// <summary>
    /// The statistics, all different, one at least. Each gives an output column of the shape of the input, named by the
    /// input column and the statistic: SpeedMean, …. NaN where the window has no value. Default: all four.
    /// </summary>
    public IReadOnlyList<RollingStatistic> Statistics { get; init; } =
    [RollingStatistic.Mean, RollingStatistic.Sd, RollingStatistic.Min, RollingStatistic.Max];

    internal override string Component => "Rolling";

    internal override int RowsBehind => Trailing ? Window - 1 : Window / 2;

    internal override int RowsAhead => Trailing ? 0 : Window / 2;

    internal override ColumnRule InputRule => InstanceColumn.ValuesRule;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(string inputColumn, InstanceColumn? input) =>
        OutputsOf(inputColumn, input is null ? null : SlotsOf(input));

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(SchemaShape.Column input) =>
        OutputsOf(
            input.Name,
            input.Kind == SchemaShape.Column.VectorKind.Vector
            || input.Annotations.Any(annotation =>
                annotation.Name is SkeletonAnnotations.AnimalSlotNamesKind or SkeletonAnnotations.NodesKind
            )
                ? [""]
                : null
        );

    internal override AnalysisComputation CreateComputation(InstanceColumn input) =>
        new RollingComputation(Statistics, RowsBehind, RowsAhead);

    private protected override void AddFaults(OptionFaults faults) =>
        faults
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
            );

    private AnalysisOutput[] OutputsOf(string inputColumn, IReadOnlyList<string>? slots) =>
        [.. Statistics.Select(statistic => new AnalysisOutput(inputColumn + statistic, OutputKind.Instance, slots))];

    // Null for a single value.
    private static IReadOnlyList<string>? SlotsOf(InstanceColumn input)
    {
        if (input.Column.Type is not VectorDataViewType)
            return null;
        if (input.SlotNames() is { } names)
            return names;
        if (!input.IsMany)
        {
            return [.. Enumerable.Range(0, input.Width).Select(slot => slot.ToString(CultureInfo.InvariantCulture))];
        }
        return input.Width == 1
            ? null
            : throw new ArgumentException(
                $"Rolling: '{input.Column.Name}' is {input.Column.Type} and does not name its "
                    + $"{input.Width} values, so they cannot be told apart afterwards."
            );
    }
}

/// <summary>A statistic over the values of a window that are not NaN; NaN where there is none.</summary>
public enum RollingStatistic
{
    /// <summary>The mean.</summary>
    Mean,

    /// <summary>
    /// The standard deviation of a sample (divided by the number less one); NaN for fewer than two values.
    /// </summary>
    Sd,

    /// <summary>The least value.</summary>
    Min,

    /// <summary>The greatest value.</summary>
    Max,
}

/// <summary>Statistics of each value of an instance over the frames around it.</summary>
internal sealed class RollingComputation(IReadOnlyList<RollingStatistic> statistics, int behind, int ahead)
    : AnalysisComputation
{
    public override void Compute(AnalysisWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        for (var instance = 0; instance < row.Count; instance++)
        {
            var near = window.Near(instance, behind, ahead);
            for (var value = 0; value < row.Width; value++)
            {
                var summary = new Summary();
                foreach (var seen in near)
                    summary.Add(seen.Values[value]);
                for (var statistic = 0; statistic < statistics.Count; statistic++)
                    outputs[statistic][(instance * row.Width) + value] = (float)summary.Get(statistics[statistic]);
            }
        }
    }

    // Welford's sums, which do not lose digits for values far from 0.
    private struct Summary
    {
        private int _count;
        private double _mean;
        private double _squares;
        private double _min;
        private double _max;

        public void Add(double value)
        {
            if (double.IsNaN(value))
                return;
            (_min, _max) = _count == 0 ? (value, value) : (Math.Min(_min, value), Math.Max(_max, value));
            _count++;
            var off = value - _mean;
            _mean += off / _count;
            _squares += off * (value - _mean);
        }

        public readonly double Get(RollingStatistic statistic) =>
            (_count, statistic) switch
            {
                (0, _) or (1, RollingStatistic.Sd) => double.NaN,
                (_, RollingStatistic.Mean) => _mean,
                (_, RollingStatistic.Sd) => Math.Sqrt(_squares / (_count - 1)),
                (_, RollingStatistic.Min) => _min,
                _ => _max,
            };
    }
}
