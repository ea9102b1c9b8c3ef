using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>A number with a type, as libtorch's operators take it beside tensors.</summary>
public sealed class Scalar : IDisposable
{
    internal Scalar(Kind kind, long bits, ScalarType? type = null)
    {
        (Kind, Bits) = (kind, bits);
        Type = type ?? kind switch { Kind.Bool => ScalarType.Bool, Kind.Int => ScalarType.Int64, _ => ScalarType.Float64 };
    }

    internal Kind Kind { get; }

    internal long Bits { get; }

    public ScalarType Type { get; }

    internal double AsDouble => Kind == Kind.Double ? BitConverter.Int64BitsToDouble(Bits) : Bits;

    internal long AsInt => Kind == Kind.Double ? (long)BitConverter.Int64BitsToDouble(Bits) : Bits;

    public void Dispose() { }

    static Scalar Of(double value, ScalarType type) => new(Kind.Double, BitConverter.DoubleToInt64Bits(value), type);

    public static implicit operator Scalar(byte value) => new(Kind.Int, value, ScalarType.Byte);
    public static implicit operator Scalar(sbyte value) => new(Kind.Int, value, ScalarType.Int8);
    public static implicit operator Scalar(short value) => new(Kind.Int, value, ScalarType.Int16);
    public static implicit operator Scalar(int value) => new(Kind.Int, value, ScalarType.Int32);
    public static implicit operator Scalar(long value) => new(Kind.Int, value, ScalarType.Int64);
    public static implicit operator Scalar(float value) => Of(value, ScalarType.Float32);
    public static implicit operator Scalar(double value) => Of(value, ScalarType.Float64);
    public static implicit operator Scalar(bool value) => new(Kind.Bool, value ? 1 : 0, ScalarType.Bool);
}

public static class ScalarExtensionMethods
{
    public static byte ToByte(this Scalar value) => (byte)value.AsInt;
    public static sbyte ToSByte(this Scalar value) => (sbyte)value.AsInt;
    public static short ToInt16(this Scalar value) => (short)value.AsInt;
    public static int ToInt32(this Scalar value) => (int)value.AsInt;
    public static long ToInt64(this Scalar value) => value.AsInt;
    public static float ToSingle(this Scalar value) => (float)value.AsDouble;
    public static double ToDouble(this Scalar value) => value.AsDouble;
    public static bool ToBoolean(this Scalar value) => value.AsDouble != 0;
}
