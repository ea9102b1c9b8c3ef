using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Labelled frames, each decoded and resampled once, kept as bytes.</summary>
internal sealed class TrainingFrames
{
    private readonly byte[][] _inputs;
    private readonly float[][] _points;
    private readonly float[] _pointScales;

    /// <param name="frames">What the frames were resampled with.</param>
    /// <param name="inputs">Network input of each frame, <see cref="InputFrames.ByteCount"/> bytes.</param>
    /// <param name="points">N x, y pairs of each frame in pixels of the network input, NaN = missing.</param>
    /// <param name="pointScales">Network-input pixels in a full-frame pixel, of each frame.</param>
    public TrainingFrames(InputFrames frames, IReadOnlyList<byte[]> inputs, IReadOnlyList<float[]> points, IReadOnlyList<float> pointScales)
    {
        (Frames, _inputs, _points, _pointScales) = (frames, [.. inputs], [.. points], [.. pointScales]);
    }

    public InputFrames Frames { get; }

    public int Count => _inputs.Length;

    public float PointScale(int index) => _pointScales[index];

    public ReadOnlySpan<float> Points(int index) => _points[index];

    public TrainingFrames Subset(IReadOnlyList<int> indices) =>
        new(Frames, [.. indices.Select(i => _inputs[i])], [.. indices.Select(i => _points[i])], [.. indices.Select(i => _pointScales[i])]);

    /// <summary>(B, C, H, W) frames 0..1 on the CPU, channels last, and B·N x, y pairs.</summary>
    public (Tensor Images, float[] Points) Batch(ReadOnlySpan<int> indices)
    {
        var bytes = new byte[indices.Length * Frames.ByteCount];
        var points = new float[indices.Length * _points[0].Length];
        for (var i = 0; i < indices.Length; i++)
        {
            _inputs[indices[i]].CopyTo(bytes, i * Frames.ByteCount);
            _points[indices[i]].CopyTo(points, i * _points[0].Length);
        }
        var geometry = Frames.Geometry;
        return (InputTensor.FromBytes(bytes, indices.Length, geometry.InputHeight, geometry.InputWidth, Frames.Channels), points);
    }
}
