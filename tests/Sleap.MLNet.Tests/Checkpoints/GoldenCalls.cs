using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>A file of golden/ops: calls of sleap-nn's functions, their arguments and what came out.</summary>
internal sealed class GoldenCalls(string relative)
{
    private readonly Safetensors _file = Golden.Open(relative);

    private JsonObject Calls => JsonNode.Parse(_file.Metadata["call"])!.AsObject();

    public IEnumerable<string> Cases(string function) =>
        Calls
            .Where(call =>
                call.Value!["function"]!.GetValue<string>().EndsWith("." + function, StringComparison.Ordinal)
            )
            .Select(call => call.Key);

    public JsonNode? Argument(string name, string argument) => Calls[name]!["args"]![argument];

    public JsonNode? Result(string name, string result) => Calls[name]!["out"]![result];

    public Tensor Tensor(string path) => _file.ToTensor(path);

    public float[] Floats(string path) => Golden.Floats(_file.ToTensor(path));

    public bool IsByte(string name, string argument) =>
        Argument(name, argument)!["dtype"]!.GetValue<string>() == "uint8";
}
