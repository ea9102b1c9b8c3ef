using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// A keypoint column of a view with the columns that belong to it, read as instances in either layout (one instance, or
/// any number).
/// </summary>
internal sealed class PoseColumn
{
    private readonly DataViewSchema.Column _keypoints;
    private readonly DataViewSchema.Column? _scores;
    private readonly DataViewSchema.Column? _instanceScores;
    private readonly DataViewSchema.Column? _tracks;
    private readonly DataViewSchema.Column? _identities;
    private readonly DataViewSchema.Column? _identityScores;

    private PoseColumn(
        DataViewSchema.Column keypoints,
        DataViewSchema.Column? scores,
        DataViewSchema.Column? instanceScores,
        DataViewSchema.Column? tracks,
        bool isPredicted,
        DataViewSchema.Column? identities = null,
        DataViewSchema.Column? identityScores = null
    )
    {
        _keypoints = keypoints;
        _scores = scores;
        _instanceScores = instanceScores;
        _tracks = tracks;
        _identities = identities;
        _identityScores = identityScores;
        IsPredicted = isPredicted;
        Skeleton = SkeletonOf(keypoints);
    }

    /// <summary>
    /// The skeleton of the column's annotations; without them, nodes named from the slots, or numbered.
    /// </summary>
    public Skeleton Skeleton { get; }

    /// <summary>Whether these are predictions and not labels.</summary>
    public bool IsPredicted { get; }

    /// <summary>Whether every row has exactly one instance.</summary>
    public bool IsSingle => KeypointColumns.IsFixed(_keypoints.Type);

    /// <summary>
    /// Size of the images whose pixels are the unit of the poses; null where it is not known, as for frames of a video.
    /// </summary>
    public (int Height, int Width)? ImageSize => ImageSizeAnnotation.Read(_keypoints);

    /// <summary>The columns that a cursor must read.</summary>
    public IEnumerable<DataViewSchema.Column> Columns =>
        new[] { _keypoints, _scores, _instanceScores, _tracks, _identities, _identityScores }
            .OfType<DataViewSchema.Column>()
            .DistinctBy(column => column.Index);

    /// <summary>The names of the tracks, in the order of the key; empty without a track column.</summary>
    public IReadOnlyList<string> TrackNames => _tracks is { } column ? KeyNames(column) : [];

    /// <summary>The names of the identities that labels get; empty where a model gives none.</summary>
    public IReadOnlyList<string> IdentityNames => _identities is { } column ? KeyNames(column) : [];

    /// <summary>The predicted keypoints of a view if it has them, else its labels.</summary>
    /// <exception cref="ArgumentException">It has neither, or a column has another type.</exception>
    public static PoseColumn BindBest(DataViewSchema schema, PoseColumnOptions names, string component) =>
        schema.GetColumnOrNull(names.PredictedKeypoints) is null && schema.GetColumnOrNull(names.Keypoints) is not null
            ? BindLabels(schema, names, component)
            : BindPredicted(schema, names, component);

    /// <summary>The predicted keypoints of a view.</summary>
    /// <exception cref="ArgumentException">It has none, or a column has another type.</exception>
    public static PoseColumn BindPredicted(DataViewSchema schema, PoseColumnOptions names, string component)
    {
        var classes = Track(schema, names.PredictedIdentity, component);
        var identities = classes?.Annotations.Schema.GetColumnOrNull(SkeletonAnnotations.IdentitiesKind) is null
            ? null
            : classes;
        return new(
            Keypoints(schema, names.PredictedKeypoints, component),
            InputColumns.Find(
                schema,
                names.KeypointScore,
                type => type is VectorDataViewType { ItemType.RawType: var raw } && raw == typeof(float),
                "a vector of Single",
                component
            ),
            InputColumns.Find(
                schema,
                names.InstanceScore,
                IsSingleOrVectorOf(typeof(float)),
                "Single or a vector of it",
                component
            ),
            // The track that a tracker gave, else the class that a model gave.
            Track(schema, names.PredictedTrack, component) ?? classes,
            isPredicted: true,
            identities,
            identities is null
                ? null
                : InputColumns.Find(
                    schema,
                    names.IdentityScore,
                    type => type is VectorDataViewType { ItemType.RawType: var raw } && raw == typeof(float),
                    "a vector of Single",
                    component
                )
        );
    }

    /// <summary>The labels of a view.</summary>
    /// <exception cref="ArgumentException">It has none, or a column has another type.</exception>
    public static PoseColumn BindLabels(DataViewSchema schema, PoseColumnOptions names, string component) =>
        new(
            Keypoints(schema, names.Keypoints, component),
            null,
            null,
            Track(schema, names.Track, component),
            isPredicted: false
        );

    /// <summary>The skeleton of a keypoint column: its annotations', or one made from its slot names or size.</summary>
    public static Skeleton SkeletonOf(DataViewSchema.Column keypoints) =>
        SkeletonAnnotations.Read(keypoints) ?? SkeletonFromSlots(keypoints);

    /// <summary>A function that gives all instances of the current row, those without a visible node too.</summary>
    public Func<InstanceArray> Open(DataViewRow row)
    {
        var getPoints = RowValues.Open<float>(row, _keypoints);
        var peakScores = _scores is { } s ? RowValues.Open<float>(row, s) : null;
        var scores = _instanceScores is { } i ? RowValues.Open<float>(row, i) : null;
        var tracks = _tracks is { } t ? RowValues.Open<uint>(row, t) : null;
        var identities = _identities is { } d ? RowValues.Open<uint>(row, d) : null;
        var probabilities = _identityScores is { } p ? RowValues.Open<float>(row, p) : null;
        var (names, identityNames) = (TrackNames, IdentityNames);
        var nodes = Skeleton.Nodes.Length;
        return () =>
        {
            var points = getPoints();
            var count = points.Length / (2 * nodes);
            var instances = new InstanceArray(nodes, count)
            {
                Points = points,
                PeakScores =
                    peakScores?.Invoke() is { } peaks && peaks.Length >= count * nodes ? peaks[..(count * nodes)] : [],
                TrackNames = names,
                Identities = identities?.Invoke() is { } numbers && numbers.Length >= count ? numbers[..count] : [],
                IdentityNames = identityNames,
                ClassProbabilities =
                    probabilities?.Invoke() is { } all && all.Length == count * identityNames.Count ? all : [],
            };
            Complete(instances, scores?.Invoke(), tracks?.Invoke());
            return instances;
        };
    }

    private static void Complete(InstanceArray instances, float[]? scores, uint[]? tracks)
    {
        foreach (ref var value in instances.Points.AsSpan())
        {
            if (!float.IsFinite(value))
                value = float.NaN;
        }

        foreach (var instance in instances)
        {
            var at = instance.Index;
            instances.Scores[at] = scores?.Length > at ? scores[at] : MeanScore(instance);
            instances.Tracks[at] = tracks?.Length > at ? tracks[at] : 0;
        }
    }

    private static float MeanScore(InstanceView instance)
    {
        float[] scores = [.. instance.PeakScores];
        return scores
            .Where((score, node) => float.IsFinite(score) && !float.IsNaN(instance.X(node)))
            .DefaultIfEmpty(float.NaN)
            .Average();
    }

    private static DataViewSchema.Column Keypoints(DataViewSchema schema, string name, string component) =>
        KeypointColumns.Rule.Require(schema, name, component);

    private static DataViewSchema.Column? Track(DataViewSchema schema, string name, string component) =>
        InputColumns.Find(schema, name, IsSingleOrVectorOf(typeof(uint)), "a UInt32 key or a vector of it", component);

    private static Func<DataViewType, bool> IsSingleOrVectorOf(Type item) =>
        type => (type is VectorDataViewType vector ? vector.ItemType.RawType : type.RawType) == item;

    private static string[] KeyNames(DataViewSchema.Column column)
    {
        if (!column.HasKeyValues())
            return [];
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.GetKeyValues(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private static Skeleton SkeletonFromSlots(DataViewSchema.Column column)
    {
        var type = (VectorDataViewType)column.Type;
        var nodes = type.IsKnownSize ? type.Size / 2 : type.Dimensions[1];
        if (!column.HasSlotNames())
            return Numbered(nodes);
        VBuffer<ReadOnlyMemory<char>> slots = default;
        column.GetSlotNames(ref slots);
        string[] names = [.. slots.DenseValues().Where((_, slot) => slot % 2 == 0).Select(name => name.ToString())];
        return names.All(name => name.EndsWith(".x", StringComparison.Ordinal)) && names.Distinct().Count() == nodes
            ? new Skeleton("", names.Select(name => name[..^2]))
            : Numbered(nodes);
    }

    private static Skeleton Numbered(int nodes) =>
        new("", Enumerable.Range(0, nodes).Select(node => "node" + node.ToString(CultureInfo.InvariantCulture)));
}
