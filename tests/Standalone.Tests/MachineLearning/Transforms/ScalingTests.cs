using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Standalone.Tests.MachineLearning.Transforms;

public sealed class ScalingTests
{
    private readonly MLContext _ml = new(seed: 1);

    private sealed class Row
    {
        public float Value { get; set; }

        [VectorType(3)]
        public float[] Point { get; set; } = [];

        public float[] Open { get; set; } = [];
    }

    private IDataView View()
    {
        SchemaDefinition definition = SchemaDefinition.Create(typeof(Row));
        definition["Point"].AddAnnotation("SlotNames", new[] { "x", "y", "z" }, new VectorDataViewType(TextDataViewType.Instance, 3));
        return _ml.Data.LoadFromEnumerable(new Row[]
        {
            new() { Value = -4, Point = [2, 10, 5], Open = [1, float.NaN] },
            new() { Value = 2, Point = [4, float.NaN, 5], Open = [] },
            new() { Value = float.NaN, Point = [6, 30, 5], Open = [float.NaN] },
        }, definition);
    }

    private IDataView Run(IEstimator<ITransformer> estimator)
    {
        estimator.GetOutputSchema(Schemas.Shape(View().Schema));
        return estimator.Fit(View()).Transform(View());
    }

    [Fact]
    public void MinMaxKeepsZeroByDefault()
    {
        IDataView made = Run(_ml.Transforms.NormalizeMinMax("Scaled", "Value"));
        Assert.Equal([-1f, 0.5f, float.NaN], made.GetColumn<float>("Scaled"));
        Assert.True(made.Schema["Scaled"].IsNormalized());
    }

    [Fact]
    public void MinMaxScalesSlotsByThemselvesAndKeepsTheirNames()
    {
        IDataView made = Run(_ml.Transforms.NormalizeMinMax("Scaled", "Point", fixZero: false));
        Assert.Equal(["x", "y", "z"], made.Schema["Scaled"].SlotNames());
        Assert.Equal([[0, 0, 0], [0.5f, float.NaN, 0], [1, 1, 0]], made.GetColumn<float[]>("Scaled"));
    }

    [Fact]
    public void MeanVarianceCentresWhenZeroMayMove()
    {
        NormalizingTransformer model = _ml.Transforms.NormalizeMeanVariance("Scaled", "Point", fixZero: false).Fit(View());
        float[] first = model.Transform(View()).GetColumn<float[]>("Scaled").First();
        // Slot x: 2, 4, 6; slot y: 10, 30; slot z is constant and says nothing.
        Assert.Equal(-2 / MathF.Sqrt(8f / 3), first[0], 1e-6f);
        Assert.Equal(-1, first[1], 1e-6f);
        Assert.Equal(0, first[2]);
        var parameters = Assert.IsType<NormalizingTransformer.AffineNormalizerModelParameters<ImmutableArray<float>>>(model.GetNormalizerModelParameters(0));
        Assert.Equal([4f, 20f, 0f], parameters.Offset.ToArray());
    }

    [Fact]
    public void VectorsOfUnknownSizeAreRefused()
        => Assert.Contains("expected known-size vector or scalar, got VarVector<Single>",
            Assert.Throws<ArgumentOutOfRangeException>(() => Run(_ml.Transforms.NormalizeMinMax("Scaled", "Open"))).Message);

    [Fact]
    public void MissingValuesAreReplaced()
    {
        IDataView made = Run(_ml.Transforms.ReplaceMissingValues("Filled", "Point"));
        Assert.Equal([4, 0, 5], made.GetColumn<float[]>("Filled").ElementAt(1));
        Assert.Equal(["x", "y", "z"], made.Schema["Filled"].SlotNames());
        Assert.Equal([1, 0], Run(_ml.Transforms.ReplaceMissingValues("Filled", "Open")).GetColumn<float[]>("Filled").First());
    }

    [Theory]
    [InlineData(MissingValueReplacingEstimator.ReplacementMode.Mean, 20f)]
    [InlineData(MissingValueReplacingEstimator.ReplacementMode.Minimum, 10f)]
    [InlineData(MissingValueReplacingEstimator.ReplacementMode.Maximum, 30f)]
    public void ReplacementsAreLearntSlotBySlot(MissingValueReplacingEstimator.ReplacementMode mode, float expected)
        => Assert.Equal([4, expected, 5], Run(_ml.Transforms.ReplaceMissingValues("Filled", "Point", mode)).GetColumn<float[]>("Filled").ElementAt(1));
}
