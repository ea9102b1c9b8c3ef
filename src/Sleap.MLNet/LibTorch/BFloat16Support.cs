using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Determines where bfloat16 is faster than float32.</summary>
internal static class BFloat16Support
{
    /// <summary>
    /// Whether the device has bfloat16 units that are much faster than float32: CUDA devices, CPUs with AMX (Intel
    /// servers since Sapphire Rapids), and, for prediction, CPUs with AVX512-BF16 (AMD since Zen 4,
    /// <see cref="BFloat16Products"/>).
    /// </summary>
    /// <param name="device">The device.</param>
    /// <param name="trains">Whether gradients are needed.</param>
    public static bool IsFast(Device device, bool trains)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.type switch
        {
            DeviceType.CUDA => true,
            DeviceType.CPU => HasAmx || (!trains && BFloat16Products.IsSupported),
            _ => false,
        };
    }

    /// <summary>Whether a network was measured to be faster in bfloat16 on a device.</summary>
    internal static bool IsFaster(BackboneOptions backbone, Device device, bool trains) =>
        backbone is UNetOptions && IsFast(device, trains);

    /// <summary>Whether the CPU has AMX units.</summary>
    public static bool HasAmx { get; } = Detect();

    // CPUID leaf 7, EDX bit 22 is AMX-BF16. oneDNN uses it only if AVX-512 is enabled.
    private static bool Detect() =>
        X86Base.IsSupported
        && Avx512F.IsSupported
        && X86Base.CpuId(0, 0).Eax >= 7
        && (X86Base.CpuId(7, 0).Edx & 1 << 22) != 0;
}
