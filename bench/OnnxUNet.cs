using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Sleap.MLNet;
using static Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace Sleap.Bench;

/// <summary>
/// A peer: the same network in ONNX Runtime on the CPU, with all optimizations, for images of one size.
/// </summary>
internal sealed class OnnxUNet : IDisposable
{
    private const string Images = "image",
        Output = "maps";
    private readonly InferenceSession _session;
    private readonly OrtValue _input,
        _output;
    private readonly RunOptions _options = new();
    private readonly long[] _shape;
    private readonly float[] _maps;

    /// <param name="network">The network, whose weights are copied.</param>
    /// <param name="images">(B, 1, H, W): what each run gets; copied.</param>
    public OnnxUNet(PoseNetwork network, Tensor images)
    {
        var head = network.Heads[0];
        _shape =
        [
            images.size(0),
            head.Channels,
            images.size(2) / head.OutputStride,
            images.size(3) / head.OutputStride,
        ];
        _maps = new float[_shape.Aggregate((a, b) => a * b)];
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = BenchNetwork.Threads,
            InterOpNumThreads = 1,
        };
        var graph = new OnnxGraph();
        var input = graph.Input(Images, DataType.Float, [.. images.shape.Cast<object>()]);
        graph.Output(Output, new NetworkGraph(graph, network).Outputs(input)[0], [.. _shape.Cast<object>()]);
        _session = new InferenceSession(graph.ToModel().ToByteArray(), options);
        using var contiguous = images.contiguous();
        _input = OrtValue.CreateTensorValueFromMemory(contiguous.data<float>().ToArray(), images.shape);
        _output = OrtValue.CreateTensorValueFromMemory(_maps, _shape);
    }

    public void Run() => _session.Run(_options, [Images], [_input], [Output], [_output]);

    /// <summary>The maps of the last run, (B, nodes, H/2, W/2).</summary>
    public Tensor Maps() => tensor(_maps, _shape);

    public void Dispose()
    {
        _input.Dispose();
        _output.Dispose();
        _options.Dispose();
        _session.Dispose();
    }
}
