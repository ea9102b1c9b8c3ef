using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Fills the members of objects from rows of a schema.</summary>
internal sealed class RowWriter<TRow> where TRow : class
{
    private readonly List<(RowMember Member, int Column)> _bound = [];
    private readonly DataViewSchema _schema;

    public RowWriter(IHostEnvironment env, DataViewSchema schema, bool ignoreMissingColumns, SchemaDefinition definition)
    {
        _schema = schema;
        IHost host = env.Register("TypedCursorable");
        RowLayout layout = RowLayout.Create(typeof(TRow), definition, SchemaDefinition.Direction.Write);
        foreach (RowLayout.LaidOutMember laidOut in layout.Members)
        {
            DataViewSchema.Column? column = schema.GetColumnOrNull(laidOut.ColumnName);
            if (column == null)
            {
                if (ignoreMissingColumns)
                    continue;
                throw host.ExceptSchemaMismatch("Schema", "", laidOut.ColumnName);
            }
            DataViewType type = column.Value.Type;
            bool fits = laidOut.Member.IsVector == type is VectorDataViewType && PrimitiveTypes.ItemTypeOf(type).RawType == laidOut.Member.ItemType;
            host.Check(fits, $"Can't bind the IDataView column '{laidOut.ColumnName}' of type '{type}' to field or property " +
                $"'{laidOut.Member.Name}' of type '{laidOut.Member.Type.FullName}'.");
            _bound.Add((laidOut.Member, column.Value.Index));
        }
    }

    public IEnumerable<DataViewSchema.Column> Columns => _bound.Select(b => _schema[b.Column]);

    /// <summary>One action that fills an object from wherever <paramref name="row"/> then stands.</summary>
    public Action<TRow> Bind(DataViewRow row)
    {
        Action<TRow>[] setters = _bound.Select(b => MakeSetter(b.Member, row, row.Schema[b.Column])).ToArray();
        return target =>
        {
            foreach (Action<TRow> setter in setters)
                setter(target);
        };
    }

    private static Action<TRow> MakeSetter(RowMember member, DataViewRow row, DataViewSchema.Column column)
    {
        Delegate write = member.MakeWriter(typeof(TRow));
        Type type = member.Type;
        if (type == typeof(string))
            return TextSetter(row.GetGetter<ReadOnlyMemory<char>>(column), (Action<TRow, string>)write);
        if (member.IsVector)
        {
            Delegate read = member.MakeReader(typeof(TRow));
            if (type == typeof(string[]))
                return TextArraySetter(row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(column), (Func<TRow, string[]>)read, (Action<TRow, string[]>)write);
            string maker = type.IsArray ? nameof(ArraySetter) : nameof(VectorSetter);
            return Make(maker, type.IsArray ? type.GetElementType() : type.GetGenericArguments()[0], row, column, read, write);
        }
        if (column.Type is not PrimitiveDataViewType && !DataViewTypeManager.Knows(column.Type))
            throw new NotImplementedException($"Type '{type.FullName}' is not yet supported."); // The original's type of exception.
        return Make(nameof(ValueSetter), type, row, column, null, write);
    }

    private static Action<TRow> Make(string maker, Type itemType, DataViewRow row, DataViewSchema.Column column, Delegate read, Delegate write)
    {
        MethodInfo method = typeof(RowWriter<TRow>).GetMethod(maker, BindingFlags.NonPublic | BindingFlags.Static).MakeGenericMethod(itemType);
        return (Action<TRow>)method.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [row, column, read, write], null);
    }

    private static Action<TRow> TextSetter(ValueGetter<ReadOnlyMemory<char>> get, Action<TRow, string> write)
    {
        ReadOnlyMemory<char> value = default;
        return target =>
        {
            get(ref value);
            write(target, value.ToString());
        };
    }

    private static Action<TRow> TextArraySetter(ValueGetter<VBuffer<ReadOnlyMemory<char>>> get, Func<TRow, string[]> read, Action<TRow, string[]> write)
    {
        VBuffer<ReadOnlyMemory<char>> value = default;
        return target =>
        {
            get(ref value);
            string[] texts = read(target);
            if ((texts?.Length ?? 0) != value.Length)
                texts = new string[value.Length];
            foreach (KeyValuePair<int, ReadOnlyMemory<char>> item in value.Items(all: true))
                texts[item.Key] = item.Value.ToString();
            write(target, texts);
        };
    }

    /// <summary>
    /// Writes into the object's own array when that has the right length; so the null of a new object stays where the vector is empty.
    /// </summary>
    private static Action<TRow> ArraySetter<T>(DataViewRow row, DataViewSchema.Column column, Delegate read, Delegate write)
    {
        ValueGetter<VBuffer<T>> get = row.GetGetter<VBuffer<T>>(column);
        var readArray = (Func<TRow, T[]>)read;
        var writeArray = (Action<TRow, T[]>)write;
        VBuffer<T> value = default;
        return target =>
        {
            T[] array = readArray(target);
            get(ref value);
            if ((array?.Length ?? 0) != value.Length || !value.IsDense)
                array = new T[value.Length];
            value.CopyTo(array);
            writeArray(target, array);
        };
    }

    private static Action<TRow> VectorSetter<T>(DataViewRow row, DataViewSchema.Column column, Delegate read, Delegate write)
    {
        ValueGetter<VBuffer<T>> get = row.GetGetter<VBuffer<T>>(column);
        var readVector = (Func<TRow, VBuffer<T>>)read;
        var writeVector = (Action<TRow, VBuffer<T>>)write;
        return target =>
        {
            VBuffer<T> value = readVector(target);
            get(ref value);
            writeVector(target, value);
        };
    }

    private static Action<TRow> ValueSetter<T>(DataViewRow row, DataViewSchema.Column column, Delegate read, Delegate write)
    {
        ValueGetter<T> get = row.GetGetter<T>(column);
        var writeValue = (Action<TRow, T>)write;
        T value = default;
        return target =>
        {
            get(ref value);
            writeValue(target, value);
        };
    }
}
