using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Where 16-bit brain floats are faster than single precision.</summary>
public static class BFloat16
{
    /// <summary>
    /// Whether the device multiplies them in hardware: CPUs with AVX512-BF16 or AMX (Intel from Cooper Lake on, AMD from Zen 4 on),
    /// and CUDA devices. Elsewhere libtorch converts back and forth, and single precision is faster.
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

    private static bool CpuHas { get; } = Detect();

    // CPUID leaf 7: sub-leaf 1, EAX bit 5 is AVX512-BF16; sub-leaf 0, EDX bit 22 is AMX-BF16. Both need AVX-512 switched on.
    private static bool Detect() => X86Base.IsSupported && Avx512F.IsSupported && X86Base.CpuId(0, 0).Eax >= 7
        && ((X86Base.CpuId(7, 1).Eax & 1 << 5) != 0 || (X86Base.CpuId(7, 0).Edx & 1 << 22) != 0);
}
