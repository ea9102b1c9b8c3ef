namespace Microsoft.ML.Data;

/// <summary>Which plain column type goes with which .NET type.</summary>
internal static class PrimitiveTypes
{
    public static IReadOnlyList<PrimitiveDataViewType> All => _known;

    private static readonly PrimitiveDataViewType[] _known =
    [
        TextDataViewType.Instance, BooleanDataViewType.Instance, TimeSpanDataViewType.Instance, DateTimeDataViewType.Instance,
        DateTimeOffsetDataViewType.Instance, RowIdDataViewType.Instance, NumberDataViewType.SByte, NumberDataViewType.Byte,
        NumberDataViewType.Int16, NumberDataViewType.UInt16, NumberDataViewType.Int32, NumberDataViewType.UInt32,
        NumberDataViewType.Int64, NumberDataViewType.UInt64, NumberDataViewType.Single, NumberDataViewType.Double,
    ];

    public static PrimitiveDataViewType OfOrNull(Type type)
    {
        if (type == typeof(string))
            return TextDataViewType.Instance;
        return Array.Find(_known, known => known.RawType == type);
    }

    public static PrimitiveDataViewType Of(Type type)
        => OfOrNull(type) ?? throw new InvalidOperationException($"No column type goes with {type}");

    public static PrimitiveDataViewType Of(DataKind kind) => Of(kind == DataKind.String ? typeof(string) : Type.GetType($"System.{kind}"));

    public static DataViewType ItemTypeOf(DataViewType type) => (type as VectorDataViewType)?.ItemType ?? type;
}
