namespace Sleap.IO;

/// <summary>One decoded image of a video: 8 bits a channel, gray or RGB, rows first.</summary>
public sealed class Frame
{
    /// <summary>Wraps pixels; the array is not copied and must not be changed afterwards.</summary>
    /// <param name="frameIndex">Zero-based frame number in the video.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="channels">1 (gray) or 3 (red, green, blue).</param>
    /// <param name="pixels">Height x width x channels bytes, channels innermost.</param>
    /// <exception cref="ArgumentException">The array does not fit the size, or there are neither 1 nor 3
    /// channels.</exception>
    public Frame(int frameIndex, int height, int width, int channels, byte[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        CheckSize(height, width, channels, pixels.Length);

        (FrameIndex, Height, Width, Channels, Pixels) = (frameIndex, height, width, channels, pixels);
    }

    /// <summary>Zero-based frame number in the video.</summary>
    public int FrameIndex { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>1 for gray, 3 for RGB.</summary>
    public int Channels { get; }

    /// <summary>Height x width x channels bytes: rows first, channels innermost, RGB order.</summary>
    public byte[] Pixels { get; }

    /// <summary>Checks that so many bytes are the pixels of a frame.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    internal static void CheckSize(int height, int width, int channels, int bytes)
    {
        if (channels is not (1 or 3))
        {
            throw new ArgumentException(
                $"A frame has 1 (gray) or 3 (RGB) channels, and {channels} were given.",
                nameof(channels)
            );
        }

        if (height <= 0 || width <= 0 || (long)height * width * channels != bytes)
        {
            throw new ArgumentException(
                $"A frame of {height} x {width} x {channels} needs as many bytes, and {bytes} were given.",
                "pixels"
            );
        }
    }
}

/// <summary>The result of reading one frame: the image or the error, exactly one of the two.</summary>
/// <param name="FrameIndex">The frame that was asked for.</param>
/// <param name="Frame">The image, or null.</param>
/// <param name="Error">Why it could not be read, or null.</param>
public readonly record struct FrameResult(int FrameIndex, Frame? Frame, Exception? Error);
