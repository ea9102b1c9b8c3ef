namespace Microsoft.Data.Analysis;

/// <summary>A column of <see cref="Int32"/>.</summary>
public class Int32DataFrameColumn : PrimitiveDataFrameColumn<int>
{
    public Int32DataFrameColumn(string name, IEnumerable<int?> values) : base(name, values)
    {
    }

    public Int32DataFrameColumn(string name, IEnumerable<int> values) : base(name, values)
    {
    }

    public Int32DataFrameColumn(string name, long length = 0) : base(name, length)
    {
    }

    protected override PrimitiveDataFrameColumn<int> CreateNewColumn(string name, long length = 0) => new Int32DataFrameColumn(name, length);

    public BooleanDataFrameColumn ElementwiseEquals(int value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.Equals, value);

    public BooleanDataFrameColumn ElementwiseNotEquals(int value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.NotEquals, value);

    public BooleanDataFrameColumn ElementwiseGreaterThanOrEqual(int value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.GreaterThanOrEqual, value);

    public BooleanDataFrameColumn ElementwiseLessThanOrEqual(int value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.LessThanOrEqual, value);

    public BooleanDataFrameColumn ElementwiseGreaterThan(int value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.GreaterThan, value);

    public BooleanDataFrameColumn ElementwiseLessThan(int value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.LessThan, value);
}
