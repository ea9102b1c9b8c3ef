namespace Microsoft.Data.Analysis;

/// <summary>A column of <see cref="Int64"/>.</summary>
public class Int64DataFrameColumn : PrimitiveDataFrameColumn<long>
{
    public Int64DataFrameColumn(string name, IEnumerable<long?> values) : base(name, values)
    {
    }

    public Int64DataFrameColumn(string name, IEnumerable<long> values) : base(name, values)
    {
    }

    public Int64DataFrameColumn(string name, long length = 0) : base(name, length)
    {
    }

    protected override PrimitiveDataFrameColumn<long> CreateNewColumn(string name, long length = 0) => new Int64DataFrameColumn(name, length);

    public BooleanDataFrameColumn ElementwiseEquals(long value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.Equals, value);

    public BooleanDataFrameColumn ElementwiseNotEquals(long value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.NotEquals, value);

    public BooleanDataFrameColumn ElementwiseGreaterThanOrEqual(long value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.GreaterThanOrEqual, value);

    public BooleanDataFrameColumn ElementwiseLessThanOrEqual(long value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.LessThanOrEqual, value);

    public BooleanDataFrameColumn ElementwiseGreaterThan(long value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.GreaterThan, value);

    public BooleanDataFrameColumn ElementwiseLessThan(long value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.LessThan, value);
}
