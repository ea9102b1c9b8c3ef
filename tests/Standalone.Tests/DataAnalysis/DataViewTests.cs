using Microsoft.Data.Analysis;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standalone.Tests.DataAnalysis;

public sealed class DataViewTests
{
    private static IDataView View() => new DataFrame(
        new StringDataFrameColumn("s", ["a", null]),
        new SingleDataFrameColumn("x", new float?[] { 1, null }),
        new Int32DataFrameColumn("i", new int?[] { 1, null }),
        new VBufferDataFrameColumn<float>("v", [new VBuffer<float>(2, [1, 2]), new VBuffer<float>(1, [3])]));

    [Fact]
    public void AFrameIsAViewOfItsColumns()
    {
        IDataView view = View();

        Assert.Equal(["s: String", "x: Single", "i: Int32", "v: Vector<Single>"], view.Schema.Select(c => $"{c.Name}: {c.Type}"));
        Assert.Equal(2, view.GetRowCount());
        Assert.False(view.CanShuffle);
        Assert.False(((VectorDataViewType)view.Schema["v"].Type).IsKnownSize);
    }

    [Fact]
    public void NullsBecomeNaNZeroAndEmpty()
    {
        IDataView view = View();
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<float> x = cursor.GetGetter<float>(view.Schema["x"]);
        ValueGetter<int> i = cursor.GetGetter<int>(view.Schema["i"]);
        ValueGetter<ReadOnlyMemory<char>> s = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["s"]);
        float single = 0;
        int whole = 1;
        ReadOnlyMemory<char> text = default;
        Assert.True(cursor.MoveNext());
        Assert.True(cursor.MoveNext());
        x(ref single);
        i(ref whole);
        s(ref text);

        Assert.Equal((float.NaN, 0, ""), (single, whole, text.ToString()));
        Assert.False(cursor.MoveNext());
    }

    [Fact]
    public void ColumnsNotAskedForAreNotActive()
    {
        IDataView view = View();
        using DataViewRowCursor cursor = view.GetRowCursor([view.Schema["x"]]);

        Assert.False(cursor.IsColumnActive(view.Schema["i"]));
        Assert.Throws<ArgumentOutOfRangeException>(() => cursor.GetGetter<int>(view.Schema["i"]));
        Assert.Throws<InvalidCastException>(() => cursor.GetGetter<int>(view.Schema["x"]));
    }

    [Fact]
    public void AViewBecomesAFrameAgain()
    {
        DataFrame frame = View().ToDataFrame();

        Assert.IsType<StringDataFrameColumn>(frame["s"]);
        Assert.Equal(["a", ""], frame.Columns.GetStringColumn("s"));
        Assert.Equal([1f, float.NaN], frame.Columns.GetSingleColumn("x"));
        Assert.Equal([1f, 2f], ((VBufferDataFrameColumn<float>)frame["v"])[0].DenseValues());
        Assert.Equal(["x"], View().ToDataFrame("x").Columns.Select(c => c.Name));
    }

    [Fact]
    public void AHundredRowsUnlessAllAreAskedFor()
    {
        IDataView view = new DataFrame(new Int32DataFrameColumn("i", Enumerable.Range(0, 250)));

        Assert.Equal(100, view.ToDataFrame().Rows.Count);
        Assert.Equal(250, view.ToDataFrame(-1).Rows.Count);
        Assert.Equal(7, view.ToDataFrame(7).Rows.Count);
        Assert.Equal(100, view.ToDataFrame("i").Rows.Count);
    }

    [Fact]
    public void KeysAreNoColumn()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("k", new KeyDataViewType(typeof(uint), 3));
        DataViewSchema schema = builder.ToSchema();

        Assert.Equal("UInt32 is not a supported column type.", Assert.Throws<NotSupportedException>(() => new EmptyView(schema).ToDataFrame()).Message);
    }

    [Fact]
    public void ASchemaFollowsItsFrame()
    {
        var frame = new DataFrame(new Int32DataFrameColumn("i", 2));
        Assert.Single(((IDataView)frame).Schema);
        frame["j"] = new SingleDataFrameColumn("j", 2);
        frame.Columns.RenameColumn("i", "k");

        Assert.Equal(["k", "j"], ((IDataView)frame).Schema.Select(c => c.Name));
    }

    [Fact]
    public void VectorsHaveNoOrderAndNoNull()
    {
        DataFrame frame = View().ToDataFrame();

        Assert.Throws<NotImplementedException>(() => frame.OrderBy("v"));
        Assert.Throws<NotSupportedException>(() => frame["v"][0] = null);
        Assert.Equal(1, ((VBufferDataFrameColumn<float>)frame.OrderByDescending("x", putNullValuesLast: false)["v"])[1].Length);
    }

    private sealed class EmptyView(DataViewSchema schema) : IDataView
    {
        public bool CanShuffle => false;

        public DataViewSchema Schema => schema;

        public long? GetRowCount() => 0;

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => throw new NotSupportedException("no cursor");

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [];
    }
}
