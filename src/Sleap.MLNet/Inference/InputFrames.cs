using System.Collections.Concurrent;

namespace Sleap.MLNet;

/// <summary>Turns frames of any size into network input of one size. Safe to use from several threads.</summary>
internal sealed class InputFrames(int height, int width, float scale, int stride, int channels)
{
    private readonly ConcurrentDictionary<(int Height, int Width, int Channels), FrameResampler> _resamplers = new();

    /// <summary>The frame size that all others are matched to.</summary>
    public FrameGeometry Geometry { get; } = new(height, width, scale, stride);

    public int Channels => channels;

    /// <summary>Bytes of one frame of network input: InputHeight · InputWidth · Channels.</summary>
    public int ByteCount => Geometry.InputHeight * Geometry.InputWidth * channels;

    /// <summary>
    /// Resamples <paramref name="frame"/> into <paramref name="input"/> and returns how its pixels got there.
    /// </summary>
    public FrameGeometry Read(FramePixels frame, Span<byte> input)
    {
        var resampler = _resamplers.GetOrAdd((frame.Height, frame.Width, frame.Channels), Make);
        resampler.Resample(frame.Bytes, input);
        return resampler.Geometry;
    }

    private FrameResampler Make((int Height, int Width, int Channels) frame) =>
        new(new FrameGeometry(frame.Height, frame.Width, scale, stride, height, width), frame.Channels, channels);
}
