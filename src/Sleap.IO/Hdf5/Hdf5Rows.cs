using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sleap.IO;

/// <summary>Reads tables: datasets whose elements are rows of several columns.</summary>
internal static class Hdf5Rows
{
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
        var places = Places(dataset, columns, fields);
        var isSame = dataset.Type.Size == Unsafe.SizeOf<T>() && IsSameLayout(columns, places, fields);
        dataset.Read(
            (stored, first) =>
            {
                var part = rows.AsSpan(first, stored.Length / dataset.Type.Size);
                if (isSame)
                    stored.CopyTo(MemoryMarshal.AsBytes(part));
                else
                    Convert(stored, columns, dataset.Type.Size, places, fields, part);
            }
        );
        return rows;
    }

    /// <summary>
    /// Rows of a table that is stored as numbers of two axes, rows and columns, with the columns' names beside, as
    /// sleap-io.js writes it; see <see cref="Read{T}"/>.
    /// </summary>
    /// <param name="dataset">The table.</param>
    /// <param name="names">The names of its columns.</param>
    /// <param name="fields">The fields in the struct's order.</param>
    public static T[] ReadFlat<T>(Hdf5Dataset dataset, IReadOnlyList<string> names, Hdf5Field[] fields)
        where T : unmanaged
    {
        if (dataset.Sizes[1] != names.Count)
            throw dataset.Fault($"has {dataset.Sizes[1]} columns, and names {names.Count}");
        if (names.Distinct().Count() < names.Count)
            throw dataset.Fault("has two columns of one name");
        var size = dataset.Type.Size;
        (string, int, Hdf5Type)[] columns = [.. names.Select((name, i) => (name, i * size, dataset.Type))];
        var places = Places(dataset, columns, fields);
        var rows = dataset.AllocateRows<T>();
        var stored = dataset.ReadAll();
        CheckWhole(dataset, stored, names, places, fields);
        Convert(stored, columns, names.Count * size, places, fields, rows);
        return rows;
    }

    /// <summary>Refuses what is no whole number in a column of whole numbers: it would be read as another.</summary>
    private static void CheckWhole(
        Hdf5Dataset dataset,
        byte[] stored,
        IReadOnlyList<string> names,
        int[] places,
        Hdf5Field[] fields
    )
    {
        if (dataset.Type.Kind != Hdf5Type.Kinds.Float)
            return;
        var numbers = new double[dataset.Count];
        Hdf5Numbers.Convert(stored, dataset.Type, numbers);
        for (var f = 0; f < fields.Length; f++)
        {
            if (places[f] < 0 || fields[f].Kind is Hdf5FieldKind.Single or Hdf5FieldKind.Double)
                continue;
            var isSigned = fields[f].Kind is Hdf5FieldKind.Int32 or Hdf5FieldKind.Int64;
            for (var at = places[f]; at < numbers.Length; at += names.Count)
            {
                if (!double.IsInteger(numbers[at]) || (numbers[at] < 0 && !isSigned))
                {
                    throw dataset.Fault(
                        $"has {numbers[at]} in row {at / names.Count} of the column {names[places[f]]}, and a whole "
                            + $"number{(isSigned ? "" : " of at least 0")} was expected"
                    );
                }
            }
        }
    }

    private static void Convert<T>(
        ReadOnlySpan<byte> stored,
        IReadOnlyList<(string Name, int Offset, Hdf5Type Type)> columns,
        int rowSize,
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
                var (_, columnOffset, columnType) = columns[places[i]];
                Hdf5Numbers.ConvertColumn(
                    stored,
                    columnType,
                    columnOffset,
                    rowSize,
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
    /// Rows of a table of PyTables: an index column of texts or whole numbers, and columns of one or several numbers.
    /// </summary>
    /// <param name="dataset">The table.</param>
    /// <param name="heap">The file's heap.</param>
    /// <param name="indexColumn">Name of the index column.</param>
    /// <param name="valueColumns">Names of the other columns, whose numbers are put together.</param>
    public static IReadOnlyList<(string Index, int? Number, double[] Values)> ReadIndexed(
        Hdf5Dataset dataset,
        Hdf5GlobalHeap heap,
        string indexColumn,
        IReadOnlyList<string> valueColumns
    )
    {
        var columns = dataset.Type.Members;
        var index = columns.FirstOrDefault(m => m.Name == indexColumn);
        var values = columns
            .Where(m => valueColumns.Contains(m.Name))
            .Select(m =>
                (m.Offset, Type: m.Type.Element ?? m.Type, Count: m.Type.Size / (m.Type.Element ?? m.Type).Size)
            )
            .ToList();
        if (
            index.Type is not ({ Kind: Hdf5Type.Kinds.Text } or { IsNumber: true })
            || values.Count == 0
            || values.Exists(v => !v.Type.IsNumber)
        )
        {
            throw dataset.Fault(
                $"has the columns {string.Join(", ", columns.Select(m => m.Name))}, and {indexColumn} and columns of "
                    + "numbers were expected"
            );
        }

        var stored = dataset.ReadAll();
        var rows = new (string, int?, double[])[dataset.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            var row = stored.AsSpan(i * dataset.Type.Size, dataset.Type.Size);
            var numbers = new double[values.Sum(v => v.Count)];
            var at = 0;
            foreach (var (offset, type, count) in values)
            {
                Hdf5Numbers.Convert(row.Slice(offset, count * type.Size), type, numbers.AsSpan(at, count));
                at += count;
            }
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
    private static int[] Places(
        Hdf5Dataset dataset,
        IReadOnlyList<(string Name, int Offset, Hdf5Type Type)> columns,
        Hdf5Field[] fields
    )
    {
        var names = columns.Select(m => m.Name).ToList();
        var required = fields.Count(f => !f.IsOptional);
        var isByName = fields.Take(required).All(f => names.Contains(f.Name));
        if (!isByName && (names.Count < required || names.Count > fields.Length))
        {
            throw dataset.Fault(
                $"has the columns {string.Join(", ", names)}, and {string.Join(", ", fields.Select(f => f.Name))} were "
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
            ? throw dataset.Fault($"has a column {names[wrong]} that does not hold numbers")
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
