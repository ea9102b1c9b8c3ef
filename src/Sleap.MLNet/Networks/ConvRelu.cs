using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// Convolutions of unchanged size, each followed by a ReLU. They compute in the precision of what they are given.
/// </summary>
internal sealed class ConvRelu : IDisposable
{
    private static readonly long[] One = [1, 1],
        Two = [2, 2];
    private readonly WinogradFactors?[] _factors;
    private bool _keeps;

    public ConvRelu(int inChannels, int filters, int kernel, int count)
    {
        Convolutions =
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => Conv2d(i == 0 ? inChannels : filters, filters, kernel, Padding.Same)),
        ];
        _factors = new WinogradFactors?[count];
    }

    /// <summary>The layers; whoever has this registers them.</summary>
    public IReadOnlyList<Conv2d> Convolutions { get; }

    /// <summary>Bytes that <see cref="KeepFactors"/> keeps, about.</summary>
    public long FactorBytes =>
        Convolutions.Sum(convolution =>
            WinogradTile.Points * sizeof(float) * convolution.weight.size(0) * convolution.weight.size(1)
        );

    /// <summary>
    /// From now on what is made of the weights is kept from one call to the next; what was kept so far is not.
    /// </summary>
    public void KeepFactors()
    {
        Dispose();
        _keeps = true;
    }

    /// <summary>Frees what is kept; the layers are their owner's.</summary>
    public void Dispose()
    {
        foreach (var factors in _factors)
            factors?.Dispose();
        Array.Clear(_factors);
    }

    /// <summary>(B, C, H, W) to (B, filters, H, W). <paramref name="x"/> stays the caller's.</summary>
    public Tensor Apply(Tensor x)
    {
        var map = x;
        for (var i = 0; i < Convolutions.Count; i++)
        {
            var relu = Apply(i, map); // (B, C, H, W) -> (B, filters, H, W)
            if (!ReferenceEquals(map, x))
                map.Dispose();
            map = relu;
        }

        return map;
    }

    /// <summary>The transposed convolution of up-sampling and its ReLU: (B, C, h, w) to (B, filters, 2h, 2w).</summary>
    /// <param name="convolution">The convolution.</param>
    /// <param name="x">The map; stays the caller's.</param>
    /// <param name="keras"> Keep the first rows and columns of the 2h + 1 and 2w + 1 that there are, as Keras'
    /// <c>same</c> does, and not the last ones, as torch does.
    /// </param>
    public static Tensor Double(ConvTranspose2d convolution, Tensor x, bool keras)
    {
        using var scope = NewDisposeScope();
        // As with plain convolutions, the parameters stay in single precision and are rounded anew each time.
        Tensor weight = convolution.weight!.to(x.dtype),
            bias = convolution.bias!.to(x.dtype);
        var doubled = keras
            ? functional
                .conv_transpose2d(x, weight, bias, Two)
                .narrow(2, 0, 2 * x.size(2))
                .narrow(3, 0, 2 * x.size(3))
                .clone()
            : functional.conv_transpose2d(x, weight, bias, Two, One, One);
        return doubled.relu_().MoveToOuterDisposeScope();
    }

    /// <summary>
    /// max(0, x) in the place of x, which is given up. Right after a convolution: its gradient does not need its own
    /// output.
    /// </summary>
    public static Tensor Relu(Tensor x)
    {
        var relu = x.relu_();
        if (!ReferenceEquals(relu, x))
            x.Dispose();
        return relu;
    }

    private Tensor Apply(int layer, Tensor x)
    {
        var convolution = Convolutions[layer];
        var isTraining = is_grad_enabled();
        if (!Winograd.Takes(x, convolution.weight))
            return Relu(Sum(convolution, x));
        if (isTraining)
            return ConvReluFunction.apply(x, convolution.weight, convolution.bias!);
        if (_keeps)
            _factors[layer] ??= new WinogradFactors(convolution.weight);
        return Winograd.Convolve(x, convolution.weight, convolution.bias!, relu: true, _factors[layer]);
    }

    private static Tensor Sum(Conv2d convolution, Tensor x)
    {
        if (x.dtype == ScalarType.Float32)
            return convolution.call(x);
        // The parameters stay in single precision and are rounded anew each time: optimizers and files need them whole.
        using Tensor weight = convolution.weight.to(x.dtype),
            bias = convolution.bias!.to(x.dtype);
        long kernel = weight.size(2),
            margin = kernel / 2;
        if (kernel % 2 == 1)
            return functional.conv2d(x, weight, bias, One, [margin, margin]);
        using var padded = functional.pad(x, (margin - 1, margin, margin - 1, margin), PaddingModes.Constant, 0);
        return functional.conv2d(padded, weight, bias);
    }
}
