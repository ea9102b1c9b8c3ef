using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>The types and annotations of keypoint columns, the same in all parts of the library.</summary>
internal static class KeypointColumns
{
    /// <summary>The type of a keypoint column, in the words of messages.</summary>
    public const string Description = "keypoints: Vector<Single, nodes, 2> or Vector<Single, *, nodes, 2>";

    /// <summary>
    /// What a keypoint column must be. Other values of instances have an annotation that says so, because their types
    /// may be the same, and in a schema shape often are.
    /// </summary>
    public static readonly ColumnRule Rule = new(
        Description,
        column =>
            ColumnRule.SingleVector.Accepts(column)
            && !column.Annotations.Any(annotation =>
                annotation.Name is SkeletonAnnotations.NotKeypointsKind or SkeletonAnnotations.AnimalSlotNamesKind
            ),
        IsKeypoints
    );

    /// <summary>Exactly one instance: Vector&lt;Single, nodes, 2&gt; with slot names and the skeleton.</summary>
    public static OutputColumn Fixed(string name, Skeleton skeleton)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        SkeletonAnnotations.Add(annotations, skeleton, slotNames: true);
        return new OutputColumn(
            name,
            new VectorDataViewType(NumberDataViewType.Single, skeleton.Nodes.Length, 2),
            annotations.ToAnnotations()
        );
    }

    /// <summary>Any number of instances: Vector&lt;Single, *, nodes, 2&gt; with the skeleton.</summary>
    public static OutputColumn Variable(string name, Skeleton skeleton)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        SkeletonAnnotations.Add(annotations, skeleton, slotNames: false);
        return new OutputColumn(
            name,
            new VectorDataViewType(NumberDataViewType.Single, 0, skeleton.Nodes.Length, 2),
            annotations.ToAnnotations()
        );
    }

    /// <summary>
    /// A track: scalar Key&lt;UInt32&gt; for one instance, a variable vector of it otherwise, with the names of the
    /// tracks as key values; 0 is no track. Without any track the key has no key values.
    /// </summary>
    /// <param name="name">Name of the column.</param>
    /// <param name="tracks">Names of the tracks.</param>
    /// <param name="single">Whether there is one instance in each row.</param>
    /// <param name="identities">Whether labels get the names as identities of instances too.</param>
    public static OutputColumn Tracks(string name, IReadOnlyList<string> tracks, bool single, bool identities = false)
    {
        var key = new KeyDataViewType(typeof(uint), Math.Max(tracks.Count, 1));
        var annotations = new DataViewSchema.Annotations.Builder();
        if (tracks.Count > 0)
            SkeletonAnnotations.AddKeyValues(annotations, tracks);
        if (identities)
            annotations.AddPrimitiveValue(SkeletonAnnotations.IdentitiesKind, BooleanDataViewType.Instance, true);
        return new OutputColumn(name, single ? key : new VectorDataViewType(key), annotations.ToAnnotations());
    }

    /// <summary>
    /// The scores of nodes and of instances: Vector&lt;Single, nodes&gt; and Single for one instance, Vector&lt;Single, *,
    /// nodes&gt; and a variable vector otherwise. The values are named by the nodes.
    /// </summary>
    public static IEnumerable<OutputColumn> Scores(PoseColumnOptions names, Skeleton skeleton, bool single)
    {
        yield return Values(names.KeypointScore, skeleton.Nodes, single);
        yield return Value(names.InstanceScore, single);
    }

    /// <summary>One value of each instance: Single for one instance, Vector&lt;Single, *&gt; for any number.</summary>
    public static OutputColumn Value(string name, bool single)
    {
        if (single)
            return new OutputColumn(name, NumberDataViewType.Single);
        var annotations = new DataViewSchema.Annotations.Builder();
        SkeletonAnnotations.AddNotKeypoints(annotations);
        return new OutputColumn(name, new VectorDataViewType(NumberDataViewType.Single), annotations.ToAnnotations());
    }

    /// <summary>
    /// Named values of each instance: Vector&lt;Single, n&gt; with SlotNames for one instance, Vector&lt;Single, *, n&gt;
    /// with AnimalSlotNames for any number.
    /// </summary>
    public static OutputColumn Values(string name, IReadOnlyList<string> values, bool single)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        if (single)
            SkeletonAnnotations.AddSlotNames(annotations, values);
        else
            SkeletonAnnotations.AddAnimalSlotNames(annotations, values);
        SkeletonAnnotations.AddNotKeypoints(annotations);
        var type = single
            ? new VectorDataViewType(NumberDataViewType.Single, values.Count)
            : new VectorDataViewType(NumberDataViewType.Single, 0, values.Count);
        return new OutputColumn(name, type, annotations.ToAnnotations());
    }

    /// <summary>Whether a type holds keypoints of exactly one instance.</summary>
    public static bool IsFixed(DataViewType type) =>
        IsSingleVector(type, out var vector) && vector.IsKnownSize && vector.Size % 2 == 0;

    /// <summary>Whether a type holds keypoints of one or of any number of instances.</summary>
    public static bool IsKeypoints(DataViewType type) =>
        IsFixed(type)
        || (IsSingleVector(type, out var vector) && vector.Dimensions.Length == 3 && vector.Dimensions[2] == 2);

    private static bool IsSingleVector(DataViewType type, out VectorDataViewType vector)
    {
        vector = (type as VectorDataViewType)!;
        return vector?.ItemType == NumberDataViewType.Single;
    }
}
