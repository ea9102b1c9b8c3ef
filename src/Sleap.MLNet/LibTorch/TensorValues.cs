using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Reads the values of tensors. TorchSharp's own accessors throw for a tensor without elements, as for a frame without
/// peaks.
/// </summary>
internal static class TensorValues
{
    /// <summary>
    /// Returns a copy of all values in row-major order, for any device and strides; empty for a tensor without
    /// elements.
    /// </summary>
    /// <typeparam name="T">The tensor's own type.</typeparam>
    /// <exception cref="ArgumentException">The tensor has another type.</exception>
    public static T[] Values<T>(this Tensor tensor)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (ToScalarType<T>() is var expected && tensor.dtype != expected)
            throw new ArgumentException($"The tensor has the type {tensor.dtype}, not {expected}.", nameof(tensor));
        if (tensor.numel() == 0)
            return [];
        using var scope = NewDisposeScope();
        return MemoryMarshal.Cast<byte, T>(tensor.detach().cpu().contiguous().bytes).ToArray();
    }

    private static ScalarType ToScalarType<T>() =>
        default(T) switch
        {
            float => ScalarType.Float32,
            double => ScalarType.Float64,
            long => ScalarType.Int64,
            int => ScalarType.Int32,
            byte => ScalarType.Byte,
            bool => ScalarType.Bool,
            _ => throw new NotSupportedException($"Tensors of {typeof(T).Name} are not read here."),
        };
}
