using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>The network's input for a batch of frames, filled frame by frame.</summary>
/// <param name="resampler">Brings the frames to the size of the input.</param>
/// <param name="size">Frames that there is room for.</param>
internal sealed class NetworkInput(FrameResampler resampler, int size)
{
    private readonly FrameGeometry[] _geometries = new FrameGeometry[size];
    private byte[] _bytes = [];
    private int _channels;

    /// <summary>The geometry of the frame in a slot.</summary>
    public FrameGeometry Geometry(int slot) => _geometries[slot];

    /// <summary>Resamples a frame into a slot.</summary>
    public void Read(int slot, FramePixels frame)
    {
        var count = resampler.ByteCountOf(frame);
        if (_bytes.Length == 0)
            (_bytes, _channels) = (new byte[size * count], resampler.ChannelsOf(frame));
        _geometries[slot] = resampler.Resample(frame, _bytes.AsSpan(slot * count, count));
    }

    /// <summary>The first <paramref name="count"/> slots as a tensor.</summary>
    /// <returns>(B, C, H, W), 0..1, channels-last; the caller disposes it.</returns>
    public Tensor ToTensor(int count, Device device) =>
        FromBytes(_bytes, count, resampler.Geometry.InputHeight, resampler.Geometry.InputWidth, _channels, device);

    /// <summary>Copies images to the device, as bytes, and converts them to numbers from 0 to 1 there.</summary>
    /// <param name="images">The images one after the other, each row by row, channels interleaved; may be longer than
    /// needed.</param>
    /// <param name="batch">Number of images.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Columns of an image.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="device">Where the tensor is made; null: on the CPU.</param>
    /// <returns>(B, C, H, W), float, channels-last, which interleaved images are without moving a byte. The caller
    /// disposes it.</returns>
    /// <exception cref="ArgumentException">There are fewer bytes than the sizes say.</exception>
    public static Tensor FromBytes(
        ReadOnlySpan<byte> images,
        int batch,
        int height,
        int width,
        int channels,
        Device? device = null
    )
    {
        var bytes = (long)batch * height * width * channels;
        if (images.Length < bytes)
        {
            throw new ArgumentException(
                $"There are {images.Length} bytes, expected {bytes}: {batch} images of "
                    + $"{width}×{height} pixels of {channels} channels.",
                nameof(images)
            );
        }

        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var pixels = empty(new long[] { batch, height, width, channels }, ScalarType.Byte); // (B, H, W, C)
        images[..(int)bytes].CopyTo(pixels.bytes);
        if (device is not null)
            pixels = pixels.to(device);
        return (pixels.permute(0, 3, 1, 2).to(ScalarType.Float32) / 255f).MoveToOuterDisposeScope(); // (B, C, H, W)
    }
}
