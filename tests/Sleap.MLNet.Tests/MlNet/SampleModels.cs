using Microsoft.ML;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>
/// The five model types as sleap-nn's sample checkpoints, each with a short video in which it finds animals.
/// </summary>
internal static class SampleModels
{
    public const string Robot = "../data/small_robot.mp4",
        Flies = "../data/centered_pair_small.mp4";

    private static readonly Dictionary<PoseModelKind, (string[] Folders, string Video)> Samples = new()
    {
        [PoseModelKind.SingleInstance] = (["single_instance"], Robot),
        [PoseModelKind.TopDown] = (["centroid", "centered_instance"], Flies),
        [PoseModelKind.TopDownId] = (["centroid", "multiclass_centered_instance"], Flies),
        [PoseModelKind.BottomUp] = (["bottomup"], Flies),
        [PoseModelKind.BottomUpId] = (["multiclass_bottomup"], Flies),
    };

    public static TheoryData<PoseModelKind> Kinds => [.. Samples.Keys];

    public static TheoryData<PoseModelKind> KindsOfSeveral =>
        [.. Samples.Keys.Where(kind => kind != PoseModelKind.SingleInstance)];

    public static string VideoOf(PoseModelKind kind) => Golden.PathOf(Samples[kind].Video);

    /// <summary>The model, on the CPU.</summary>
    public static PoseModelTransformer Load(MLContext ml, PoseModelKind kind, int batchSize = 4)
    {
        using var model = ml.Pose()
            .FromSleap([.. Samples[kind].Folders.Select(folder => Golden.PathOf($"models/{folder}"))]);
        // The maps of the sample of top-down ID stay below 0.04.
        var threshold = kind == PoseModelKind.TopDownId ? 0.01f : 0.2f;
        return model.With(
            new PredictionOptions
            {
                BatchSize = batchSize,
                PeakThreshold = threshold,
                CentroidThreshold = 0.2f,
                Device = "cpu",
            }
        );
    }

    /// <summary>The first frames of the model's video.</summary>
    public static IDataView Frames(MLContext ml, PoseModelKind kind, int count) =>
        ml.Pose().LoadVideo(VideoOf(kind), Enumerable.Range(0, count));

    /// <summary>The columns that the model adds.</summary>
    public static string[] Outputs(PoseModelTransformer model) =>
        [.. model.Columns.Outputs.Select(column => column.Name)];
}
