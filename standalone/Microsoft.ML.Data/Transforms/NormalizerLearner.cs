using System.Numerics;
using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Gathers extent, mean and variance of a column's slots. NaN counts for nothing.</summary>
internal abstract class NormalizerLearner
{
    public static NormalizerLearner Create(DataViewType type)
    {
        int slots = type is VectorDataViewType vector ? vector.Size : 1;
        return PrimitiveTypes.ItemTypeOf(type) == NumberDataViewType.Single ? new Of<float>(slots) : new Of<double>(slots);
    }

    public abstract void Bind(DataViewRow row, DataViewSchema.Column source);

    public abstract void Learn();

    public abstract SlotScaling Finish(NormalizingEstimator.Settings settings);

    private sealed class Of<T>(int slots) : NormalizerLearner where T : struct, IFloatingPointIeee754<T>
    {
        private readonly T[] _minimum = Enumerable.Repeat(T.PositiveInfinity, slots).ToArray();
        private readonly T[] _maximum = Enumerable.Repeat(T.NegativeInfinity, slots).ToArray();
        private readonly double[] _mean = new double[slots];
        private readonly double[] _squares = new double[slots];
        private readonly long[] _finite = new long[slots];
        private readonly T[] _row = new T[slots];
        private Action _read;

        public override void Bind(DataViewRow row, DataViewSchema.Column source)
        {
            if (source.Type is VectorDataViewType)
            {
                ValueGetter<VBuffer<T>> getAll = row.GetGetter<VBuffer<T>>(source);
                VBuffer<T> values = default;
                _read = () =>
                {
                    getAll(ref values);
                    values.CopyTo(_row);
                };
                return;
            }
            ValueGetter<T> get = row.GetGetter<T>(source);
            _read = () => get(ref _row[0]);
        }

        public override void Learn()
        {
            _read();
            for (int i = 0; i < _row.Length; i++)
            {
                T value = _row[i];
                if (value > _maximum[i])
                    _maximum[i] = value;
                if (value < _minimum[i])
                    _minimum[i] = value;
                if (!T.IsFinite(value))
                    continue;
                _finite[i]++;
                double delta = double.CreateTruncating(value) - _mean[i];
                _mean[i] += delta / _finite[i];
                _squares[i] += delta * (double.CreateTruncating(value) - _mean[i]);
            }
        }

        public override SlotScaling Finish(NormalizingEstimator.Settings settings)
        {
            var first = new T[_row.Length];
            var second = new T[_row.Length];
            for (int i = 0; i < first.Length; i++)
            {
                (first[i], second[i]) = settings.Scaling switch
                {
                    NormalizingEstimator.Scaling.MinMax => FromExtent(i, settings.FixZero),
                    NormalizingEstimator.Scaling.MeanVariance => FromVariance(i, settings.FixZero),
                    _ => FromDistribution(i),
                };
            }
            return new SlotScaling<T>(settings.Scaling == NormalizingEstimator.Scaling.MeanVarianceCdf, first, second);
        }

        /// <summary>Scale and offset. A slot that is constant has nothing to say: it becomes 0.</summary>
        private (T Scale, T Offset) FromExtent(int i, bool fixZero)
        {
            if (!(_maximum[i] > _minimum[i]))
                return (T.Zero, T.Zero);
            if (fixZero)
                return (T.One / T.Max(T.Abs(_maximum[i]), T.Abs(_minimum[i])), T.Zero);
            T scale = T.One / (_maximum[i] - _minimum[i]);
            return (scale, scale == T.Zero ? T.Zero : _minimum[i]);
        }

        private (T Scale, T Offset) FromVariance(int i, bool fixZero)
        {
            if (_squares[i] == 0)
                return (T.Zero, T.Zero);
            double variance = _squares[i] / _finite[i];
            if (fixZero)
                return (T.One / T.CreateTruncating(Math.Sqrt(variance + _mean[i] * _mean[i])), T.Zero);
            T scale = T.One / T.CreateTruncating(Math.Sqrt(variance));
            return (scale, scale == T.Zero ? T.Zero : T.CreateTruncating(_mean[i]));
        }

        private (T Mean, T Deviation) FromDistribution(int i)
            => _squares[i] == 0 ? (T.Zero, T.Zero) : (T.CreateTruncating(_mean[i]), T.CreateTruncating(Math.Sqrt(_squares[i] / _finite[i])));
    }
}
