using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms.Tests;

public sealed class RowMapperTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void PredictionEngineTakesOneRowAtATime(int batch)
    {
        var ml = new MLContext(1);
        using var engine = ml.Model.CreatePredictionEngine<Input, Output>(new WindowSum(batch));
        foreach (var x in new[] { 3f, -1f, 3f, 0.5f })
        {
            var output = engine.Predict(new Input { X = x });
            Assert.Equal(2 * x, output.Twice);
            Assert.Equal(x, output.X);
        }
    }

    [Fact]
    public void PredictionEngineIsWarmBeforeItsFirstRowAndAViewNeedsNot()
    {
        var ml = new MLContext(1);
        var toy = new WindowSum(4);
        using var engine = ml.Model.CreatePredictionEngine<Input, Output>(toy);
        Assert.Equal("warm", toy.Log[0]);
        engine.Predict(new Input { X = 1 });
        Assert.Single(toy.Log, entry => entry == "warm");
        var other = new WindowSum(4);
        Assert.Single(other.Transform(ml.Data.LoadFromEnumerable([new Input { X = 1 }])).GetColumn<float>("Twice"));
        Assert.DoesNotContain("warm", other.Log);
    }

    [Fact]
    public void PredictionEngineWorksInAChain()
    {
        var ml = new MLContext(1);
        var rows = ml.Data.LoadFromEnumerable([new Input { X = 1 }]);
        ITransformer before = ml
            .Transforms.CopyColumns("X", "Y")
            .Fit(ml.Data.LoadFromEnumerable([new Other { Y = 1 }]));
        ITransformer after = ml.Transforms.CopyColumns("Renamed", "Twice").Fit(new WindowSum(4).Transform(rows));
        var chain = new TransformerChain<ITransformer>(before, new WindowSum(4), after);
        using var engine = ml.Model.CreatePredictionEngine<Other, Output>(chain);
        Assert.Equal(10, engine.Predict(new Other { Y = 5 }).Renamed);
        Assert.Equal(-2, engine.Predict(new Other { Y = -1 }).Renamed);
    }

    [Fact]
    public void DependenciesAreInputColumns()
    {
        var source = new RichView(3);
        var mapper = new WindowSum(4).GetRowToRowMapper(source.Schema);
        Assert.Same(source.Schema, mapper.InputSchema);
        Assert.Equal(["X"], mapper.GetDependencies([mapper.OutputSchema["Twice"]]).Select(column => column.Name));
        Assert.Equal(
            ["X", "Text"],
            mapper
                .GetDependencies([mapper.OutputSchema["Text"], mapper.OutputSchema["Ahead"]])
                .Select(column => column.Name)
        );
        Assert.Equal(["Image"], mapper.GetDependencies([mapper.OutputSchema["Image"]]).Select(column => column.Name));
    }

    [Fact]
    public void TheRowDisposesItsInput()
    {
        var source = new RichView(3);
        var mapper = new WindowSum(4).GetRowToRowMapper(source.Schema);
        var cursor = source.GetRowCursor(source.Schema);
        var row = mapper.GetRow(cursor, mapper.OutputSchema);
        Assert.True(cursor.MoveNext());
        float value = 0;
        row.GetGetter<float>(row.Schema["Twice"])(ref value);
        Assert.Equal(2 * RichView.X(0), value);
        row.Dispose();
        Assert.Equal(0, source.OpenCursors);
    }

    [Fact]
    public void ARowOfAnotherSchemaIsRefused()
    {
        var mapper = new WindowSum().GetRowToRowMapper(new RichView(3).Schema);
        var other = new RichView(3);
        using var cursor = other.GetRowCursor(other.Schema);
        Assert.Contains(
            "another schema",
            Assert.Throws<ArgumentException>(() => mapper.GetRow(cursor, mapper.OutputSchema)).Message
        );
    }

    [Fact]
    public void ATransformerAlongTheFramesIsNoRowMapper()
    {
        var toy = new WindowSum(1, ahead: 2);
        Assert.Contains(
            "WindowSum needs the rows after a row, so it cannot work on single rows, as a "
                + "PredictionEngine does. Use Transform",
            Assert.Throws<InvalidOperationException>(() => toy.GetRowToRowMapper(new RichView(1).Schema)).Message
        );
    }

    private sealed class Input
    {
        public float X { get; set; }
    }

    private sealed class Other
    {
        public float Y { get; set; }
    }

    private sealed class Output
    {
        public float X { get; set; }

        public float Twice { get; set; }

        public float Renamed { get; set; }
    }
}
