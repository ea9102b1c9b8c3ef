using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class MuonTests
{
    // What the iteration of the paper makes of one singular value, in double precision.
    private static double Mapped(double value)
    {
        for (var turn = 0; turn < 5; turn++)
            value = (3.4445 * value) - (4.7750 * Math.Pow(value, 3)) + (2.0315 * Math.Pow(value, 5));
        return value;
    }

    [Theory]
    [InlineData(16, 144)]
    [InlineData(81, 729)]
    [InlineData(54, 216)]
    [InlineData(216, 54)] // more rows than columns
    [InlineData(8, 8)]
    public void Singular_vectors_stay_and_singular_values_go_near_one(int rows, int columns)
    {
        using var scope = NewDisposeScope();
        var count = Math.Min(rows, columns);
        // From 1 down to a hundredth, and one that is nought.
        double[] values =
        [
            .. Enumerable.Range(0, count).Select(i => i == count - 1 ? 0 : Math.Pow(0.01, i / (count - 1.0))),
        ];
        var norm = Math.Sqrt(values.Sum(value => value * value));
        var (left, right) = (Directions(rows, count, 1), Directions(columns, count, 2));
        var matrix = Product(left, values, right);
        var expected = Product(left, [.. values.Select(value => Mapped(value / norm))], right);
        // the length of a gradient does not count
        var found = Muon.Orthogonal(tensor(matrix, [rows, columns]).mul(123));
        Assert.Equal([rows, columns], found.shape);
        // Single precision has 6e-8; the least directions are made 480 times as long, through the square of the matrix.
        Assert.All(found.Values<float>().Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-3));
        Assert.All(
            values.Where(value => value / norm > 0.01),
            value => Assert.InRange(Mapped(value / norm), 0.6, 1.25)
        );
    }

    [Fact]
    public void A_matrix_of_noughts_stays()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(0, Muon.Orthogonal(zeros([4, 9])).abs().sum().item<float>());
    }

    [Fact]
    public void A_step_is_as_long_as_Adams()
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(zeros([24, 16, 3, 3]));
        using var muon = new Muon([weight]);
        weight.mul(rand([24, 16, 3, 3], ScalarType.Float32).sub(0.5)).sum().backward();
        muon.Step(1e-3);
        // Adam's first step is the learning rate itself, its later ones about a fifth of it.
        Assert.InRange(weight.square().mean().sqrt().item<float>(), 0.7 * 0.2e-3, 1.3 * 0.2e-3);
    }

    [Fact]
    public void It_is_for_the_backbones_matrices()
    {
        using var network = new PoseNetwork(
            new UNetOptions
            {
                Filters = 8,
                MaxStride = 8,
                OutputStride = 2,
            },
            [
                new ConfidenceMapHeadOptions
                {
                    Kind = ConfidenceMapKind.SingleInstance,
                    Nodes = 2,
                    OutputStride = 2,
                },
            ]
        );
        string[] matrices =
        [
            .. network
                .named_parameters()
                .Where(named => Muon.IsFor(named.name, named.parameter))
                .Select(named => named.name),
        ];
        Assert.NotEmpty(matrices);
        Assert.All(matrices, name => Assert.EndsWith(".weight", name));
        Assert.DoesNotContain(matrices, name => name.StartsWith("head_layers", StringComparison.Ordinal));
        // All kernels but those of the first convolution, which sees one gray channel.
        Assert.Equal(
            network
                .named_parameters()
                .Count(named =>
                    named.name.StartsWith("backbone", StringComparison.Ordinal)
                    && named.name.EndsWith("weight", StringComparison.Ordinal)
                ) - 1,
            matrices.Length
        );
    }

    [Fact]
    public void Auto_is_Muon_for_UNets_and_Adam_for_backbones_that_start_from_ImageNet()
    {
        Assert.Equal(Optimizer.Muon, NetworkOptimizer.Of(Optimizer.Auto, new UNetOptions()));
        Assert.Equal(Optimizer.Adam, NetworkOptimizer.Of(Optimizer.Auto, new SwinTOptions()));
        Assert.Equal(Optimizer.Adam, NetworkOptimizer.Of(Optimizer.Auto, new ConvNeXtOptions()));
        Assert.Equal(Optimizer.AdamW, NetworkOptimizer.Of(Optimizer.AdamW, new UNetOptions()));
    }

    /// <summary>Orthonormal columns, by Gram and Schmidt, twice over for the sake of rounding.</summary>
    private static double[][] Directions(int length, int count, int seed)
    {
        var random = new Random(seed);
        var found = new List<double[]>();
        while (found.Count < count)
        {
            double[] next = [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() - 0.5)];
            foreach (var other in found.Concat(found))
            {
                var along = next.Zip(other, (a, b) => a * b).Sum();
                next = [.. next.Zip(other, (a, b) => a - along * b)];
            }
            var norm = Math.Sqrt(next.Sum(value => value * value));
            found.Add([.. next.Select(value => value / norm)]);
        }
        return [.. found];
    }

    private static float[] Product(double[][] left, double[] values, double[][] right) =>
        [
            .. from row in Enumerable.Range(0, left[0].Length)
            from column in Enumerable.Range(0, right[0].Length)
            select (float)Enumerable.Range(0, values.Length).Sum(i => left[i][row] * values[i] * right[i][column]),
        ];
}
