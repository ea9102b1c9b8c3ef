using FsCheck.Fluent;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class WinogradBFloat16Tests
{
    /// <summary>
    /// Limits of the errors, of the largest sum of absolute products that an output is made of. Each factor is rounded
    /// by up to 1/512 of it, and the transforms there and back go through numbers up to some ten times as large as the
    /// result: 0.0085 and 0.0005 were the largest that were seen.
    /// </summary>
    private const double Largest = 0.02,
        Mean = 0.001;

    private static readonly bool IsSupported = BFloat16Products.IsSupported;

    [SkippableFact]
    public void Convolutions_are_those_of_libtorch_except_for_rounding()
    {
        Skip.IfNot(IsSupported, "This processor has no AVX512-BF16, or has AMX.");
        var shapes =
            from batch in Gen.Choose(1, 3)
            from inputs in Gen.Elements(16, 17, 24, 36, 81, 130)
            from outputs in Gen.Elements(16, 17, 24, 54, 64, 100, 121, 129)
            from height in Gen.Choose(1, 21)
            from width in Gen.Choose(1, 21)
            from channelsLast in Gen.Choose(0, 3)
            from seed in Gen.Choose(0, int.MaxValue)
            select new WinogradTests.Shape(batch, inputs, outputs, height, width, channelsLast, seed);
        var threads = get_num_threads();
        foreach (var shape in shapes.Sample(100))
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            var (x, weight, bias) = shape.Draw();
            Assert.True(WinogradBFloat16.Takes(x, weight), $"{shape}");
            using var factors = new BFloat16Factors(weight);
            var actual = WinogradBFloat16.ConvolveRelu(x, factors, bias);
            var expected = nn.functional.conv2d(x, weight, bias, [1L, 1L], [1L, 1L]).relu();
            double sum = nn
                .functional.conv2d(x.abs(), weight.abs(), bias.abs(), [1L, 1L], [1L, 1L])
                .max()
                .item<float>();
            Assert.True(ChannelsLast.Is(actual), $"{shape}");
            var errors = actual - expected;
            Assert.True(errors.abs().max().item<float>() <= Largest * sum, $"{shape}");
            Assert.True(errors.abs().mean().item<float>() <= Mean * sum, $"{shape}");
            // The mean error is zero: no number is rounded to one side.
            var open = expected.gt(0).logical_and(actual.gt(0));
            var count = open.sum().item<long>();
            Assert.True(count < 100 || Math.Abs(errors[open].mean().item<float>()) <= 0.5 * Mean * sum, $"{shape}");
            try
            {
                set_num_threads(threads == 1 ? 2 : 1);
                Assert.Equal(0, Golden.Difference(actual, WinogradBFloat16.ConvolveRelu(x, factors, bias)));
            }
            finally
            {
                set_num_threads(threads);
            }
        }
    }

    [SkippableFact]
    public void A_pixel_that_is_not_a_number_reaches_its_neighbors_only()
    {
        Skip.IfNot(IsSupported, "This processor has no AVX512-BF16, or has AMX.");
        using var scope = NewDisposeScope();
        var x = ones(1, 16, 12, 12);
        x[0, 3, 0, 0] = float.NaN;
        using var factors = new BFloat16Factors(ones(16, 16, 3, 3));
        var actual = WinogradBFloat16.ConvolveRelu(x, factors, zeros(16));
        Assert.True(actual[0, 0, 0, 0].isnan().item<bool>());
        Assert.False(actual[0, .., 8.., 8..].isnan().any().item<bool>());
    }

    /// <summary>What a network in bfloat16 predicts after its weights were changed and it was frozen anew.</summary>
    [Fact]
    public void A_frozen_network_gives_the_same_until_it_is_frozen_anew()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var network = new PoseNetwork(
            new UNetOptions { Filters = 16, MaxStride = 8 },
            [new ConfidenceMapHeadOptions { Kind = ConfidenceMapKind.SingleInstance, Nodes = 2 }]
        );
        network.Precision = ScalarType.BFloat16;
        Tensor images = rand(new long[] { 2, 1, 32, 48 }),
            before = network.call(images)[0];
        network.Freeze();
        Assert.Equal(0, Golden.Difference(before, network.call(images)[0]));
        foreach (var parameter in network.parameters())
            parameter.mul_(1.5);
        network.Freeze();
        var after = network.call(images)[0];
        Assert.NotEqual(0, Golden.Difference(before, after));
        network.Precision = ScalarType.Float32;
        var exact = network.call(images)[0];
        Assert.InRange(Golden.Difference(exact, after), 1e-7, 0.03 * exact.abs().max().item<float>());
    }

    [Fact]
    public void Small_or_wide_convolutions_are_left_to_others()
    {
        using var scope = NewDisposeScope();
        Tensor x = zeros(1, 16, 16, 16),
            weight = zeros(16, 16, 3, 3);
        Assert.Equal(IsSupported, WinogradBFloat16.Takes(x, weight));
        Assert.False(WinogradBFloat16.Takes(x, zeros(8, 16, 3, 3)));
        Assert.False(WinogradBFloat16.Takes(zeros(1, 8, 16, 16), zeros(16, 8, 3, 3)));
        Assert.False(WinogradBFloat16.Takes(x, zeros(16, 16, 5, 5)));
        Assert.False(WinogradBFloat16.Takes(x.to(ScalarType.BFloat16), weight));
    }
}
