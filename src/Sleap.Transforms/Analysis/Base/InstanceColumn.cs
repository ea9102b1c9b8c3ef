using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// A column of Single with the same number of values for each instance of a row: keypoints, or what was computed from
/// them. One instance: Single, or a vector of known size. Any number: Vector&lt;Single, *&gt; for one value of each,
/// Vector&lt;Single, *, …&gt; for more.
/// </summary>
internal sealed class InstanceColumn
{
    /// <summary>What a column of values of instances must be.</summary>
    public static readonly ColumnRule ValuesRule = new(
        "values of instances: Single, Vector<Single, n>, Vector<Single, *> or Vector<Single, *, n>",
        ColumnRule.Singles.Accepts,
        IsValues
    );

    private readonly Lazy<Skeleton> _skeleton;

    private InstanceColumn(DataViewSchema.Column column)
    {
        Column = column;
        var vector = column.Type as VectorDataViewType;
        IsMany = vector is { IsKnownSize: false };
        Width = vector switch
        {
            null => 1,
            { IsKnownSize: true } => vector.Size,
            _ => vector.Dimensions.Skip(1).Aggregate(1, (product, size) => product * size),
        };
        _skeleton = new(() => PoseColumn.SkeletonOf(column));
    }

    public DataViewSchema.Column Column { get; }

    /// <summary>Whether a row may hold any number of instances; otherwise exactly one.</summary>
    public bool IsMany { get; }

    /// <summary>Number of values of one instance.</summary>
    public int Width { get; }

    /// <summary>The skeleton, of a column of keypoints.</summary>
    public Skeleton Skeleton => _skeleton.Value;

    /// <summary>The keypoint column <paramref name="name"/>, of one or of any number of instances.</summary>
    /// <exception cref="ArgumentException">It is missing, or holds something else.</exception>
    public static InstanceColumn Keypoints(DataViewSchema schema, string name, string component) =>
        new(KeypointColumns.Rule.Require(schema, name, component));

    /// <summary>The column <paramref name="name"/> of values of instances.</summary>
    /// <exception cref="ArgumentException">It is missing, or holds something else.</exception>
    public static InstanceColumn Values(DataViewSchema schema, string name, string component) =>
        new(ValuesRule.Require(schema, name, component));

    /// <summary>A column whose type <see cref="IsValues"/> takes.</summary>
    public static InstanceColumn Of(DataViewSchema.Column column) => new(column);

    /// <summary>
    /// The names of the values of one instance; null where the column does not name them, and for a single value.
    /// </summary>
    public IReadOnlyList<string>? SlotNames()
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        if (!IsMany && Column.HasSlotNames())
        {
            Column.GetSlotNames(ref names);
        }
        else if (
            IsMany && Column.Annotations?.Schema.GetColumnOrNull(SkeletonAnnotations.AnimalSlotNamesKind) is not null
        )
        {
            Column.Annotations.GetValue(SkeletonAnnotations.AnimalSlotNamesKind, ref names);
        }
        else if (IsMany && SkeletonAnnotations.Read(Column) is { } skeleton && skeleton.Nodes.Length * 2 == Width)
        {
            return [.. skeleton.Nodes.SelectMany(node => new[] { node + ".x", node + ".y" })];
        }

        string[] found = [.. names.DenseValues().Select(name => name.ToString())];
        return found.Length == Width ? found : null;
    }

    /// <summary>Whether a type holds the same number of Single values for each instance of a row.</summary>
    public static bool IsValues(DataViewType type) =>
        type == NumberDataViewType.Single
        || (
            type is VectorDataViewType vector
            && vector.ItemType == NumberDataViewType.Single
            && (vector.IsKnownSize || vector.Dimensions.Length == 1 || vector.Dimensions.Skip(1).All(size => size > 0))
        );
}
