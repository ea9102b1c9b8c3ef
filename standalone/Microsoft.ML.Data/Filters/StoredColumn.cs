namespace Microsoft.ML.Data;

/// <summary>Values of one column, copied out of a cursor and given out again.</summary>
internal abstract class StoredColumn
{
    /// <summary>Only plain values and vectors of them are copied; images and custom types are not.</summary>
    public static bool CanStore(DataViewType type) => type is PrimitiveDataViewType or VectorDataViewType;

    public static StoredColumn Create(DataViewRow row, DataViewSchema.Column column)
    {
        Type made = column.Type is VectorDataViewType vector
            ? typeof(OfVectors<>).MakeGenericType(vector.ItemType.RawType)
            : typeof(OfValues<>).MakeGenericType(column.Type.RawType);
        return (StoredColumn)Activator.CreateInstance(made, Getters.Get(row, column));
    }

    public static StoredColumn OfIds(DataViewRow row) => new OfValues<DataViewRowId>(row.GetIdGetter());

    /// <summary>Copies the row's present value to the slot.</summary>
    public abstract void Store(int slot);

    /// <summary>A getter of the value at the slot that then is the present one.</summary>
    public abstract Delegate MakeGetter(Func<int> slot);

    private sealed class OfValues<T>(ValueGetter<T> get) : StoredColumn
    {
        private T[] _values = new T[16];

        public override void Store(int slot)
        {
            if (slot >= _values.Length)
                Array.Resize(ref _values, Math.Max(slot + 1, 2 * _values.Length));
            get(ref _values[slot]);
        }

        public override Delegate MakeGetter(Func<int> slot)
        {
            ValueGetter<T> getter = (ref T value) => value = _values[slot()];
            return getter;
        }
    }

    private sealed class OfVectors<T>(ValueGetter<VBuffer<T>> get) : StoredColumn
    {
        private VBuffer<T>[] _values = new VBuffer<T>[16];

        public override void Store(int slot)
        {
            if (slot >= _values.Length)
                Array.Resize(ref _values, Math.Max(slot + 1, 2 * _values.Length));
            get(ref _values[slot]);
        }

        public override Delegate MakeGetter(Func<int> slot)
        {
            ValueGetter<VBuffer<T>> getter = (ref VBuffer<T> value) => _values[slot()].CopyTo(ref value);
            return getter;
        }
    }
}
