using System.Runtime.InteropServices;

namespace Sleap.IO;

/// <content>Rows of several fields, texts and attributes.</content>
internal sealed unsafe partial class Hdf5Reader
{
    /// <summary>A table of packed rows. Fields are found by name; where the names differ but the number agrees, by position, as sleap-io does.</summary>
    /// <typeparam name="T">A packed struct laid out as <paramref name="fields"/>.</typeparam>
    /// <param name="name">The dataset.</param>
    /// <param name="fields">The fields in the struct's order; the last ones may be optional and stay zero when absent.</param>
    /// <param name="found">How many of the fields the file has.</param>
    public T[] ReadRows<T>(string name, Hdf5Field[] fields, out int found)
        where T : unmanaged
    {
        lock (Hdf5Library.Gate)
        {
            using var dataset = Dataset(name);
            using var space = Space(Hdf5Native.H5Dget_space(dataset.Id), name);
            var rows = new T[CountOf(space, sizeof(T), name)];
            using var type = new Hdf5Handle(Check(Hdf5Native.H5Dget_type(dataset.Id), name));
            if (Hdf5Native.H5Tget_class(type.Id) != Hdf5Native.TypeClass.Compound)
            {
                // h5py writes an empty list as no rows of float64.
                found = fields.Length;
                return rows.Length == 0 ? rows : throw Fault(name, $"is not a table with the columns {string.Join(", ", fields.Select(f => f.Name))}");
            }
            using var memory = RowType(type, fields, sizeof(T), name, out found);
            if (rows.Length > 0)
            {
                fixed (T* first = rows)
                    Check(Hdf5Native.H5Dread(dataset.Id, memory.Id, 0, 0, 0, first), name);
            }
            return rows;
        }
    }

    /// <summary>A list of texts, of fixed or variable length; an empty dataset of any type is an empty list.</summary>
    public IReadOnlyList<string> ReadTexts(string name)
    {
        lock (Hdf5Library.Gate)
        {
            using var dataset = Dataset(name);
            using var space = Space(Hdf5Native.H5Dget_space(dataset.Id), name);
            using var type = new Hdf5Handle(Check(Hdf5Native.H5Dget_type(dataset.Id), name));
            var count = CountOf(space, 1, name);
            return count == 0 ? [] : Texts(type, space, count, buffer => Hdf5Native.H5Dread(dataset.Id, type.Id, 0, 0, 0, (void*)buffer), name);
        }
    }

    /// <summary>An attribute's text, of fixed or variable length, or null when there is no such attribute.</summary>
    public string? ReadTextAttribute(string owner, string attribute) =>
        ReadAttribute(owner, attribute, (opened, type, space, label) =>
            CountOf(space, 1, label) == 0 ? "" : Texts(type, space, 1, buffer => Hdf5Native.H5Aread(opened.Id, type.Id, (void*)buffer), label)[0]);

    /// <summary>An attribute's single number, or null when there is no such attribute.</summary>
    public double? ReadNumberAttribute(string owner, string attribute)
    {
        double? number = null;
        ReadAttribute<object>(owner, attribute, (opened, type, space, label) =>
        {
            if (CountOf(space, sizeof(double), label) != 1)
                throw Fault(label, "is not a single number");
            double value;
            Check(Hdf5Native.H5Aread(opened.Id, Hdf5Types.Double, &value), label);
            number = value;
            return null;
        });
        return number;
    }

    private TResult? ReadAttribute<TResult>(string owner, string attribute, Func<Hdf5Handle, Hdf5Handle, Hdf5Handle, string, TResult?> read)
        where TResult : class
    {
        lock (Hdf5Library.Gate)
        {
            var label = $"{owner}@{attribute}";
            using var opened = Object(owner);
            if (Check(Hdf5Native.H5Aexists(opened.Id, attribute), label) == 0)
                return null;
            using var value = new Hdf5Handle(Check(Hdf5Native.H5Aopen(opened.Id, attribute, 0), label));
            using var type = new Hdf5Handle(Check(Hdf5Native.H5Aget_type(value.Id), label));
            using var space = Space(Hdf5Native.H5Aget_space(value.Id), label);
            return read(value, type, space, label);
        }
    }

    private string[] Texts(Hdf5Handle type, Hdf5Handle space, long count, Func<nint, int> read, string name)
    {
        if (Hdf5Native.H5Tget_class(type.Id) != Hdf5Native.TypeClass.String)
            throw Fault(name, "is not text");
        var isVariable = Check(Hdf5Native.H5Tis_variable_str(type.Id), name) > 0;
        var size = isVariable ? sizeof(nint) : (long)Hdf5Native.H5Tget_size(type.Id);
        if (size <= 0 || size > mostBytes || (decimal)size * count > mostBytes)
            throw Fault(name, $"declares {count} texts of {size} bytes, more than the file can hold");
        var texts = new string[count];
        var bytes = new byte[size * count];
        fixed (byte* first = bytes)
        {
            Check(read((nint)first), name);
            for (var i = 0; i < count; i++)
            {
                texts[i] = isVariable
                    ? Marshal.PtrToStringUTF8(((nint*)first)[i]) ?? ""
                    : Text(bytes.AsSpan((int)(i * size), (int)size)).TrimEnd(' ');
            }
            if (isVariable)
                Hdf5Native.H5Dvlen_reclaim(type.Id, space.Id, 0, first);
        }
        return texts;
    }

    private Hdf5Handle RowType(Hdf5Handle fileType, Hdf5Field[] fields, int size, string name, out int found)
    {
        var names = Enumerable.Range(0, Hdf5Native.H5Tget_nmembers(fileType.Id)).Select(i => MemberName(fileType, (uint)i)).ToList();
        var required = fields.Count(f => !f.IsOptional);
        var isByName = fields.Take(required).All(f => names.Contains(f.Name));
        if (!isByName && (names.Count < required || names.Count > fields.Length))
            throw Fault(name, $"has the columns {string.Join(", ", names)}, and {string.Join(", ", fields.Select(f => f.Name))} were expected");
        var row = new Hdf5Handle(Hdf5Native.H5Tcreate(Hdf5Native.TypeClass.Compound, (nuint)size));
        var offset = 0;
        found = 0;
        for (var i = 0; i < fields.Length; i++)
        {
            var member = isByName ? names.IndexOf(fields[i].Name) : i;
            if (member >= 0 && member < names.Count)
            {
                InsertField(row, fileType, (uint)member, names[member], fields[i], offset, name);
                found++;
            }
            offset += fields[i].Size;
        }
        return row;
    }

    private void InsertField(Hdf5Handle row, Hdf5Handle fileType, uint member, string memberName, Hdf5Field field, int offset, string name)
    {
        using var stored = new Hdf5Handle(Check(Hdf5Native.H5Tget_member_type(fileType.Id, member), name));
        var kind = Hdf5Native.H5Tget_class(stored.Id);
        if (kind is not (Hdf5Native.TypeClass.Integer or Hdf5Native.TypeClass.Float or Hdf5Native.TypeClass.Enum))
            throw Fault($"{name}.{memberName}", "is not a column of numbers");
        // h5py's booleans are an enumeration of one byte: read as it is stored, so that HDF5 has nothing to convert.
        var isByteEnum = kind == Hdf5Native.TypeClass.Enum && field.Size == 1 && Hdf5Native.H5Tget_size(stored.Id) == 1;
        Check(Hdf5Native.H5Tinsert(row.Id, memberName, (nuint)offset, isByteEnum ? stored.Id : field.NativeType), name);
    }

    private static string MemberName(Hdf5Handle type, uint index)
    {
        var pointer = Hdf5Native.H5Tget_member_name(type.Id, index);
        var text = Marshal.PtrToStringUTF8(pointer) ?? "";
        Hdf5Native.H5free_memory(pointer);
        return text;
    }
}
