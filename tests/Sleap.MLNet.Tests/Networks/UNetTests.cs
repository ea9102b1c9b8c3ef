using System.Text.Json.Nodes;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class UNetTests
{
    public static TheoryData<int> Failures =>
        [.. Enumerable.Range(0, Golden.Json("networks/unet-failures.json").AsArray().Count)];

    /// <summary>
    /// What sleap-nn cannot build or run, we either run, with the right size, or refuse before anything is built.
    /// </summary>
    [Theory, MemberData(nameof(Failures))]
    public void Configurations_that_sleap_nn_fails_on_run_or_are_refused(int index)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var failure = Golden.Json("networks/unet-failures.json")[index]!;
        var backbone = ModelConfig.Backbone(failure["config"]!);
        var heads = ModelConfig.Heads(failure["config"]!);
        long[] shape = [.. failure["input"]!.AsArray().Select(size => (long)size!)];
        var faults = Faults(backbone, heads);
        if (faults.Count > 0)
        {
            Assert.Contains(faults, fault => fault.Contains("Stacks") || fault.Contains("OutputStride"));
            return;
        }

        using var network = new PoseNetwork(backbone, heads);
        if (shape[1] == 2)
        {
            Assert.Contains("2 channels", Assert.Throws<ArgumentException>(() => network.call(rand(shape))).Message);
            return;
        }

        var output = network.call(rand(shape))[0];
        Assert.Equal(
            [shape[0], heads[0].Channels, shape[2] / heads[0].OutputStride, shape[3] / heads[0].OutputStride],
            output.shape
        );
    }

    /// <summary>
    /// Class vectors that sleap-nn cannot build or run: a map of several cells without a pool, and no layer before the
    /// classes.
    /// </summary>
    [Fact]
    public void A_batch_gives_what_its_images_give_however_many_go_through_together()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var options = new UNetOptions { Filters = 8, MaxStride = 8 };
        using var network = new PoseNetwork(
            options,
            [
                new ConfidenceMapHeadOptions { Kind = ConfidenceMapKind.SingleInstance, Nodes = 2 },
                new PartAffinityHeadOptions { Edges = 1, OutputStride = 4 },
            ]
        );
        network.UseChannelsLast();
        var images = ChannelsLast.Convert(rand(new long[] { 5, 1, 192, 256 }));
        Assert.Equal(2, PoseNetwork.ImagesAtOnce(options, CPU, 192, 256));
        var together = network.call(images);
        Assert.All(together, maps => Assert.True(ChannelsLast.Is(maps)));
        for (var image = 0; image < 5; image++)
        {
            foreach ((var maps, var alone) in together.Zip(network.call(images.narrow(0, image, 1))))
                // the first layer and the heads are libtorch's, whose sums may hang on the batch
                Assert.InRange(Golden.Difference(maps.narrow(0, image, 1), alone), 0, 1e-7);
        }
    }

    [Fact]
    public void Gradients_of_a_batch_are_the_sums_of_its_images_however_many_go_through_together()
    {
        using var scope = NewDisposeScope();
        var options = new UNetOptions { Filters = 8, MaxStride = 8 };
        using var network = new PoseNetwork(
            options,
            [new ConfidenceMapHeadOptions { Kind = ConfidenceMapKind.SingleInstance, Nodes = 2 }]
        );
        network.UseChannelsLast();
        var images = ChannelsLast.Convert(rand(new long[] { 3, 1, 192, 256 }));
        Assert.Equal(2, PoseNetwork.ImagesAtOnce(options, CPU, 192, 256));
        Tensor[] Gradients(params Tensor[] batches)
        {
            network.zero_grad(true);
            foreach (var batch in batches)
                network.call(batch)[0].square().sum().backward();
            return [.. network.parameters().Select(parameter => parameter.grad!.detach().clone())];
        }

        Tensor[] together = Gradients(images),
            each = Gradients([.. Enumerable.Range(0, 3).Select(image => images.narrow(0, image, 1))]);
        foreach ((var one, var other) in together.Zip(each))
            Assert.InRange(Golden.Difference(one, other), 0, 1e-5 * one.abs().max().item<float>());
    }

    [Fact]
    public void Heads_that_sleap_nn_fails_on_run_or_tell_why()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var failure in Golden.Json("networks/heads-failures.json").AsArray())
        {
            var heads = ModelConfig.Heads(failure!["config"]!);
            using var network = new PoseNetwork(ModelConfig.Backbone(failure["config"]!), heads);
            long[] shape = [.. failure["input"]!.AsArray().Select(size => (long)size!)];
            if (heads.OfType<ClassVectorHeadOptions>().Single().GlobalPool)
            {
                Assert.Equal([shape[0], 3], network.call(rand(shape))[1].shape);
            }
            else
            {
                Assert.Contains(
                    "GlobalPool",
                    Assert.Throws<ArgumentException>(() => network.call(rand(shape))).Message
                );
            }
        }
    }

    public static TheoryData<int> Sizes =>
        [
            .. Enumerable
                .Range(0, Golden.Json("networks/parameters.json").AsArray().Count)
                .Where(index => Config(index)["backbone_config"]!["unet"] is not null),
        ];

    [Theory, MemberData(nameof(Sizes))]
    public void Parameters_are_those_of_sleap_nn_in_number_name_and_order(int index)
    {
        var size = Golden.Json("networks/parameters.json")[index]!;
        using var network = new PoseNetwork(ModelConfig.Backbone(size["config"]!), ModelConfig.Heads(size["config"]!));
        (string Name, long[] Shape)[] state = [.. network.state_dict().Select(entry => (entry.Key, entry.Value.shape))];
        Assert.Equal((long)size["total_parameters"]!, state.Sum(entry => Count(entry.Shape)));
        Assert.Equal(
            (long)size["backbone_parameters"]!,
            state.Where(entry => entry.Name.StartsWith("backbone.")).Sum(entry => Count(entry.Shape))
        );
        Assert.Equal((int)size["state_dict_entries"]!, state.Length);
        if (size["state_dict"] is JsonArray names)
        {
            Assert.Equal(
                names.Select(entry => $"{entry![0]} {entry[1]!.ToJsonString()}"),
                state.Select(entry => $"model.{entry.Name} [{string.Join(",", entry.Shape)}]")
            );
        }
    }

    [Fact]
    public void Stacks_run_one_after_the_other()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var network = new PoseNetwork(
            new UNetOptions
            {
                Filters = 4,
                MaxStride = 4,
                Stacks = 2,
            },
            [Head(1)]
        );
        Assert.Contains(
            network.state_dict().Keys,
            name => name == "backbone.decoders.1.decoder_stack.0.blocks.stack1_dec0_s4_to_s2_refine_conv0.weight"
        );
        Assert.Equal([1, 2, 20, 12], network.call(rand(new long[] { 1, 1, 20, 12 }))[0].shape);
    }

    [Fact]
    public void All_faults_come_in_one_exception()
    {
        var backbone = new UNetOptions
        {
            InChannels = 0,
            KernelSize = 0,
            Filters = 0,
            FiltersRate = float.NaN,
            MaxStride = 12,
            StemStride = 3,
            Stacks = 0,
            ConvsPerBlock = 0,
            OutputStride = 5,
        };
        HeadOptions[] heads = [Head(3) with { LossWeight = -1, Nodes = 0 }];
        var message = Assert.Throws<ArgumentException>(() => new PoseNetwork(backbone, heads)).Message;
        string[] options =
        [
            "InChannels",
            "KernelSize",
            "Filters ",
            "FiltersRate",
            "MaxStride",
            "StemStride",
            "Stacks",
            "ConvsPerBlock",
            "OutputStride",
            "LossWeight",
            "Channels",
        ];
        Assert.All(options, option => Assert.Contains(option, message));
    }

    [Fact]
    public void A_head_at_a_stride_that_is_not_there_is_refused_with_those_that_are()
    {
        var fault = Assert.Single(Faults(new UNetOptions { OutputStride = 4 }, [Head(2)]));
        Assert.Contains("strides of the backbone's maps, 4, 8, 16,", fault);
    }

    [Fact]
    public void No_head_or_one_head_twice_is_refused()
    {
        Assert.Contains("no head", Assert.Single(Faults(new UNetOptions(), [])));
        Assert.Contains("2 times", Assert.Single(Faults(new UNetOptions(), [Head(1), Head(2)])));
    }

    private static IReadOnlyList<string> Faults(BackboneOptions backbone, IReadOnlyList<HeadOptions> heads) =>
        OptionFaults.Of(faults => PoseNetwork.Check(faults, backbone, heads));

    private static JsonNode Config(int index) => Golden.Json("networks/parameters.json")[index]!["config"]!;

    private static long Count(long[] shape) => shape.Aggregate(1L, (product, side) => product * side);

    private static ConfidenceMapHeadOptions Head(int stride) =>
        new()
        {
            Kind = ConfidenceMapKind.SingleInstance,
            Nodes = 2,
            OutputStride = stride,
        };
}
