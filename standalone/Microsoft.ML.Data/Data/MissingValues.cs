namespace Microsoft.ML.Data;

/// <summary>What counts as missing: NaN of the floating types, 0 of keys. Nothing else can be.</summary>
internal static class MissingValues
{
    public static bool CanBeMissing(DataViewType type)
    {
        DataViewType item = PrimitiveTypes.ItemTypeOf(type);
        return item == NumberDataViewType.Single || item == NumberDataViewType.Double || item is KeyDataViewType;
    }

    /// <summary>NaN, or the default of the type.</summary>
    public static T ValueOf<T>()
    {
        if (typeof(T) == typeof(float))
            return (T)(object)float.NaN;
        return typeof(T) == typeof(double) ? (T)(object)double.NaN : default;
    }

    public static Predicate<T> TestOf<T>()
    {
        if (typeof(T) == typeof(float))
            return (Predicate<T>)(object)(Predicate<float>)float.IsNaN;
        if (typeof(T) == typeof(double))
            return (Predicate<T>)(object)(Predicate<double>)double.IsNaN;
        return value => EqualityComparer<T>.Default.Equals(value, default);
    }
}
