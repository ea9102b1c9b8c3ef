using System.Numerics;
using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>The number by which a view is split: one at random for each row, or one for each value of a sampling key.</summary>
internal static class SplitColumn
{
    private const uint DefaultSeed = 42;
    private const uint DefaultHashSeed = 314489979;
    private const int HashBits = 30;

    public static IDataView AddTo(IHostEnvironment env, IDataView data, string samplingKey, int? seed, out string name)
    {
        name = data.Schema.TemporaryName("SplitColumn");
        int? used = seed ?? ((IHostEnvironmentInternal)env).Seed;
        MappedColumn column;
        if (samplingKey == null)
            column = RandomNumbers(name, (uint?)used ?? DefaultSeed);
        else
            column = FromKey(env, name, Find(env, data, samplingKey), data, (uint?)used ?? DefaultHashSeed);
        return new MappedView(data, new RowMapping(data.Schema, [column]), keepsOrder: samplingKey == null);
    }

    private static DataViewSchema.Column Find(IHostEnvironment env, IDataView data, string name)
        => data.Schema.GetColumnOrNull(name) ?? throw env.ExceptSchemaMismatch("samplingKeyColumn", "SamplingKeyColumn", name);

    /// <summary>The same number for the same row position, however the cursor got there.</summary>
    private static MappedColumn RandomNumbers(string name, uint seed) => new(name, NumberDataViewType.Single, null, [], row =>
    {
        TauswortheHybrid random = TauswortheHybrid.Create((int?)(int)seed);
        long drawn = -1;
        float number = 0;
        ValueGetter<float> getter = (ref float value) =>
        {
            for (; drawn < row.Position; drawn++)
                number = random.NextFraction();
            value = number;
        };
        return getter;
    });

    private static MappedColumn FromKey(IHostEnvironment env, string name, DataViewSchema.Column key, IDataView data, uint seed)
    {
        if (key.Type is KeyDataViewType)
            return new MappedColumn(name, key.Type, null, [key.Index], row => Getters.Get(row, key));
        if (key.Type == NumberDataViewType.Single)
            return Scaled(name, key, data, row => row.GetGetter<float>(key), v => v);
        if (key.Type == NumberDataViewType.Double)
            return Scaled(name, key, data, row => row.GetGetter<double>(key), v => v);
        var type = new KeyDataViewType(typeof(uint), 1 << HashBits);
        return new MappedColumn(name, type, null, [key.Index], row =>
        {
            Func<byte[]> bytes = KeyBytes.Reader(env, row, key);
            ValueGetter<uint> getter = (ref uint value) => value = (Murmur3(bytes(), seed) & ((1u << HashBits) - 1)) + 1;
            return getter;
        });
    }

    /// <summary>The column's range brought to 0..1, which takes a pass over the data.</summary>
    private static MappedColumn Scaled<T>(string name, DataViewSchema.Column key, IDataView data,
        Func<DataViewRow, ValueGetter<T>> read, Func<T, double> widen)
    {
        double minimum = double.PositiveInfinity;
        double maximum = double.NegativeInfinity;
        using (DataViewRowCursor cursor = data.GetRowCursor([key]))
        {
            ValueGetter<T> get = read(cursor);
            T value = default;
            while (cursor.MoveNext())
            {
                get(ref value);
                minimum = Math.Min(minimum, widen(value));
                maximum = Math.Max(maximum, widen(value));
            }
        }
        double scale = maximum > minimum ? 1 / (maximum - minimum) : 0;
        return new MappedColumn(name, NumberDataViewType.Double, null, [key.Index], row =>
        {
            ValueGetter<T> get = read(row);
            T value = default;
            ValueGetter<double> getter = (ref double scaled) =>
            {
                get(ref value);
                scaled = (widen(value) - minimum) * scale;
            };
            return getter;
        });
    }

    /// <summary>MurmurHash3 for 32 bits.</summary>
    private static uint Murmur3(ReadOnlySpan<byte> bytes, uint seed)
    {
        static uint Scramble(uint chunk) => BitOperations.RotateLeft(chunk * 0xCC9E2D51, 15) * 0x1B873593;

        uint hash = seed;
        int whole = bytes.Length & ~3;
        for (int i = 0; i < whole; i += 4)
            hash = BitOperations.RotateLeft(hash ^ Scramble(BitConverter.ToUInt32(bytes[i..])), 13) * 5 + 0xE6546B64;
        uint rest = 0;
        for (int i = bytes.Length - 1; i >= whole; i--)
            rest = (rest << 8) | bytes[i];
        hash ^= Scramble(rest) ^ (uint)bytes.Length;
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return hash ^ (hash >> 16);
    }

    /// <summary>The bytes of a value, for hashing.</summary>
    private static class KeyBytes
    {
        public static Func<byte[]> Reader(IHostEnvironment env, DataViewRow row, DataViewSchema.Column column)
        {
            if (column.Type is TextDataViewType)
                return Read<ReadOnlyMemory<char>>(row, column, text => Encoding.UTF8.GetBytes(text.Span.ToArray()));
            if (column.Type is BooleanDataViewType)
                return Read<bool>(row, column, value => BitConverter.GetBytes(value ? 1u : 0u));
            if (column.Type is DateTimeDataViewType)
                return Read<DateTime>(row, column, value => BitConverter.GetBytes(value.Ticks));
            if (column.Type is DateTimeOffsetDataViewType)
                return Read<DateTimeOffset>(row, column, value => BitConverter.GetBytes(value.UtcDateTime.Ticks));
            if (column.Type is TimeSpanDataViewType)
                return Read<TimeSpan>(row, column, value => BitConverter.GetBytes(value.Ticks));
            return Type.GetTypeCode(column.Type.RawType) switch
            {
                TypeCode.SByte => Read<sbyte>(row, column, value => BitConverter.GetBytes((uint)value)),
                TypeCode.Byte => Read<byte>(row, column, value => BitConverter.GetBytes((uint)value)),
                TypeCode.Int16 => Read<short>(row, column, value => BitConverter.GetBytes((uint)value)),
                TypeCode.UInt16 => Read<ushort>(row, column, value => BitConverter.GetBytes((uint)value)),
                TypeCode.Int32 => Read<int>(row, column, BitConverter.GetBytes),
                TypeCode.UInt32 => Read<uint>(row, column, BitConverter.GetBytes),
                TypeCode.Int64 => Read<long>(row, column, BitConverter.GetBytes),
                TypeCode.UInt64 => Read<ulong>(row, column, BitConverter.GetBytes),
                _ => throw env.ExceptSchemaMismatch("samplingKeyColumn", "SamplingKeyColumn", column.Name,
                    "text, boolean, number or key", column.Type.ToString()),
            };
        }

        private static Func<byte[]> Read<T>(DataViewRow row, DataViewSchema.Column column, Func<T, byte[]> convert)
        {
            ValueGetter<T> get = row.GetGetter<T>(column);
            T value = default;
            return () =>
            {
                get(ref value);
                return convert(value);
            };
        }
    }
}
