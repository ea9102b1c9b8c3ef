using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Getters whose value type is known only at run time.</summary>
internal static class Getters
{
    private static readonly MethodInfo _untypedGet = typeof(Getters).GetMethod(nameof(TypedGet), BindingFlags.NonPublic | BindingFlags.Static);
    private static readonly ConcurrentDictionary<Type, Func<DataViewRow, DataViewSchema.Column, Delegate>> _byType = new();

    /// <summary>The row's getter of the column, as <c>ValueGetter&lt;column.Type.RawType&gt;</c>.</summary>
    public static Delegate Get(DataViewRow row, DataViewSchema.Column column)
        => _byType.GetOrAdd(column.Type.RawType, raw => _untypedGet.MakeGenericMethod(raw).CreateDelegate<Func<DataViewRow, DataViewSchema.Column, Delegate>>())(row, column);

    private static Delegate TypedGet<T>(DataViewRow row, DataViewSchema.Column column) => row.GetGetter<T>(column);

    /// <summary>The getter as asked for, or an error that says which type it has.</summary>
    public static ValueGetter<TValue> As<TValue>(Delegate getter)
        => getter as ValueGetter<TValue> ?? throw Contracts.Except(
            $"Invalid TValue in GetGetter: '{typeof(TValue)}', expected type: '{getter.GetType().GetGenericArguments()[0]}'.");
}
