using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standalone.Tests.MachineLearning.Data;

/// <summary>What shows of the threads with which ML.NET reads mapped views: eagerness, and failures in wrappers.</summary>
public sealed class WorkerTests
{
    private readonly MLContext _ml = new(seed: 1);

    private sealed class Row
    {
        public int Id { get; set; }
        public float Value { get; set; }
    }

    private sealed class Made
    {
        public int Twice { get; set; }
    }

    private IDataView Failing() => _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 3).Select(i => i == 0 ? throw new FormatException("bad row") : new Row { Id = i }));

    private IDataView Good() => _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 3).Select(i => new Row { Id = i, Value = i }).ToArray());

    private IDataView Copied(IDataView view) => _ml.Transforms.CopyColumns("Copy", "Id").Fit(Good()).Transform(view);

    private static string[] Failures(IDataView view, string column)
    {
        var messages = new List<string>();
        for (Exception? error = Record.Exception(() => view.GetColumn<int>(column).ToList()); error != null; error = error.InnerException)
            messages.Add(error.Message);
        return [.. messages];
    }

    private const string Worker = "Splitter/consolidator worker encountered exception while consuming source data";

    [Fact]
    public void FailuresOfASourceComeOutOfTransformsWrappedTwice()
    {
        Assert.Equal(["bad row"], Failures(Failing(), "Id"));
        Assert.Equal([Worker, Worker, "bad row"], Failures(Copied(Failing()), "Copy"));
        Assert.Equal([Worker, Worker, "bad row"], Failures(Copied(Copied(Failing())), "Copy"));
        Assert.Equal([Worker, Worker, "bad row"], Failures(_ml.Data.TakeRows(Copied(Failing()), 2), "Copy"));
    }

    [Fact]
    public void ColumnsThatPassThroughAreReadDirectly()
        => Assert.Equal(["bad row"], Failures(Copied(Failing()), "Id"));

    [Fact]
    public void FailuresOfAMappingAreWrappedOnce()
    {
        ITransformer model = _ml.Transforms.CustomMapping<Row, Made>((_, _) => throw new FormatException("bad mapping"), null).Fit(Good());
        Assert.Equal([Worker, "bad mapping"], Failures(model.Transform(Good()), "Twice"));
        using PredictionEngine<Row, Made> engine = _ml.Model.CreatePredictionEngine<Row, Made>(model);
        Assert.Throws<FormatException>(() => engine.Predict(new Row()));
    }

    [Fact]
    public void CacheAndShuffleHaveWrappersOfTheirOwn()
    {
        Assert.Equal(["Event we were waiting on was subject to an exception", "bad row"], Failures(_ml.Data.Cache(Failing()), "Id"));
        Assert.Equal(["Shuffle input cursor reader failed with an exception", "bad row"], Failures(_ml.Data.ShuffleRows(Failing()), "Id"));
    }

    [Fact]
    public void ActiveColumnsAreComputedWhetherReadOrNot()
    {
        int runs = 0;
        IDataView view = _ml.Transforms.CustomMapping<Row, Made>((_, _) => Interlocked.Increment(ref runs), null).Fit(Good()).Transform(Good());
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        while (cursor.MoveNext())
        {
        }
        Assert.Equal(3, runs);
    }

    [Fact]
    public void ColumnsThatCannotBeCopiedKeepTheViewToOneThread()
    {
        ITransformer model = _ml.Transforms.CopyColumns("Copy", "Id").Fit(_ml.Data.LoadFromEnumerable(BlobRow.Rows(1)));
        IDataView view = model.Transform(_ml.Data.LoadFromEnumerable(Enumerable.Range(0, 1).Select(BlobRow (_) => throw new FormatException("bad row"))));
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        Assert.Equal("bad row", Assert.Throws<FormatException>(() => cursor.MoveNext()).Message);
    }

    [Fact]
    public void AThirdPartysViewIsAskedForASetOfCursors()
    {
        var source = new Counting(Good());
        Assert.Equal([0, 1, 2], Copied(source).GetColumn<int>("Copy"));
        Assert.Equal(1, source.Sets);
        Assert.Equal(0, source.Singles);
        Assert.Equal([0, 1, 2], _ml.Data.TakeRows(source, 9).GetColumn<int>("Id"));
        Assert.Equal(1, source.Singles);
    }

    private sealed class Counting(IDataView source) : IDataView
    {
        public int Sets { get; private set; }
        public int Singles { get; private set; }
        public bool CanShuffle => false;
        public DataViewSchema Schema => source.Schema;
        public long? GetRowCount() => source.GetRowCount();

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        {
            Singles++;
            return source.GetRowCursor(columnsNeeded, rand);
        }

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
        {
            Sets++;
            Assert.True(n > 1);
            return [source.GetRowCursor(columnsNeeded, rand)];
        }
    }
}
