using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>An object of a row class as a row: its members are the columns.</summary>
internal sealed class ObjectRow<TRow> : DataViewRow where TRow : class
{
    private readonly Delegate[] _getters;
    private TRow _current;
    private long _position = -1;

    public ObjectRow(RowLayout layout, DataViewSchema schema, bool[] active)
    {
        Schema = schema;
        _getters = layout.Members.Select((member, i) => active[i] ? MakeGetter(member) : null).ToArray();
    }

    public override DataViewSchema Schema { get; }
    public override long Position => _position;
    public override long Batch => 0;

    public void Show(TRow row)
    {
        Contracts.CheckValue(row, nameof(row));
        _current = row;
        _position++;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => _getters[column.Index] != null;

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Contracts.CheckParam(column.Index < _getters.Length && IsColumnActive(column), nameof(column), "requested column not active");
        return _getters[column.Index] as ValueGetter<TValue> ?? throw Contracts.Except($"Invalid TValue in GetGetter for column #{column}: " +
            $"'{typeof(TValue)}', expected type: '{_getters[column.Index].GetType().GetGenericArguments()[0]}'.");
    }

    public override ValueGetter<DataViewRowId> GetIdGetter()
        => (ref DataViewRowId id) => id = new DataViewRowId((ulong)_position, 0);

    private Delegate MakeGetter(RowLayout.LaidOutMember laidOut)
    {
        Delegate reader = laidOut.Member.MakeReader(typeof(TRow));
        Type type = laidOut.Member.Type;
        if (type == typeof(string))
            return TextGetter((Func<TRow, string>)reader);
        if (type == typeof(string[]))
            return TextArrayGetter((Func<TRow, string[]>)reader);
        if (type.IsArray)
            return Make(nameof(ArrayGetter), type.GetElementType(), reader);
        if (laidOut.Member.IsVector)
            return Make(nameof(VectorGetter), type.GetGenericArguments()[0], reader);
        if (laidOut.Type is KeyDataViewType key)
            return Make(nameof(KeyGetter), type, reader, key);
        return Make(nameof(DirectGetter), type, reader);
    }

    private Delegate Make(string maker, Type itemType, params object[] arguments)
    {
        MethodInfo method = GetType().GetMethod(maker, BindingFlags.NonPublic | BindingFlags.Instance);
        return (Delegate)method.MakeGenericMethod(itemType).Invoke(this, arguments);
    }

    private ValueGetter<ReadOnlyMemory<char>> TextGetter(Func<TRow, string> read)
        => (ref ReadOnlyMemory<char> destination) => destination = read(_current).AsMemory();

    private ValueGetter<VBuffer<ReadOnlyMemory<char>>> TextArrayGetter(Func<TRow, string[]> read)
        => (ref VBuffer<ReadOnlyMemory<char>> destination) =>
        {
            string[] texts = read(_current) ?? [];
            VBufferEditor<ReadOnlyMemory<char>> editor = VBufferEditor.Create(ref destination, texts.Length);
            for (int i = 0; i < texts.Length; i++)
                editor.Values[i] = texts[i].AsMemory();
            destination = editor.Commit();
        };

    private ValueGetter<VBuffer<T>> ArrayGetter<T>(Delegate reader)
    {
        // Null for arrays of two dimensions: the schema takes them, and reading one is a NullReferenceException, as in the original.
        var read = reader as Func<TRow, T[]>;
        return (ref VBuffer<T> destination) =>
        {
            T[] values = read(_current);
            VBufferEditor<T> editor = VBufferEditor.Create(ref destination, values?.Length ?? 0);
            values.CopyTo(editor.Values);
            destination = editor.Commit();
        };
    }

    private ValueGetter<VBuffer<T>> VectorGetter<T>(Delegate reader)
    {
        var read = (Func<TRow, VBuffer<T>>)reader;
        return (ref VBuffer<T> destination) => read(_current).CopyTo(ref destination);
    }

    private ValueGetter<T> DirectGetter<T>(Delegate reader)
    {
        var read = (Func<TRow, T>)reader;
        return (ref T destination) => destination = read(_current);
    }

    /// <summary>Scalar key members count from 0; in the view 0 is "missing" and the first is 1. Too large is missing.</summary>
    private ValueGetter<T> KeyGetter<T>(Delegate reader, KeyDataViewType type)
    {
        Contracts.Check(typeof(T) != typeof(ushort), "Check failed");
        var read = (Func<TRow, T>)reader;
        return (ref T destination) =>
        {
            ulong value = (ulong)Convert.ChangeType(read(_current), typeof(ulong));
            destination = (T)Convert.ChangeType(value < type.Count ? value + 1 : 0, typeof(T));
        };
    }
}
