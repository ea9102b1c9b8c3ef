using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>The types and annotations of keypoint columns, so that all parts make them alike.</summary>
internal static class KeypointColumns
{
    private const string FixedDescription = "keypoints of exactly one animal: Vector<Single, nodes, 2>";

    /// <summary>Exactly one animal: Vector&lt;Single, nodes, 2&gt; with slot names and the skeleton.</summary>
    public static OutputColumn Fixed(string name, Skeleton skeleton)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        SkeletonAnnotations.Add(annotations, skeleton, slotNames: true);
        return new OutputColumn(name, new VectorDataViewType(NumberDataViewType.Single, skeleton.Nodes.Length, 2), annotations.ToAnnotations());
    }

    /// <summary>Any number of animals: Vector&lt;Single, *, nodes, 2&gt; with the skeleton.</summary>
    public static OutputColumn Variable(string name, Skeleton skeleton)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        SkeletonAnnotations.Add(annotations, skeleton, slotNames: false);
        return new OutputColumn(name, new VectorDataViewType(NumberDataViewType.Single, 0, skeleton.Nodes.Length, 2), annotations.ToAnnotations());
    }

    /// <summary>
    /// A track: scalar Key&lt;UInt32&gt; for one animal, a variable vector of it otherwise, with the tracks' names as key values; 0 is no track.
    /// Without any track the key has no values' names.
    /// </summary>
    public static OutputColumn Tracks(string name, IReadOnlyList<string> tracks, bool single)
    {
        var key = new KeyDataViewType(typeof(uint), Math.Max(tracks.Count, 1));
        var annotations = new DataViewSchema.Annotations.Builder();
        if (tracks.Count > 0)
            SkeletonAnnotations.AddKeyValues(annotations, tracks);
        return new OutputColumn(name, single ? key : new VectorDataViewType(key), annotations.ToAnnotations());
    }

    /// <summary>Whether a type holds keypoints of exactly one animal.</summary>
    public static bool IsFixed(DataViewType type) => IsSingleVector(type, out VectorDataViewType vector) && vector.IsKnownSize && vector.Size % 2 == 0;

    /// <summary>Whether a type holds keypoints of one or of any number of animals.</summary>
    public static bool IsKeypoints(DataViewType type) => IsFixed(type)
        || (IsSingleVector(type, out VectorDataViewType vector) && vector.Dimensions.Length == 3 && vector.Dimensions[2] == 2);

    /// <summary>The keypoint column of exactly one animal; throws an <see cref="ArgumentException"/> that says what is there instead.</summary>
    public static DataViewSchema.Column RequireFixed(DataViewSchema schema, string name, string component) =>
        InputColumns.Require(schema, name, IsFixed, FixedDescription, component);

    /// <summary>The same for a schema shape, which knows that the size is fixed but not what it is.</summary>
    public static SchemaShape.Column RequireFixed(SchemaShape shape, string name, string component) => SchemaShapes.Require(
        shape, name, column => column.Kind == SchemaShape.Column.VectorKind.Vector && !column.IsKey && column.ItemType == NumberDataViewType.Single,
        FixedDescription, component);

    private static bool IsSingleVector(DataViewType type, out VectorDataViewType vector)
    {
        vector = (type as VectorDataViewType)!;
        return vector?.ItemType == NumberDataViewType.Single;
    }
}
