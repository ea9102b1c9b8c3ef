using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp;

public static class TensorExtensionMethods
{
    public static byte ToByte(this Tensor value) => value.ToScalar().ToByte();

    public static sbyte ToSByte(this Tensor value) => value.ToScalar().ToSByte();

    public static short ToInt16(this Tensor value) => value.ToScalar().ToInt16();

    public static int ToInt32(this Tensor value) => value.ToScalar().ToInt32();

    public static long ToInt64(this Tensor value) => value.ToScalar().ToInt64();

    public static float ToSingle(this Tensor value) => value.ToScalar().ToSingle();

    public static double ToDouble(this Tensor value) => value.ToScalar().ToDouble();

    public static bool ToBoolean(this Tensor value) => value.ToScalar().ToBoolean();

    public static Modules.Parameter AsParameter(this Tensor tensor) => new(tensor);

    public static int ElementSize(this ScalarType type) => type switch
    {
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        ScalarType.Int64 or ScalarType.Float64 or ScalarType.ComplexFloat32 => 8,
        _ => 16
    };

    public static long TotalSize(this IEnumerable<long> shape) => shape.Aggregate(1L, (product, length) => product * length);

    // ---- TorchSharp's own format: type, rank and sizes as LEB128, then the bytes ---------------------------------

    public static void Save(this Tensor tensor, BinaryWriter writer)
    {
        using var moved = tensor.device_type == DeviceType.CPU ? null : tensor.cpu();
        var source = moved ?? tensor;
        writer.Encode((long)source.dtype);
        var shape = source.shape;
        writer.Encode(shape.Length);
        foreach (var length in shape) writer.Encode(length);
        source.WriteBytesToStream(writer.BaseStream, 1 << 16);
    }

    public static void Load(this Tensor tensor, BinaryReader reader, bool skip = false)
    {
        var (type, shape) = ReadHead(reader);
        if (type != tensor.dtype)
            throw new ArgumentException("Mismatched tensor data types while loading. Make sure that the model you are loading into is exactly the same as the origin.");
        if (skip)
        {
            Skip(reader, type, shape);
            return;
        }
        if (!shape.AsSpan().SequenceEqual(tensor.shape))
            throw new ArgumentException("Mismatched tensor shape while loading. Make sure that the model you are loading into is exactly the same as the origin.");
        Fill(tensor, reader);
    }

    public static Tensor Load(BinaryReader reader, bool skip = false)
    {
        var (type, shape) = ReadHead(reader);
        var tensor = skip ? zeros(shape, type) : empty(shape, type);
        if (skip) Skip(reader, type, shape);
        else Fill(tensor, reader);
        return tensor;
    }

    static (ScalarType, long[]) ReadHead(BinaryReader reader)
    {
        var type = (ScalarType)reader.Decode();
        var shape = new long[reader.Decode()];
        for (var i = 0; i < shape.Length; i++) shape[i] = reader.Decode();
        return (type, shape);
    }

    static void Fill(Tensor tensor, BinaryReader reader)
    {
        using var quiet = no_grad();
        if (tensor.device_type == DeviceType.CPU)
        {
            tensor.ReadBytesFromStream(reader.BaseStream, 1 << 16);
            return;
        }
        using var onCpu = empty(tensor.shape, tensor.dtype, CPU);
        onCpu.ReadBytesFromStream(reader.BaseStream, 1 << 16);
        tensor.copy_(onCpu);
    }

    static void Skip(BinaryReader reader, ScalarType type, long[] shape) =>
        reader.BaseStream.Seek(shape.TotalSize() * type.ElementSize(), SeekOrigin.Current);

    internal static void Encode(this BinaryWriter writer, long value) => writer.Write7BitEncodedInt64(value);

    internal static long Decode(this BinaryReader reader) => reader.Read7BitEncodedInt64();
}
