using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>When images get the number of channels of the network's input.</summary>
internal enum ChannelConversion
{
    /// <summary>Rounded down to 8 bits: frames before they are resized, crops after they were cut.</summary>
    First,

    /// <summary>
    /// As <see cref="First"/>, but crops for prediction as <see cref="Last"/>: sleap-nn with <c>ensure_grayscale</c> or
    /// <c>ensure_rgb</c>.
    /// </summary>
    LastInCrops,

    /// <summary>
    /// By the network, as numbers from 0 to 1. Frames are resized, cropped and augmented with the channels that they
    /// have: sleap-nn with neither key.
    /// </summary>
    Last,
}

/// <summary>The network's input for a batch of frames, filled frame by frame.</summary>
/// <param name="resampler">Brings the frames to the size of the input.</param>
/// <param name="size">Frames that there is room for.</param>
/// <param name="channels">Channels of the network's input.</param>
internal sealed class NetworkInput(FrameResampler resampler, int size, int channels)
{
    private readonly FrameGeometry[] _geometries = new FrameGeometry[size];
    private readonly byte[][] _images = [.. Enumerable.Repeat(Array.Empty<byte>(), size)];

    /// <summary>The geometry of the frame in a slot.</summary>
    public FrameGeometry Geometry(int slot) => _geometries[slot];

    /// <summary>Resamples a frame into a slot.</summary>
    public void Read(int slot, FramePixels frame)
    {
        var bytes = resampler.ByteCountOf(frame);
        if (_images[slot].Length != bytes)
            _images[slot] = new byte[bytes];
        _geometries[slot] = resampler.Resample(frame, _images[slot]);
    }

    /// <summary>The first <paramref name="count"/> slots as a tensor.</summary>
    /// <returns>As <see cref="FromBytes"/>.</returns>
    public Tensor ToTensor(int count, Device device) =>
        FromBytes(
            _images.AsSpan(0, count),
            resampler.Geometry.InputHeight,
            resampler.Geometry.InputWidth,
            channels,
            device
        );

    /// <summary>Copies images to the device, as bytes, and converts them to numbers from 0 to 1 there.</summary>
    /// <param name="images">Gray and color images, each row by row, channels interleaved; at least one.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Columns of an image.</param>
    /// <param name="channels">
    /// Channels of the result if some images are gray and others are not; else the result has those of the images.
    /// </param>
    /// <param name="device">Where the tensor is made; null: on the CPU.</param>
    /// <returns>(B, C, H, W), float, channels-last, which interleaved images are without moving a byte. The caller
    /// disposes it.</returns>
    /// <exception cref="ArgumentException">An image has not the number of bytes that the sizes say.</exception>
    public static Tensor FromBytes(
        ReadOnlySpan<byte[]> images,
        int height,
        int width,
        int channels,
        Device? device = null
    )
    {
        var (plane, isMixed) = (height * width, false);
        foreach (var image in images)
        {
            if (image.Length != plane && image.Length != 3 * plane)
            {
                throw new ArgumentException(
                    $"An image has {image.Length} bytes, expected {plane} (gray) or {3 * plane} (RGB): "
                        + $"{width}×{height} pixels.",
                    nameof(images)
                );
            }

            isMixed |= image.Length != images[0].Length;
        }

        using var scope = NewDisposeScope();
        using var _ = no_grad();
        if (isMixed)
        {
            var converted = new Tensor[images.Length];
            for (var i = 0; i < converted.Length; i++)
                converted[i] = WithChannels(FromBytes(images.Slice(i, 1), height, width, channels, device), channels);
            return ChannelsLast.Convert(cat(converted, 0)).MoveToOuterDisposeScope();
        }

        var (bytes, each) = (images[0].Length, images[0].Length / plane);
        var pixels = empty(new long[] { images.Length, height, width, each }, ScalarType.Byte); // (B, H, W, C)
        for (var i = 0; i < images.Length; i++)
            images[i].CopyTo(pixels.bytes[(i * bytes)..]);
        if (device is not null)
            pixels = pixels.to(device);
        return pixels.permute(0, 3, 1, 2).to(ScalarType.Float32).Div(255f).MoveToOuterDisposeScope(); // (B, C, H, W)
    }

    /// <summary>Converts images to gray or RGB.</summary>
    /// <param name="images">(B, 1 or 3, H, W), numbers.</param>
    /// <param name="channels">Channels of the result.</param>
    /// <returns>
    /// (B, channels, H, W), channels-last: gray is repeated, RGB becomes 0.2989 R + 0.587 G + 0.114 B. The same tensor
    /// if there is nothing to convert.
    /// </returns>
    /// <exception cref="ArgumentException">The images have neither this number of channels nor 1 or 3.</exception>
    public static Tensor WithChannels(Tensor images, int channels) =>
        (images.size(1), channels) switch
        {
            var (from, to) when from == to => images,
            (1, 3) => ChannelsLast.Convert(images.expand(images.size(0), 3, images.size(2), images.size(3))),
            (3, 1) => images
                .narrow(1, 0, 1)
                .Mul(0.2989f)
                .Add(images.narrow(1, 1, 1).Mul(0.587f))
                .Add(images.narrow(1, 2, 1).Mul(0.114f)),
            var (from, _) => throw new ArgumentException(
                $"Images have {from} channels, expected {channels}, or 1 or 3 to convert from."
            ),
        };
}
