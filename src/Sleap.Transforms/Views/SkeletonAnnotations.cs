using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// The skeleton of a keypoint column, kept as annotations of the column: <c>SkeletonName</c> (text),
/// <c>SkeletonNodes</c> (vector of text), <c>SkeletonEdges</c> and <c>SkeletonSymmetries</c> (vectors of Int32, two
/// node positions a pair). Other transformers that keep annotations, such as CopyColumns, keep them.
/// </summary>
public static class SkeletonAnnotations
{
    private const string NameKind = "SkeletonName";
    internal const string NodesKind = "SkeletonNodes";
    private const string EdgesKind = "SkeletonEdges";
    internal const string SymmetriesKind = "SkeletonSymmetries";
    private const string SlotNamesKind = "SlotNames";

    /// <summary>
    /// Names of the values of one instance, on a column of any number of instances, which cannot have SlotNames.
    /// </summary>
    internal const string AnimalSlotNamesKind = "AnimalSlotNames";

    /// <summary>
    /// Marks a vector of values of instances that are not keypoints: its type may be that of keypoints, and a schema
    /// shape does not know the sizes.
    /// </summary>
    internal const string NotKeypointsKind = "NotKeypoints";

    /// <summary>Marks a column of classes that are written as identities of instances.</summary>
    internal const string IdentitiesKind = "Identities";

    /// <summary>Returns the skeleton of a column, or null when it has none.</summary>
    /// <param name="column">A column of keypoints.</param>
    public static Skeleton? Read(DataViewSchema.Column column)
    {
        var annotations = column.Annotations;
        if (annotations is null || annotations.Schema.GetColumnOrNull(NodesKind) is null)
            return null;
        ReadOnlyMemory<char> name = default;
        if (annotations.Schema.GetColumnOrNull(NameKind) is not null)
            annotations.GetValue(NameKind, ref name);
        VBuffer<ReadOnlyMemory<char>> nodes = default;
        annotations.GetValue(NodesKind, ref nodes);
        return new Skeleton(
            name.ToString(),
            nodes.DenseValues().Select(node => node.ToString()),
            Pairs(annotations, EdgesKind).Select(pair => new Edge(pair.First, pair.Second)),
            Pairs(annotations, SymmetriesKind).Select(pair => new Symmetry(pair.First, pair.Second))
        );
    }

    /// <summary>Adds a skeleton to the annotations of a column.</summary>
    /// <param name="builder">The annotations being built.</param>
    /// <param name="skeleton">The skeleton.</param>
    /// <param name="slotNames">True for a column of exactly one instance (a vector of known size, node count × 2): its
    /// slots are then named <c>snout.x</c>, <c>snout.y</c>, …
    ///</param>
    public static void Add(DataViewSchema.Annotations.Builder builder, Skeleton skeleton, bool slotNames)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(skeleton);
        builder.AddPrimitiveValue(NameKind, TextDataViewType.Instance, skeleton.Name.AsMemory());
        AddVector(builder, NodesKind, TextDataViewType.Instance, Text(skeleton.Nodes));
        AddVector(
            builder,
            EdgesKind,
            NumberDataViewType.Int32,
            [.. skeleton.Edges.SelectMany(edge => new[] { edge.Source, edge.Destination })]
        );
        AddVector(
            builder,
            SymmetriesKind,
            NumberDataViewType.Int32,
            [.. skeleton.Symmetries.SelectMany(pair => new[] { pair.First, pair.Second })]
        );
        if (slotNames)
            AddSlotNames(builder, skeleton.Nodes.SelectMany(node => new[] { node + ".x", node + ".y" }));
    }

    /// <summary>Names the slots of a vector of known size.</summary>
    internal static void AddSlotNames(DataViewSchema.Annotations.Builder builder, IEnumerable<string> names)
    {
        var slots = Text(names);
        ValueGetter<VBuffer<ReadOnlyMemory<char>>> getter = (ref VBuffer<ReadOnlyMemory<char>> value) =>
            Copy(slots, ref value);
        builder.Add(SlotNamesKind, new VectorDataViewType(TextDataViewType.Instance, slots.Length), getter);
    }

    /// <summary>Names the values of one instance of a column of any number of instances.</summary>
    internal static void AddAnimalSlotNames(DataViewSchema.Annotations.Builder builder, IEnumerable<string> names) =>
        AddVector(builder, AnimalSlotNamesKind, TextDataViewType.Instance, Text(names));

    /// <summary>Marks a vector of values of instances as not keypoints.</summary>
    internal static void AddNotKeypoints(DataViewSchema.Annotations.Builder builder) =>
        builder.AddPrimitiveValue(NotKeypointsKind, BooleanDataViewType.Instance, true);

    /// <summary>Gives a key column the names of its values.</summary>
    internal static void AddKeyValues(DataViewSchema.Annotations.Builder builder, IEnumerable<string> names)
    {
        var values = Text(names);
        ValueGetter<VBuffer<ReadOnlyMemory<char>>> getter = (ref VBuffer<ReadOnlyMemory<char>> value) =>
            Copy(values, ref value);
        builder.Add("KeyValues", new VectorDataViewType(TextDataViewType.Instance, values.Length), getter);
    }

    /// <summary>Fills a vector value with all of <paramref name="source"/>.</summary>
    internal static void Copy<T>(ReadOnlySpan<T> source, ref VBuffer<T> value)
    {
        var editor = VBufferEditor.Create(ref value, source.Length);
        source.CopyTo(editor.Values);
        value = editor.Commit();
    }

    // Of unknown size, so that the type does not depend on the skeleton, which an estimator does not know yet.
    private static void AddVector<T>(
        DataViewSchema.Annotations.Builder builder,
        string kind,
        PrimitiveDataViewType type,
        T[] values
    )
    {
        ValueGetter<VBuffer<T>> getter = (ref VBuffer<T> value) => Copy(values, ref value);
        builder.Add(kind, new VectorDataViewType(type), getter);
    }

    private static IEnumerable<(int First, int Second)> Pairs(DataViewSchema.Annotations annotations, string kind)
    {
        if (annotations.Schema.GetColumnOrNull(kind) is null)
            return [];
        VBuffer<int> value = default;
        annotations.GetValue(kind, ref value);
        return value.DenseValues().Chunk(2).Select(pair => (pair[0], pair[1]));
    }

    private static ReadOnlyMemory<char>[] Text(IEnumerable<string> names) => [.. names.Select(name => name.AsMemory())];
}

/// <summary>
/// Size of the images whose pixels are the unit of a column's poses, as the column's annotation <c>ImageSize</c>
/// (height and width). It is set where the type of the images has a size, as after ML.NET's ResizeImages; frames of
/// this library's loaders have their video's size and no annotation.
/// </summary>
internal static class ImageSizeAnnotation
{
    private const string Kind = "ImageSize";

    /// <summary>The column with a size in its annotations.</summary>
    public static OutputColumn Add(OutputColumn column, int height, int width)
    {
        int[] size = [height, width];
        var annotations = new DataViewSchema.Annotations.Builder();
        if (column.Annotations is { } own)
            annotations.Add(own, _ => true);
        ValueGetter<VBuffer<int>> getter = (ref VBuffer<int> value) => SkeletonAnnotations.Copy<int>(size, ref value);
        annotations.Add(Kind, new VectorDataViewType(NumberDataViewType.Int32, size.Length), getter);
        return column with { Annotations = annotations.ToAnnotations() };
    }

    /// <summary>The size, or null where there is none.</summary>
    public static (int Height, int Width)? Read(DataViewSchema.Column column)
    {
        if (column.Annotations?.Schema.GetColumnOrNull(Kind) is null)
            return null;
        VBuffer<int> size = default;
        column.Annotations.GetValue(Kind, ref size);
        return (size.GetItemOrDefault(0), size.GetItemOrDefault(1));
    }
}
