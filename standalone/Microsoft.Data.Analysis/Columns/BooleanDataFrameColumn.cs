namespace Microsoft.Data.Analysis;

/// <summary>A column of <see cref="Boolean"/>.</summary>
public partial class BooleanDataFrameColumn : PrimitiveDataFrameColumn<bool>
{
    public BooleanDataFrameColumn(string name, IEnumerable<bool?> values) : base(name, values)
    {
    }

    public BooleanDataFrameColumn(string name, IEnumerable<bool> values) : base(name, values)
    {
    }

    public BooleanDataFrameColumn(string name, long length = 0) : base(name, length)
    {
    }

    protected override PrimitiveDataFrameColumn<bool> CreateNewColumn(string name, long length = 0) => new BooleanDataFrameColumn(name, length);

    public BooleanDataFrameColumn ElementwiseEquals(bool value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.Equals, value);

    public BooleanDataFrameColumn ElementwiseEquals(BooleanDataFrameColumn column) => (BooleanDataFrameColumn)Compare(ComparisonOperation.Equals, column);

    public BooleanDataFrameColumn ElementwiseNotEquals(bool value) => (BooleanDataFrameColumn)Compare(ComparisonOperation.NotEquals, value);

    public BooleanDataFrameColumn ElementwiseNotEquals(BooleanDataFrameColumn column) => (BooleanDataFrameColumn)Compare(ComparisonOperation.NotEquals, column);
}
