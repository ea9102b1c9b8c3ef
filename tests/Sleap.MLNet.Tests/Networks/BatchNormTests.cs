using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>
/// Normalization while a network trains, and its end: what predicts is a network without it, with the same maps.
/// </summary>
public sealed class BatchNormTests
{
    public static TheoryData<string, UNetOptions> Networks =>
        new()
        {
            { "bilinear", Small },
            { "stem", Small with { StemStride = 2, OutputStride = 1 } },
            { "transposed", Small with { UpInterpolate = false } },
            { "transposed, as Keras does", Small with { UpInterpolate = false, KerasUpsampling = true } },
            { "stacks", Small with { Stacks = 2, OutputStride = 1 } },
            { "no middle block", Small with { MiddleBlock = false } },
            { "1x1", Small with { KernelSize = 1 } },
            { "2x2", Small with { KernelSize = 2 } },
            { "5x5", Small with { KernelSize = 5 } },
            { "one convolution", Small with { ConvsPerBlock = 1 } },
            { "three convolutions", Small with { ConvsPerBlock = 3 } },
            { "three channels", Small with { InChannels = 3 } },
            { "narrow", Small with { Filters = 3 } },
            { "no decoder", Small with { OutputStride = 8 } },
        };

    private static UNetOptions Small =>
        new()
        {
            Filters = 8,
            FiltersRate = 1.5f,
            MaxStride = 8,
            OutputStride = 2,
        };

    /// <summary>
    /// On the batch whose statistics were kept, the folded network gives what the normalized one gave, borders
    /// included.
    /// </summary>
    [Theory, MemberData(nameof(Networks))]
    public void A_folded_network_gives_the_same_maps(string what, UNetOptions options)
    {
        Assert.NotEmpty(what);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var network = Drawn(options);
        var images = rand(3, options.InChannels, 48, 40);
        var names = network.state_dict().Keys.ToList();
        network.Normalize();
        Assert.NotEmpty(network.state_dict().Keys.Except(names));
        foreach (var norm in network.modules().OfType<BatchNorm>())
            norm.parameters().Single().copy_(rand(norm.parameters().Single().shape) + 0.5f);
        var expected = network.call(images)[0];
        using var plain = new PoseNetwork(network.Backbone, network.Heads);
        network.Fold(plain);
        Assert.Equal(names, plain.state_dict().Keys);
        Assert.False(plain.IsNormalized);
        // Rounding of up to 40 layers in single precision, larger where a channel varies little.
        var size = expected.abs().max().item<float>();
        Assert.InRange(Golden.Difference(expected, plain.call(images)[0]), 0, 1e-4 * size);
        // Without the statistics it would be another network.
        using var unfolded = Drawn(options);
        Assert.True(Golden.Difference(expected, unfolded.call(images)[0]) > 1e-2 * size);

        // In double precision there is no difference.
        network.to(ScalarType.Float64);
        plain.to(ScalarType.Float64);
        var features = network.Features(images.to(ScalarType.Float64)).At;
        network.Fold(plain);
        foreach (var (stride, map) in plain.Features(images.to(ScalarType.Float64)).At)
        {
            Assert.InRange(Golden.Difference(features[stride], map), 0, 1e-10);
        }
    }

    /// <summary>Where training starts from weights.</summary>
    [Theory, MemberData(nameof(Networks))]
    public void Normalizations_that_keep_the_outputs_change_nothing(string what, UNetOptions options)
    {
        Assert.NotEmpty(what);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var given = Drawn(options);
        using var network = Drawn(options);
        foreach (var (to, parameter) in network.parameters().Zip(given.parameters()))
        {
            parameter.add_(randn(parameter.shape) * 0.01);
            to.copy_(parameter);
        }

        network.Normalize();
        var images = rand(3, options.InChannels, 48, 40);
        network.KeepOutputs(images);
        var expected = given.call(images)[0];
        var size = expected.abs().max().item<float>();
        Assert.InRange(Golden.Difference(expected, network.call(images)[0]), 0, 1e-4 * size);
        // Folded it is the network that was given, on all images.
        using var plain = new PoseNetwork(network.Backbone, network.Heads);
        network.Fold(plain);
        var others = rand(1, options.InChannels, 64, 32);
        expected = given.call(others)[0];
        size = expected.abs().max().item<float>();
        Assert.InRange(Golden.Difference(expected, plain.call(others)[0]), 0, 1e-4 * size);
    }

    [Fact]
    public void Frozen_blocks_are_not_normalized()
    {
        using var network = Drawn(Small);
        var blocks = network.modules().OfType<ConvBlock>().Count() + network.modules().OfType<UpBlock>().Count();
        foreach (var (name, parameter) in network.named_parameters())
            parameter.requires_grad = !name.Contains("encoder_stack.0.");
        network.Normalize();
        var norms = network.named_modules().Where(one => one.module is BatchNorm).Select(one => one.name).ToList();
        Assert.Equal(2 * (blocks - 1) - 2, norms.Count); // two convolutions a block, but for the middle's two blocks
        Assert.DoesNotContain(norms, name => name.Contains("encoder_stack.0."));
    }

    /// <summary>
    /// The variance of one number is 0: normalized by it, a layer would give its bias, and folded, weights 300 times as
    /// large.
    /// </summary>
    [Fact]
    public void Maps_of_few_pixels_are_not_normalized()
    {
        using var scope = NewDisposeScope();
        using var network = Drawn(Small);
        network.Normalize();
        var images = rand(1, 1, 8, 8); // the deepest map has one pixel
        var output = network.call(images)[0];
        output.sum().backward();
        Assert.All(
            network.parameters(),
            parameter => Assert.All(parameter.grad!.Values<float>(), v => Assert.True(float.IsFinite(v)))
        );
        using var plain = new PoseNetwork(network.Backbone, network.Heads);
        network.Fold(plain);
        Assert.InRange(Golden.Difference(output.detach(), plain.call(images)[0].detach()), 0, 1e-6);
    }

    /// <summary>libtorch's own normalization, which other processors and precisions use, gives the same.</summary>
    [Fact]
    public void Statistics_and_outputs_are_the_same_by_libtorch()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var x = randn(2, 12, 9, 7) * 3 + 1;
        var bias = randn(12);
        BatchNorm ours = new(12, CPU),
            torchs = new(6, CPU);
        Tensor expected = ours.Apply(x, bias),
            few = x.narrow(1, 0, 6); // fewer channels than our kernel takes
        Assert.True(NormRelu.Takes(x));
        Assert.False(NormRelu.Takes(few));
        Assert.InRange(Golden.Difference(expected.narrow(1, 0, 6), torchs.Apply(few, bias.narrow(0, 0, 6))), 0, 1e-5);
        foreach (var (one, other) in ours.buffers().Zip(torchs.buffers()))
        {
            Assert.InRange(Golden.Difference(one.narrow(0, 0, 6), other), 0, 1e-5);
        }
    }

    private static PoseNetwork Drawn(UNetOptions options)
    {
        manual_seed(4);
        return new PoseNetwork(
            options,
            [
                new ConfidenceMapHeadOptions
                {
                    Kind = ConfidenceMapKind.SingleInstance,
                    Nodes = 2,
                    OutputStride = options.OutputStride,
                },
            ],
            Initialization.He
        );
    }
}
