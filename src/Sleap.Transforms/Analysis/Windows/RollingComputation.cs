namespace Sleap.Transforms;

/// <summary>Statistics of each value of an animal over the frames around it.</summary>
internal sealed class RollingComputation(RollingOptions options, int behind, int ahead) : AnalysisComputation
{
    public override void Compute(PoseWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        for (var animal = 0; animal < row.Count; animal++)
        {
            var found = window.Follow(animal);
            for (var value = 0; value < row.Width; value++)
            {
                var summary = Summarize(window, found, value);
                for (var statistic = 0; statistic < outputs.Count; statistic++)
                {
                    outputs[statistic][(animal * row.Width) + value] = (float)
                        summary.Get(options.Statistics[statistic]);
                }
            }
        }
    }

    private Summary Summarize(PoseWindow window, ReadOnlySpan<int> found, int value)
    {
        var summary = new Summary();
        for (
            var other = Math.Max(0, window.Current - behind);
            other <= Math.Min(window.Rows.Count - 1, window.Current + ahead);
            other++
        )
        {
            var offset = window.Rows[other].FrameIndex - window.Row.FrameIndex;
            if (found[other] >= 0 && offset >= -behind && offset <= ahead)
                summary.Add(window.Rows[other].Of(found[other])[value]);
        }
        return summary;
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
