using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>A file of golden/networks: a configuration, parameters, an input and what came out.</summary>
internal sealed class GoldenNetwork(string file)
{
    public Safetensors File { get; } = Golden.Open($"networks/{file}.safetensors");

    public JsonNode Config => JsonNode.Parse(File.Metadata["config"])!;

    public static IEnumerable<string> Files(string pattern) =>
        Directory
            .EnumerateFiles(Golden.PathOf("networks"), pattern + ".safetensors")
            .Select(path => Path.GetFileNameWithoutExtension(path)!)
            .Order();

    public PoseNetwork Build()
    {
        var network = new PoseNetwork(ModelConfig.Backbone(Config), ModelConfig.Heads(Config));
        NetworkState.Load(network, State("state."), file);
        network.eval();
        return network;
    }

    public Dictionary<string, Tensor> State(string prefix) =>
        File
            .Entries.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(name => name[prefix.Length..], File.ToTensor);

    /// <summary>
    /// float32 rounding, in the units of the output: golden/networks/README.md measured 1e-6 and suggests this margin.
    /// </summary>
    public static double Tolerance(Tensor expected) => 2e-5 * Math.Max(1, expected.abs().max().item<float>());
}
