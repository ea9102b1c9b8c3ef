using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace Sleap.Bench;

/// <summary>
/// A peer: the same network in ONNX Runtime on the CPU, with all optimizations, for images of one size.
/// </summary>
internal sealed class OnnxUNet : IDisposable
{
    private readonly InferenceSession _session;
    private readonly OrtValue _input,
        _output;
    private readonly RunOptions _options = new();
    private readonly long[] _shape;
    private readonly float[] _maps;

    /// <param name="weights">Weights, which are copied.</param>
    /// <param name="images">(B, 1, H, W): what each run gets; copied.</param>
    public OnnxUNet(UNetWeights weights, Tensor images)
    {
        _shape = [images.size(0), weights.Head.Weight.size(0), images.size(2) / 2, images.size(3) / 2];
        _maps = new float[_shape.Aggregate((a, b) => a * b)];
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = BenchNetwork.Threads,
            InterOpNumThreads = 1,
        };
        _session = new InferenceSession(OnnxGraph.Write(weights, images.shape, _shape), options);
        using var contiguous = images.contiguous();
        _input = OrtValue.CreateTensorValueFromMemory(contiguous.data<float>().ToArray(), images.shape);
        _output = OrtValue.CreateTensorValueFromMemory(_maps, _shape);
    }

    public void Run() => _session.Run(_options, [OnnxGraph.Images], [_input], [OnnxGraph.Maps], [_output]);

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
