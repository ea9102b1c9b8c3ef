using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Batches of network input to places in full-frame pixels. Safe to use from several threads.</summary>
internal sealed class SingleInstancePredictor(SingleInstanceModel model, InputFrames frames, Device device)
{
    public InputFrames Frames => frames;

    /// <param name="inputs">Network input of <paramref name="geometries"/>.Length frames, one after the other.</param>
    /// <param name="geometries">How each frame's pixels got there.</param>
    /// <param name="points">Out: N x, y pairs a frame, NaN = missing.</param>
    /// <param name="values">Out: N peak values a frame, 0 = missing.</param>
    public void Predict(byte[] inputs, ReadOnlySpan<FrameGeometry> geometries, Span<float> points, Span<float> values)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode(true);
        var geometry = frames.Geometry;
        var images = InputTensor.FromBytes(inputs, geometries.Length, geometry.InputHeight, geometry.InputWidth, frames.Channels, device);
        var (places, peaks) = model.Predict(images);
        places.cpu().data<float>().CopyTo(points, 0, 0);
        peaks.cpu().data<float>().CopyTo(values, 0, 0);
        var perFrame = points.Length / geometries.Length;
        for (var i = 0; i < geometries.Length; i++) geometries[i].ToFrame(points.Slice(i * perFrame, perFrame));
    }
}
