namespace Microsoft.ML.Data;

/// <summary>Writes and reads values of one type, vectors as their explicit values and indices.</summary>
internal abstract class ValueCodec<T>
{
    public abstract void Write(BinaryWriter writer, T value);

    public abstract T Read(BinaryReader reader);

    public virtual void Copy(T value, ref T destination) => destination = value;
}

internal static class ValueCodec
{
    public static ValueCodec<T> For<T>()
    {
        if (typeof(T).IsGenericType && typeof(T).GetGenericTypeDefinition() == typeof(VBuffer<>))
            return (ValueCodec<T>)Activator.CreateInstance(typeof(OfVectors<>).MakeGenericType(typeof(T).GetGenericArguments()));
        return new OfValues<T>();
    }

    private sealed class OfValues<T> : ValueCodec<T>
    {
        public override void Write(BinaryWriter writer, T value)
        {
            switch ((object)value)
            {
                case bool v: writer.Write(v); break;
                case sbyte v: writer.Write(v); break;
                case byte v: writer.Write(v); break;
                case short v: writer.Write(v); break;
                case ushort v: writer.Write(v); break;
                case int v: writer.Write(v); break;
                case uint v: writer.Write(v); break;
                case long v: writer.Write(v); break;
                case ulong v: writer.Write(v); break;
                case float v: writer.Write(v); break;
                case double v: writer.Write(v); break;
                case ReadOnlyMemory<char> v: writer.Write(v.ToString()); break;
                case TimeSpan v: writer.Write(v.Ticks); break;
                case DateTime v: writer.Write(v.ToBinary()); break;
                case DateTimeOffset v:
                    writer.Write(v.Ticks);
                    writer.Write(v.Offset.Ticks);
                    break;
                case DataViewRowId v:
                    writer.Write(v.Low);
                    writer.Write(v.High);
                    break;
                default:
                    throw new NotSupportedException($"Values of type {typeof(T)} can't be saved");
            }
        }

        public override T Read(BinaryReader reader) => (T)ReadObject(reader);

        private static object ReadObject(BinaryReader reader) => Type.GetTypeCode(typeof(T)) switch
        {
            TypeCode.Boolean => reader.ReadBoolean(),
            TypeCode.SByte => reader.ReadSByte(),
            TypeCode.Byte => reader.ReadByte(),
            TypeCode.Int16 => reader.ReadInt16(),
            TypeCode.UInt16 => reader.ReadUInt16(),
            TypeCode.Int32 => reader.ReadInt32(),
            TypeCode.UInt32 => reader.ReadUInt32(),
            TypeCode.Int64 => reader.ReadInt64(),
            TypeCode.UInt64 => reader.ReadUInt64(),
            TypeCode.Single => reader.ReadSingle(),
            TypeCode.Double => reader.ReadDouble(),
            TypeCode.DateTime => DateTime.FromBinary(reader.ReadInt64()),
            _ => ReadStructure(reader),
        };

        private static object ReadStructure(BinaryReader reader)
        {
            if (typeof(T) == typeof(ReadOnlyMemory<char>))
                return reader.ReadString().AsMemory();
            if (typeof(T) == typeof(TimeSpan))
                return new TimeSpan(reader.ReadInt64());
            if (typeof(T) == typeof(DateTimeOffset))
                return new DateTimeOffset(reader.ReadInt64(), new TimeSpan(reader.ReadInt64()));
            if (typeof(T) == typeof(DataViewRowId))
                return new DataViewRowId(reader.ReadUInt64(), reader.ReadUInt64());
            throw new NotSupportedException($"Values of type {typeof(T)} can't be loaded");
        }
    }

    private sealed class OfVectors<T> : ValueCodec<VBuffer<T>>
    {
        private readonly ValueCodec<T> _items = new OfValues<T>();

        public override void Write(BinaryWriter writer, VBuffer<T> value)
        {
            writer.Write(value.Length);
            writer.Write(value.GetValues().Length);
            foreach (T item in value.GetValues())
                _items.Write(writer, item);
            foreach (int index in value.GetIndices())
                writer.Write(index);
        }

        public override VBuffer<T> Read(BinaryReader reader)
        {
            int length = reader.ReadInt32();
            int count = reader.ReadInt32();
            var values = new T[count];
            for (int i = 0; i < count; i++)
                values[i] = _items.Read(reader);
            if (count == length)
                return new VBuffer<T>(length, values);
            var indices = new int[count];
            for (int i = 0; i < count; i++)
                indices[i] = reader.ReadInt32();
            return new VBuffer<T>(length, count, values, indices);
        }

        public override void Copy(VBuffer<T> value, ref VBuffer<T> destination) => value.CopyTo(ref destination);
    }
}
