using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Rows without a missing value (NaN, key 0) in any of the columns; of a vector no slot may be missing.</summary>
internal sealed class MissingValueFilter : FilteredView
{
    private readonly DataViewSchema.Column[] _columns;

    public MissingValueFilter(IHostEnvironment env, IDataView input, string[] columns) : base(input)
    {
        IHost host = env.Register("MissingValueFilter");
        var seen = new HashSet<int>();
        _columns = columns.Select(name =>
        {
            DataViewSchema.Column column = input.Schema.GetColumnOrNull(name)
                ?? throw host.ExceptParam("Columns", $"Source column '{name}' not found");
            host.CheckParam(seen.Add(column.Index), "Columns", $"Source column '{name}' specified multiple times");
            host.CheckParam(MissingValues.CanBeMissing(column.Type), "Columns",
                $"Column '{name}' has type {column.Type} which does not support missing values, so we cannot filter on them");
            return column;
        }).ToArray();
    }

    protected override IEnumerable<int> Tested => _columns.Select(c => c.Index);

    protected override Func<bool> MakeTest(DataViewRow input)
    {
        Func<bool>[] missing = _columns.Select(c => MissingTest(input, c)).ToArray();
        return () => !Array.Exists(missing, isMissing => isMissing());
    }

    private static Func<bool> MissingTest(DataViewRow input, DataViewSchema.Column column)
    {
        bool isVector = column.Type is VectorDataViewType;
        Type item = PrimitiveTypes.ItemTypeOf(column.Type).RawType;
        MethodInfo maker = typeof(MissingValueFilter).GetMethod(isVector ? nameof(VectorTest) : nameof(ScalarTest), BindingFlags.NonPublic | BindingFlags.Static);
        return (Func<bool>)maker.MakeGenericMethod(item).Invoke(null, [input, column]);
    }

    private static Func<bool> ScalarTest<T>(DataViewRow input, DataViewSchema.Column column)
    {
        ValueGetter<T> get = input.GetGetter<T>(column);
        Predicate<T> isMissing = MissingValues.TestOf<T>();
        T value = default;
        return () =>
        {
            get(ref value);
            return isMissing(value);
        };
    }

    private static Func<bool> VectorTest<T>(DataViewRow input, DataViewSchema.Column column)
    {
        ValueGetter<VBuffer<T>> get = input.GetGetter<VBuffer<T>>(column);
        Predicate<T> isMissing = MissingValues.TestOf<T>();
        VBuffer<T> value = default;
        return () =>
        {
            get(ref value);
            // The implicit slots of a sparse vector hold the default, which of a key is "missing".
            if (!value.IsDense && isMissing(default))
                return true;
            foreach (T item in value.GetValues())
            {
                if (isMissing(item))
                    return true;
            }
            return false;
        };
    }
}
