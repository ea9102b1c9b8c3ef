namespace Microsoft.ML.Data;

/// <summary>Getters that map a column's values, or each value of its vectors, one by one.</summary>
internal static class ItemMapping
{
    /// <summary>
    /// A sparse vector stays sparse with its implicit slots at the default, unless <paramref name="densify"/>: then these are mapped too.
    /// </summary>
    public static Delegate MakeGetter<TIn, TOut>(DataViewRow row, DataViewSchema.Column source, Func<TIn, TOut> map, bool densify)
        => source.Type is VectorDataViewType ? VectorGetter(row, source, map, densify) : ScalarGetter(row, source, map);

    private static ValueGetter<TOut> ScalarGetter<TIn, TOut>(DataViewRow row, DataViewSchema.Column source, Func<TIn, TOut> map)
    {
        ValueGetter<TIn> get = row.GetGetter<TIn>(source);
        TIn item = default;
        return (ref TOut value) =>
        {
            get(ref item);
            value = map(item);
        };
    }

    private static ValueGetter<VBuffer<TOut>> VectorGetter<TIn, TOut>(DataViewRow row, DataViewSchema.Column source, Func<TIn, TOut> map, bool densify)
    {
        ValueGetter<VBuffer<TIn>> get = row.GetGetter<VBuffer<TIn>>(source);
        VBuffer<TIn> items = default;
        return (ref VBuffer<TOut> value) =>
        {
            get(ref items);
            bool fill = densify && !items.IsDense;
            VBufferEditor<TOut> editor = VBufferEditor.Create(ref value, items.Length, fill ? items.Length : items.GetValues().Length);
            ReadOnlySpan<TIn> explicitItems = items.GetValues();
            ReadOnlySpan<int> indices = items.GetIndices();
            if (fill)
                editor.Values.Fill(map(default));
            else
                indices.CopyTo(editor.Indices);
            for (int i = 0; i < explicitItems.Length; i++)
                editor.Values[fill ? indices[i] : i] = map(explicitItems[i]);
            value = editor.Commit();
        };
    }
}
