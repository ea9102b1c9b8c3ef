using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// The memory of a map in channels-last order: the numbers of a pixel lie side by side, pixels row by row.
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

    /// <summary>Numbers from a pixel to the one below.</summary>
    public nint Row => (nint)Width * Channels;

    /// <summary>Whether the processor has what the work on such maps takes.</summary>
    public static bool IsSupported => Fma.IsSupported && Vector256.IsHardwareAccelerated;

    /// <summary>Whose convolutions a CPU computes with, for a person.</summary>
    public static string Words =>
        (
            IsSupported
                ? "this library's, with AVX2 and FMA"
                : "libtorch's; this library's take a processor with AVX2 and FMA"
        ) + (BFloat16Support.IsFast(CPU) ? "; those of 16 bits are libtorch's, with AMX" : "");

    /// <summary>
    /// Whether the processor has what the work on such maps takes, and a tensor of these sizes can be one.
    /// </summary>
    /// <param name="like">On the same device, of the same type: (B, ·, ·, ·).</param>
    /// <param name="channels">Its channels.</param>
    /// <param name="height">Its rows.</param>
    /// <param name="width">Its columns.</param>
    public static bool Takes(Tensor like, long channels, long height, long width) =>
        IsSupported
        && like.dtype == ScalarType.Float32
        && like.device_type == TorchSharp.DeviceType.CPU
        && like.numel() > 0
        // more than that TorchSharp gives no pointer to
        && sizeof(float) * like.size(0) * channels * height * width <= int.MaxValue;

    /// <param name="map">(B, C, H, W) in channels-last order, on the CPU, in single precision. It must outlive what is
    /// returned.</param>
    public static PixelMap Of(Tensor map)
    {
        using var pixels = map.permute(0, 2, 3, 1);
        fixed (byte* first = pixels.bytes) // memory of libtorch, which does not move
            return new PixelMap((float*)first, map.shape);
    }

    /// <summary>The first number of a pixel.</summary>
    public float* At(int image, int y, int x) => _first + ((((nint)image * Height) + y) * Width + x) * Channels;
}
