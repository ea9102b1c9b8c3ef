using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Getters of annotations given as plain values, arrays or strings.</summary>
internal static class AnnotationValue
{
    public static Delegate GetterOf(object value, DataViewType type)
    {
        Type given = value.GetType();
        Type item = given.IsArray ? given.GetElementType()
            : given.IsGenericType && given.GetGenericTypeDefinition() == typeof(VBuffer<>) ? given.GetGenericArguments()[0] : null;
        bool isVector = item != null;
        item ??= given;
        Contracts.Check(isVector == type is VectorDataViewType,
            $"Value inputted is supposed to be {(isVector ? "vector" : "scalar")}, but type of Annotationinfo is {(isVector ? "scalar" : "vector")}");
        Type stored = item == typeof(string) ? typeof(ReadOnlyMemory<char>) : item;
        Type expected = PrimitiveTypes.ItemTypeOf(type).RawType;
        Contracts.Check(stored == expected, $"Value inputted is supposed to have Type {stored}, but type of Annotationinfo has {expected}");

        switch (value)
        {
            case string text:
                return (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> destination) => destination = text.AsMemory());
            case string[] texts:
                return VectorGetter(new VBuffer<ReadOnlyMemory<char>>(texts.Length, Array.ConvertAll(texts, t => t.AsMemory())));
        }
        string maker = !isVector ? nameof(ScalarGetter) : given.IsArray ? nameof(ArrayGetter) : nameof(VectorGetter);
        return (Delegate)typeof(AnnotationValue).GetMethod(maker, BindingFlags.NonPublic | BindingFlags.Static)
            .MakeGenericMethod(item).Invoke(null, [value]);
    }

    private static ValueGetter<T> ScalarGetter<T>(T value) => (ref T destination) => destination = value;

    private static ValueGetter<VBuffer<T>> ArrayGetter<T>(T[] values) => VectorGetter(new VBuffer<T>(values.Length, values));

    private static ValueGetter<VBuffer<T>> VectorGetter<T>(VBuffer<T> values)
        => (ref VBuffer<T> destination) => values.CopyTo(ref destination);
}
