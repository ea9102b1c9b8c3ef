using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standalone.Tests.MachineLearning.Data;

/// <summary>Columns of a third party's type, for which images are the usual case.</summary>
public sealed class CustomTypeTests
{
    private readonly MLContext _ml = new(seed: 1);

    private IDataView View(int rows = 4) => _ml.Data.LoadFromEnumerable(BlobRow.Rows(rows).ToArray());

    [Fact]
    public void GoBothWays()
    {
        IDataView view = View();
        Assert.IsType<BlobDataViewType>(view.Schema["Blob"].Type);
        Assert.Equal([0, 1, 2, 3], _ml.Data.CreateEnumerable<BlobRow>(view, false).Select(r => r.Blob!.Size));
    }

    [Fact]
    public void CacheDropsThemWithoutAWord()
    {
        IDataView cached = _ml.Data.Cache(View());
        Assert.Equal(["Id"], cached.Schema.Select(c => c.Name));
        Assert.Equal([0, 1, 2, 3], cached.GetColumn<int>("Id"));
    }

    [Fact]
    public void NamingOneForTheCacheIsAnError()
    {
        var error = Assert.Throws<InvalidOperationException>(() => _ml.Data.Cache(View(), "Blob"));
        Assert.Contains("it is of unhandled type 'Blob'", error.Message);
    }

    [Fact]
    public void ShuffleDropsThemWithoutAWord()
        => Assert.Equal(["Id"], _ml.Data.ShuffleRows(View()).Schema.Select(c => c.Name));

    [Fact]
    public void SplitKeepsThem()
    {
        DataOperationsCatalog.TrainTestData split = _ml.Data.TrainTestSplit(View(20), testFraction: 0.5);
        Assert.Equal(["Id", "Blob"], split.TrainSet.Schema.Select(c => c.Name));
        Assert.Equal(20, split.TrainSet.GetColumn<Blob>("Blob").Concat(split.TestSet.GetColumn<Blob>("Blob")).Distinct().Count());
    }

    [Fact]
    public void CacheCheckpointDropsThemBetweenEstimatorsOfFit()
    {
        var chain = _ml.Transforms.CopyColumns("Copy", "Id").AppendCacheCheckpoint(_ml).Append(new NeedsBlob());
        var error = Assert.Throws<InvalidOperationException>(() => chain.Fit(View()));
        Assert.Equal("The blob is gone", error.Message);
    }

    private sealed class NeedsBlob : IEstimator<ITransformer>
    {
        public ITransformer Fit(IDataView input) => input.Schema.GetColumnOrNull("Blob") == null
            ? throw new InvalidOperationException("The blob is gone")
            : throw new InvalidOperationException("The blob is there");

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inputSchema;
    }

    [Fact]
    public void TheModelsInputSchemaOmitsThem()
    {
        IDataView view = View();
        ITransformer model = _ml.Transforms.CopyColumns("Copy", "Id").Fit(view);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, view.Schema, stream);
        stream.Position = 0;
        new MLContext().Model.Load(stream, out DataViewSchema schema);
        Assert.Equal(["Id"], schema.Select(c => c.Name));
    }

    [Fact]
    public void CreateEnumerableGivesTheGetterItsLastObjectBack()
    {
        var given = new List<Blob?>();
        IDataView view = new Chattering(View(), given);
        _ = _ml.Data.CreateEnumerable<BlobRow>(view, reuseRowObject: false).ToList();
        Assert.Equal([-1, 0, 1, 2], given.Select(b => b?.Size ?? -1));
    }

    /// <summary>Notes what its blob getter is handed.</summary>
    private sealed class Chattering(IDataView source, List<Blob?> given) : IDataView
    {
        public bool CanShuffle => false;
        public DataViewSchema Schema => source.Schema;
        public long? GetRowCount() => source.GetRowCount();
        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
            => new Cursor(source.GetRowCursor(columnsNeeded), given);
        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
            => [GetRowCursor(columnsNeeded, rand)];

        private sealed class Cursor(DataViewRowCursor source, List<Blob?> given) : DataViewRowCursor
        {
            public override DataViewSchema Schema => source.Schema;
            public override long Position => source.Position;
            public override long Batch => source.Batch;
            public override bool MoveNext() => source.MoveNext();
            public override bool IsColumnActive(DataViewSchema.Column column) => source.IsColumnActive(column);
            public override ValueGetter<DataViewRowId> GetIdGetter() => source.GetIdGetter();

            public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
            {
                ValueGetter<TValue> get = source.GetGetter<TValue>(column);
                if (typeof(TValue) != typeof(Blob))
                    return get;
                return (ref TValue value) =>
                {
                    given.Add(value as Blob);
                    get(ref value);
                };
            }
        }
    }
}
