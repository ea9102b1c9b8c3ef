using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>Convolutions of unchanged size, each followed by a ReLU.</summary>
internal static class ConvRelu
{
    public static Module<Tensor, Tensor>[] Create(int inChannels, int filters, int kernel, int count)
    {
        var convolutions = new Module<Tensor, Tensor>[count];
        for (int i = 0; i < count; i++)
            convolutions[i] = Conv2d(i == 0 ? inChannels : filters, filters, kernel, Padding.Same);
        return convolutions;
    }

    /// <summary>(B, C, H, W) to (B, filters, H, W). <paramref name="x"/> stays the caller's.</summary>
    public static Tensor Apply(Module<Tensor, Tensor>[] convolutions, Tensor x)
    {
        Tensor map = x;
        foreach (Module<Tensor, Tensor> convolution in convolutions)
        {
            Tensor sum = convolution.call(map);         // (B, C, H, W) -> (B, filters, H, W)
            if (!ReferenceEquals(map, x))
                map.Dispose();
            map = Relu(sum);
        }

        return map;
    }

    /// <summary>max(0, x) in the place of x, which is given up. Right after a convolution: its gradient does not need its own output.</summary>
    public static Tensor Relu(Tensor x)
    {
        Tensor relu = x.relu_();
        if (!ReferenceEquals(relu, x))
            x.Dispose();
        return relu;
    }
}
