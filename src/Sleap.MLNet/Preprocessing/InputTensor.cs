using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Bytes of images as the tensor that a network takes.</summary>
public static class InputTensor
{
    /// <summary>Copies a batch of images to the device, as bytes, and makes them numbers from 0 to 1 there.</summary>
    /// <param name="images">The images one after the other, each of rows of pixels, channels interleaved; may be longer
    /// than needed.</param>
    /// <param name="batch">How many images.</param>
    /// <param name="height">Their height.</param>
    /// <param name="width">Their width.</param>
    /// <param name="channels">Their channels.</param>
    /// <param name="device">Where the tensor shall be; null: the CPU.</param>
    /// <returns>(B, C, H, W), float, channels-last strides, which interleaved images have without being
    /// moved.</returns>
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
