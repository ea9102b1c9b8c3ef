using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class NetworkStateTests
{
    private static readonly UNetOptions Small = new() { Filters = 4, MaxStride = 4 };

    [Fact]
    public void A_saved_network_gives_the_same_output_when_loaded_whatever_its_layout()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using PoseNetwork saved = Network(Small),
            loaded = Network(Small);
        saved.UseChannelsLast();
        using var stream = new MemoryStream();
        NetworkState.Save(saved, stream);
        NetworkState.Load(loaded, new MemoryStream(stream.ToArray()));
        var input = rand(new long[] { 1, 1, 16, 16 });
        // The two layouts add up in another order.
        Assert.InRange(Golden.Difference(saved.call(input)[0], loaded.call(input)[0]), 0, 1e-6);
        Assert.All(
            saved.state_dict().Zip(loaded.state_dict()),
            pair => Assert.Equal(0, Golden.Difference(pair.First.Value.detach(), pair.Second.Value.detach()))
        );
        Assert.All(
            Safetensors.Read(new MemoryStream(stream.ToArray()), "m").Entries.Keys,
            name => Assert.StartsWith("model.", name)
        );
    }

    [Fact]
    public void A_network_of_another_shape_is_refused_and_nothing_copied()
    {
        using var scope = NewDisposeScope();
        using PoseNetwork saved = Network(Small with { Filters = 5 }),
            deeper = Network(Small with { MaxStride = 8 }),
            target = Network(Small);
        var before = Numbers(target);
        using var stream = new MemoryStream();
        NetworkState.Save(saved, stream);
        var shapes = Assert
            .Throws<PoseFormatException>(() =>
                NetworkState.Load(target, new MemoryStream(stream.ToArray()), "other.zip")
            )
            .Message;
        Assert.Contains("other.zip", shapes);
        Assert.Contains("stack0_enc0_conv0.weight has the shape (5, 1, 3, 3), expected (4, 1, 3, 3)", shapes);
        var names = Assert
            .Throws<PoseFormatException>(() => NetworkState.Load(target, deeper.state_dict(), "deeper"))
            .Message;
        Assert.Contains("are missing (backbone.", names);
        Assert.Contains("are unknown (backbone.", names);
        var missing = Assert
            .Throws<PoseFormatException>(() => NetworkState.Load(target, new Dictionary<string, Tensor>(), "empty"))
            .Message;
        Assert.Contains($"{target.state_dict().Count} are missing (backbone.", missing);
        Assert.Contains("0 are unknown; 0 have another shape", missing);
        Assert.Equal(before, Numbers(target));
    }

    private static float[] Numbers(PoseNetwork network) =>
        [.. network.state_dict().Values.SelectMany(parameter => Golden.Floats(parameter.detach()))];

    private static PoseNetwork Network(UNetOptions options) =>
        new(options, [new ConfidenceMapHeadOptions { Kind = ConfidenceMapKind.SingleInstance, Nodes = 2 }]);
}
