using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

internal enum Kind { None, Tensor, Int, Double, Bool, Ints, Doubles, Tensors, OptionalTensors, Text, Device, Generator }

/// <summary>A value as boxed.cpp reads and writes it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct Value
{
    [FieldOffset(0)] public Kind Kind;
    [FieldOffset(4)] public int Count;
    [FieldOffset(8)] public long Int;
    [FieldOffset(8)] public double Double;
    [FieldOffset(8)] public nint Pointer;
}

/// <summary>
/// One argument of an operator. It keeps hold of the object behind a handle, so that no finalizer can free
/// a tensor that a call is still using.
/// </summary>
internal readonly struct Arg
{
    public readonly object Object;
    public readonly long Bits;
    public readonly int Count;
    public readonly Kind Kind;

    Arg(Kind kind, object o, long bits = 0, int count = 0) => (Kind, Object, Bits, Count) = (kind, o, bits, count);

    public static Arg None => default;

    public static Arg Optional(torch.Tensor[] tensors) => new(Kind.OptionalTensors, tensors);

    public static implicit operator Arg(torch.Tensor tensor) => tensor is null ? None : new(Kind.Tensor, tensor);
    public static implicit operator Arg(torch.Tensor[] tensors) => new(Kind.Tensors, tensors);
    public static implicit operator Arg(long value) => new(Kind.Int, null, value);
    public static implicit operator Arg(long? value) => value is long v ? v : None;
    public static implicit operator Arg(double value) => new(Kind.Double, null, BitConverter.DoubleToInt64Bits(value));
    public static implicit operator Arg(double? value) => value is double v ? v : None;
    public static implicit operator Arg(bool value) => new(Kind.Bool, null, value ? 1 : 0);
    public static implicit operator Arg(long[] values) => values is null ? None : new(Kind.Ints, values);
    public static implicit operator Arg(double[] values) => values is null ? None : new(Kind.Doubles, values);
    public static implicit operator Arg(string text) => text is null ? None : new(Kind.Text, System.Text.Encoding.UTF8.GetBytes(text));
    public static implicit operator Arg(torch.ScalarType type) => (long)type;
    public static implicit operator Arg(torch.ScalarType? type) => type is { } t ? t : None;
    public static implicit operator Arg(torch.Generator generator) => generator is null ? None : new(Kind.Generator, generator, generator.Handle);

    public static implicit operator Arg(torch.Device device) =>
        device is null ? None : new(Kind.Device, null, device.index, (int)device.type);

    public static implicit operator Arg(Scalar scalar) => scalar is null ? None
        : new(scalar.Kind, null, scalar.Bits);
}
