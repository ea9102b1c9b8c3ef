using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// A level of names in the state dict that computes nothing, such as the <c>blocks</c> of every block of sleap-nn.
/// </summary>
internal sealed class StateFolder : Module
{
    public StateFolder(string name, IEnumerable<(string Name, Module Module)> entries)
        : base(name)
    {
        foreach (var (entry, module) in entries)
            register_module(entry, module);
    }

    /// <summary>Adds the normalization of each convolution, under its name with <c>norm</c> for <c>conv</c>.</summary>
    public void Add(string prefix, IEnumerable<BatchNorm> norms)
    {
        foreach (var (norm, i) in norms.Select((norm, i) => (norm, i)))
            register_module($"{prefix}{BatchNorm.Suffix}{i}", norm);
    }
}

/// <summary>
/// Convolutions of unchanged size, each followed by a ReLU. They compute in the precision of their input; the
/// parameters stay in single precision.
/// </summary>
internal sealed class ConvRelu : IDisposable
{
    private static readonly long[] One = [1, 1],
        Two = [2, 2];
    private readonly WinogradFactors?[] _factors;
    private BatchNorm[] _norms = []; // one for each convolution, or none
    private readonly BFloat16Factors?[] _rounded;
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
        _rounded = new BFloat16Factors?[count];
    }

    /// <summary>The layers. The module that owns this object registers them and disposes them.</summary>
    public IReadOnlyList<Conv2d> Convolutions { get; }

    /// <summary>
    /// Whether factors of products are rounded to bfloat16 where <see cref="WinogradBFloat16"/> can compute a
    /// convolution whose gradient is not needed.
    /// </summary>
    public bool RoundsProducts { get; set; }

    /// <summary>Approximate number of bytes that <see cref="KeepFactors"/> keeps.</summary>
    public long FactorBytes =>
        Convolutions.Sum(convolution =>
            WinogradTransform.Points * sizeof(float) * convolution.weight.size(0) * convolution.weight.size(1)
        );

    /// <summary>
    /// From now on the transformed weights are kept from one call to the next; those kept so far are dropped.
    /// </summary>
    public void KeepFactors()
    {
        Dispose();
        _keeps = true;
    }

    /// <summary>
    /// From now on each convolution is followed by a batch normalization; see <see cref="PoseNetwork.Fold"/>.
    /// </summary>
    /// <returns>The normalizations, for the module that owns this object to register.</returns>
    public IReadOnlyList<BatchNorm> Normalize() =>
        _norms = [.. Convolutions.Select(one => new BatchNorm(one.weight.size(0), one.weight.device))];

    /// <summary>Frees the transformed weights, not the layers.</summary>
    public void Dispose()
    {
        foreach (var factors in _factors)
            factors?.Dispose();
        foreach (var factors in _rounded)
            factors?.Dispose();
        Array.Clear(_factors);
        Array.Clear(_rounded);
    }

    /// <param name="x">(B, C, H, W); the caller disposes it.</param>
    /// <returns>(B, filters, H, W)</returns>
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

    /// <summary>Transposed convolution of stride 2 with its ReLU.</summary>
    /// <param name="convolution">The convolution.</param>
    /// <param name="norm">Normalizes its output; null: no normalization.</param>
    /// <param name="x">(B, C, h, w); the caller disposes it.</param>
    /// <param name="keras">Of the 2h + 1 rows and 2w + 1 columns, keep the first ones, as Keras' <c>same</c> does, and
    /// not the last ones, as torch does.</param>
    /// <returns>(B, filters, 2h, 2w)</returns>
    public static Tensor Double(ConvTranspose2d convolution, BatchNorm? norm, Tensor x, bool keras)
    {
        using var scope = NewDisposeScope();
        var weight = convolution.weight!.to(x.dtype);
        var bias = norm is null ? convolution.bias!.to(x.dtype) : null;
        var doubled = keras
            ? functional
                .conv_transpose2d(x, weight, bias, Two) // (B, filters, 2h + 1, 2w + 1)
                .narrow(2, 0, 2 * x.size(2))
                .narrow(3, 0, 2 * x.size(3))
                .clone()
            : functional.conv_transpose2d(x, weight, bias, Two, One, One);
        return (norm?.Apply(doubled, convolution.bias!) ?? doubled.relu_()).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// max(0, x), written over <paramref name="x"/>, which must not be used afterwards. Only for the output of a
    /// convolution or linear layer, whose gradient does not need its own output.
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
        var isOurs = Winograd.Takes(x, convolution.weight);
        if (_norms.Length > 0)
        {
            using var product = isOurs
                ? ConvFunction.apply(x, convolution.weight)
                : Convolve(x, convolution.weight, null);
            return _norms[layer].Apply(product, convolution.bias!);
        }

        if (RoundsProducts && !is_grad_enabled() && WinogradBFloat16.Takes(x, convolution.weight))
        {
            var rounded = _rounded[layer] ?? new BFloat16Factors(convolution.weight);
            var result = WinogradBFloat16.ConvolveRelu(x, rounded, convolution.bias!);
            if (_keeps)
                _rounded[layer] = rounded;
            else
                rounded.Dispose();
            return result;
        }

        if (!isOurs)
            return Relu(Convolve(x, convolution.weight, convolution.bias));
        if (is_grad_enabled())
            return ConvReluFunction.apply(x, convolution.weight, convolution.bias!);
        if (_keeps)
            _factors[layer] ??= new WinogradFactors(convolution.weight);
        return Winograd.Convolve(x, convolution.weight, convolution.bias!, relu: true, _factors[layer]);
    }

    // The parameters are rounded anew in each call to the precision of the input: optimizers and files need them in
    // single precision.
    private static Tensor Convolve(Tensor x, Tensor weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        (weight, bias) = (weight.to(x.dtype), bias?.to(x.dtype));
        long kernel = weight.size(2),
            margin = kernel / 2;
        if (kernel % 2 == 0)
            x = functional.pad(x, (margin - 1, margin, margin - 1, margin), PaddingModes.Constant, 0);
        long[] padding = kernel % 2 == 0 ? [0, 0] : [margin, margin];
        return functional.conv2d(x, weight, bias, One, padding).MoveToOuterDisposeScope();
    }
}

/// <summary>Pooling to half the size.</summary>
internal static class Pooling
{
    /// <summary>
    /// The maximum of each 2×2 block. A map of odd size is first padded with zeros at the bottom or right.
    /// </summary>
    /// <remarks>
    /// sleap-nn 0.3.5 pads in a module's first call only: that call overwrites the module's own padding, and from the
    /// second call on an odd row or column is dropped. Here every call pads, so that a network's output depends on its
    /// input alone. Inputs whose size is a multiple of the strides, as preprocessing makes them, are not affected.
    /// </remarks>
    /// <param name="x">(B, C, H, W)</param>
    /// <returns>(B, C, ⌈H/2⌉, ⌈W/2⌉)</returns>
    public static Tensor Halve(Tensor x)
    {
        long oddRows = x.size(2) & 1,
            oddColumns = x.size(3) & 1;
        if ((oddRows | oddColumns) == 0)
            return functional.max_pool2d(x, 2, 2);
        using var even = functional.pad(x, (0, oddColumns, 0, oddRows), PaddingModes.Constant, 0);
        return functional.max_pool2d(even, 2, 2);
    }
}

/// <summary>Layer normalization over the channels of each pixel of a map (B, C, H, W).</summary>
internal sealed class PixelNorm : Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly double _epsilon;

    public PixelNorm(int channels, double epsilon)
        : base(nameof(PixelNorm))
    {
        _epsilon = epsilon;
        weight = Parameter(ones(channels));
        bias = Parameter(zeros(channels));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var pixels = x.permute(0, 2, 3, 1); // (B, C, H, W) -> (B, H, W, C)
        using var normal = functional.layer_norm(pixels, weight.shape, weight, bias, _epsilon); // (B, H, W, C)
        return normal.permute(0, 3, 1, 2); // (B, C, H, W)
    }
}
