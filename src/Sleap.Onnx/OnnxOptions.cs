using Microsoft.ML;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>Options of <see cref="OnnxCatalog.FromOnnx"/>.</summary>
public sealed record OnnxOptions
{
    /// <summary>What computes. Default <see cref="OnnxProvider.Cpu"/>.</summary>
    public OnnxProvider Provider { get; init; } = OnnxProvider.Cpu;

    /// <summary>Number of the GPU, 0 or more; no effect on a CPU. Default 0.</summary>
    public int DeviceId { get; init; }

    /// <summary>Names of the input and output columns; null (default): those of the exported model.</summary>
    public PoseColumnOptions? Columns { get; init; }

    internal OnnxOptions Checked()
    {
        new OptionFaults(nameof(OnnxOptions))
            .Defined(nameof(Provider), Provider)
            .AtLeast(nameof(DeviceId), DeviceId, 0)
            .Columns(Columns ?? new())
            .Throw();
        return this;
    }
}

/// <summary>What computes an ONNX model.</summary>
public enum OnnxProvider
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU; the program needs the package Microsoft.ML.OnnxRuntime.Gpu.</summary>
    Cuda,

    /// <summary>Any GPU on Windows; the program needs the package Microsoft.ML.OnnxRuntime.DirectML.</summary>
    DirectML,

    /// <summary>An NVIDIA GPU by TensorRT; the program needs the package Microsoft.ML.OnnxRuntime.Gpu.</summary>
    TensorRt,
}

/// <summary>Options of <see cref="OnnxCatalog.ExportOnnx"/>.</summary>
public sealed record OnnxExportOptions
{
    internal const int DefaultMaxInstances = 20;

    /// <summary>
    /// For models that find centers: instances of a frame in the outputs, at least 1. Null (default): the model's
    /// MaxInstances, or 20 if it has none. Crops are computed only for centers that were found.
    /// </summary>
    public int? MaxInstances { get; init; }

    /// <summary>For bottom-up models: peaks of each node in a frame, at least 1. Default 20.</summary>
    public int MaxPeaksPerNode { get; init; } = 20;

    /// <summary>
    /// Frames on which the exported model must give the same points as the original; null (default): frames of noise.
    /// Its images are in the column that the model reads.
    /// </summary>
    public IDataView? Frames { get; init; }

    /// <summary>Number of <see cref="Frames"/> that are compared, at least 1. Default 8.</summary>
    public int FrameCount { get; init; } = 8;

    internal OnnxExportOptions Checked()
    {
        new OptionFaults(nameof(OnnxExportOptions))
            .AtLeast(nameof(MaxInstances), MaxInstances, 1)
            .AtLeast(nameof(MaxPeaksPerNode), MaxPeaksPerNode, 1)
            .AtLeast(nameof(FrameCount), FrameCount, 1)
            .Throw();
        return this;
    }
}

/// <summary>How an exported model compares with the original.</summary>
/// <param name="Folder">The folder that was written.</param>
/// <param name="Frames">Number of frames compared.</param>
/// <param name="Points">Number of points that both found in them.</param>
/// <param name="LargestDifference">Largest distance between these points, in pixels of the frame; at most
/// 0.001.</param>
/// <param name="LargestMapDifference">
/// Largest difference of the networks' outputs for an image of noise, as a fraction of the largest value; at most
/// 0.0001.
/// </param>
public sealed record OnnxExportReport(
    string Folder,
    int Frames,
    int Points,
    float LargestDifference,
    float LargestMapDifference
);
