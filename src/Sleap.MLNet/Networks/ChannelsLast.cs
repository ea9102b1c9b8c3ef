using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// Tensors of shape (B, C, H, W) whose memory runs channel by channel within a pixel, as images do. TorchSharp has no memory
/// formats; libtorch goes by the strides, and its convolutions, poolings and interpolations keep them.
/// </summary>
public static class ChannelsLast
{
    /// <summary>A copy with channels-last strides, or the tensor itself if it has them.</summary>
    /// <param name="tensor">(B, C, H, W)</param>
    public static Tensor Convert(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (Is(tensor))
            return tensor;
        long[] shape = tensor.shape;
        // A permutation of fresh memory, because contiguous() leaves a tensor of one channel, or of 1×1 pixels, with strides that
        // libtorch takes for channels-first.
        Tensor result = empty(new[] { shape[0], shape[2], shape[3], shape[1] }, tensor.dtype, tensor.device).permute(0, 3, 1, 2);
        return result.copy_(tensor);
    }

    /// <summary>Whether the strides are channels-last.</summary>
    /// <param name="tensor">A tensor of any shape; false unless it has four dimensions.</param>
    public static bool Is(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        long[] shape = tensor.shape;
        if (shape.Length != 4)
            return false;
        long[] strides = tensor.stride();
        return strides[1] == 1 && strides[3] == shape[1] && strides[2] == shape[1] * shape[3] && strides[0] == shape[1] * shape[3] * shape[2];
    }

    /// <summary>Lays out all weights of four dimensions channels-last, in place.</summary>
    internal static void ConvertWeights(Module module)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach ((string _, TorchSharp.Modules.Parameter parameter) in module.named_parameters(true))
        {
            if (parameter.dim() == 4 && !Is(parameter))
                parameter.set_(Convert(parameter));
        }
    }
}
