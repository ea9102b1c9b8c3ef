using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standalone.Tests.MachineLearning.Data;

public sealed class PredictionEngineTests
{
    private readonly MLContext _ml = new(seed: 1);

    private sealed class Input
    {
        public float A { get; set; }
        public float[] Values { get; set; } = [];
    }

    private sealed class Output
    {
        public float A2 { get; set; }
        public float[]? Values { get; set; }
        public float Absent { get; set; } = -1;
    }

    [Fact]
    public void RunsThirdPartyTransformersAloneAndInChains()
    {
        foreach (ITransformer model in new ITransformer[] { new Doubling("A", "A2"), new TransformerChain<ITransformer>(new Doubling("A", "A2")) })
        {
            using PredictionEngine<Input, Output> engine = _ml.Model.CreatePredictionEngine<Input, Output>(model);
            Assert.Equal(6, engine.Predict(new Input { A = 3 }).A2);
            Assert.Equal(8, engine.Predict(new Input { A = 4 }).A2);
            Assert.Equal(["A", "Values", "A2"], engine.OutputSchema.Select(c => c.Name));
        }
    }

    [Fact]
    public void GoesThroughChainsOfBothKinds()
    {
        var chain = new TransformerChain<ITransformer>(new Doubling("A", "B"))
            .Append(_ml.Transforms.CopyColumns("A2", "B").Fit(new Doubling("A", "B").Transform(_ml.Data.LoadFromEnumerable(new[] { new Input() }))));
        using PredictionEngine<Input, Output> engine = _ml.Model.CreatePredictionEngine<Input, Output>(chain);
        Assert.Equal(6, engine.Predict(new Input { A = 3 }).A2);
    }

    [Fact]
    public void IgnoresMissingColumnsUnlessToldOtherwise()
    {
        Assert.Equal(-1, _ml.Model.CreatePredictionEngine<Input, Output>(new Doubling("A", "A2")).Predict(new Input()).Absent);
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Model.CreatePredictionEngine<Input, Output>(new Doubling("A", "A2"), ignoreMissingColumns: false));
    }

    [Fact]
    public void EmptyArraysComeBackAsNull()
    {
        using PredictionEngine<Input, Output> engine = _ml.Model.CreatePredictionEngine<Input, Output>(new Doubling("A", "A2"));
        Assert.Null(engine.Predict(new Input()).Values);
        Assert.Equal([1, 2], engine.Predict(new Input { Values = [1, 2] }).Values!);
    }

    [Fact]
    public void DisposesTheTransformerItWasGiven()
    {
        var model = new Doubling("A", "A2");
        _ml.Model.CreatePredictionEngine<Input, Output>(model).Dispose();
        Assert.True(model.IsDisposed);

        var kept = new Doubling("A", "A2");
        _ml.Model.CreatePredictionEngine<Input, Output>(kept, new PredictionEngineOptions { OwnsTransformer = false }).Dispose();
        Assert.False(kept.IsDisposed);
    }

    [Fact]
    public void TakesColumnTypesFromASchema()
    {
        DataViewSchema schema = Schemas.Of(("A", NumberDataViewType.Single), ("Values", new VectorDataViewType(NumberDataViewType.Single, 2)));
        using PredictionEngine<Input, Input> engine = _ml.Model.CreatePredictionEngine<Input, Input>(new Doubling("A", "A2"), schema);
        Assert.Equal("Vector<Single, 2>", engine.OutputSchema["Values"].Type.ToString());
    }
}
