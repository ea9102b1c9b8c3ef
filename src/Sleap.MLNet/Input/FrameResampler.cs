using System.Buffers;
using System.Collections.Concurrent;

namespace Sleap.MLNet;

/// <summary>
/// Resamples frames of any size to one size: fitted, scaled and padded as <see cref="FrameGeometry"/> says, and
/// converted to gray or RGB. Safe to use from several threads.
/// </summary>
/// <param name="canvas">The size that frames are fitted into; null: the size of the first frame.</param>
/// <param name="scale">Factor of the fitted frame's size.</param>
/// <param name="stride">Height and width of the result are multiples of it.</param>
/// <param name="channels">Channels of the result, 1 (gray) or 3 (RGB); null: those of each frame.</param>
internal sealed class FrameResampler(
    (int Height, int Width)? canvas,
    float scale = 1,
    int stride = 1,
    int? channels = null
)
{
    private readonly ConcurrentDictionary<(int Height, int Width, int Channels), Steps> _steps = new();
    private FrameGeometry? _geometry = canvas is { } size ? new(size.Height, size.Width, scale, stride) : null;

    /// <summary>The geometry of a frame of the canvas' size; all frames end at its input size.</summary>
    /// <exception cref="InvalidOperationException">The first frame decides the size, and was not seen yet.</exception>
    public FrameGeometry Geometry => _geometry ?? throw new InvalidOperationException("No frame was read yet.");

    /// <summary>Resamples frames to the input of the network that the options describe.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="frame">The size that frames are fitted into, or <see cref="PoseModelTransformer.AnySize"/>.</param>
    public static FrameResampler ForNetwork(NetworkOptions options, (int Height, int Width) frame) =>
        new(CanvasOf(frame), options.Scale, options.Backbone.MaxStride, options.FrameChannels);

    /// <summary>Resamples crops for prediction to the input of their network.</summary>
    /// <param name="options">Its options, with the size of the crops.</param>
    public static FrameResampler ForCropNetwork(CenteredInstanceOptions options) =>
        new(
            (options.CropSize!.Value, options.CropSize.Value),
            options.Scale,
            options.Backbone.MaxStride,
            options.ChannelConversion == ChannelConversion.First ? options.Backbone.InChannels : null
        );

    /// <summary>Fits frames into the canvas that crops are cut from: neither scaled nor padded nor converted.</summary>
    /// <param name="frame">The canvas' size, or <see cref="PoseModelTransformer.AnySize"/>.</param>
    public static FrameResampler ForCrops((int Height, int Width) frame) => new(CanvasOf(frame));

    /// <summary>Bytes of the result for a frame. The first call decides the size where none is given.</summary>
    public int ByteCountOf(FramePixels frame)
    {
        if (_geometry is null)
        {
            var first = new FrameGeometry(frame.Height, frame.Width, scale, stride);
            Interlocked.CompareExchange(ref _geometry, first, null);
        }

        return _geometry.InputHeight * _geometry.InputWidth * ChannelsOf(frame);
    }

    /// <summary>Resamples one frame.</summary>
    /// <param name="frame">Gray or RGB.</param>
    /// <param name="input">Gets <see cref="ByteCountOf"/> bytes: InputHeight rows of InputWidth pixels, channels
    /// interleaved.</param>
    /// <returns>The geometry of this frame.</returns>
    /// <exception cref="ArgumentException">A buffer has another size.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Channels other than 1 or 3.</exception>
    public FrameGeometry Resample(FramePixels frame, Span<byte> input)
    {
        var expected = ByteCountOf(frame);
        if (input.Length != expected)
        {
            throw new ArgumentException(
                $"The input has {input.Length} bytes, expected {expected}: {Geometry.InputWidth}×"
                    + $"{Geometry.InputHeight} pixels of {ChannelsOf(frame)} channels.",
                nameof(input)
            );
        }

        var steps = _steps.GetOrAdd((frame.Height, frame.Width, frame.Channels), StepsFor);
        steps.Run(frame.Bytes, input);
        return steps.Geometry;
    }

    private int ChannelsOf(FramePixels frame) => channels ?? frame.Channels;

    private static (int Height, int Width)? CanvasOf((int Height, int Width) frame) =>
        frame == PoseModelTransformer.AnySize ? null : frame;

    private Steps StepsFor((int Height, int Width, int Channels) frame) =>
        new(
            new FrameGeometry(frame.Height, frame.Width, scale, stride, Geometry.CanvasHeight, Geometry.CanvasWidth),
            frame.Channels,
            channels ?? frame.Channels
        );

    /// <summary>What is done to frames of one size and number of channels. Holds no state between frames.</summary>
    private sealed class Steps
    {
        // 0.2989, 0.587 and 0.114 in units of 2^-22: exact enough that truncation differs from real numbers' only where
        // their sum is within a millionth of a whole number. The weights add up to 0.9999, and the result is truncated,
        // as in torchvision.
        private const int Red = 1253678,
            Green = 2462057,
            Blue = 478151,
            Shift = 22;

        private readonly int _frameChannels;
        private readonly int _inputChannels;
        private readonly int _workChannels; // gray wherever one end is gray
        private readonly ImageResize? _fit;
        private readonly ImageResize? _scale;

        public Steps(FrameGeometry geometry, int frameChannels, int inputChannels)
        {
            RequireGrayOrRgb(frameChannels, "Frames", nameof(frameChannels));
            RequireGrayOrRgb(inputChannels, "A network's input", nameof(inputChannels));
            (Geometry, _frameChannels, _inputChannels) = (geometry, frameChannels, inputChannels);
            _workChannels = Math.Min(frameChannels, inputChannels);
            _fit = ImageResize.Between(
                (geometry.FrameHeight, geometry.FrameWidth),
                (geometry.FitHeight, geometry.FitWidth),
                _workChannels
            );
            _scale = ImageResize.Between(
                (geometry.CanvasHeight, geometry.CanvasWidth),
                (geometry.ScaledHeight, geometry.ScaledWidth),
                _workChannels
            );
        }

        public FrameGeometry Geometry { get; }

        public void Run(ReadOnlySpan<byte> frame, Span<byte> input)
        {
            var expected = Geometry.FrameHeight * Geometry.FrameWidth * _frameChannels;
            if (frame.Length != expected)
            {
                throw new ArgumentException(
                    $"The frame has {frame.Length} bytes, expected {expected}: {Geometry.FrameWidth}×"
                        + $"{Geometry.FrameHeight} pixels of {_frameChannels} channels.",
                    nameof(frame)
                );
            }

            byte[]? gray = null,
                canvas = null,
                single = null;
            if (_frameChannels > _workChannels)
            {
                var size = frame.Length / 3;
                gray = ArrayPool<byte>.Shared.Rent(size);
                ToGray(frame, gray.AsSpan(0, size));
                frame = gray.AsSpan(0, size);
            }

            if (Geometry.CanvasHeight != Geometry.FrameHeight || Geometry.CanvasWidth != Geometry.FrameWidth)
            {
                var size = Geometry.CanvasHeight * Geometry.CanvasWidth * _workChannels;
                canvas = ArrayPool<byte>.Shared.Rent(size);
                Place(_fit, frame, Geometry.FitHeight, Geometry.FitWidth, canvas.AsSpan(0, size), Geometry.CanvasWidth);
                frame = canvas.AsSpan(0, size);
            }

            var output = input;
            if (_workChannels < _inputChannels)
            {
                single = ArrayPool<byte>.Shared.Rent(input.Length / 3);
                output = single.AsSpan(0, input.Length / 3);
            }

            Place(_scale, frame, Geometry.ScaledHeight, Geometry.ScaledWidth, output, Geometry.InputWidth);
            if (single is not null)
                ToRgb(output, input);
            Return(gray);
            Return(canvas);
            Return(single);
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

        private static void ToGray(ReadOnlySpan<byte> rgb, Span<byte> gray)
        {
            for (var i = 0; i < gray.Length; i++)
            {
                var pixel = rgb.Slice(3 * i, 3);
                gray[i] = (byte)((pixel[0] * Red + pixel[1] * Green + pixel[2] * Blue) >> Shift);
            }
        }

        private static void ToRgb(ReadOnlySpan<byte> gray, Span<byte> rgb)
        {
            for (var i = 0; i < gray.Length; i++)
                rgb.Slice(3 * i, 3).Fill(gray[i]);
        }

        private static void RequireGrayOrRgb(int channels, string what, string name)
        {
            if (channels is not (1 or 3))
                throw new ArgumentOutOfRangeException(name, channels, $"{what} must have 1 channel (gray) or 3 (RGB).");
        }

        private static void Return(byte[]? rented)
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
