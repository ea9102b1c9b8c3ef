using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>ConvNeXt and Swin Transformer against sleap-nn's outputs.</summary>
public sealed class StagedBackboneGoldenTests
{
    public static TheoryData<string> Networks =>
        [.. GoldenNetwork.Files("convnext-*"), .. GoldenNetwork.Files("swint-*")];

    public static TheoryData<string> Failing => ["convnext-failures", "swint-failures"];

    public static TheoryData<int> Sizes =>
        [
            .. Enumerable
                .Range(0, Golden.Json("networks/parameters.json").AsArray().Count)
                .Where(index => Size(index)["config"]!["backbone_config"]!["unet"] is null),
        ];

    [Theory, MemberData(nameof(Networks))]
    public void Outputs_and_maps_inside_equal_those_of_sleap_nn(string file)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var golden = new GoldenNetwork(file);
        using var network = golden.Build();
        foreach (var channelsLast in new[] { false, true })
        {
            if (channelsLast)
                network.UseChannelsLast();
            var input = golden.File.ToTensor("input");
            var outputs = network.call(channelsLast ? ChannelsLast.Convert(input) : input);
            foreach ((var head, var output) in network.Heads.Zip(outputs))
                AssertNear(golden.File.ToTensor($"output.{head.Name}"), output);
            var features = network.Features(input);
            AssertNear(golden.File.ToTensor("backbone.intermediate_feat"), features.Deepest.narrow(0, 0, 1));
            foreach (
                var stride in golden.File.Entries.Keys.Where(name =>
                    name.StartsWith("backbone.stride", StringComparison.Ordinal)
                )
            )
            {
                AssertNear(
                    golden.File.ToTensor(stride),
                    features.At[int.Parse(stride["backbone.stride".Length..])].narrow(0, 0, 1)
                );
            }

            var encoded = network.Encoded(input);
            for (var map = 0; map < encoded.Count; map++)
                AssertNear(golden.File.ToTensor($"encoder.{map}"), encoded[map].narrow(0, 0, 1));
        }
    }

    [Theory, InlineData("convnext-stem2-stride2"), InlineData("swint-window4-stem2-stride1")]
    public void Half_precision_stays_near_and_training_reaches_every_parameter(string file)
    {
        using var scope = NewDisposeScope();
        var golden = new GoldenNetwork(file);
        using var network = golden.Build();
        Tensor input = golden.File.ToTensor("input"),
            exact = golden.File.ToTensor(golden.File.Entries.Keys.First(name => name.StartsWith("output.")));
        network.Precision = ScalarType.BFloat16;
        using (no_grad())
        {
            Assert.InRange(
                Golden.Difference(exact, network.call(input)[0]),
                1e-7,
                0.03 * exact.abs().max().item<float>()
            );
        }

        network.Precision = ScalarType.Float32;
        network.train();
        network.call(input)[0].square().mean().backward();
        Assert.All(
            network.parameters(),
            parameter =>
                Assert.True(parameter.grad is not null && float.IsFinite(parameter.grad.abs().max().item<float>()))
        );
    }

    [Theory, MemberData(nameof(Failing))]
    public void One_convolution_a_block_runs_where_sleap_nn_fails(string file)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var failure in Golden.Json($"networks/{file}.json").AsArray())
        {
            var heads = ModelConfig.Heads(failure!["config"]!);
            using var network = new PoseNetwork(ModelConfig.Backbone(failure["config"]!), heads);
            long[] shape = [.. failure["input"]!.AsArray().Select(size => (long)size!)];
            Assert.Equal(
                [shape[0], heads[0].Channels, shape[2] / heads[0].OutputStride, shape[3] / heads[0].OutputStride],
                network.call(rand(shape))[0].shape
            );
        }
    }

    /// <summary>All sizes, up to ConvNeXt large with 437 million parameters.</summary>
    [Theory, MemberData(nameof(Sizes))]
    public void Parameters_are_those_of_sleap_nn_in_number_and_name(int index)
    {
        var size = Size(index);
        using var network = new PoseNetwork(ModelConfig.Backbone(size["config"]!), ModelConfig.Heads(size["config"]!));
        (string Name, long[] Shape)[] state = [.. network.state_dict().Select(entry => (entry.Key, entry.Value.shape))];
        Assert.Equal((long)size["total_parameters"]!, network.parameters().Sum(parameter => parameter.numel()));
        Assert.Equal((int)size["state_dict_entries"]!, state.Length);
        if (size["state_dict"] is JsonArray names)
        {
            Assert.Equal(
                names.Select(entry => $"{entry![0]} {entry[1]!.ToJsonString()}").Order(),
                state.Select(entry => $"model.{entry.Name} [{string.Join(",", entry.Shape)}]").Order()
            );
        }
    }

    /// <summary>Names and shapes of the real published files: everything but their classifiers is ours.</summary>
    [Theory, InlineData("convnext_tiny"), InlineData("swin_t")]
    public void Encoders_have_the_parameters_of_the_published_files(string name)
    {
        BackboneOptions backbone =
            name == "swin_t" ? new SwinTOptions { InChannels = 3 } : new ConvNeXtOptions { InChannels = 3 };
        using var network = new PoseNetwork(
            backbone,
            [
                new ConfidenceMapHeadOptions
                {
                    Kind = ConfidenceMapKind.SingleInstance,
                    Nodes = 1,
                    OutputStride = backbone.OutputStride,
                },
            ]
        );
        const string Encoder = "backbone.enc.";
        var ours = network
            .state_dict()
            .Where(entry => entry.Key.StartsWith(Encoder, StringComparison.Ordinal))
            .Select(entry => $"{entry.Key[Encoder.Length..]} [{string.Join(",", entry.Value.shape)}]");
        var published = Golden.Json("networks/torchvision-names.json")["state_dicts"]![name]!
            .AsArray()
            .Select(entry => $"{entry![0]} {entry[1]!.ToJsonString()}")
            .Where(entry =>
                !entry.StartsWith("classifier.", StringComparison.Ordinal)
                && !entry.StartsWith("head.", StringComparison.Ordinal)
            );
        Assert.Equal(published.Order(), ours.Order());
    }

    [Fact]
    public void All_faults_come_at_once()
    {
        var convnext = new ConvNeXtOptions
        {
            Architecture = new([1, 2], [0, 1, 2, 3]),
            StemPatchKernel = 0,
            StemPatchStride = 3,
        };
        Assert.Equal(4, convnext.Faults().Count);
        var swint = new SwinTOptions
        {
            Architecture = new(10, [1, 1, 1, 1], [3, 1, 1, 1]),
            PatchSize = 0,
            WindowSize = 0,
            StemPatchStride = 1,
            OutputStride = 32,
        };
        Assert.Equal(4, swint.Faults().Count);
    }

    private static JsonNode Size(int index) => Golden.Json("networks/parameters.json")[index]!;

    private static void AssertNear(Tensor expected, Tensor actual) =>
        Assert.InRange(Golden.Difference(expected, actual), 0, GoldenNetwork.Tolerance(expected));
}
