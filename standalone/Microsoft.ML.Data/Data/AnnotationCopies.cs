using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Annotations handled without knowing their value types.</summary>
internal static class AnnotationCopies
{
    private static readonly MethodInfo _getter = typeof(AnnotationCopies).GetMethod(nameof(TypedGetter), BindingFlags.NonPublic | BindingFlags.Static);

    public static Delegate GetterOf(DataViewSchema.Annotations annotations, DataViewSchema.Column annotation)
        => (Delegate)_getter.MakeGenericMethod(annotation.Type.RawType).Invoke(null, [annotations, annotation]);

    private static Delegate TypedGetter<T>(DataViewSchema.Annotations annotations, DataViewSchema.Column annotation)
        => annotations.GetGetter<T>(annotation);

    public static DataViewSchema.Annotations Subset(this DataViewSchema.Annotations annotations, Func<string, bool> selector)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(annotations, selector);
        return builder.ToAnnotations();
    }
}
