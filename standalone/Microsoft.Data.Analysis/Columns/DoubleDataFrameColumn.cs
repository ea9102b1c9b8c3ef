namespace Microsoft.Data.Analysis;

/// <summary>A column of <see cref="Double"/>.</summary>
public partial class DoubleDataFrameColumn : PrimitiveDataFrameColumn<double>
{
    public DoubleDataFrameColumn(string name, IEnumerable<double?> values) : base(name, values)
    {
    }

    public DoubleDataFrameColumn(string name, IEnumerable<double> values) : base(name, values)
    {
    }

    public DoubleDataFrameColumn(string name, long length = 0) : base(name, length)
    {
    }

    protected override PrimitiveDataFrameColumn<double> CreateNewColumn(string name, long length = 0) => new DoubleDataFrameColumn(name, length);

    public BooleanDataFrameColumn ElementwiseEquals(double value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.Equals, value);

    public BooleanDataFrameColumn ElementwiseNotEquals(double value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.NotEquals, value);

    public BooleanDataFrameColumn ElementwiseGreaterThanOrEqual(double value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.GreaterThanOrEqual, value);

    public BooleanDataFrameColumn ElementwiseLessThanOrEqual(double value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.LessThanOrEqual, value);

    public BooleanDataFrameColumn ElementwiseGreaterThan(double value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.GreaterThan, value);

    public BooleanDataFrameColumn ElementwiseLessThan(double value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.LessThan, value);
}
