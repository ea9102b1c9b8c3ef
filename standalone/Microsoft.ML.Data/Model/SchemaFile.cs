using System.Reflection;
using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>
/// The input schema beside a model: columns of plain values and vectors of them, with their annotations of the same kinds.
/// Columns of other types (images, custom ones) are left out without a word.
/// </summary>
internal static class SchemaFile
{
    public const string EntryName = "Schema";

    private const uint Version = 1;

    private enum TypeTag : byte
    {
        Plain = 0,
        Key = 1,
        Vector = 2,
    }

    public static void Write(Stream stream, DataViewSchema schema)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Version);
        WriteColumns(writer, schema, null);
    }

    private static void WriteColumns(BinaryWriter writer, DataViewSchema schema, DataViewSchema.Annotations holder)
    {
        DataViewSchema.Column[] written = schema.Where(c => CanWrite(c.Type)).ToArray();
        writer.Write(written.Length);
        foreach (DataViewSchema.Column column in written)
        {
            writer.Write(column.Name);
            WriteType(writer, column.Type);
            if (holder == null)
                WriteColumns(writer, column.Annotations.Schema, column.Annotations);
            else
                Invoke(nameof(WriteValue), column.Type, writer, holder, column);
        }
    }

    private static bool CanWrite(DataViewType type) => PrimitiveTypes.ItemTypeOf(type) is KeyDataViewType
        || (PrimitiveTypes.ItemTypeOf(type) is PrimitiveDataViewType plain && plain.Equals(PrimitiveTypes.OfOrNull(plain.RawType)));

    private static void WriteType(BinaryWriter writer, DataViewType type)
    {
        switch (type)
        {
            case VectorDataViewType vector:
                writer.Write((byte)TypeTag.Vector);
                writer.Write(vector.Dimensions.Length);
                foreach (int dimension in vector.Dimensions)
                    writer.Write(dimension);
                WriteType(writer, vector.ItemType);
                break;
            case KeyDataViewType key:
                writer.Write((byte)TypeTag.Key);
                writer.Write(key.RawType.FullName);
                writer.Write(key.Count);
                break;
            default:
                writer.Write((byte)TypeTag.Plain);
                writer.Write(type.ToString());
                break;
        }
    }

    private static void WriteValue<T>(BinaryWriter writer, DataViewSchema.Annotations holder, DataViewSchema.Column column)
    {
        T value = default;
        holder.GetGetter<T>(column)(ref value);
        ValueCodec.For<T>().Write(writer, value);
    }

    public static DataViewSchema Read(IHostEnvironment env, Stream stream)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        env.CheckDecode(reader.ReadUInt32() == Version, "The model's input schema is in an unknown format");
        var builder = new DataViewSchema.Builder();
        int count = reader.ReadInt32();
        for (int i = 0; i < count; i++)
        {
            string name = reader.ReadString();
            DataViewType type = ReadType(env, reader);
            builder.AddColumn(name, type, ReadAnnotations(env, reader));
        }
        return builder.ToSchema();
    }

    private static DataViewSchema.Annotations ReadAnnotations(IHostEnvironment env, BinaryReader reader)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        int count = reader.ReadInt32();
        for (int i = 0; i < count; i++)
        {
            string name = reader.ReadString();
            DataViewType type = ReadType(env, reader);
            Invoke(nameof(ReadValue), type, reader, builder, name, type);
        }
        return builder.ToAnnotations();
    }

    private static void ReadValue<T>(BinaryReader reader, DataViewSchema.Annotations.Builder builder, string name, DataViewType type)
    {
        ValueCodec<T> codec = ValueCodec.For<T>();
        T value = codec.Read(reader);
        builder.Add(name, type, (ref T destination) => codec.Copy(value, ref destination));
    }

    private static DataViewType ReadType(IHostEnvironment env, BinaryReader reader)
    {
        switch ((TypeTag)reader.ReadByte())
        {
            case TypeTag.Vector:
                var dimensions = new int[reader.ReadInt32()];
                for (int i = 0; i < dimensions.Length; i++)
                    dimensions[i] = reader.ReadInt32();
                return new VectorDataViewType((PrimitiveDataViewType)ReadType(env, reader), dimensions);
            case TypeTag.Key:
                return new KeyDataViewType(Type.GetType(reader.ReadString(), throwOnError: true), reader.ReadUInt64());
            case TypeTag.Plain:
                string name = reader.ReadString();
                return PrimitiveTypes.All.FirstOrDefault(t => t.ToString() == name)
                    ?? throw env.ExceptDecode($"The model's input schema has a column of unknown type '{name}'");
            default:
                throw env.ExceptDecode("The model's input schema is corrupt");
        }
    }

    private static void Invoke(string method, DataViewType type, params object[] arguments)
        => typeof(SchemaFile).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static).MakeGenericMethod(type.RawType)
            .Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);
}
