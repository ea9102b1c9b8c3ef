using System.Collections.Concurrent;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Where 16-bit brain floats are faster than single precision.</summary>
public static class BFloat16Support
{
    /// <summary>
    /// Whether the device has units for them that leave single precision behind: CPUs with AMX (Intel's servers from Sapphire Rapids on) and CUDA devices. On a CPU with AVX512-BF16 alone
    /// (AMD from Zen 4 on) both take the same time. Elsewhere libtorch converts back and forth, and single precision is faster.
    /// </summary>
    public static bool IsFast(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.type switch
        {
            DeviceType.CUDA => true,
            DeviceType.CPU => CpuHas,
            _ => false,
        };
    }

    /// <summary>Whether a network is measured to be faster in them on a device.</summary>
    internal static bool Pays(BackboneOptions backbone, Device device) => backbone is UNetOptions && IsFast(device);

    /// <summary>
    /// Whether gradients of convolutions over maps so wide are right in them. oneDNN 2.6, which libtorch 1.13 has, gets them wrong on CPUs with AMX above
    /// some 350 columns: without an error, from the first step on. And without AVX-512 there are none of oneDNN's: libtorch's own add up in 16 bits, where
    /// long sums come to a standstill. So one small convolution is tried.
    /// </summary>
    internal static bool TrainsRight(Device device, int width) => Right.GetOrAdd((device.type, Math.Min(width, WidestTried)), tried => IsRight(device, tried.Width));

    private const int WidestTried = 512; // twice as wide the same fault may never return
    private static readonly ConcurrentDictionary<(DeviceType Type, int Width), bool> Right = new();

    private static bool IsRight(Device device, int width)
    {
        using var scope = NewDisposeScope();
        var generator = new Random(1);
        // Nothing below 0, as behind a ReLU: what cancels out would hide sums that stand still.
        var images = Numbers(0, 1, 16, 32, width);
        var weights = Numbers(-0.5f, 16, 16, 3, 3);
        var (exact, brain) = (Gradient(ScalarType.Float32), Gradient(ScalarType.BFloat16));
        // Rounding to 8 bits makes some 0.3 %; the fault makes 100 %, or no number at all.
        return (brain - exact).norm().item<float>() < 0.05 * exact.norm().item<float>();

        Tensor Numbers(float least, params long[] shape) =>
            ChannelsLast.Convert(tensor([.. Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => generator.NextSingle() + least)], shape)).to(device);

        Tensor Gradient(ScalarType type)
        {
            var weight = weights.detach().clone().to(type).requires_grad_(true);
            nn.functional.conv2d(images.to(type), weight, null, [1L, 1L], [1L, 1L]).square().sum().backward();
            return weight.grad!.to(ScalarType.Float32);
        }
    }

    private static bool CpuHas { get; } = Detect();

    // CPUID leaf 7, EDX bit 22 is AMX-BF16. oneDNN uses it only with AVX-512 switched on.
    private static bool Detect() => X86Base.IsSupported && Avx512F.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Edx & 1 << 22) != 0;
}
