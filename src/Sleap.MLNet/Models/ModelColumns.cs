using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>What a column that a model adds tells of the instances of a row.</summary>
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

/// <summary>What a model adds to the data: estimator, transformer and cursor tell it from here.</summary>
internal sealed class ModelColumns
{
    private readonly (ModelColumn Kind, OutputColumn Column)[] _columns;

    private ModelColumns(bool isSingle, params (ModelColumn, OutputColumn)[] columns) =>
        (IsSingle, _columns) = (isSingle, columns);

    /// <summary>Whether each row holds exactly one animal.</summary>
    public bool IsSingle { get; }

    public IReadOnlyList<OutputColumn> Outputs => [.. _columns.Select(c => c.Column)];

    /// <summary>
    /// The columns behind a column of images: where its type has a size (as behind ResizeImages), poses carry it, since
    /// they are in pixels of these images.
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

    /// <summary>Exactly one animal a row: vectors of known size.</summary>
    public static ModelColumns Single(PoseColumnOptions names, PoseSubject subject)
    {
        return new ModelColumns(
            isSingle: true,
            (ModelColumn.Keypoints, KeypointColumns.Fixed(names.PredictedKeypoints, subject.Skeleton)),
            (
                ModelColumn.KeypointScores,
                KeypointColumns.Values(names.KeypointScore, subject.Skeleton.Nodes, single: true)
            ),
            (ModelColumn.InstanceScores, KeypointColumns.Value(names.InstanceScore, single: true)),
            (ModelColumn.Centroids, KeypointColumns.Values(names.PredictedCentroid, ["x", "y"], single: true))
        );
    }

    /// <summary>Any number of animals a row.</summary>
    /// <param name="names">Of the columns.</param>
    /// <param name="subject">Whose they are.</param>
    /// <param name="centroidScores">Whether centers have scores of their own.</param>
    /// <param name="identities">Whether animals are told apart.</param>
    public static ModelColumns Many(
        PoseColumnOptions names,
        PoseSubject subject,
        bool centroidScores = false,
        bool identities = false
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
                    KeypointColumns.Tracks(names.PredictedIdentity, subject.Classes, single: false)
                )
            );
            columns.Add(
                (
                    ModelColumn.IdentityScores,
                    KeypointColumns.Values(names.IdentityScore, subject.Classes, single: false)
                )
            );
        }
        return new ModelColumns(isSingle: false, [.. columns]);
    }

    /// <summary>
    /// A getter of the output's raw type, which copies from the animals that <paramref name="current"/> gives.
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
