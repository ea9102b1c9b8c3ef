using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class BFloat16SupportTests
{
    /// <summary>Eight binary digits a number, through some twenty layers.</summary>
    private const double Share = 0.03;

    [
        Theory,
        InlineData("unet-interpolate"),
        InlineData("unet-transposed"),
        InlineData("unet-stem2"),
        InlineData("heads-multi_class_topdown-fc1-pool"),
        InlineData("heads-bottomup")
    ]
    public void Outputs_stay_near_those_of_single_precision(string file)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var golden = new GoldenNetwork(file);
        using var network = golden.Build();
        network.UseChannelsLast();
        var input = golden.File.ToTensor("input");
        var single = network.call(input);
        network.Precision = ScalarType.BFloat16;
        var half = network.call(input);
        foreach ((var exact, var rounded) in single.Zip(half))
        {
            Assert.Equal(ScalarType.Float32, rounded.dtype);
            // Not equal either: the backbone did compute with fewer digits, except in convolutions of few filters.
            var least = BFloat16Products.IsSupported && ((UNetOptions)network.Backbone).Filters < 16 ? 0 : 1e-7;
            Assert.InRange(Golden.Difference(exact, rounded), least, Share * exact.abs().max().item<float>());
        }
    }

    [Fact]
    public void Gradients_reach_the_parameters_in_single_precision()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var network = new PoseNetwork(
            new UNetOptions
            {
                Filters = 8,
                MaxStride = 8,
                KernelSize = 2,
            },
            [new ConfidenceMapHeadOptions { Kind = ConfidenceMapKind.SingleInstance, Nodes = 2 }]
        );
        network.UseChannelsLast();
        var images = rand(new long[] { 2, 1, 32, 32 });
        Tensor[] Gradients(ScalarType precision)
        {
            network.Precision = precision;
            network.zero_grad(true);
            network.call(images)[0].square().mean().backward();
            return [.. network.parameters().Select(parameter => parameter.grad!.detach().clone())];
        }

        Tensor[] single = Gradients(ScalarType.Float32),
            half = Gradients(ScalarType.BFloat16);
        foreach ((var exact, var rounded) in single.Zip(half))
        {
            Assert.Equal(ScalarType.Float32, rounded.dtype);
            Assert.InRange(Golden.Difference(exact, rounded), 0, 0.1 * exact.abs().max().item<float>() + 1e-6);
        }
    }

    /// <summary>
    /// Older libtorch was wrong on CPUs with AMX above some 350 columns (oneDNN 2.6), and without AVX-512, where it
    /// summed in 16 bits.
    /// </summary>
    [Theory, InlineData(96), InlineData(320), InlineData(512)]
    public void Gradients_at_any_width_are_those_of_single_precision(int width)
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var network = new PoseNetwork(
            new UNetOptions { Filters = 16, MaxStride = 4 },
            [new ConfidenceMapHeadOptions { Kind = ConfidenceMapKind.SingleInstance, Nodes = 2 }]
        );
        network.UseChannelsLast();
        var images = ChannelsLast.Convert(rand(new long[] { 1, 1, 32, width }));
        Tensor[] Gradients(ScalarType precision)
        {
            network.Precision = precision;
            network.zero_grad(true);
            network.call(images)[0].square().mean().backward();
            return
            [
                .. network
                    .parameters()
                    .Where(parameter => parameter.dim() == 4)
                    .Select(parameter => parameter.grad!.detach().clone()),
            ];
        }

        foreach ((var exact, var rounded) in Gradients(ScalarType.Float32).Zip(Gradients(ScalarType.BFloat16)))
            Assert.InRange((exact - rounded).norm().item<float>(), 0, 0.1f * exact.norm().item<float>());
    }

    [Fact]
    public void Other_precisions_are_refused()
    {
        using var network = new PoseNetwork(
            new UNetOptions { Filters = 4 },
            [new ConfidenceMapHeadOptions { Kind = ConfidenceMapKind.SingleInstance, Nodes = 2 }]
        );
        Assert.Contains(
            "Float64",
            Assert.Throws<ArgumentException>(() => network.Precision = ScalarType.Float64).Message
        );
        // Whatever this machine has, asking is safe.
        Assert.Equal(BFloat16Support.HasAmx, BFloat16Support.IsFast(CPU, trains: true));
    }

    /// <summary>TF32 would round what <see cref="Precision.Single"/> computes on a GPU.</summary>
    [Fact]
    public void Single_precision_is_not_rounded_on_a_gpu()
    {
        LibTorchLibrary.Load();
        Assert.False(backends.cudnn.allow_tf32);
        Assert.False(backends.cuda.matmul.allow_tf32);
    }
}
