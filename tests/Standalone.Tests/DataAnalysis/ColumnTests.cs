using Microsoft.Data.Analysis;

namespace Standalone.Tests.DataAnalysis;

public sealed class ColumnTests
{
    private static SingleDataFrameColumn Singles(params float?[] values) => new("a", values);

    private static BooleanDataFrameColumn Truths(params bool?[] values) => new("b", values);

    [Fact]
    public void NullsAreCountedAsTheyComeAndGo()
    {
        SingleDataFrameColumn column = Singles(1, null, 3);
        Assert.Equal((3L, 1L), (column.Length, column.NullCount));
        column[0] = null;
        column[1] = 2;
        column[1] = 4;
        column.Append(null);

        Assert.Equal([null, 4f, 3f, null], column);
        Assert.Equal(2, column.NullCount);
        Assert.False(column.IsValid(0));
        Assert.True(column.IsValid(1));
    }

    [Fact]
    public void ValuesOfAnotherTypeAndRowsThatAreNotThereAreRefused()
    {
        DataFrameColumn column = Singles(1);

        Assert.Contains("System.Single", Assert.Throws<ArgumentException>(() => column[0] = 1.0).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => column[1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => column[-1]);
    }

    [Fact]
    public void ArithmeticKeepsTheTypeOfEqualTypesAndNulls()
    {
        DataFrameColumn sum = Singles(1, null, 3).Add((DataFrameColumn)Singles(10, 20, null));

        Assert.Equal([11f, null, null], Assert.IsType<SingleDataFrameColumn>(sum));
        Assert.Equal(2, sum.NullCount);
        Assert.Equal([2f, null], Assert.IsType<SingleDataFrameColumn>(Singles(1, null) * 2f));
        Assert.Equal([9f, null], Assert.IsType<SingleDataFrameColumn>(10f - Singles(1, null)));
        Assert.Equal([2f], Assert.IsType<SingleDataFrameColumn>(Singles(1) + 1));
    }

    [Fact]
    public void DifferentTypesBecomeDoubles()
    {
        DataFrameColumn whole = new Int32DataFrameColumn("i", new[] { 1, 2 });

        Assert.Equal([1.5, 2.5], Assert.IsType<DoubleDataFrameColumn>(whole + 0.5));
        Assert.Equal([2.0, 4.0], Assert.IsType<DoubleDataFrameColumn>(whole.Add((DataFrameColumn)Singles(1, 2))));
        Assert.Equal([0, 1], Assert.IsType<Int32DataFrameColumn>(whole / 2));
        Assert.Throws<ArgumentException>(() => whole.Add(0.5, inPlace: true));
        Assert.Throws<NotSupportedException>(() => whole.Add(true));
        Assert.Throws<ArgumentException>(() => whole.Add((DataFrameColumn)Singles(1)));
    }

    [Fact]
    public void InPlaceChangesTheColumnItself()
    {
        SingleDataFrameColumn column = Singles(1, 2);
        DataFrameColumn same = column.Add(1f, inPlace: true);

        Assert.Same(column, same);
        Assert.Equal([2f, 3f], column);
    }

    [Fact]
    public void ComparisonsSeeAZeroUnderANull()
    {
        Assert.Equal([true, true, false], Singles(1, null, 3).ElementwiseLessThan(2f));
        Assert.Equal([false, false, true], Singles(1, null, 3).ElementwiseGreaterThanOrEqual(2.5));
        Assert.Equal([false, true, false], Singles(1, null, 3).ElementwiseIsNull());
        Assert.Equal([false, true, false], Singles(1, null, 3).ElementwiseEquals((DataFrameColumn)null!));
        Assert.Equal([false], Singles(float.NaN).ElementwiseEquals(float.NaN));
        Assert.Equal([true, false], Singles(1, 2).ElementwiseNotEquals((DataFrameColumn)Singles(2, 2)));
    }

    [Fact]
    public void TruthsAreCombined()
    {
        Assert.Equal([true, false], Truths(true, true) & Truths(true, false));
        Assert.Equal([true, true], Truths(true, false) | true);
        Assert.Equal([false, true], Truths(true, false).Xor(true));
        Assert.True(Truths(true, null).All());
        Assert.False(Truths(false, null).Any());
        Assert.Throws<NotSupportedException>(() => Singles(1).All());
    }

    [Fact]
    public void StatisticsLeaveNullsOut()
    {
        SingleDataFrameColumn column = Singles(4, null, 1, 3);

        Assert.Equal(8f, column.Sum());
        Assert.Equal(4f, column.Max());
        Assert.Equal(1f, column.Min());
        Assert.Equal(12f, column.Product());
        Assert.Equal(8.0 / 3, column.Mean(), 12);
        Assert.Equal(3.0, column.Median());
        Assert.Equal(2.5, Singles(4, 1, 3, 2).Median());
        Assert.Null(Singles(null, null).Max());
        Assert.Equal(float.NaN, Singles(1, float.NaN).Max());
        Assert.Equal([4f, null, 5f, 8f], column.CumulativeSum().Cast<float?>());
        Assert.Equal([1f, 2f], ((SingleDataFrameColumn)Singles(-1, 2).Abs()));
    }

    [Fact]
    public void SortingPutsNullsWhereAsked()
    {
        SingleDataFrameColumn column = Singles(2, null, 1);

        Assert.Equal([1f, 2f, null], column.Sort());
        Assert.Equal([2f, 1f, null], column.Sort(ascending: false));
        Assert.Equal([null, 1f, 2f], column.Sort(putNullValuesLast: false));
        Assert.Equal(["a", "b", null], new StringDataFrameColumn("s", ["b", null, "a"]).Sort());
    }

    [Fact]
    public void FillingDroppingClampingAndApplying()
    {
        Assert.Equal([1f, 7f], Singles(1, null).FillNulls(7));
        Assert.Equal([1f, 7f], (SingleDataFrameColumn)((DataFrameColumn)Singles(1, null)).FillNulls(7));
        Assert.Equal([1f], Singles(1, null).DropNulls());
        Assert.Equal([2f, null, 3f], Singles(1, null, 5).Clamp(2, 3));
        Assert.Equal([2f], Singles(1, null, 2).Filter(1.5f, 3f));
        Assert.Equal([2f, null], Singles(1, null).Apply(v => v * 2));
        Assert.Equal(["X", null], new StringDataFrameColumn("s", ["x", null]).Apply(s => s.ToUpperInvariant()));
    }

    [Fact]
    public void TextIsComparedWithTextAndAnythingPrinted()
    {
        var names = new StringDataFrameColumn("s", ["1", null, "b"]);

        Assert.Equal([false, false, true], names.ElementwiseEquals("b"));
        Assert.Equal([true, false, false], names.ElementwiseEquals(1));
        Assert.Equal([true, true, false], names.ElementwiseNotEquals("b"));
        Assert.Equal(1, names.NullCount);
    }

    [Fact]
    public void ClonesFollowAMap()
    {
        SingleDataFrameColumn column = Singles(10, 20, 30);

        Assert.Equal([30f, 10f, null], column.Clone(new PrimitiveDataFrameColumn<long>("m", new long?[] { 2, 0, null })));
        Assert.Equal([10f, 30f], column.Clone(new PrimitiveDataFrameColumn<int>("m", new[] { 2, 0 }), invertMapIndices: true));
        Assert.Equal([10f, 30f], column.Clone(Truths(true, null, true)));
        Assert.Equal([10f, 20f, 30f, null], column.Clone(1));
        Assert.Throws<ArgumentException>(() => column.Clone(Singles(1)));
        Assert.Throws<ArgumentException>(() => column.Clone(Truths(true, true, true, true)));
    }

    [Fact]
    public void ValuesAreCounted()
    {
        DataFrame counts = new StringDataFrameColumn("s", ["b", "a", "b", null]).ValueCounts();

        Assert.Equal(["b", "a"], counts.Columns.GetStringColumn("Values"));
        Assert.Equal([2L, 1L], counts.Columns.GetPrimitiveColumn<long>("Counts"));
    }
}
