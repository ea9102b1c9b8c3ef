namespace Microsoft.ML.Data;

/// <summary>Vectors stored as some transforms of the original store theirs: sparse when fewer than half of the values differ from the default.</summary>
internal static class SparseResult
{
    public static void Store<T>(ReadOnlySpan<T> values, ref VBuffer<T> buffer, Predicate<T> isDefault)
    {
        int count = 0;
        foreach (T value in values)
        {
            if (!isDefault(value))
                count++;
        }
        bool isDense = count > 0 && count >= values.Length / 2;
        VBufferEditor<T> editor = VBufferEditor.Create(ref buffer, values.Length, isDense ? values.Length : count);
        int next = 0;
        for (int i = 0; i < values.Length; i++)
        {
            bool isImplicit = isDefault(values[i]);
            if (isImplicit && !isDense)
                continue;
            // A negative zero counts as none, and becomes a plain one.
            editor.Values[next] = isImplicit ? default : values[i];
            if (!isDense)
                editor.Indices[next] = i;
            next++;
        }
        buffer = editor.Commit();
    }
}
