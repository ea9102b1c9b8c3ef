using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standalone.Tests.MachineLearning.Data;

public sealed class ChainTests
{
    private readonly MLContext _ml = new(seed: 1);

    private sealed class Row
    {
        public float A { get; set; } = 1;
        public float B { get; set; } = 2;
    }

    private IDataView View() => _ml.Data.LoadFromEnumerable(new[] { new Row(), new Row { A = 3, B = 4 } });

    [Fact]
    public void ShapesAreCheckedBeforeAnythingIsFitted()
    {
        var fitted = new List<string>();
        var chain = new Noting("first", fitted).Append(_ml.Transforms.CopyColumns("C", "Missing"));
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => chain.Fit(View()));
        Assert.Contains("Could not find input column 'Missing'", error.Message);
        Assert.Empty(fitted);
    }

    [Fact]
    public void EachEstimatorSeesWhatTheLastOnesMade()
    {
        var fitted = new List<string>();
        TransformerChain<ITransformer> model = _ml.Transforms.CopyColumns("C", "A").Append(new Noting("second", fitted)).Fit(View());
        Assert.Equal(["second: A,B,C"], fitted);
        Assert.Equal(["A", "B", "C"], model.Transform(View()).Schema.Select(c => c.Name));
        Assert.Equal(2, model.Count());
    }

    private sealed class Noting(string name, List<string> fitted) : IEstimator<ITransformer>
    {
        public ITransformer Fit(IDataView input)
        {
            fitted.Add($"{name}: {string.Join(",", input.Schema.Select(c => c.Name))}");
            return new TransformerChain<ITransformer>();
        }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inputSchema;
    }

    [Fact]
    public void AScopeLeavesLinksOut()
    {
        var chain = new EstimatorChain<ITransformer>()
            .Append(_ml.Transforms.CopyColumns("C", "A"), TransformerScope.TrainTest)
            .Append(_ml.Transforms.CopyColumns("D", "B"));
        ITransformer model = chain.Fit(View());
        Assert.Equal(["A", "B", "D"], model.Transform(View()).Schema.Select(c => c.Name));
    }

    private sealed class ViewTransformer : ITransformer
    {
        public bool IsRowToRowMapper => false;
        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inputSchema;
        public IDataView Transform(IDataView input) => input;
        public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => throw new InvalidOperationException("No rows");
        public void Save(ModelSaveContext ctx) => throw new InvalidOperationException("Not saved");
    }

    [Fact]
    public void ChainsWithAViewTransformerMapNoRows()
    {
        ITransformer chain = new TransformerChain<ITransformer>(new ViewTransformer());
        Assert.False(chain.IsRowToRowMapper);
        Assert.Throws<InvalidOperationException>(() => chain.GetRowToRowMapper(View().Schema));
        Assert.Contains("Must be a row to row mapper",
            Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Model.CreatePredictionEngine<Row, Row>(chain)).Message);
    }

    [Fact]
    public void DisposingAChainDisposesItsLinks()
    {
        var link = new Doubling("A", "A2");
        new TransformerChain<ITransformer>(link).Dispose();
        Assert.True(link.IsDisposed);
    }

    [Fact]
    public void ThirdPartyTransformersComputeOnlyWhatIsAskedFor()
    {
        var link = new Doubling("A", "A2");
        IDataView view = new TransformerChain<ITransformer>(link).Append(_ml.Transforms.CopyColumns("C", "A2").Fit(link.Transform(View()))).Transform(View());
        Assert.Equal([1, 3], view.GetColumn<float>("A"));
        Assert.Equal(0, link.RowsComputed);
        Assert.Equal([2, 6], view.GetColumn<float>("C"));
        Assert.Equal(2, link.RowsComputed);
    }

    [Fact]
    public void FitCanBeWatched()
    {
        ITransformer? seen = null;
        ITransformer model = _ml.Transforms.CopyColumns("C", "A").WithOnFitDelegate(t => seen = t).Fit(View());
        Assert.Same(model, seen);
    }

    [Fact]
    public void CacheCheckpointNeedsAnEstimatorBefore()
        => Assert.Throws<InvalidOperationException>(() => new EstimatorChain<ITransformer>().AppendCacheCheckpoint(_ml));

    [Fact]
    public void PreviewReadsEachValueTwice()
    {
        var link = new Doubling("A", "A2");
        DataDebuggerPreview preview = link.Transform(View()).Preview();
        Assert.Equal(4, link.RowsComputed);
        Assert.Equal("3 columns, 2 rows", preview.ToString());
        Assert.Equal([2f, 6f], preview.ColumnView[2].Values.Cast<float>());
        Assert.Equal("A2", preview.RowView[1].Values[2].Key);
        Assert.Single(link.Preview(View(), maxRows: 1).RowView);
    }
}
