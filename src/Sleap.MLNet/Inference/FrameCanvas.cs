using System.Collections.Concurrent;

namespace Sleap.MLNet;

/// <summary>
/// Frames of any size fitted into the size that a model was trained on, unscaled: what crops are cut from. Safe to use
/// from several threads.
/// </summary>
internal sealed class FrameCanvas(int height, int width)
{
    private readonly ConcurrentDictionary<(int Height, int Width, int Channels), FrameResampler> _resamplers = new();

    public int Height => height;

    public int Width => width;

    /// <summary>
    /// Fits a frame into <paramref name="canvas"/>, which is made anew where it is too small, and returns how its
    /// pixels got there.
    /// </summary>
    public FrameGeometry Read(FramePixels frame, ref byte[] canvas)
    {
        var size = height * width * frame.Channels;
        if (canvas.Length < size)
            canvas = new byte[size];
        var resampler = _resamplers.GetOrAdd((frame.Height, frame.Width, frame.Channels), Make);
        resampler.Resample(frame.Bytes, canvas.AsSpan(0, size));
        return resampler.Geometry;
    }

    private FrameResampler Make((int Height, int Width, int Channels) frame) =>
        new(new FrameGeometry(frame.Height, frame.Width, 1, 1, height, width), frame.Channels, frame.Channels);
}
