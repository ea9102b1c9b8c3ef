using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Whether the functions here get their gradients back through the TorchSharp that is there. It is tried once, on some small numbers: a version that goes about functions of one's own in another
/// way makes training slower, and not wrong.
/// </summary>
internal static class OwnGradients
{
    private const int Channels = 8, Side = 6;
    private static readonly Lazy<bool> Right = new(IsRight);

    public static bool AreRight => Right.Value;

    /// <summary>Whose convolutions a CPU computes with, and why.</summary>
    public static string Words => Single + (BFloat16Support.IsFast(CPU) ? "; those of 16 bits are libtorch's, with AMX" : "");

    private static string Single => (PixelMap.IsSupported, PixelMap.IsSupported && AreRight) switch
    {
        (false, _) => "libtorch's; this library's take a processor with AVX2 and FMA",
        (_, false) => "this library's to predict, libtorch's to train: this TorchSharp does not bring back gradients of one's own functions, and training takes about twice as long",
        _ => "this library's, with AVX2 and FMA",
    };

    private static bool IsRight()
    {
        using DisposeScope scope = NewDisposeScope();
        using var _ = enable_grad();
        var generator = new Random(1);  // torch's own generator belongs to the training
        Tensor map = Numbers(1, Channels, Side, Side), skip = Numbers(1, Channels, 2 * Side, 2 * Side), weight = Numbers(Channels, 2 * Channels, 3, 3), bias = Numbers(Channels);
        try
        {
            Tensor[] own = Gradients((x, beside, filters, add) => ConvReluFunction.apply(UpJoinFunction.apply(x, beside), filters, add));
            Tensor[] plain = Gradients((x, beside, filters, add) => nn.functional.conv2d(
                cat(new[] { beside, nn.functional.interpolate(x, null, [2.0, 2.0], InterpolationMode.Bilinear, false) }, 1), filters, add, [1L, 1L], [1L, 1L]).relu());
            return own.Zip(plain).All(pair => (pair.First - pair.Second).norm().item<float>() <= 1e-4 * pair.Second.norm().item<float>());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return false;
        }

        Tensor Numbers(params long[] shape) => tensor([.. Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => generator.NextSingle() - 0.5f)], shape);

        Tensor[] Gradients(Func<Tensor, Tensor, Tensor, Tensor, Tensor> layers)
        {
            Tensor[] leaves = [.. new[] { map, skip, weight, bias }.Select(leaf => leaf.detach().clone().requires_grad_(true))];
            layers(leaves[0], leaves[1], leaves[2], leaves[3]).square().sum().backward();
            return [.. leaves.Select(leaf => leaf.grad!)];
        }
    }
}
