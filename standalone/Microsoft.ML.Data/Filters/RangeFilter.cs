using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Rows whose value lies in a range; of a key, its place within 0..1. NaN and missing keys are out, and with complement in.</summary>
internal sealed class RangeFilter : FilteredView
{
    private readonly DataViewSchema.Column _column;
    private readonly double _minimum;
    private readonly double _maximum;
    private readonly bool _complement;
    private readonly bool _includesMaximum;

    public RangeFilter(IHostEnvironment env, IDataView input, string column, double minimum, double maximum,
        bool complement = false, bool includesMaximum = false) : base(input)
    {
        IHost host = env.Register("RangeFilter");
        _column = input.Schema.GetColumnOrNull(column) ?? throw host.ExceptParam("Column", $"Source column '{column}' not found");
        host.CheckParam(CanFilter(_column.Type), "Column", $"Column '{column}' does not have compatible type");
        host.CheckParam(minimum <= maximum, "Min", "min must be less than or equal to max");
        _minimum = minimum;
        _maximum = maximum;
        _complement = complement;
        _includesMaximum = includesMaximum;
    }

    public static bool CanFilter(DataViewType type) => type == NumberDataViewType.Single || type == NumberDataViewType.Double || type is KeyDataViewType;

    protected override IEnumerable<int> Tested => [_column.Index];

    protected override Func<bool> MakeTest(DataViewRow input)
    {
        if (_column.Type is KeyDataViewType key)
            return MakeKeyTest(KeyReader.Of(input, _column), key.Count);
        Func<double> read = NumberReader(input);
        return () => Passes(read());
    }

    private Func<bool> MakeKeyTest(Func<ulong> read, ulong count) => () =>
    {
        ulong value = read();
        return value != 0 && value <= count && Passes((value - 0.5) / count);
    };

    private Func<double> NumberReader(DataViewRow input)
    {
        if (_column.Type == NumberDataViewType.Double)
        {
            ValueGetter<double> getDouble = input.GetGetter<double>(_column);
            double wide = 0;
            return () =>
            {
                getDouble(ref wide);
                return wide;
            };
        }
        ValueGetter<float> get = input.GetGetter<float>(_column);
        float value = 0;
        return () =>
        {
            get(ref value);
            return value;
        };
    }

    // Written out so that a NaN is outside of the range and outside of its complement too.
    private bool Passes(double value)
    {
        if (_complement)
            return value < _minimum || (_includesMaximum ? value > _maximum : value >= _maximum);
        return value >= _minimum && (_includesMaximum ? value <= _maximum : value < _maximum);
    }
}
