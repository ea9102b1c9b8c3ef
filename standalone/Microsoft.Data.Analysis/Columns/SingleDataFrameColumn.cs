namespace Microsoft.Data.Analysis;

/// <summary>A column of <see cref="Single"/>.</summary>
public partial class SingleDataFrameColumn : PrimitiveDataFrameColumn<float>
{
    public SingleDataFrameColumn(string name, IEnumerable<float?> values) : base(name, values)
    {
    }

    public SingleDataFrameColumn(string name, IEnumerable<float> values) : base(name, values)
    {
    }

    public SingleDataFrameColumn(string name, long length = 0) : base(name, length)
    {
    }

    protected override PrimitiveDataFrameColumn<float> CreateNewColumn(string name, long length = 0) => new SingleDataFrameColumn(name, length);

    public BooleanDataFrameColumn ElementwiseEquals(float value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.Equals, value);

    public BooleanDataFrameColumn ElementwiseNotEquals(float value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.NotEquals, value);

    public BooleanDataFrameColumn ElementwiseGreaterThanOrEqual(float value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.GreaterThanOrEqual, value);

    public BooleanDataFrameColumn ElementwiseLessThanOrEqual(float value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.LessThanOrEqual, value);

    public BooleanDataFrameColumn ElementwiseGreaterThan(float value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.GreaterThan, value);

    public BooleanDataFrameColumn ElementwiseLessThan(float value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.LessThan, value);
}
