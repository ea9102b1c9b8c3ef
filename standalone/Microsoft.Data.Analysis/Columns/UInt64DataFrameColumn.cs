namespace Microsoft.Data.Analysis;

/// <summary>A column of <see cref="UInt64"/>.</summary>
public class UInt64DataFrameColumn : PrimitiveDataFrameColumn<ulong>
{
    public UInt64DataFrameColumn(string name, IEnumerable<ulong?> values) : base(name, values)
    {
    }

    public UInt64DataFrameColumn(string name, IEnumerable<ulong> values) : base(name, values)
    {
    }

    public UInt64DataFrameColumn(string name, long length = 0) : base(name, length)
    {
    }

    protected override PrimitiveDataFrameColumn<ulong> CreateNewColumn(string name, long length = 0) => new UInt64DataFrameColumn(name, length);
}
