using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Standalone.Tests.MachineLearning.Transforms;

public sealed class CustomMappingTests
{
    private readonly MLContext _ml = new(seed: 1);

    public sealed class Source
    {
        public float A { get; set; }
        public float[] Values { get; set; } = [];
    }

    public sealed class Target
    {
        public float Sum { get; set; }

        [VectorType(2)]
        public float[] Pair { get; set; } = [];
    }

    [CustomMappingFactoryAttribute("Standalone.Tests.Sum")]
    public sealed class SumFactory : CustomMappingFactory<Source, Target>
    {
        public static int Runs { get; set; }

        public static void Map(Source source, Target target)
        {
            Runs++;
            target.Sum = source.A + source.Values.Sum();
            target.Pair = [source.A, target.Sum];
        }

        public override Action<Source, Target> GetMapping() => Map;
    }

    private IDataView View() => _ml.Data.LoadFromEnumerable(new[] { new Source { A = 1, Values = [1, 2] }, new Source { A = 5, Values = [1] } });

    [Fact]
    public void RunsOnceARowForAllItsColumns()
    {
        ITransformer model = _ml.Transforms.CustomMapping<Source, Target>(SumFactory.Map, null).Fit(View());
        IDataView made = model.Transform(View());
        SumFactory.Runs = 0;
        Assert.Equal([1, 5], made.GetColumn<float>("A"));
        Assert.Equal(0, SumFactory.Runs);
        Target[] rows = [.. _ml.Data.CreateEnumerable<Target>(made, reuseRowObject: false)];
        Assert.Equal(2, SumFactory.Runs);
        Assert.Equal([4, 6], rows.Select(r => r.Sum));
        Assert.Equal([5, 6], rows[1].Pair);
    }

    [Fact]
    public void AnnouncesItsColumns()
    {
        SchemaShape shape = _ml.Transforms.CustomMapping<Source, Target>(SumFactory.Map, null).GetOutputSchema(Schemas.Shape(View().Schema));
        Assert.Equal(["A", "Values", "Sum", "Pair"], shape.Select(c => c.Name));
        Assert.Equal(SchemaShape.Column.VectorKind.Vector, shape[3].Kind);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.CustomMapping<Target, Source>((_, _) => { }, null)
            .GetOutputSchema(Schemas.Shape(View().Schema)));
        Assert.Contains("Could not find input column 'Sum'", error.Message);
    }

    [Fact]
    public void IsLoadedThroughItsFactory()
    {
        ITransformer model = _ml.Transforms.CustomMapping<Source, Target>(SumFactory.Map, "Standalone.Tests.Sum")
            .Append(_ml.Transforms.CopyColumns("Copy", "Sum")).Fit(View());
        using var stream = new MemoryStream();
        _ml.Model.Save(model, View().Schema, stream);
        stream.Position = 0;
        ITransformer loaded = new MLContext().Model.Load(stream, out _);
        Assert.Equal([4, 6], loaded.Transform(View()).GetColumn<float>("Copy"));
    }

    [Fact]
    public void WithoutAContractItCannotBeSaved()
    {
        ITransformer model = _ml.Transforms.CustomMapping<Source, Target>(SumFactory.Map, null).Fit(View());
        Assert.Contains("Empty contract name", Assert.Throws<InvalidOperationException>(() => _ml.Model.Save(model, null, new MemoryStream())).Message);
    }

    [Fact]
    public void AnUnknownContractIsNamed()
    {
        ITransformer model = _ml.Transforms.CustomMapping<Source, Target>(SumFactory.Map, "No.Such").Fit(View());
        using var stream = new MemoryStream();
        _ml.Model.Save(model, null, stream);
        stream.Position = 0;
        var error = Assert.ThrowsAny<Exception>(() => new MLContext().Model.Load(stream, out _));
        Assert.Contains("Unable to locate an extension for the contract 'No.Such'", error.ToString());
    }

    [Fact]
    public void APredicateTakesRowsOut()
        => Assert.Equal([1], _ml.Data.FilterByCustomPredicate<Source>(View(), row => row.A > 3).GetColumn<float>("A"));

    [Fact]
    public void WorksInAPredictionEngine()
    {
        ITransformer model = _ml.Transforms.CustomMapping<Source, Target>(SumFactory.Map, null).Fit(View());
        using PredictionEngine<Source, Target> engine = _ml.Model.CreatePredictionEngine<Source, Target>(model);
        Assert.Equal(4, engine.Predict(new Source { A = 1, Values = [3] }).Sum);
        Assert.Equal(9, engine.Predict(new Source { A = 9 }).Sum);
    }

    /// <summary>A schema of one's own making by public means: the way around SchemaShape's internal constructor.</summary>
    [Fact]
    public void ShapesCanBeMadeThroughAnOutputDefinition()
    {
        SchemaDefinition definition = SchemaDefinition.Create(typeof(Target));
        definition["Pair"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 7, 2);
        SchemaShape shape = _ml.Transforms.CustomMapping<Source, Target>(SumFactory.Map, null, outputSchemaDefinition: definition)
            .GetOutputSchema(Schemas.Shape(View().Schema));
        Assert.Equal(SchemaShape.Column.VectorKind.Vector, shape[3].Kind);
    }
}
