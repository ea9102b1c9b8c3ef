using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sleap.IO;

/// <summary>Reads tables: datasets whose elements are rows of several columns.</summary>
internal static class Hdf5Rows
{
    // Memory of what is made of a row with an index, without its numbers.
    private const int IndexedRowBytes = 512;

    /// <summary>
    /// Rows as packed structs. Columns are found by name; where the names differ but the number agrees, by position, as
    /// sleap-io does.
    /// </summary>
    /// <typeparam name="T">A packed struct laid out as <paramref name="fields"/>.</typeparam>
    /// <param name="dataset">The table.</param>
    /// <param name="fields">The fields in the struct's order; the last ones may be optional and stay zero when
    /// absent.</param>
    public static T[] Read<T>(Hdf5Dataset dataset, Hdf5Field[] fields)
        where T : unmanaged
    {
        var rows = dataset.Allocate<T>();
        // h5py writes an empty list as no rows of float64.
        if (rows.Length == 0)
            return rows;
        var columns = dataset.Type.Members;
        var places = Places(dataset, fields);
        var isSame = dataset.Type.Size == Unsafe.SizeOf<T>() && IsSameLayout(columns, places, fields);
        dataset.Read(
            (stored, first) =>
            {
                var part = rows.AsSpan(first, stored.Length / dataset.Type.Size);
                if (isSame)
                    stored.CopyTo(MemoryMarshal.AsBytes(part));
                else
                    Convert(stored, dataset.Type, places, fields, part);
            }
        );
        return rows;
    }

    private static void Convert<T>(
        ReadOnlySpan<byte> stored,
        Hdf5Type type,
        int[] places,
        Hdf5Field[] fields,
        Span<T> rows
    )
        where T : unmanaged
    {
        var offset = 0;
        for (var i = 0; i < fields.Length; i++)
        {
            if (places[i] >= 0)
            {
                var (_, columnOffset, columnType) = type.Members[places[i]];
                Hdf5Numbers.ConvertColumn(
                    stored,
                    columnType,
                    columnOffset,
                    type.Size,
                    MemoryMarshal.AsBytes(rows),
                    fields[i].Kind,
                    offset,
                    Unsafe.SizeOf<T>(),
                    rows.Length
                );
            }

            offset += fields[i].Size;
        }
    }

    /// <summary>
    /// Rows of a table of PyTables: an index column of texts or whole numbers, and a column of several float64.
    /// </summary>
    /// <param name="dataset">The table.</param>
    /// <param name="heap">The file's heap.</param>
    /// <param name="indexColumn">Name of the index column.</param>
    /// <param name="valueColumn">Name of the other column.</param>
    /// <param name="width">Numbers in a row of the other column.</param>
    public static IReadOnlyList<(string Index, int? Number, double[] Values)> ReadIndexed(
        Hdf5Dataset dataset,
        Hdf5GlobalHeap heap,
        string indexColumn,
        string valueColumn,
        int width
    )
    {
        var columns = dataset.Type.Members;
        var index = columns.FirstOrDefault(m => m.Name == indexColumn);
        var values = columns.FirstOrDefault(m => m.Name == valueColumn);
        if (
            index.Type is not ({ Kind: Hdf5Type.Kinds.Text } or { IsNumber: true })
            || values.Type is not { Kind: Hdf5Type.Kinds.Array or Hdf5Type.Kinds.Float, IsBigEndian: false }
            || values.Type.Size != width * sizeof(double)
            || (values.Type.Element ?? values.Type) is not { Kind: Hdf5Type.Kinds.Float, Size: 8 }
        )
        {
            throw dataset.Fault(
                $"has the columns {OneLine.Some(columns.Select(m => m.Name))}, and {indexColumn} and "
                    + $"{valueColumn} with {width} numbers were expected"
            );
        }

        dataset.Spend(IndexedRowBytes + (width * sizeof(double)));
        var stored = dataset.ReadAll();
        var rows = new (string, int?, double[])[dataset.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            var row = stored.AsSpan(i * dataset.Type.Size, dataset.Type.Size);
            var numbers = MemoryMarshal.Cast<byte, double>(row.Slice(values.Offset, values.Type.Size)).ToArray();
            var cell = row.Slice(index.Offset, index.Type.Size);
            if (index.Type.IsNumber)
            {
                Span<int> number = [0];
                Hdf5Numbers.Convert(cell, index.Type, number);
                if (number[0] < 0)
                    throw dataset.Fault($"has the frame number {number[0]}");
                rows[i] = (number[0].ToString(CultureInfo.InvariantCulture), number[0], numbers);
            }
            else
            {
                rows[i] = (heap.ReadTexts(cell, index.Type, 1, dataset.Name)[0].Replace('\\', '/'), null, numbers);
            }
        }
        return rows;
    }

    /// <summary>Position of each field's column; -1 where it is absent.</summary>
    private static int[] Places(Hdf5Dataset dataset, Hdf5Field[] fields)
    {
        var columns = dataset.Type.Members;
        var names = columns.Select(m => m.Name).ToList();
        var required = fields.Count(f => !f.IsOptional);
        var isByName = fields.Take(required).All(f => names.Contains(f.Name));
        if (!isByName && (names.Count < required || names.Count > fields.Length))
        {
            throw dataset.Fault(
                $"has the columns {OneLine.Some(names)}, and {string.Join(", ", fields.Select(f => f.Name))} were "
                    + "expected"
            );
        }

        int Place(Hdf5Field field, int position)
        {
            if (isByName)
                return names.IndexOf(field.Name);
            return position < names.Count ? position : -1;
        }

        int[] places = [.. fields.Select(Place)];
        return places.FirstOrDefault(p => p >= 0 && !columns[p].Type.IsNumber, -1) is >= 0 and var wrong
            ? throw dataset.Fault($"has a column {OneLine.Short(names[wrong])} that does not hold numbers")
            : places;
    }

    private static bool IsSameLayout(
        IReadOnlyList<(string Name, int Offset, Hdf5Type Type)> columns,
        int[] places,
        Hdf5Field[] fields
    )
    {
        var offset = 0;
        for (var i = 0; i < fields.Length; i++)
        {
            if (
                places[i] < 0
                || columns[places[i]].Offset != offset
                || !Hdf5Numbers.IsSame(columns[places[i]].Type, fields[i].Kind)
            )
            {
                return false;
            }

            offset += fields[i].Size;
        }
        return true;
    }
}

/// <summary>What a field of a row holds.</summary>
internal enum Hdf5FieldKind
{
    Boolean,
    UInt8,
    Int32,
    UInt32,
    Int64,
    UInt64,
    Single,
    Double,
}

/// <summary>One field of a packed row: name as in the file, kind, and place in the .NET struct.</summary>
internal readonly record struct Hdf5Field(string Name, Hdf5FieldKind Kind, bool IsOptional = false)
{
    public int Size =>
        Kind switch
        {
            Hdf5FieldKind.Boolean or Hdf5FieldKind.UInt8 => 1,
            Hdf5FieldKind.Int32 or Hdf5FieldKind.UInt32 or Hdf5FieldKind.Single => 4,
            _ => 8,
        };
}
