using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// The memory of a map in channels-last order: the channels of a pixel are adjacent, pixels follow row by row.
/// </summary>
internal readonly unsafe struct PixelMap
{
    private readonly float* _first;

    private PixelMap(float* first, long[] shape)
    {
        _first = first;
        (Batch, Channels, Height, Width) = ((int)shape[0], (int)shape[1], (int)shape[2], (int)shape[3]);
    }

    public int Batch { get; }

    public int Channels { get; }

    public int Height { get; }

    public int Width { get; }

    /// <summary>Floats from a pixel to the one below.</summary>
    public nint Row => (nint)Width * Channels;

    /// <summary>Whether the processor has the instructions that the kernels here use.</summary>
    public static bool IsSupported => Fma.IsSupported && Vector256.IsHardwareAccelerated;

    /// <summary>Which convolutions a CPU runs, as text for reports.</summary>
    public static string Description =>
        (
            IsSupported
                ? "this library's, with AVX2 and FMA"
                : "libtorch's; this library's take a processor with AVX2 and FMA"
        )
        + (
            BFloat16Support.HasAmx ? "; those of 16 bits are libtorch's, with AMX"
            : BFloat16Products.IsSupported ? "; those of 16 bits too, with AVX512-BF16"
            : ""
        );

    /// <summary>
    /// Whether the processor has the instructions that the kernels here use, and a tensor of these sizes can be a map.
    /// </summary>
    /// <param name="like">A tensor (B, ·, ·, ·) on the same device and of the same type.</param>
    /// <param name="channels">Channels of the map.</param>
    /// <param name="height">Rows of the map.</param>
    /// <param name="width">Columns of the map.</param>
    public static bool Takes(Tensor like, long channels, long height, long width) =>
        IsSupported
        && like.dtype == ScalarType.Float32
        && like.device_type == TorchSharp.DeviceType.CPU
        && like.numel() > 0
        // TorchSharp gives no pointer to larger tensors.
        && sizeof(float) * like.size(0) * channels * height * width <= int.MaxValue;

    /// <param name="map">(B, C, H, W) in channels-last order, on the CPU, in single precision. It must outlive the
    /// result.</param>
    public static PixelMap Of(Tensor map)
    {
        using var pixels = map.permute(0, 2, 3, 1);
        fixed (byte* first = pixels.bytes) // memory of libtorch, which does not move
            return new PixelMap((float*)first, map.shape);
    }

    /// <summary>The first channel of a pixel.</summary>
    public float* At(int image, int y, int x) => _first + ((((nint)image * Height) + y) * Width + x) * Channels;
}

/// <summary>
/// A tensor to read by pointer: itself where it is channels-last, else a copy, which this object disposes. The tensor
/// must outlive this object.
/// </summary>
internal readonly struct PixelSource : IDisposable
{
    private readonly Tensor _tensor,
        _ordered;

    public PixelSource(Tensor tensor)
    {
        _tensor = tensor;
        _ordered = ChannelsLast.Convert(tensor);
        Map = PixelMap.Of(_ordered);
    }

    public PixelMap Map { get; }

    public void Dispose()
    {
        if (!ReferenceEquals(_ordered, _tensor))
            _ordered.Dispose();
        GC.KeepAlive(_tensor);
    }
}

/// <summary>
/// Memory that a thread keeps from one use to the next, aligned to a cache line; it grows as needed.
/// </summary>
internal sealed unsafe class NativeScratch
{
    /// <summary>Bytes of a cache line.</summary>
    public const nuint Alignment = 64;

    private float* _memory;
    private nint _length;

    ~NativeScratch() => NativeMemory.AlignedFree(_memory);

    /// <summary>Uninitialized room for so many floats. Pointers returned before are no longer valid.</summary>
    public float* Of(nint length)
    {
        if (length > _length)
        {
            NativeMemory.AlignedFree(_memory);
            _memory = null;
            _length = 0;
            _memory = (float*)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), Alignment);
            _length = length;
        }

        return _memory;
    }
}
