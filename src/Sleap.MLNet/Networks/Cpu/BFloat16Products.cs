using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Products of small matrices of bfloat16 with sums in single precision, by the kernels that oneDNN generates, for
/// processors with AVX512-BF16 and without AMX (AMD since Zen 4).
/// </summary>
/// <remarks>
/// .NET 10 has no such instructions. libtorch exports the function that its own layers call for such products
/// (<c>at::native::cpublas::brgemm</c>); it throws a C++ exception where the processor cannot do it, so it is called
/// only where the instructions are known to be there. Without the function, as in another version of libtorch,
/// <see cref="IsSupported"/> is false.
/// </remarks>
internal static unsafe class BFloat16Products
{
    private const string Symbol = "_ZN2at6native7cpublas6brgemmEllllllbPKN3c108BFloat16ES5_Pfb",
        Limit = "ONEDNN_MAX_CPU_ISA";

    private static readonly nint Function = Find();

    /// <summary>Whether this processor and this libtorch can do it.</summary>
    public static bool IsSupported => Function != 0;

    /// <summary>C = A·B.</summary>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="columns">Columns of B and C.</param>
    /// <param name="depth">Columns of A, an even number.</param>
    /// <param name="a">A, row by row, <paramref name="depth"/> numbers from row to row.</param>
    /// <param name="b">B: pairs of rows, of which the two numbers of a column are adjacent.</param>
    /// <param name="c">Gets C, row by row, <paramref name="columns"/> numbers from row to row.</param>
    public static void Multiply(int rows, int columns, int depth, ushort* a, ushort* b, float* c) =>
        ((delegate* unmanaged<long, long, long, long, long, long, byte, ushort*, ushort*, float*, byte, void>)Function)(
            rows,
            columns,
            depth,
            depth,
            columns,
            columns,
            0, // C is not added to
            a,
            b,
            c,
            1 // B is in pairs of rows
        );

    private static nint Find()
    {
        LibTorchLibrary.Load();
        // CPUID leaf 7, subleaf 1, EAX bit 5 is AVX512-BF16.
        var hasInstructions =
            OperatingSystem.IsLinux()
            && Avx512BW.VL.IsSupported
            && Avx512DQ.VL.IsSupported
            && X86Base.CpuId(7, 0).Eax >= 1
            && (X86Base.CpuId(7, 1).Eax & 1 << 5) != 0
            && !BFloat16Support.HasAmx
            && Environment.GetEnvironmentVariable(Limit) is null;
        return
            hasInstructions
            && NativeLibrary.TryLoad("libtorch_cpu.so", typeof(Tensor).Assembly, null, out var library)
            && NativeLibrary.TryGetExport(library, Symbol, out var address)
            ? address
            : 0;
    }
}
