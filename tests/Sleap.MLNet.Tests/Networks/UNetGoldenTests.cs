using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>U-Nets and heads against sleap-nn's outputs, with its parameters loaded by name.</summary>
public sealed class UNetGoldenTests
{
    public static TheoryData<string> UNets => [.. GoldenNetwork.Files("unet-*"), .. GoldenNetwork.Files("heads-*")];

    [Theory, MemberData(nameof(UNets))]
    public void Outputs_equal_those_of_sleap_nn(string file)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var golden = new GoldenNetwork(file);
        using var network = golden.Build();
        AssertOutputs(golden, network, network.call(golden.File.ToTensor("input")));
    }

    [Theory, MemberData(nameof(UNets))]
    public void Channels_last_changes_strides_but_no_values(string file)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var golden = new GoldenNetwork(file);
        using var network = golden.Build();
        network.UseChannelsLast();
        var outputs = network.call(ChannelsLast.Convert(golden.File.ToTensor("input")));
        AssertOutputs(golden, network, outputs);
        Assert.All(outputs.Where(output => output.dim() == 4), output => Assert.True(ChannelsLast.Is(output)));
    }

    [Theory, MemberData(nameof(UNets))]
    public void Maps_inside_equal_those_of_sleap_nn(string file)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var golden = new GoldenNetwork(file);
        using var network = golden.Build();
        var features = network.Features(golden.File.ToTensor("input"));
        AssertNear(golden.File.ToTensor("backbone.intermediate_feat"), features.Deepest.narrow(0, 0, 1));
        string[] strides =
        [
            .. golden.File.Entries.Keys.Where(name => name.StartsWith("backbone.stride", StringComparison.Ordinal)),
        ];
        foreach (var stride in strides)
        {
            AssertNear(
                golden.File.ToTensor(stride),
                features.At[int.Parse(stride["backbone.stride".Length..])].narrow(0, 0, 1)
            );
        }
    }

    [Theory, InlineData("unet-odd-size"), InlineData("unet-odd-size-stem2")]
    public void A_second_call_gives_what_the_first_gave(string file)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var golden = new GoldenNetwork(file);
        using var network = golden.Build();
        var input = golden.File.ToTensor("input");
        Tensor first = network.call(input)[0],
            second = network.call(input)[0];
        Assert.Equal(0, Golden.Difference(first, second));
        // sleap-nn's own second call is another: see Pooling.
        var theirs = golden.File.ToTensor("output_second_call.SingleInstanceConfmapsHead");
        Assert.True(!theirs.shape.SequenceEqual(second.shape) || Golden.Difference(theirs, second) > 1e-3);
    }

    [Fact]
    public void Every_layer_inside_keeps_channels_last()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var file in new[] { "unet-interpolate", "unet-transposed", "unet-stem2", "unet-odd-size" })
        {
            var golden = new GoldenNetwork(file);
            using var network = golden.Build();
            network.UseChannelsLast();
            var features = network.Features(ChannelsLast.Convert(golden.File.ToTensor("input")));
            Assert.All(
                features.At,
                map =>
                    Assert.True(
                        ChannelsLast.Is(map.Value),
                        $"{file}, stride {map.Key}: {string.Join(", ", map.Value.stride())}"
                    )
            );
        }
    }

    [
        Theory,
        InlineData("unet-transposed"),
        InlineData("unet-odd-size-stem2"),
        InlineData("heads-multi_class_topdown-fc2-pool"),
        InlineData("swint-odd-size-window4-stem2")
    ]
    public void Only_outputs_are_left_to_the_caller(string file)
    {
        using var all = NewDisposeScope();
        var golden = new GoldenNetwork(file);
        using var network = golden.Build();
        var input = golden.File.ToTensor("input");
        foreach (var precision in new[] { ScalarType.Float32, ScalarType.BFloat16 })
        {
            network.Precision = precision;
            using var scope = NewDisposeScope();
            var outputs = network.call(input);
            Assert.Equal(outputs.Length, scope.DisposablesCount);
            var maps = outputs[0];
            var codec = new ConfidenceMap(2, 1);
            codec.Decode(maps, 0, PeakRefinement.Gaussian);
            Assert.Equal(outputs.Length + 2, scope.DisposablesCount);
            codec.DecodeAll(maps, 0, PeakRefinement.Integral);
            Assert.Equal(outputs.Length + 6, scope.DisposablesCount);
        }
    }

    private static void AssertOutputs(GoldenNetwork golden, PoseNetwork network, Tensor[] outputs)
    {
        Assert.Equal(network.Heads.Count, outputs.Length);
        foreach ((var head, var output) in network.Heads.Zip(outputs))
            AssertNear(golden.File.ToTensor($"output.{head.Name}"), output);
    }

    private static void AssertNear(Tensor expected, Tensor actual) =>
        Assert.InRange(Golden.Difference(expected, actual), 0, GoldenNetwork.Tolerance(expected));
}
