using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Where 16-bit brain floats are faster than single precision.</summary>
public static class BFloat16Support
{
    /// <summary>
    /// Whether the device has units for them that leave single precision behind: CPUs with AMX (Intel's servers from
    /// Sapphire Rapids on) and CUDA devices. CPUs with AVX512-BF16 alone (AMD from Zen 4 on) are not among them.
    /// Elsewhere libtorch converts back and forth, and single precision is faster.
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

    private static bool CpuHas { get; } = Detect();

    // CPUID leaf 7, EDX bit 22 is AMX-BF16. oneDNN uses it only with AVX-512 switched on.
    private static bool Detect() =>
        X86Base.IsSupported
        && Avx512F.IsSupported
        && X86Base.CpuId(0, 0).Eax >= 7
        && (X86Base.CpuId(7, 0).Edx & 1 << 22) != 0;
}
