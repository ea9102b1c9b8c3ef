using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(ColumnConcatenatingTransformer), null, typeof(SignatureLoadModel), "Concat Transform", ColumnConcatenatingTransformer.LoaderSignature)]

namespace Microsoft.ML.Data;

/// <summary>Values and vectors of one type, put behind each other; slot names are merged.</summary>
public sealed class ColumnConcatenatingTransformer : RowToRowTransformerBase
{
    internal const string LoaderSignature = "ConcatTransform";

    private readonly string _output;
    private readonly string[] _inputs;

    internal ColumnConcatenatingTransformer(IHostEnvironment env, string output, string[] inputs)
        : base(env.Register(nameof(ColumnConcatenatingTransformer)))
    {
        _output = output;
        _inputs = inputs;
    }

    private static VersionInfo GetVersionInfo() => new("CONCAT F", 0x00010003, 0x00010003, 0x00010001,
        typeof(ColumnConcatenatingTransformer).Assembly.FullName, LoaderSignature);

    private static ColumnConcatenatingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        string output = ctx.LoadNonEmptyString();
        var inputs = new string[ctx.Reader.ReadInt32()];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = ctx.LoadNonEmptyString();
        return new ColumnConcatenatingTransformer(env, output, inputs);
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(GetVersionInfo());
        ctx.SaveNonEmptyString(_output);
        ctx.Writer.Write(_inputs.Length);
        foreach (string input in _inputs)
            ctx.SaveNonEmptyString(input);
    }

    private protected override IReadOnlyList<MappedColumn> MakeColumns(DataViewSchema input)
    {
        DataViewSchema.Column[] sources = _inputs
            .Select(name => input.GetColumnOrNull(name) ?? throw Host.ExceptSchemaMismatch("inputSchema", "input", name)).ToArray();
        DataViewType item = PrimitiveTypes.ItemTypeOf(sources[0].Type);
        foreach (DataViewSchema.Column source in sources)
        {
            if (!PrimitiveTypes.ItemTypeOf(source.Type).Equals(item))
                throw Host.ExceptSchemaMismatch("inputSchema", "input", source.Name, item.ToString(), source.Type.ToString());
        }
        int[] indices = sources.Select(s => s.Index).ToArray();
        if (sources.Length == 1 && sources[0].Type is VectorDataViewType)
            return [new MappedColumn(_output, sources[0].Type, sources[0].Annotations, indices, row => Getters.Get(row, sources[0]))];

        int[] sizes = sources.Select(s => s.Type is VectorDataViewType vector ? vector.Size : 1).ToArray();
        int total = sizes.Contains(0) ? 0 : sizes.Sum();
        var type = new VectorDataViewType((PrimitiveDataViewType)item, total);
        MethodInfo maker = typeof(ColumnConcatenatingTransformer).GetMethod(nameof(MakeGetter), BindingFlags.NonPublic | BindingFlags.Static)
            .MakeGenericMethod(item.RawType);
        return [new MappedColumn(_output, type, MakeAnnotations(sources, item, total), indices, row => (Delegate)maker.Invoke(null, [row, sources]))];
    }

    private static DataViewSchema.Annotations MakeAnnotations(DataViewSchema.Column[] sources, DataViewType item, int total)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        if (item is NumberDataViewType && sources.All(s => s.IsNormalized()))
            builder.AddPrimitiveValue(AnnotationKinds.IsNormalized, BooleanDataViewType.Instance, true);
        if (total > 0 && sources.Any(s => s.Type is not VectorDataViewType || s.HasSlotNames()))
        {
            ValueGetter<VBuffer<ReadOnlyMemory<char>>> names = (ref VBuffer<ReadOnlyMemory<char>> value) => MergeNames(sources, total, ref value);
            builder.Add(AnnotationKinds.SlotNames, new VectorDataViewType(TextDataViewType.Instance, total), names);
        }
        return builder.ToAnnotations();
    }

    /// <summary>A scalar's slot is called like its column, a vector's column.slot; slots without a name stay so.</summary>
    private static void MergeNames(DataViewSchema.Column[] sources, int total, ref VBuffer<ReadOnlyMemory<char>> names)
    {
        var merged = new ReadOnlyMemory<char>[total];
        int slot = 0;
        foreach (DataViewSchema.Column source in sources)
        {
            if (source.Type is not VectorDataViewType vector)
            {
                merged[slot++] = source.Name.AsMemory();
                continue;
            }
            if (source.HasSlotNames())
            {
                VBuffer<ReadOnlyMemory<char>> own = default;
                source.GetSlotNames(ref own);
                foreach (KeyValuePair<int, ReadOnlyMemory<char>> name in own.Items())
                {
                    if (!name.Value.IsEmpty)
                        merged[slot + name.Key] = $"{source.Name}.{name.Value}".AsMemory();
                }
            }
            slot += vector.Size;
        }
        SparseResult.Store(merged, ref names, name => name.IsEmpty);
    }

    private static ValueGetter<VBuffer<T>> MakeGetter<T>(DataViewRow row, DataViewSchema.Column[] sources)
    {
        Func<VBuffer<T>>[] read = sources.Select(source => PartReader<T>(row, source)).ToArray();
        return (ref VBuffer<T> value) =>
        {
            VBuffer<T>[] parts = Array.ConvertAll(read, part => part());
            int length = parts.Sum(p => p.Length);
            int count = parts.Sum(p => p.GetValues().Length);
            value = count <= length / 2 ? JoinSparse(parts, length, count, ref value) : JoinDense(parts, length, ref value);
        };
    }

    private static Func<VBuffer<T>> PartReader<T>(DataViewRow row, DataViewSchema.Column source)
    {
        if (source.Type is not VectorDataViewType vector)
        {
            ValueGetter<T> getOne = row.GetGetter<T>(source);
            var one = new T[1];
            return () =>
            {
                getOne(ref one[0]);
                return new VBuffer<T>(1, one);
            };
        }
        ValueGetter<VBuffer<T>> get = row.GetGetter<VBuffer<T>>(source);
        VBuffer<T> part = default;
        return () =>
        {
            get(ref part);
            Contracts.Check(vector.Size == 0 || vector.Size == part.Length, $"Column '{source.Name}': expected {vector.Size} slots, but got {part.Length}");
            return part;
        };
    }

    private static VBuffer<T> JoinDense<T>(VBuffer<T>[] parts, int length, ref VBuffer<T> buffer)
    {
        VBufferEditor<T> editor = VBufferEditor.Create(ref buffer, length);
        int offset = 0;
        foreach (VBuffer<T> part in parts)
        {
            part.CopyTo(editor.Values, offset);
            offset += part.Length;
        }
        return editor.Commit();
    }

    private static VBuffer<T> JoinSparse<T>(VBuffer<T>[] parts, int length, int count, ref VBuffer<T> buffer)
    {
        VBufferEditor<T> editor = VBufferEditor.Create(ref buffer, length, count);
        int offset = 0;
        int next = 0;
        foreach (VBuffer<T> part in parts)
        {
            foreach (KeyValuePair<int, T> item in part.Items())
            {
                editor.Values[next] = item.Value;
                if (count < length)
                    editor.Indices[next] = offset + item.Key;
                next++;
            }
            offset += part.Length;
        }
        return editor.Commit();
    }
}
