using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>A column of a view that goes along into a table.</summary>
internal sealed class ExtraColumn
{
    private const string Expected = "a number, a flag, text, a key, or a vector of Single";

    private readonly DataViewSchema.Column _column;

    public ExtraColumn(DataViewSchema schema, string name, string component)
    {
        _column = InputColumns.Require(schema, name, IsTaken, Expected, component);
        Columns = [.. Names().Select(own => new TableColumn(own, TypeOf(_column.Type)))];
    }

    public DataViewSchema.Column Column => _column;

    /// <summary>The columns of the table: one, or one for each slot.</summary>
    public IReadOnlyList<TableColumn> Columns { get; }

    /// <summary>A function that reads the current row, and gives one that passes an animal's values on.</summary>
    public Action<ITableSink, int> Open(DataViewRow row, Func<int> animals)
    {
        DataViewType item = _column.Type is VectorDataViewType vector ? vector.ItemType : _column.Type;
        return item switch
        {
            KeyDataViewType when _column.Type is KeyDataViewType => Key(row.GetGetter<uint>(_column)),
            TextDataViewType => Scalar<ReadOnlyMemory<char>>(row, (sink, value) => sink.Text(value.ToString())),
            BooleanDataViewType => Scalar<bool>(row, (sink, value) => sink.Flag(value)),
            _ when _column.Type is VectorDataViewType => Vector(row.GetGetter<VBuffer<float>>(_column), animals),
            _ when item == NumberDataViewType.Single => Scalar<float>(row, (sink, value) => sink.Single(float.IsNaN(value) ? null : value)),
            _ when item == NumberDataViewType.Double => Scalar<double>(row, (sink, value) => sink.Double(double.IsNaN(value) ? null : value)),
            _ => Scalar<int>(row, (sink, value) => sink.Whole(value)),
        };
    }

    private static bool IsTaken(DataViewType type) => type is TextDataViewType or BooleanDataViewType
        || (type is KeyDataViewType key && key.RawType == typeof(uint))
        || type == NumberDataViewType.Single || type == NumberDataViewType.Double || type == NumberDataViewType.Int32
        || (type is VectorDataViewType vector && vector.ItemType == NumberDataViewType.Single);

    private static Type TypeOf(DataViewType type) => type switch
    {
        TextDataViewType or KeyDataViewType => typeof(string),
        BooleanDataViewType => typeof(bool),
        _ when type == NumberDataViewType.Double => typeof(double),
        _ when type == NumberDataViewType.Int32 => typeof(int),
        _ => typeof(float),
    };

    private Action<ITableSink, int> Scalar<T>(DataViewRow row, Action<ITableSink, T> write)
    {
        ValueGetter<T> getter = row.GetGetter<T>(_column);
        T value = default!;
        return (sink, _) =>
        {
            getter(ref value);
            write(sink, value);
        };
    }

    private Action<ITableSink, int> Key(ValueGetter<uint> getter)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        if (_column.HasKeyValues())
            _column.GetKeyValues(ref names);
        string[] texts = [.. names.DenseValues().Select(name => name.ToString())];
        uint key = 0;
        return (sink, _) =>
        {
            getter(ref key);
            sink.Text(key == 0 ? null : key <= texts.Length ? texts[key - 1] : key.ToString(CultureInfo.InvariantCulture));
        };
    }

    private Action<ITableSink, int> Vector(ValueGetter<VBuffer<float>> getter, Func<int> animals)
    {
        VBuffer<float> buffer = default;
        bool byAnimal = !((VectorDataViewType)_column.Type).IsKnownSize;
        return (sink, animal) =>
        {
            getter(ref buffer);
            if (byAnimal && buffer.Length != animals())
            {
                throw new InvalidOperationException(
                    $"ToDataFrame: the column '{_column.Name}' has {buffer.Length} values in a row of {animals()} animals, expected one for each animal. Take it out of {nameof(TableOptions.Extra)}, or give it a known size.");
            }
            foreach (float value in byAnimal ? [buffer.GetItemOrDefault(animal)] : buffer.DenseValues())
                sink.Single(float.IsNaN(value) ? null : value);
        };
    }

    private IEnumerable<string> Names()
    {
        if (_column.Type is not VectorDataViewType { IsKnownSize: true } vector)
            return [_column.Name];
        VBuffer<ReadOnlyMemory<char>> slots = default;
        if (_column.HasSlotNames())
            _column.GetSlotNames(ref slots);
        string[] own = [.. slots.DenseValues().Select(name => name.ToString())];
        return Enumerable.Range(0, vector.Size).Select(slot => $"{_column.Name}.{(slot < own.Length && own[slot].Length > 0 ? own[slot] : slot.ToString(CultureInfo.InvariantCulture))}");
    }
}
