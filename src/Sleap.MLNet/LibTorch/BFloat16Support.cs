using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Determines where bfloat16 is faster than float32.</summary>
internal static class BFloat16Support
{
    /// <summary>
    /// Whether the device has bfloat16 units that are much faster than float32: CPUs with AMX (Intel servers since
    /// Sapphire Rapids) and CUDA devices.
    /// </summary>
    /// <remarks>
    /// CPUs with only AVX512-BF16 (AMD since Zen 4) are not included. On all other devices libtorch converts between
    /// the formats, and float32 is faster.
    /// </remarks>
    public static bool IsFast(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.type switch
        {
            DeviceType.CUDA => true,
            DeviceType.CPU => CpuHasAmx,
            _ => false,
        };
    }

    /// <summary>Whether a network was measured to be faster in bfloat16 on a device.</summary>
    internal static bool IsFaster(BackboneOptions backbone, Device device) => backbone is UNetOptions && IsFast(device);

    private static bool CpuHasAmx { get; } = Detect();

    // CPUID leaf 7, EDX bit 22 is AMX-BF16. oneDNN uses it only if AVX-512 is enabled.
    private static bool Detect() =>
        X86Base.IsSupported
        && Avx512F.IsSupported
        && X86Base.CpuId(0, 0).Eax >= 7
        && (X86Base.CpuId(7, 0).Edx & 1 << 22) != 0;
}
