using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>The property of the instances that an output column holds.</summary>
internal enum ModelColumn
{
    Keypoints,
    KeypointScores,
    InstanceScores,
    Centroids,
    CentroidScores,
    Identities,
    IdentityScores,
}

/// <summary>The output columns of a model, as shared by estimator, transformer and cursor.</summary>
internal sealed class ModelColumns
{
    private readonly (ModelColumn Kind, OutputColumn Column)[] _columns;

    private ModelColumns(bool isSingle, Skeleton skeleton, params (ModelColumn, OutputColumn)[] columns) =>
        (IsSingle, Skeleton, _columns) = (isSingle, skeleton, columns);

    /// <summary>Whether each row has exactly one instance.</summary>
    public bool IsSingle { get; }

    /// <summary>The nodes and edges of the instances in the columns.</summary>
    public Skeleton Skeleton { get; }

    public IReadOnlyList<OutputColumn> Outputs => [.. _columns.Select(c => c.Column)];

    /// <summary>
    /// Returns the columns for the given image column. If its type has a size (as after ResizeImages), the pose columns
    /// carry that size, since poses are in pixels of these images.
    /// </summary>
    public IReadOnlyList<OutputColumn> OutputsFor(DataViewType images) =>
        images is ImageDataViewType { Height: > 0, Width: > 0 } size
            ?
            [
                .. _columns.Select(c =>
                    c.Kind == ModelColumn.Keypoints
                        ? ImageSizeAnnotation.Add(c.Column, size.Height, size.Width)
                        : c.Column
                ),
            ]
            : Outputs;

    public ModelColumn KindOf(int output) => _columns[output].Kind;

    /// <summary>The columns for exactly one instance per row: vectors of known size.</summary>
    public static ModelColumns Single(PoseColumnOptions names, PoseSubject subject)
    {
        return new ModelColumns(
            isSingle: true,
            subject.Skeleton,
            (ModelColumn.Keypoints, KeypointColumns.Fixed(names.PredictedKeypoints, subject.Skeleton)),
            (
                ModelColumn.KeypointScores,
                KeypointColumns.Values(names.KeypointScore, subject.Skeleton.Nodes, single: true)
            ),
            (ModelColumn.InstanceScores, KeypointColumns.Value(names.InstanceScore, single: true)),
            (ModelColumn.Centroids, KeypointColumns.Values(names.PredictedCentroid, ["x", "y"], single: true))
        );
    }

    /// <summary>The columns for any number of instances per row.</summary>
    /// <param name="names">Names of the columns.</param>
    /// <param name="subject">Skeleton and classes of the instances.</param>
    /// <param name="centroidScores">Whether centroids have their own scores.</param>
    /// <param name="identities">Whether instances have classes.</param>
    /// <param name="asIdentities">Whether labels get classes as identities too.</param>
    public static ModelColumns Many(
        PoseColumnOptions names,
        PoseSubject subject,
        bool centroidScores = false,
        bool identities = false,
        bool asIdentities = false
    )
    {
        List<(ModelColumn, OutputColumn)> columns =
        [
            (ModelColumn.Keypoints, KeypointColumns.Variable(names.PredictedKeypoints, subject.Skeleton)),
            (
                ModelColumn.KeypointScores,
                KeypointColumns.Values(names.KeypointScore, subject.Skeleton.Nodes, single: false)
            ),
            (ModelColumn.InstanceScores, KeypointColumns.Value(names.InstanceScore, single: false)),
            (ModelColumn.Centroids, KeypointColumns.Values(names.PredictedCentroid, ["x", "y"], single: false)),
        ];
        if (centroidScores)
            columns.Add((ModelColumn.CentroidScores, KeypointColumns.Value(names.CentroidScore, single: false)));
        if (identities)
        {
            columns.Add(
                (
                    ModelColumn.Identities,
                    KeypointColumns.Tracks(names.PredictedIdentity, subject.Classes, single: false, asIdentities)
                )
            );
            columns.Add(
                (
                    ModelColumn.IdentityScores,
                    KeypointColumns.Values(names.IdentityScore, subject.Classes, single: false)
                )
            );
        }
        return new ModelColumns(isSingle: false, subject.Skeleton, [.. columns]);
    }

    /// <summary>
    /// Returns a getter of the column's raw type that copies from the instances that <paramref name="current"/>
    /// returns.
    /// </summary>
    public Delegate CreateGetter(int output, Func<InstanceArray> current) =>
        (KindOf(output), IsSingle) switch
        {
            (ModelColumn.Keypoints, _) => Vector(() => current().Points),
            (ModelColumn.KeypointScores, _) => Vector(() => current().PeakScores),
            (ModelColumn.InstanceScores, true) => (ValueGetter<float>)(
                (ref float value) => value = current().Scores[0]
            ),
            (ModelColumn.InstanceScores, false) => Vector(() => current().Scores),
            (ModelColumn.Centroids, _) => Vector(() => current().Centroids),
            (ModelColumn.CentroidScores, _) => Vector(() => current().CentroidScores),
            (ModelColumn.Identities, _) => Vector(() => current().Tracks),
            (ModelColumn.IdentityScores, _) => Vector(() => current().ClassProbabilities),
            _ => throw new ArgumentOutOfRangeException(nameof(output)),
        };

    private static ValueGetter<VBuffer<T>> Vector<T>(Func<T[]> values) =>
        (ref VBuffer<T> value) => SkeletonAnnotations.Copy<T>(values(), ref value);
}
