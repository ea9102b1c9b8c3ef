using FsCheck;
using FsCheck.Xunit;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standalone.Tests.MachineLearning.Data;

public sealed class FilterTests
{
    private readonly MLContext _ml = new(seed: 1);

    private sealed class Row
    {
        public int Id { get; set; }
        public float Value { get; set; }
        public string Group { get; set; } = "";

        [VectorType(2)]
        public float[] Pair { get; set; } = [0, 0];
    }

    private IDataView View(int count) => _ml.Data.LoadFromEnumerable(
        Enumerable.Range(0, count).Select(i => new Row { Id = i, Value = i, Group = $"g{i % 5}" }).ToArray());

    private static int[] Ids(IDataView view) => [.. view.GetColumn<int>("Id")];

    [Property]
    public void SkipAndTakeAreThoseOfSequences(PositiveInt rows, PositiveInt skip, PositiveInt take)
    {
        IDataView view = _ml.Data.TakeRows(_ml.Data.SkipRows(View(rows.Get), skip.Get), take.Get);
        int[] expected = [.. Enumerable.Range(0, rows.Get).Skip(skip.Get).Take(take.Get)];
        Assert.Equal(expected, Ids(view));
        Assert.Equal(expected.Length, view.GetRowCount());
    }

    [Fact]
    public void TakeReadsNoFurther()
    {
        int read = 0;
        IDataView view = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 100).Select(i =>
        {
            read++;
            return new Row { Id = i };
        }));
        Assert.Equal([0, 1, 2], Ids(_ml.Data.TakeRows(view, 3)));
        Assert.Equal(3, read);
    }

    [Fact]
    public void RangeHasItsLowerBoundAndNotItsUpper()
    {
        Assert.Equal([3, 4], Ids(_ml.Data.FilterRowsByColumn(View(10), "Value", lowerBound: 3, upperBound: 5)));
        Assert.Contains("does not have compatible type",
            Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.FilterRowsByColumn(View(3), "Id", 0, 1)).Message);
        Assert.Contains("expected number, got String",
            Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.FilterRowsByColumn(View(3), "Group", 0, 1)).Message);
    }

    [Fact]
    public void AnyMissingSlotTakesTheRowOut()
    {
        Row[] rows =
        [
            new() { Id = 0, Pair = [1, 2] }, new() { Id = 1, Pair = [float.NaN, 2] }, new() { Id = 2, Value = float.NaN },
        ];
        IDataView view = _ml.Data.LoadFromEnumerable(rows);
        Assert.Equal([0, 2], Ids(_ml.Data.FilterRowsByMissingValues(view, "Pair")));
        Assert.Equal([0], Ids(_ml.Data.FilterRowsByMissingValues(view, "Pair", "Value")));
        Assert.Contains("does not support missing values",
            Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.FilterRowsByMissingValues(view, "Id")).Message);
    }

    [Property]
    public void ShuffleLosesNoRow(PositiveInt rows, PositiveInt pool, int seed)
    {
        IDataView shuffled = _ml.Data.ShuffleRows(View(rows.Get), seed, pool.Get);
        int[] first = Ids(shuffled);
        Assert.Equal(Enumerable.Range(0, rows.Get), first.Order());
        Assert.Equal(first, Ids(shuffled));
        // No row can come before the pool has reached it.
        Assert.All(first.Index(), place => Assert.True(place.Item < place.Index + pool.Get));
    }

    [Fact]
    public void ShuffleIsThatOfTheSeed()
    {
        Assert.Equal(Ids(_ml.Data.ShuffleRows(View(50), seed: 7)), Ids(new MLContext(3).Data.ShuffleRows(View(50), seed: 7)));
        Assert.NotEqual(Ids(_ml.Data.ShuffleRows(View(50), seed: 7)), Ids(_ml.Data.ShuffleRows(View(50), seed: 8)));
    }

    [Property]
    public void SplitGivesEachRowToOneSide(PositiveInt rows, int seed)
    {
        DataOperationsCatalog.TrainTestData split = _ml.Data.TrainTestSplit(View(rows.Get), testFraction: 0.3, seed: seed);
        int[] train = Ids(split.TrainSet);
        int[] test = Ids(split.TestSet);
        Assert.Equal(Enumerable.Range(0, rows.Get), train.Concat(test).Order());
        Assert.Equal(["Id", "Value", "Group", "Pair"], split.TestSet.Schema.Select(c => c.Name));
        Assert.Equal(train, Ids(split.TrainSet));
    }

    [Fact]
    public void SplitIsByChanceOfTheSeedAlone()
    {
        // The generator is ML.NET's own, so that a split is the same on both runtimes: these rows are the first whose number is below 0.2.
        int[] test = Ids(_ml.Data.TrainTestSplit(View(1000), testFraction: 0.2, seed: 1).TestSet);
        Assert.InRange(test.Length, 160, 240);
        Assert.Equal(test, Ids(new MLContext(seed: 1).Data.TrainTestSplit(View(1000), testFraction: 0.2).TestSet));
    }

    [Fact]
    public void SplitByKeyKeepsEqualKeysTogether()
    {
        DataOperationsCatalog.TrainTestData split = _ml.Data.TrainTestSplit(View(200), testFraction: 0.4, samplingKeyColumnName: "Group");
        string[] train = [.. split.TrainSet.GetColumn<string>("Group").Distinct()];
        Assert.Empty(train.Intersect(split.TestSet.GetColumn<string>("Group")));
        Assert.Equal(200, Ids(split.TrainSet).Length + Ids(split.TestSet).Length);
    }

    [Fact]
    public void FoldsTestEachRowOnce()
    {
        IReadOnlyList<DataOperationsCatalog.TrainTestData> folds = _ml.Data.CrossValidationSplit(View(100), numberOfFolds: 4);
        Assert.Equal(Enumerable.Range(0, 100), folds.SelectMany(f => Ids(f.TestSet)).Order());
        Assert.All(folds, f => Assert.Equal(100, Ids(f.TrainSet).Length + Ids(f.TestSet).Length));
    }

    [Fact]
    public void CacheReadsItsInputOnceAColumn()
    {
        int read = 0;
        IDataView view = _ml.Data.Cache(_ml.Data.LoadFromEnumerable(Enumerable.Range(0, 10).Select(i =>
        {
            read++;
            return new Row { Id = i, Pair = [i, -i] };
        })));
        Assert.Equal(0, read);
        for (int pass = 0; pass < 3; pass++)
        {
            Assert.Equal(Enumerable.Range(0, 10), Ids(view));
            Assert.Equal([9, -9], view.GetColumn<float[]>("Pair").Last());
        }
        Assert.Equal(20, read);
        Assert.Equal(10, view.GetRowCount());
    }

    [Fact]
    public void CachedRowsComeInRandomOrderWhenAsked()
    {
        IDataView view = _ml.Data.Cache(View(30));
        Assert.True(view.CanShuffle);
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema, new Random(1));
        ValueGetter<int> get = cursor.GetGetter<int>(view.Schema["Id"]);
        var ids = new List<int>();
        int id = 0;
        while (cursor.MoveNext())
        {
            get(ref id);
            ids.Add(id);
        }
        Assert.NotEqual(Enumerable.Range(0, 30), ids);
        Assert.Equal(Enumerable.Range(0, 30), ids.Order());
    }
}
