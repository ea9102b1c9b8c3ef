using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>torchvision's format against the same weights as safetensors.</summary>
public sealed class PublishedWeightsTests
{
    [Theory, InlineData("torchvision-convnext"), InlineData("torchvision-swin")]
    public void Weights_read_from_pth_are_those_of_the_safetensors(string name)
    {
        using var scope = NewDisposeScope();
        var read = TorchCheckpoint.Read(Golden.PathOf($"networks/{name}.pth")).ToTensors();
        var expected = Golden.Open($"networks/{name}.safetensors");
        string[] names = [.. expected.Entries.Keys.Where(entry => entry is not ("input" or "output"))];
        Assert.NotEmpty(names);
        Assert.Equal(
            names.Select(entry => entry.Replace("state.", "", StringComparison.Ordinal)).Order(),
            read.Keys.Order()
        );
        foreach (var entry in names)
        {
            Assert.Equal(
                0,
                Golden.Difference(expected.ToTensor(entry), read[entry.Replace("state.", "", StringComparison.Ordinal)])
            );
        }
    }
}
