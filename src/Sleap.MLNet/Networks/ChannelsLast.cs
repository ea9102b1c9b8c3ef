using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// Tensors of shape (B, C, H, W) whose channels of a pixel are adjacent in memory, as in images.
/// </summary>
/// <remarks>
/// TorchSharp has no memory formats. libtorch recognizes channels-last by the strides, and its convolutions, poolings
/// and interpolations keep it.
/// </remarks>
internal static class ChannelsLast
{
    private static readonly int[] Order = [1, 3, 2, 0]; // dimensions, that of the smallest stride first

    /// <summary>A copy in channels-last order, or the tensor itself if it is in this order.</summary>
    /// <param name="tensor">(B, C, H, W)</param>
    public static Tensor Convert(Tensor tensor) => Is(tensor) ? tensor : Copy(tensor);

    /// <summary>
    /// Whether the memory is in channels-last order. With one channel, or one pixel, both orders are the same.
    /// </summary>
    /// <param name="tensor">A tensor of any shape; false unless it has four dimensions.</param>
    public static bool Is(Tensor tensor)
    {
        var shape = tensor.shape;
        if (shape.Length != 4)
            return false;
        var strides = tensor.stride();
        long expected = 1;
        foreach (var dimension in Order)
        {
            if (shape[dimension] != 1 && strides[dimension] != expected)
                return false;
            expected *= shape[dimension];
        }

        return true;
    }

    /// <summary>
    /// An uninitialized tensor on the CPU, single precision, channels-last: (images, channels, height, width).
    /// </summary>
    public static Tensor Empty(long images, long channels, long height, long width)
    {
        using var pixels = empty(new[] { images, height, width, channels }, ScalarType.Float32);
        return pixels.permute(0, 3, 1, 2);
    }

    /// <summary>Converts all weights of four dimensions to channels-last, in place.</summary>
    public static void ConvertWeights(Module module)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (_, parameter) in module.named_parameters(true))
        {
            if (parameter.dim() == 4)
                parameter.set_(Copy(parameter));
        }
    }

    // New memory, permuted. contiguous() would leave a tensor of one channel with strides that libtorch takes for
    // channels-first, and a first layer with such weights gives its output channels-first.
    private static Tensor Copy(Tensor tensor)
    {
        var shape = tensor.shape;
        var result = empty(new[] { shape[0], shape[2], shape[3], shape[1] }, tensor.dtype, tensor.device)
            .permute(0, 3, 1, 2);
        return result.copy_(tensor);
    }
}
