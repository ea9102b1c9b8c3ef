using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class NormReluTests
{
    private const double Epsilon = 1e-5;

    private static readonly Gen<Shape> Shapes =
        from batch in Gen.Choose(1, 4)
        from channels in Gen.Elements(8, 9, 15, 16, 24, 36, 81)
        from height in Gen.Choose(1, 19)
        from width in Gen.Choose(1, 19)
        from offset in Gen.Elements(0, 3, -400)
        from channelsLast in Gen.Elements(false, true)
        from seed in Gen.Choose(0, int.MaxValue)
        where batch * height * width >= 16 // fewer are not normalized
        select new Shape(batch, channels, height, width, offset, channelsLast, seed);

    [Property(MaxTest = 150)]
    public Property Statistics_are_those_in_double_precision() =>
        Prop.ForAll(
            Shapes.ToArbitrary(),
            shape =>
            {
                using var scope = NewDisposeScope();
                var x = shape.Draw().X;
                var (mean, variance) = NormRelu.Statistics(x);
                var exact = x.to(ScalarType.Float64);
                Assert.InRange(Golden.Difference(exact.mean([0, 2, 3]), mean), 0, 1e-6 * (1 + Math.Abs(shape.Offset)));
                // The numbers themselves are rounded to 1e-7 of the offset; their squares do not cancel.
                Assert.InRange(Golden.Difference(exact.var([0, 2, 3], unbiased: false), variance), 0, 2e-5);
            }
        );

    [Property(MaxTest = 150)]
    public Property Outputs_and_gradients_are_those_in_double_precision() =>
        Prop.ForAll(
            Shapes.ToArbitrary(),
            shape =>
            {
                using var scope = NewDisposeScope();
                var (x, weight, bias) = shape.Draw();
                var norm = new BatchNorm(shape.Channels, CPU);
                using (no_grad())
                    WeightOf(norm).copy_(weight);
                bias.requires_grad_();
                var output = norm.Apply(x.requires_grad_(), bias);
                Assert.True(ChannelsLast.Is(output));
                var upstream = linspace(-1, 1, output.numel()).view(output.shape);
                output.mul(upstream).sum().backward();

                Tensor[] exact =
                [
                    .. new[] { x, weight, bias }.Select(leaf =>
                        leaf.detach().to(ScalarType.Float64).clone().requires_grad_()
                    ),
                ];
                Tensor mean = exact[0].mean([0, 2, 3], keepdim: true),
                    centered = exact[0] - mean,
                    deviation = (centered.square().mean([0, 2, 3], keepdim: true) + Epsilon).sqrt();
                var expected = centered / deviation * exact[1].view(1, -1, 1, 1) + exact[2].view(1, -1, 1, 1);
                // Numbers of a large offset have lost digits before they come here.
                var rounding = 2e-5 * (1 + Math.Abs(shape.Offset));
                Assert.InRange(Golden.Difference(expected.relu(), output), 0, rounding);
                // Where the ReLU is open is taken from here: a sum that is 0 but for rounding may be on either side.
                var open = output.detach().gt(0).to(ScalarType.Float64);
                expected.mul(upstream * open).sum().backward();
                Tensor[] actual = [x.grad!, WeightOf(norm).grad!, bias.grad!];
                for (var i = 0; i < actual.Length; i++)
                {
                    var size = 1 + exact[i].grad!.abs().max().item<double>();
                    Assert.InRange(Golden.Difference(exact[i].grad!, actual[i]), 0, rounding * size);
                }
            }
        );

    [Fact]
    public void Threads_do_not_change_a_number()
    {
        using var scope = NewDisposeScope();
        var (x, weight, bias) = new Shape(3, 36, 26, 31, 3, true, 7).Draw();
        var upstream = randn(x.shape);
        var threads = get_num_threads();
        try
        {
            var expected = All(1);
            foreach (var (one, other) in ((int[])[2, 5, 64]).SelectMany(count => expected.Zip(All(count))))
                Assert.Equal(0, Golden.Difference(one, other));
        }
        finally
        {
            set_num_threads(threads);
        }

        Tensor[] All(int count)
        {
            set_num_threads(count);
            var (mean, variance) = NormRelu.Statistics(x);
            var inverse = variance.rsqrt();
            var gradients = NormRelu.Gradients(upstream, x, mean, inverse, weight, bias);
            return [mean, variance, NormRelu.Apply(x, weight, bias), gradients.X, gradients.Weight, gradients.Bias];
        }
    }

    /// <summary>The ends of channels that are no multiple of eight are computed twice, and counted once.</summary>
    [Fact]
    public void A_map_of_one_value_has_no_variance_and_gives_the_bias()
    {
        using var scope = NewDisposeScope();
        var (mean, variance) = NormRelu.Statistics(full([2, 11, 5, 7], 0.1f));
        Assert.All(mean.Values<float>(), value => Assert.Equal(0.1f, value));
        Assert.All(variance.Values<float>(), value => Assert.Equal(0, value));
        var norm = new BatchNorm(11, CPU);
        var output = norm.Apply(full([2, 11, 5, 7], 0.1f), full([11], 0.5f));
        Assert.All(output.Values<float>(), value => Assert.Equal(0.5f, value, 1e-6));
    }

    private static Tensor WeightOf(BatchNorm norm) => norm.parameters().Single();

    public sealed record Shape(
        int Batch,
        int Channels,
        int Height,
        int Width,
        int Offset,
        bool IsChannelsLast,
        int Seed
    )
    {
        public (Tensor X, Tensor Weight, Tensor Bias) Draw()
        {
            var generator = new Generator((ulong)Seed);
            var x = randn([Batch, Channels, Height, Width], generator: generator) + Offset;
            return (
                IsChannelsLast ? ChannelsLast.Convert(x) : x,
                rand([Channels], generator: generator) + 0.5f,
                randn([Channels], generator: generator)
            );
        }
    }
}
