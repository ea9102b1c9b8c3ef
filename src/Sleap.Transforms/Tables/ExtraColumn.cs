using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>
/// A column of a view that is copied to a table: values of the frame, the same for all its instances, or values of each
/// instance.
/// </summary>
internal sealed class ExtraColumn
{
    private const string Expected =
        "a number, a flag, text, a key, a vector of Single of known size, or for each "
        + "instance a key, a Single or a known number of Singles";

    private readonly DataViewSchema.Column _column;
    private readonly string _component;
    private readonly bool _byAnimal;

    public ExtraColumn(DataViewSchema schema, string name, string component)
    {
        _component = component;
        _column = InputColumns.Require(schema, name, IsTaken, Expected, component);
        _byAnimal = _column.Type is VectorDataViewType { IsKnownSize: false };
        Columns = [.. Names().Select(own => new TableColumn(own, TypeOf(_column.Type)))];
    }

    public DataViewSchema.Column Column => _column;

    /// <summary>The columns of the table: one, or one for each slot of the frame's or of an instance's values.</summary>
    public IReadOnlyList<TableColumn> Columns { get; }

    /// <summary>A function that writes the values of an instance of the current row.</summary>
    /// <param name="row">The row to read.</param>
    /// <param name="animals">Returns how many instances the current row has.</param>
    public Action<ITableSink, int> Open(DataViewRow row, Func<int> animals) =>
        _column.Type switch
        {
            VectorDataViewType { ItemType: KeyDataViewType } => Vector(row, animals, WriteKey()),
            VectorDataViewType => Vector<float>(row, animals, WriteSingle),
            KeyDataViewType => Scalar(row, WriteKey()),
            TextDataViewType => Scalar<ReadOnlyMemory<char>>(row, (sink, value) => sink.Text(value.ToString())),
            BooleanDataViewType => Scalar<bool>(row, (sink, value) => sink.Flag(value)),
            var type when type == NumberDataViewType.Single => Scalar<float>(row, WriteSingle),
            var type when type == NumberDataViewType.Double => Scalar<double>(
                row,
                (sink, value) => sink.Double(double.IsNaN(value) ? null : value)
            ),
            _ => Scalar<int>(row, (sink, value) => sink.Whole(value)),
        };

    private static bool IsTaken(DataViewType type) =>
        type is TextDataViewType or BooleanDataViewType
        || IsKey(type)
        || type == NumberDataViewType.Double
        || type == NumberDataViewType.Int32
        || InstanceColumn.IsValues(type)
        || (type is VectorDataViewType { IsKnownSize: false, Dimensions.Length: 1 } keys && IsKey(keys.ItemType));

    private static bool IsKey(DataViewType type) => type is KeyDataViewType key && key.RawType == typeof(uint);

    private static Type TypeOf(DataViewType type) =>
        type switch
        {
            TextDataViewType or KeyDataViewType or VectorDataViewType { ItemType: KeyDataViewType } => typeof(string),
            BooleanDataViewType => typeof(bool),
            _ when type == NumberDataViewType.Double => typeof(double),
            _ when type == NumberDataViewType.Int32 => typeof(int),
            _ => typeof(float),
        };

    private static void WriteSingle(ITableSink sink, float value) => sink.Single(float.IsNaN(value) ? null : value);

    private Action<ITableSink, uint> WriteKey()
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        if (_column.HasKeyValues())
            _column.GetKeyValues(ref names);
        string[] texts = [.. names.DenseValues().Select(name => name.ToString())];
        return (sink, key) =>
            sink.Text(
                key == 0 ? null
                : key <= texts.Length ? texts[key - 1]
                : key.ToString(CultureInfo.InvariantCulture)
            );
    }

    private Action<ITableSink, int> Scalar<T>(DataViewRow row, Action<ITableSink, T> write)
    {
        var getter = row.GetGetter<T>(_column);
        T value = default!;
        return (sink, _) =>
        {
            getter(ref value);
            write(sink, value);
        };
    }

    private Action<ITableSink, int> Vector<T>(DataViewRow row, Func<int> animals, Action<ITableSink, T> write)
    {
        var getter = row.GetGetter<VBuffer<T>>(_column);
        VBuffer<T> buffer = default;
        var width = Columns.Count;
        return (sink, animal) =>
        {
            getter(ref buffer);
            if (_byAnimal && buffer.Length != animals() * width)
            {
                var expected =
                    width == 1
                        ? "one for each instance"
                        : string.Create(CultureInfo.InvariantCulture, $"{width} for each instance");
                throw new InvalidOperationException(
                    $"{_component}: the column '{_column.Name}' has {buffer.Length} values in a row of "
                        + $"{animals()} instances, expected {expected}. Take it out of {nameof(TableOptions.Extra)}, or "
                        + $"give it a known size."
                );
            }
            var first = _byAnimal ? animal * width : 0;
            for (var slot = 0; slot < width; slot++)
                write(sink, buffer.GetItemOrDefault(first + slot));
        };
    }

    private IEnumerable<string> Names()
    {
        // A single value of the frame, or of each instance.
        if (_column.Type is not VectorDataViewType vector || (_byAnimal && vector.Dimensions.Length == 1))
            return [_column.Name];
        var values = InstanceColumn.Of(_column);
        if (_byAnimal && values.Width == 1)
            return [_column.Name];
        var slots = values.SlotNames() ?? [];
        return Enumerable.Range(0, values.Width).Select(slot => $"{_column.Name}.{NameOf(slot)}");

        string NameOf(int slot) =>
            slot < slots.Count && slots[slot].Length > 0 ? slots[slot] : slot.ToString(CultureInfo.InvariantCulture);
    }
}
