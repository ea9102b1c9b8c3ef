using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.ML.Data;
using Sleap.IO;

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

    /// <summary>Resamples <paramref name="frame"/> into <paramref name="input"/> and returns how its pixels got there.</summary>
    public FrameGeometry Read(Frame frame, Span<byte> input) => Resample(frame.Pixels, frame.Height, frame.Width, frame.Channels, input);

    /// <summary>Resamples <paramref name="image"/> into <paramref name="input"/> and returns how its pixels got there.</summary>
    public FrameGeometry Read(MLImage image, Span<byte> input)
    {
        var frameChannels = ImagePixels.Channels(image.Pixels);
        var size = image.Height * image.Width * frameChannels;
        var bytes = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            ImagePixels.Copy(image, frameChannels, bytes.AsSpan(0, size));
            return Resample(bytes.AsSpan(0, size), image.Height, image.Width, frameChannels, input);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private FrameGeometry Resample(ReadOnlySpan<byte> pixels, int frameHeight, int frameWidth, int frameChannels, Span<byte> input)
    {
        var resampler = _resamplers.GetOrAdd((frameHeight, frameWidth, frameChannels), Make);
        resampler.Resample(pixels, input);
        return resampler.Geometry;
    }

    private FrameResampler Make((int Height, int Width, int Channels) frame) =>
        new(new FrameGeometry(frame.Height, frame.Width, scale, stride, height, width), frame.Channels, channels);
}
