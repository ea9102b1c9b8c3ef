using Sleap.IO;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>torchvision's weights in our encoders, from miniature files in its format.</summary>
public sealed class EncoderWeightsTests
{
    [Theory, InlineData("convnext"), InlineData("swin")]
    public void Published_weights_give_what_they_give_in_sleap_nn(string kind)
    {
        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        var golden = new GoldenNetwork($"torchvision-{kind}-in-sleap-nn");
        using PoseNetwork network = golden.Build();
        foreach ((string name, Tensor parameter) in network.state_dict())
        {
            if (name.StartsWith("backbone.enc.") && parameter.dtype == ScalarType.Float32)
                parameter.zero_();
        }

        string file = Golden.PathOf($"networks/torchvision-{kind}.pth");
        NetworkState.LoadEncoder(network, TorchCheckpoint.Read(file).ToTensors(), file);
        Tensor expected = golden.File.ToTensor($"output.{network.Heads[0].Name}");
        Assert.InRange(Golden.Difference(expected, network.call(golden.File.ToTensor("input"))[0]), 0, GoldenNetwork.Tolerance(expected));
    }

    [Fact]
    public void Weights_that_do_not_fit_are_refused_with_the_reason()
    {
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyDictionary<string, Tensor> tensors = TorchCheckpoint.Read(Golden.PathOf("networks/torchvision-convnext.pth")).ToTensors();
        var head = new ConfidenceMapHeadOptions { Kind = ConfidenceMapKind.SingleInstance, Nodes = 2 };
        var golden = new GoldenNetwork("torchvision-convnext-in-sleap-nn");
        using var gray = new PoseNetwork(ModelConfig.Backbone(golden.Config) with { InChannels = 1, OutputStride = 1 }, [head]);
        string message = Assert.Throws<PoseFormatException>(() => NetworkState.LoadEncoder(gray, tensors, "small.pth")).Message;
        Assert.Contains("features.0.0.weight has the shape (4, 3, 4, 4), expected (4, 1, 4, 4)", message);
        Assert.Contains("InChannels 3", message);
        using var unet = new PoseNetwork(new UNetOptions { Filters = 4 }, [head]);
        Assert.Contains("UNetOptions", Assert.Throws<PoseFormatException>(() => NetworkState.LoadEncoder(unet, tensors, "small.pth")).Message);
    }
}
