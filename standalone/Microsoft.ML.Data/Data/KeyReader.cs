namespace Microsoft.ML.Data;

/// <summary>Reads key values of any width as 64 bits.</summary>
internal static class KeyReader
{
    public static Func<ulong> Of(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type.RawType == typeof(byte))
            return Read(row.GetGetter<byte>(column), v => v);
        if (column.Type.RawType == typeof(ushort))
            return Read(row.GetGetter<ushort>(column), v => v);
        if (column.Type.RawType == typeof(uint))
            return Read(row.GetGetter<uint>(column), v => v);
        return Read(row.GetGetter<ulong>(column), v => v);
    }

    private static Func<ulong> Read<T>(ValueGetter<T> get, Func<T, ulong> widen)
    {
        T value = default;
        return () =>
        {
            get(ref value);
            return widen(value);
        };
    }
}
