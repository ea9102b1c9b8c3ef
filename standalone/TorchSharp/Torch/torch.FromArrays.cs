using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A tensor with a copy of the values; <paramref name="type"/> is theirs, <paramref name="wanted"/> the tensor's.</summary>
    static unsafe Tensor Copy<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> size, ScalarType type, ScalarType? wanted, Device device, bool requiresGrad)
        where T : unmanaged
    {
        var count = 1L;
        foreach (var length in size) count *= length;
        if (count > values.Length)
            throw new ArgumentException($"mismatched total size creating a tensor from an array: {count} vs. {values.Length}");
        var tensor = empty(size.ToArray(), type, CPU);
        values[..(int)count].CopyTo(new Span<T>((void*)tensor.Describe().Data, (int)count));
        device = InitializeDevice(device);
        if ((wanted ?? type) != type || device.type != DeviceType.CPU) tensor = tensor.to(wanted ?? type, device, false, true);
        return tensor.With(requiresGrad);
    }

    static T[] ArrayOf<T>(IList<T> list) => list as T[] ?? [.. list];

    static ReadOnlySpan<T> Flat<T>(Array array) where T : unmanaged =>
        array.Length == 0 ? [] : MemoryMarshal.CreateReadOnlySpan(ref System.Runtime.CompilerServices.Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(array)), array.Length);

    static long[] SizeOf(Array array) => [.. Enumerable.Range(0, array.Rank).Select(array.GetLongLength)];

    /// <summary>Any array of numbers, of any rank; the tensor gets its type and shape.</summary>
    public static Tensor from_array(Array rawArray, Device device = null) => from_array(rawArray, null, device);

    public static Tensor from_array(Array rawArray, ScalarType? dtype, Device device = null, bool requires_grad = false, string[] names = null)
    {
        var size = SizeOf(rawArray);
        return rawArray.GetType().GetElementType() switch
        {
            var t when t == typeof(bool) => Copy(Flat<bool>(rawArray), size, ScalarType.Bool, dtype, device, requires_grad),
            var t when t == typeof(byte) => Copy(Flat<byte>(rawArray), size, ScalarType.Byte, dtype, device, requires_grad),
            var t when t == typeof(sbyte) => Copy(Flat<sbyte>(rawArray), size, ScalarType.Int8, dtype, device, requires_grad),
            var t when t == typeof(short) => Copy(Flat<short>(rawArray), size, ScalarType.Int16, dtype, device, requires_grad),
            var t when t == typeof(int) => Copy(Flat<int>(rawArray), size, ScalarType.Int32, dtype, device, requires_grad),
            var t when t == typeof(long) => Copy(Flat<long>(rawArray), size, ScalarType.Int64, dtype, device, requires_grad),
            var t when t == typeof(float) => Copy(Flat<float>(rawArray), size, ScalarType.Float32, dtype, device, requires_grad),
            var t when t == typeof(double) => Copy(Flat<double>(rawArray), size, ScalarType.Float64, dtype, device, requires_grad),
            var t => throw new NotSupportedException($"Element type '{t}' is not supported.")
        };
    }

    public static Tensor as_tensor(Array data, ScalarType? dtype = null, Device device = null) => from_array(data, dtype, device);

    public static Tensor as_tensor(Tensor data, ScalarType? dtype = null, Device device = null) =>
        data.to(dtype ?? data.dtype, device ?? data.device);
}
