using Microsoft.Data.Analysis;

namespace Standalone.Tests.DataAnalysis;

public sealed class DataFrameTests
{
    private static DataFrame Poses() => new(
        new StringDataFrameColumn("node", ["snout", "tail", "snout", "tail", null]),
        new Int32DataFrameColumn("frame", new[] { 0, 0, 1, 1, 2 }),
        new SingleDataFrameColumn("x", new float?[] { 1, 4, 3, null, 9 }));

    [Fact]
    public void ColumnsHaveOneLengthAndEachNameOnce()
    {
        DataFrame frame = Poses();

        Assert.Equal((5L, 3), (frame.Rows.Count, frame.Columns.Count));
        Assert.Throws<ArgumentException>(() => frame.Columns.Add(new SingleDataFrameColumn("y", 4)));
        Assert.Throws<ArgumentException>(() => frame.Columns.Add(new SingleDataFrameColumn("x", 5)));
        Assert.Equal("Column 'y' does not exist (Parameter 'columnName')", Assert.Throws<ArgumentException>(() => frame["y"]).Message);
        Assert.Throws<ArgumentException>(() => frame.Columns.GetDoubleColumn("x"));
    }

    [Fact]
    public void ColumnsAreAddedReplacedRenamedAndRemoved()
    {
        DataFrame frame = Poses();
        frame["y"] = frame["x"] * 2f;
        frame["x"] = new SingleDataFrameColumn("anything", 5);
        frame.Columns.RenameColumn("frame", "time");
        frame.Columns.Remove("node");

        Assert.Equal(["time", "x", "y"], frame.Columns.Select(c => c.Name));
        Assert.Equal(2f, frame["y"][0]);
        Assert.Equal(5, frame["x"].NullCount);
        Assert.Equal(1, frame.Columns.IndexOf("x"));
        Assert.Throws<ArgumentException>(() => frame.Columns.RenameColumn("time", "y"));
    }

    [Fact]
    public void FiltersKeepRows()
    {
        DataFrame frame = Poses();

        Assert.Equal([0, 1], frame.Filter(frame["x"].ElementwiseGreaterThan(2f))["frame"].Cast<int?>().Distinct().Take(2));
        Assert.Equal(3, frame.Filter(frame["x"].ElementwiseGreaterThan(2f)).Rows.Count);
        Assert.Equal([1, 0], frame[new[] { 3, 0 }]["frame"].Cast<int?>());
        Assert.Equal(2, frame.Head(2).Rows.Count);
        Assert.Equal([1, 2], frame.Tail(2)["frame"].Cast<int?>());
        Assert.Equal(3, frame.DropNulls().Rows.Count);
        Assert.Equal(5, frame.DropNulls(DropNullOptions.All).Rows.Count);
        Assert.Equal(4, frame.Sample(4).Rows.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => frame.Head(6));
        Assert.Throws<ArgumentException>(() => frame.Sample(6));
    }

    [Fact]
    public void RowsAreReadAndWritten()
    {
        DataFrame frame = Poses();
        frame.Rows[1]["x"] = 5f;
        frame[2, 1] = 7;

        Assert.Equal(["tail", 0, 5f], frame.Rows[1]);
        Assert.Equal(7, frame[2, 1]);
        Assert.Equal("snout 7 3 ", frame.Rows[2].ToString());
        Assert.Equal("null 2 9 ", frame.Rows[4].ToString());
    }

    [Fact]
    public void GroupsAreInTheOrderOfFirstSightWithoutNulls()
    {
        GroupBy groups = Poses().GroupBy("node");

        Assert.Equal(["snout", "tail"], groups.Count().Columns.GetStringColumn("node"));
        Assert.Equal([2L, 1L], groups.Count("x").Columns.GetPrimitiveColumn<long>("x"));
        Assert.Equal([4f, 4f], groups.Sum("x")["x"].Cast<float?>());
        Assert.Equal([3f, 4f], groups.Max("x")["x"].Cast<float?>());
        Assert.Equal([1f, 4f], groups.First("x")["x"].Cast<float?>());
        Assert.Equal(["node", "x"], groups.Max("x").Columns.Select(c => c.Name));
    }

    [Fact]
    public void GroupsSeeAZeroUnderANull()
    {
        GroupBy groups = Poses().GroupBy("node");

        // The tail's values are 4 and null.
        Assert.Equal([2.0, 2.0], groups.Mean("x")["x"].Cast<double?>());
        Assert.Equal([1f, 0f], groups.Min("x")["x"].Cast<float?>());
    }

    [Fact]
    public void GroupsAreTyped()
    {
        Assert.Equal([0, 1, 2], Poses().GroupBy<int>("frame").Groupings.Select(g => g.Key));
        Assert.Equal([2, 2, 1], Poses().GroupBy<int>("frame").Groupings.Select(g => g.Count()));
        Assert.Throws<InvalidCastException>(() => Poses().GroupBy<long>("frame"));
        Assert.Throws<ArgumentException>(() => Poses().GroupBy("none"));
    }

    [Fact]
    public void SortingMovesWholeRows()
    {
        DataFrame sorted = Poses().OrderByDescending("x");

        Assert.Equal([9f, 4f, 3f, 1f, null], sorted["x"].Cast<float?>());
        Assert.Equal([null, "tail", "snout", "snout", "tail"], sorted["node"].Cast<string?>());
    }

    [Fact]
    public void RowsAreAppended()
    {
        DataFrame frame = Poses();
        DataFrame longer = frame.Append(new object[] { "ear", "3", "" });
        longer.Append(new Dictionary<string, object> { ["x"] = 1.5 }, inPlace: true);
        longer.Append(frame.Rows.Take(1), inPlace: true);

        Assert.Equal(5, frame.Rows.Count);
        Assert.Equal(8, longer.Rows.Count);
        Assert.Equal(["ear", 3, null], longer.Rows[5]);
        Assert.Equal([null, null, 1.5f], longer.Rows[6]);
        Assert.Equal(["snout", 0, 1f], longer.Rows[7]);
        Assert.Throws<ArgumentException>(() => frame.Append(new object[] { 1, 2, 3, 4 }));
        Assert.Throws<FormatException>(() => frame.Append(new object[] { "a", "not a number" }, inPlace: true));
        Assert.Equal(5, frame.Rows.Count);
        Assert.All(frame.Columns, column => Assert.Equal(5, column.Length));
    }

    [Fact]
    public void DescriptionsCountNullsInTheMean()
    {
        DataFrame description = Poses().Description();

        Assert.Equal(["Length (excluding null values)", "Max", "Min", "Mean"], description["Description"].Cast<string>());
        Assert.Equal([4f, 9f, 1f, 17f / 5], description["x"].Cast<float?>());
        Assert.Equal(["Description", "frame", "x"], description.Columns.Select(c => c.Name));
        Assert.Equal("System.Single", Poses().Info()["x"][0]);
    }

    [Fact]
    public void TablesArePrintedInColumns()
    {
        string[] lines = Poses().ToString(2).Split(Environment.NewLine);

        Assert.Equal("node      frame     x         ", lines[0]);
        Assert.Equal("snout     0         1         ", lines[1]);
        Assert.Equal(" ... 2 of total 5", lines[3]);
    }
}
