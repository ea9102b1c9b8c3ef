using Microsoft.ML.Data;

namespace Microsoft.Data.Analysis;

/// <summary>The column class for a type of value.</summary>
internal static class ColumnFactory
{
    private static readonly Dictionary<Type, Func<string, DataFrameColumn>> _makers = new()
    {
        [typeof(bool)] = name => new BooleanDataFrameColumn(name),
        [typeof(byte)] = name => new ByteDataFrameColumn(name),
        [typeof(sbyte)] = name => new SByteDataFrameColumn(name),
        [typeof(short)] = name => new Int16DataFrameColumn(name),
        [typeof(ushort)] = name => new UInt16DataFrameColumn(name),
        [typeof(int)] = name => new Int32DataFrameColumn(name),
        [typeof(uint)] = name => new UInt32DataFrameColumn(name),
        [typeof(long)] = name => new Int64DataFrameColumn(name),
        [typeof(ulong)] = name => new UInt64DataFrameColumn(name),
        [typeof(float)] = name => new SingleDataFrameColumn(name),
        [typeof(double)] = name => new DoubleDataFrameColumn(name),
        [typeof(DateTime)] = name => new DateTimeDataFrameColumn(name),
        [typeof(string)] = name => new StringDataFrameColumn(name),
    };

    private static readonly Dictionary<Type, Func<string, DataFrameColumn>> _vectorMakers = new()
    {
        [typeof(bool)] = name => new VBufferDataFrameColumn<bool>(name),
        [typeof(byte)] = name => new VBufferDataFrameColumn<byte>(name),
        [typeof(sbyte)] = name => new VBufferDataFrameColumn<sbyte>(name),
        [typeof(short)] = name => new VBufferDataFrameColumn<short>(name),
        [typeof(ushort)] = name => new VBufferDataFrameColumn<ushort>(name),
        [typeof(int)] = name => new VBufferDataFrameColumn<int>(name),
        [typeof(uint)] = name => new VBufferDataFrameColumn<uint>(name),
        [typeof(long)] = name => new VBufferDataFrameColumn<long>(name),
        [typeof(ulong)] = name => new VBufferDataFrameColumn<ulong>(name),
        [typeof(float)] = name => new VBufferDataFrameColumn<float>(name),
        [typeof(double)] = name => new VBufferDataFrameColumn<double>(name),
        [typeof(ReadOnlyMemory<char>)] = name => new VBufferDataFrameColumn<ReadOnlyMemory<char>>(name),
    };

    public static DataFrameColumn Make(Type type, string name) => _makers.TryGetValue(type, out Func<string, DataFrameColumn> make) ? make(name) : throw new NotSupportedException("kind");

    public static PrimitiveDataFrameColumn<T> MakeNumbers<T>(string name) where T : unmanaged => (PrimitiveDataFrameColumn<T>)Make(typeof(T), name);

    /// <summary>The column that takes the values of a data view's column; keys and images have none.</summary>
    public static DataFrameColumn Make(DataViewType type, string name)
    {
        if (type is VectorDataViewType vector)
        {
            return _vectorMakers.TryGetValue(vector.ItemType.RawType, out Func<string, DataFrameColumn> make)
                ? make(name)
                : throw new NotSupportedException($"Specified vector subtype {vector.ItemType} is not supported.");
        }
        return type switch
        {
            BooleanDataViewType or NumberDataViewType or DateTimeDataViewType => Make(type.RawType, name),
            TextDataViewType => new StringDataFrameColumn(name),
            _ => throw new NotSupportedException($"{type.RawType.Name} is not a supported column type."),
        };
    }

    public static PrimitiveDataViewType ViewType(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean => BooleanDataViewType.Instance,
        TypeCode.Byte => NumberDataViewType.Byte,
        TypeCode.SByte => NumberDataViewType.SByte,
        TypeCode.Int16 => NumberDataViewType.Int16,
        TypeCode.UInt16 => NumberDataViewType.UInt16,
        TypeCode.Int32 => NumberDataViewType.Int32,
        TypeCode.UInt32 => NumberDataViewType.UInt32,
        TypeCode.Int64 => NumberDataViewType.Int64,
        TypeCode.UInt64 => NumberDataViewType.UInt64,
        TypeCode.Single => NumberDataViewType.Single,
        TypeCode.Double => NumberDataViewType.Double,
        TypeCode.DateTime => DateTimeDataViewType.Instance,
        _ when type == typeof(ReadOnlyMemory<char>) => TextDataViewType.Instance,
        _ => throw new NotSupportedException(),
    };
}
