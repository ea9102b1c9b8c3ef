using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standalone.Tests.MachineLearning.Data;

public sealed class ColumnTransformTests
{
    private readonly MLContext _ml = new(seed: 1);

    private sealed class Row
    {
        public float A { get; set; } = 1;
        public float B { get; set; } = 2;
        public int Number { get; set; } = 3;
        public string Text { get; set; } = "t";

        [VectorType(2)]
        public float[] Point { get; set; } = [4, 5];

        public float[] Open { get; set; } = [6];
    }

    private IDataView View(params Row[] rows)
    {
        SchemaDefinition definition = SchemaDefinition.Create(typeof(Row));
        definition["Point"].AddAnnotation("SlotNames", new[] { "x", "y" }, new VectorDataViewType(TextDataViewType.Instance, 2));
        return _ml.Data.LoadFromEnumerable(rows.Length == 0 ? [new Row()] : rows, definition);
    }

    /// <summary>Fits, and checks that the columns announced are those made.</summary>
    private IDataView Run(IEstimator<ITransformer> estimator, params Row[] rows)
    {
        IDataView view = View(rows);
        SchemaShape announced = estimator.GetOutputSchema(Schemas.Shape(view.Schema));
        IDataView made = estimator.Fit(view).Transform(view);
        SchemaShape actual = Schemas.Shape(made.Schema);
        Assert.Equal(Describe(actual), Describe(announced));
        return made;
    }

    private static IEnumerable<string> Describe(SchemaShape shape)
        => shape.Select(c => $"{c.Name} {c.Kind} {c.ItemType} {c.IsKey} {string.Join("+", c.Annotations.Select(a => a.Name).Order())}").Order();

    [Fact]
    public void CopiesWithAnnotations()
    {
        IDataView made = Run(_ml.Transforms.CopyColumns("Copy", "Point"));
        Assert.Equal(["x", "y"], made.Schema["Copy"].SlotNames());
        Assert.Equal([4, 5], made.GetColumn<float[]>("Copy").Single());
    }

    [Fact]
    public void ANewColumnHidesItsNamesakeRightBehindIt()
    {
        DataViewSchema schema = Run(_ml.Transforms.CopyColumns("A", "B")).Schema;
        Assert.Equal(["A", "A", "B", "Number", "Text", "Point", "Open"], schema.Select(c => c.Name));
        Assert.True(schema[0].IsHidden);
        Assert.Equal(1, schema["A"].Index);
    }

    [Fact]
    public void DropsAndSelects()
    {
        Assert.Equal(["B", "Number", "Text", "Open"], Run(_ml.Transforms.DropColumns("A", "Point")).Schema.Select(c => c.Name));
        Assert.Equal(["Point", "A"], Run(_ml.Transforms.SelectColumns("Point", "A")).Schema.Select(c => c.Name));
        Assert.Contains("Could not find input column 'No,Nor'",
            Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.SelectColumns("A", "No", "Nor").Fit(View())).Message);
    }

    [Fact]
    public void ConcatenateMergesSlotNames()
    {
        IDataView made = Run(_ml.Transforms.Concatenate("Features", "A", "Point", "B"));
        Assert.Equal("Vector<Single, 4>", made.Schema["Features"].Type.ToString());
        Assert.Equal(["A", "Point.x", "Point.y", "B"], made.Schema["Features"].SlotNames());
        Assert.Equal([1, 4, 5, 2], made.GetColumn<float[]>("Features").Single());
    }

    [Fact]
    public void ConcatenateWithAVectorOfUnknownSizeIsOne()
    {
        IDataView view = View();
        IDataView made = _ml.Transforms.Concatenate("Features", "A", "Open").Fit(view).Transform(view);
        Assert.Equal("Vector<Single>", made.Schema["Features"].Type.ToString());
        Assert.False(made.Schema["Features"].HasSlotNames());
        Assert.Equal([1, 6], made.GetColumn<float[]>("Features").Single());
    }

    [Fact]
    public void ConcatenateRefusesMixedTypesAndKeys()
    {
        Assert.Contains("Concatenated columns should have the same type",
            Assert.Throws<InvalidOperationException>(() => Run(_ml.Transforms.Concatenate("F", "A", "Number"))).Message);
        Assert.Contains("Concatenation of keys is unsupported", Assert.Throws<InvalidOperationException>(
            () => Run(_ml.Transforms.Conversion.MapValueToKey("K", "Text").Append(_ml.Transforms.Concatenate("F", "K")))).Message);
    }

    [Fact]
    public void ConcatenateOfASingleVectorIsThatVector()
    {
        IDataView made = Run(_ml.Transforms.Concatenate("Features", "Point"));
        Assert.Equal(["x", "y"], made.Schema["Features"].SlotNames());
    }

    [Fact]
    public void ConvertsTypes()
    {
        IDataView made = Run(_ml.Transforms.Conversion.ConvertType("D", "Point", DataKind.Double)
            .Append(_ml.Transforms.Conversion.ConvertType("F", "Number"))
            .Append(_ml.Transforms.Conversion.ConvertType("T", "A", DataKind.String)), new Row { A = 0.1f });
        Assert.Equal([4, 5], made.GetColumn<double[]>("D").Single());
        Assert.Equal(["x", "y"], made.Schema["D"].SlotNames());
        Assert.Equal(3, made.GetColumn<float>("F").Single());
        Assert.Equal("0.1", made.GetColumn<string>("T").Single());
    }

    [Theory]
    [InlineData("", 0f)]
    [InlineData("2.5", 2.5f)]
    [InlineData("x", float.NaN)]
    public void ReadsNumbersFromText(string text, float expected)
        => Assert.Equal(expected, Run(_ml.Transforms.Conversion.ConvertType("F", "Text"), new Row { Text = text }).GetColumn<float>("F").Single());

    [Fact]
    public void DoesNotCutFloatingPointToIntegers()
        => Assert.Contains("Don't know how to convert A into Int32", Assert.Throws<ArgumentOutOfRangeException>(
            () => Run(_ml.Transforms.Conversion.ConvertType("I", "A", DataKind.Int32))).Message);

    [Fact]
    public void KeysCountValuesAsTheyCome()
    {
        Row[] rows = [new() { Text = "b" }, new() { Text = "" }, new() { Text = "a" }, new() { Text = "b" }];
        IDataView made = Run(_ml.Transforms.Conversion.MapValueToKey("Key", "Text").Append(_ml.Transforms.Conversion.MapKeyToValue("Back", "Key")), rows);
        Assert.Equal("Key<UInt32, 0-1>", made.Schema["Key"].Type.ToString());
        Assert.Equal(["b", "a"], made.Schema["Key"].KeyValues());
        Assert.Equal([1u, 0u, 2u, 1u], made.GetColumn<uint>("Key"));
        Assert.Equal(["b", "", "a", "b"], made.GetColumn<string>("Back"));
    }

    [Fact]
    public void KeysCanBeSortedAndLimited()
    {
        Row[] rows = [new() { Text = "b" }, new() { Text = "a" }, new() { Text = "c" }];
        IDataView made = Run(_ml.Transforms.Conversion.MapValueToKey("Key", "Text", maximumNumberOfKeys: 2,
            keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue), rows);
        Assert.Equal(["a", "b"], made.Schema["Key"].KeyValues());
        Assert.Equal([2u, 1u, 0u], made.GetColumn<uint>("Key"));
    }

    [Fact]
    public void KeysOfVectorsKeepSlotNames()
    {
        IDataView made = Run(_ml.Transforms.Conversion.MapValueToKey("Keys", "Point").Append(_ml.Transforms.Conversion.MapKeyToValue("Back", "Keys")),
            new Row { Point = [7, float.NaN] }, new Row { Point = [8, 7] });
        Assert.Equal(["x", "y"], made.Schema["Keys"].SlotNames());
        Assert.Equal([1u, 0u], made.GetColumn<uint[]>("Keys").First());
        Assert.Equal([[7f, float.NaN], [8f, 7f]], made.GetColumn<float[]>("Back"));
    }

    [Fact]
    public void KeyValuesMustBeAnnounced()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(new[] { new Keyed() });
        var chain = new EstimatorChain<ITransformer>().Append(_ml.Transforms.Conversion.MapKeyToValue("Back", "Key"));
        Assert.Contains("Input column 'Key' doesn't contain key values metadata",
            Assert.Throws<ArgumentOutOfRangeException>(() => chain.Fit(view)).Message);
    }

    private sealed class Keyed
    {
        [KeyType(3)]
        public uint Key { get; set; }
    }
}
