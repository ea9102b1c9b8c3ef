using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class WinogradTests
{
    /// <summary>
    /// Rounding, of the largest sum of absolute products that an output is made of: single precision has 6e-8, and the
    /// transforms there and back go through numbers up to some ten times as large as the result.
    /// </summary>
    private const double Rounding = 2e-6;

    /// <summary>
    /// A convolution; sizes around and below a tile's 4 and a patch's 6, numbers of channels that are multiples of 8
    /// and 16 and others.
    /// </summary>
    private static readonly Gen<Shape> Shapes =
        from batch in Gen.Choose(1, 3)
        from inputs in Gen.Elements(8, 9, 15, 16, 24, 36, 81, 130)
        from outputs in Gen.Elements(8, 12, 16, 17, 24, 36, 54, 100)
        from height in Gen.Choose(1, 21)
        from width in Gen.Choose(1, 21)
        from channelsLast in Gen.Choose(0, 3)
        from seed in Gen.Choose(0, int.MaxValue)
        select new Shape(batch, inputs, outputs, height, width, channelsLast, seed);

    [Property(MaxTest = 150)]
    public Property Convolutions_are_those_of_libtorch() =>
        Prop.ForAll(
            Shapes.ToArbitrary(),
            shape =>
            {
                using var scope = NewDisposeScope();
                using var _ = no_grad();
                var (x, weight, bias) = shape.Draw();
                Assert.True(Winograd.Takes(x, weight));
                using Tensor expected = nn.functional.conv2d(x, weight, bias, [1L, 1L], [1L, 1L]),
                    rectified = expected.relu();
                double sum = nn
                    .functional.conv2d(x.abs(), weight.abs(), bias.abs(), [1L, 1L], [1L, 1L])
                    .max()
                    .item<float>();
                foreach (var relu in new[] { false, true })
                {
                    var actual = Winograd.Convolve(x, weight, bias, relu, null);
                    Assert.True(ChannelsLast.Is(actual));
                    Assert.InRange(Golden.Difference(relu ? rectified : expected, actual), 0, Rounding * sum);
                }
            }
        );

    [Property(MaxTest = 150)]
    public Property Gradients_are_those_of_libtorch() =>
        Prop.ForAll(
            Shapes.ToArbitrary(),
            shape =>
            {
                using var scope = NewDisposeScope();
                var (x, weight, bias) = shape.Draw();
                var output = ConvReluFunction.apply(x.requires_grad_(), weight.requires_grad_(), bias.requires_grad_());
                var upstream = linspace(-1, 1, output.numel()).view(output.shape); // another one for each pixel
                output.mul(upstream).sum().backward();
                // Where the ReLU is open is taken from here: a sum that is 0 but for rounding may be on either side of
                // it.
                var open = output.detach().gt(0).to(ScalarType.Float32);
                Tensor[] expected = Gradients(x, weight, bias, upstream * open),
                    sums = Gradients(x.abs(), weight.abs(), bias.abs(), (upstream * open).abs());
                Tensor[] actual = [x.grad!, weight.grad!, bias.grad!];
                for (var i = 0; i < actual.Length; i++)
                {
                    Assert.InRange(
                        Golden.Difference(expected[i], actual[i].to(ScalarType.Float64)),
                        0,
                        Rounding * sums[i].max().item<double>()
                    );
                }

                // In double precision: libtorch's gradient of a bias in single precision is 3e-6 off here, sixty times
                // as much as ours.
                static Tensor[] Gradients(Tensor x, Tensor weight, Tensor bias, Tensor upstream)
                {
                    Tensor[] leaves =
                    [
                        .. new[] { x, weight, bias }.Select(leaf =>
                            leaf.detach().to(ScalarType.Float64).clone().requires_grad_()
                        ),
                    ];
                    nn.functional.conv2d(leaves[0], leaves[1], leaves[2], [1L, 1L], [1L, 1L])
                        .mul(upstream.to(ScalarType.Float64))
                        .sum()
                        .backward();
                    return [.. leaves.Select(leaf => leaf.grad!)];
                }
            }
        );

    [Fact]
    public void Rounding_is_about_that_of_the_plain_sum()
    {
        using var scope = NewDisposeScope();
        var (x, weight, bias) = new Shape(2, 64, 64, 40, 40, 3, 7).Draw();
        var exact = nn.functional.conv2d(
            x.to(ScalarType.Float64),
            weight.to(ScalarType.Float64),
            bias.to(ScalarType.Float64),
            [1L, 1L],
            [1L, 1L]
        );
        double plain = Error(nn.functional.conv2d(x, weight, bias, [1L, 1L], [1L, 1L])),
            here = Error(Winograd.Convolve(x, weight, bias, relu: false, null));
        Assert.InRange(here, 0, 3 * plain); // 1.9 times was seen

        double Error(Tensor single) => (single.to(ScalarType.Float64) - exact).square().mean().sqrt().item<double>();
    }

    [Fact]
    public void Neither_the_batch_nor_threads_nor_kept_factors_change_a_number()
    {
        using var scope = NewDisposeScope();
        var (x, weight, bias) = new Shape(3, 36, 54, 26, 31, 3, 11).Draw();
        using var kept = new WinogradFactors(weight);
        var threads = get_num_threads();
        try
        {
            set_num_threads(1);
            var expected = Winograd.Convolve(x, weight, bias, relu: true, null);
            foreach (var count in new[] { 1, 2, 5, 64 })
            {
                set_num_threads(count);
                Assert.True(Same(expected, Winograd.Convolve(x, weight, bias, relu: true, null)));
                Assert.True(Same(expected, Winograd.Convolve(x, weight, bias, relu: true, kept)));
                for (var image = 0; image < 3; image++)
                {
                    Assert.True(
                        Same(
                            expected.narrow(0, image, 1),
                            Winograd.Convolve(x.narrow(0, image, 1), weight, bias, relu: true, null)
                        )
                    );
                }
            }
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [Fact]
    public void Threads_do_not_change_a_gradient()
    {
        using var scope = NewDisposeScope();
        var (x, weight, _) = new Shape(3, 36, 54, 26, 31, 3, 11).Draw();
        Tensor upstream = randn([3, 54, 26, 31]),
            output = randn([3, 54, 26, 31]);
        var threads = get_num_threads();
        try
        {
            var expected = Gradients(1);
            foreach (var count in new[] { 2, 5, 64 })
                Assert.All(expected.Zip(Gradients(count)), pair => Assert.True(Same(pair.First, pair.Second)));
        }
        finally
        {
            set_num_threads(threads);
        }

        Tensor[] Gradients(int count)
        {
            set_num_threads(count);
            (var gradient, var bias) = Winograd.ReluGradient(upstream, output);
            return [gradient, bias, Winograd.InputGradient(gradient, weight), Winograd.WeightGradient(x, gradient)];
        }
    }

    /// <summary>Otherwise a network that has gone wrong would look as if it saw nothing.</summary>
    [Theory, InlineData(float.NaN), InlineData(float.PositiveInfinity)]
    public void What_is_no_number_is_not_hidden(float number)
    {
        using var scope = NewDisposeScope();
        var (x, weight, bias) = new Shape(1, 8, 8, 9, 9, 3, 3).Draw();
        x[0, 4, 5, 5] = number;
        var actual = Winograd.Convolve(x, weight, bias, relu: true, null);
        Assert.All(
            Enumerable.Range(0, 8),
            channel => Assert.False(float.IsFinite(actual[0, channel, 5, 5].item<float>()))
        );
        Assert.True(float.IsFinite(actual[0, 0, 0, 0].item<float>()));
    }

    [Fact]
    public void Others_are_left_to_libtorch()
    {
        using var scope = NewDisposeScope();
        Tensor x = zeros(1, 8, 16, 16),
            weight = zeros(8, 8, 3, 3);
        Assert.True(Winograd.Takes(x, weight));
        Assert.False(Winograd.Takes(x, zeros(8, 8, 5, 5)));
        Assert.False(Winograd.Takes(zeros(1, 1, 16, 16), zeros(8, 1, 3, 3)));
        Assert.False(Winograd.Takes(x, zeros(4, 8, 3, 3)));
        Assert.False(Winograd.Takes(x.to(ScalarType.Float64), weight.to(ScalarType.Float64)));
        Assert.False(Winograd.Takes(x.to(ScalarType.BFloat16), weight));
        Assert.False(Winograd.Takes(zeros(0, 8, 16, 16), weight));
    }

    [Fact]
    public void A_frozen_network_gives_the_same_until_it_is_frozen_anew()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var network = new PoseNetwork(
            new UNetOptions { Filters = 8, MaxStride = 8 },
            [new ConfidenceMapHeadOptions { Kind = ConfidenceMapKind.SingleInstance, Nodes = 2 }]
        );
        Tensor images = rand(new long[] { 2, 1, 32, 48 }),
            before = network.call(images)[0];
        network.Freeze();
        Assert.True(Same(before, network.call(images)[0]));
        foreach (var parameter in network.parameters())
            parameter.mul_(1.5);
        var after = network.call(images)[0];
        Assert.False(Same(before, after)); // biases, heads and the first layer are read anew
        network.Freeze();
        var anew = network.call(images)[0];
        Assert.False(Same(after, anew));
        using var thawed = new PoseNetwork(network.Backbone, network.Heads);
        foreach ((var to, var from) in thawed.parameters().Zip(network.parameters()))
            to.copy_(from);
        Assert.True(Same(anew, thawed.call(images)[0]));
    }

    private static bool Same(Tensor one, Tensor other) => Golden.Difference(one, other) == 0;

    /// <param name="Batch">Images.</param>
    /// <param name="Inputs">Channels in.</param>
    /// <param name="Outputs">Channels out.</param>
    /// <param name="Height">Rows.</param>
    /// <param name="Width">Columns.</param>
    /// <param name="ChannelsLast">Bit 0: the map is in that order; bit 1: the weight.</param>
    /// <param name="Seed">Of the numbers.</param>
    public sealed record Shape(int Batch, int Inputs, int Outputs, int Height, int Width, int ChannelsLast, int Seed)
    {
        public (Tensor X, Tensor Weight, Tensor Bias) Draw()
        {
            var generator = new Generator((ulong)Seed);
            Tensor x = randn([Batch, Inputs, Height, Width], generator: generator),
                weight = randn([Outputs, Inputs, 3, 3], generator: generator);
            return (
                (ChannelsLast & 1) == 0 ? x : MLNet.ChannelsLast.Convert(x),
                (ChannelsLast & 2) == 0 ? weight : MLNet.ChannelsLast.Convert(weight),
                randn([Outputs], generator: generator)
            );
        }
    }
}
