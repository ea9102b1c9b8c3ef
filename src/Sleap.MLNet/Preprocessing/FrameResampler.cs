using System.Buffers;

namespace Sleap.MLNet;

/// <summary>
/// Makes a network's input from raw frames, in bytes: gray or RGB as the network wants it, fitted, scaled and padded as
/// a <see cref="FrameGeometry"/> says. Holds no state between frames, so that several threads may use one at a time.
/// </summary>
public sealed class FrameResampler
{
    private readonly int _frameChannels;
    private readonly int _workChannels;
    private readonly ImageResize? _fit;
    private readonly ImageResize? _scale;

    /// <summary>Prepares for frames of one size and kind.</summary>
    /// <param name="geometry">The sizes.</param>
    /// <param name="frameChannels">1 for gray frames, 3 for RGB.</param>
    /// <param name="inputChannels">1 for a gray network, 3 for an RGB one.</param>
    /// <exception cref="ArgumentOutOfRangeException">Channels other than 1 or 3.</exception>
    public FrameResampler(FrameGeometry geometry, int frameChannels, int inputChannels)
    {
        ArgumentNullException.ThrowIfNull(geometry);
        if (frameChannels is not (1 or 3))
        {
            throw new ArgumentOutOfRangeException(
                nameof(frameChannels),
                frameChannels,
                "Frames must have 1 channel (gray) or 3 (RGB)."
            );
        }

        if (inputChannels is not (1 or 3))
        {
            throw new ArgumentOutOfRangeException(
                nameof(inputChannels),
                inputChannels,
                "A network's input must have 1 channel (gray) or 3 (RGB)."
            );
        }

        Geometry = geometry;
        _frameChannels = frameChannels;
        InputChannels = inputChannels;
        _workChannels = Math.Min(frameChannels, inputChannels);
        if (geometry.FitHeight != geometry.FrameHeight || geometry.FitWidth != geometry.FrameWidth)
        {
            _fit = new ImageResize(
                geometry.FrameHeight,
                geometry.FrameWidth,
                geometry.FitHeight,
                geometry.FitWidth,
                _workChannels
            );
        }

        if (geometry.ScaledHeight != geometry.CanvasHeight || geometry.ScaledWidth != geometry.CanvasWidth)
        {
            _scale = new ImageResize(
                geometry.CanvasHeight,
                geometry.CanvasWidth,
                geometry.ScaledHeight,
                geometry.ScaledWidth,
                _workChannels
            );
        }
    }

    /// <summary>The sizes.</summary>
    public FrameGeometry Geometry { get; }

    /// <summary>Channels of the input.</summary>
    public int InputChannels { get; }

    /// <summary>Bytes of one input: InputHeight · InputWidth · InputChannels.</summary>
    public int ByteCount => Geometry.InputHeight * Geometry.InputWidth * InputChannels;

    /// <summary>Makes the input of one frame.</summary>
    /// <param name="frame">FrameHeight rows of FrameWidth pixels, channels interleaved.</param>
    /// <param name="input">Gets <see cref="ByteCount"/> bytes: InputHeight rows of InputWidth pixels, channels
    /// interleaved.</param>
    /// <exception cref="ArgumentException">A buffer has another size.</exception>
    public void Resample(ReadOnlySpan<byte> frame, Span<byte> input)
    {
        var expected = Geometry.FrameHeight * Geometry.FrameWidth * _frameChannels;
        if (frame.Length != expected)
        {
            throw new ArgumentException(
                $"The frame has {frame.Length} bytes, expected {expected}: "
                    + $"{Geometry.FrameWidth}×{Geometry.FrameHeight} pixels of {_frameChannels} channels.",
                nameof(frame)
            );
        }

        if (input.Length != ByteCount)
        {
            throw new ArgumentException(
                $"The input has {input.Length} bytes, expected {ByteCount}: "
                    + $"{Geometry.InputWidth}×{Geometry.InputHeight} pixels of {InputChannels} channels.",
                nameof(input)
            );
        }

        byte[]? gray = null,
            canvas = null,
            single = null;
        var image = frame;
        if (_frameChannels > _workChannels)
        {
            gray = ArrayPool<byte>.Shared.Rent(frame.Length / 3);
            GrayConversion.FromRgb(frame, gray.AsSpan(0, frame.Length / 3));
            image = gray.AsSpan(0, frame.Length / 3);
        }

        if (Geometry.CanvasHeight != Geometry.FrameHeight || Geometry.CanvasWidth != Geometry.FrameWidth)
        {
            var size = Geometry.CanvasHeight * Geometry.CanvasWidth * _workChannels;
            canvas = ArrayPool<byte>.Shared.Rent(size);
            Place(_fit, image, Geometry.FitHeight, Geometry.FitWidth, canvas.AsSpan(0, size), Geometry.CanvasWidth);
            image = canvas.AsSpan(0, size);
        }

        var output = input;
        if (_workChannels < InputChannels)
        {
            single = ArrayPool<byte>.Shared.Rent(input.Length / 3);
            output = single.AsSpan(0, input.Length / 3);
        }

        Place(_scale, image, Geometry.ScaledHeight, Geometry.ScaledWidth, output, Geometry.InputWidth);
        if (_workChannels < InputChannels)
            GrayConversion.ToRgb(output, input);
        foreach (var rented in new[] { gray, canvas, single })
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
        }
    }

    // Puts the image, resized to height × width, at the top left of a canvas of zeros.
    private void Place(
        ImageResize? resize,
        ReadOnlySpan<byte> image,
        int height,
        int width,
        Span<byte> canvas,
        int canvasWidth
    )
    {
        int rowBytes = width * _workChannels,
            stride = canvasWidth * _workChannels;
        if (resize is not null)
        {
            resize.Resize(image, canvas, stride);
        }
        else
        {
            for (var y = 0; y < height; y++)
                image.Slice(y * rowBytes, rowBytes).CopyTo(canvas.Slice(y * stride, rowBytes));
        }

        if (rowBytes < stride)
        {
            for (var y = 0; y < height; y++)
                canvas.Slice(y * stride + rowBytes, stride - rowBytes).Clear();
        }

        canvas[(height * stride)..].Clear();
    }
}
