using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>
/// Chains from pixels to a trainer's result, each one file that a new process loads and applies to a video: one for
/// each model type but top-down, which <see cref="PixelsToBehaviorTests"/> has with FastTree.
/// </summary>
public sealed class ChainsOfEveryModelTypeTests : IDisposable
{
    private const int Frames = 8;
    private readonly MLContext _ml = new(seed: 1);
    private readonly string _folder = Directory.CreateTempSubdirectory("chains-").FullName;

    private PoseCatalog Pose => _ml.Pose();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_new_process_finds_the_same_with_the_chain_of_each_model_type()
    {
        // One process for all files, since most of the time goes into its start.
        (SavedChain Chain, List<string> Rows)[] saved =
        [
            Saved(
                PoseModelKind.SingleInstance,
                animals: 1,
                _ml.Clustering.Trainers.KMeans(numberOfClusters: 2),
                ["PredictedLabel", "Score"]
            ),
            Saved(
                PoseModelKind.TopDownId,
                animals: 2,
                _ml.MulticlassClassification.Trainers.LightGbm(
                    "PredictedIdentity",
                    numberOfLeaves: 4,
                    minimumExampleCountPerLeaf: 2,
                    numberOfIterations: 5
                ),
                ["PredictedLabel", "Score"],
                "PredictedIdentity"
            ),
            Saved(
                PoseModelKind.BottomUp,
                animals: 2,
                _ml.MulticlassClassification.Trainers.SdcaMaximumEntropy("PredictedTrack"),
                ["PredictedLabel", "Score"],
                "PredictedTrack"
            ),
            Saved(
                PoseModelKind.BottomUpId,
                animals: 2,
                _ml.Transforms.ProjectToPrincipalComponents("Components", "Features", rank: 3, seed: 1),
                ["Components"]
            ),
        ];
        Assert.Equal(saved.SelectMany(one => one.Rows), NewProcess.Apply([.. saved.Select(one => one.Chain)]));
    }

    /// <summary>Trains what follows a model, saves both as one file, and applies them here.</summary>
    /// <param name="kind">The model.</param>
    /// <param name="animals">In its video.</param>
    /// <param name="trainer">From Features to the results.</param>
    /// <param name="results">The trainer's columns.</param>
    /// <param name="label">What a classifier is to learn; null: it is none.</param>
    private (SavedChain Chain, List<string> Rows) Saved(
        PoseModelKind kind,
        int animals,
        IEstimator<ITransformer> trainer,
        string[] results,
        string? label = null
    )
    {
        using var model = SampleModels.Load(_ml, kind);
        var video = SampleModels.Frames(_ml, kind, Frames);
        // The networks run once for the training of what follows them.
        var poses = _ml.Data.Cache(model.Transform(video));
        var estimator = Features(animals).Append(trainer);
        var following = estimator.Fit(poses);
        SchemaAssert.Same(estimator, following, poses.Schema);
        var chain = model.Append(following);
        var file = Path.Combine(_folder, $"{kind}.zip");
        _ml.Model.Save(chain, video.Schema, file);

        // Images are not cached, so only what is asked for below is computed, once.
        var found = _ml.Data.Cache(chain.Transform(video));
        if (label is not null)
            Assert.True(_ml.MulticlassClassification.Evaluate(found, label).MicroAccuracy > 0.9);
        string[] columns = ["FrameIndex", "PredictedTrack", "PredictedKeypoints", "SpeedMean", .. results];
        var rows = ColumnText.Of(found, columns);
        Assert.InRange(rows.Count, animals * Frames / 2, animals * Frames);
        Assert.All(
            found.GetColumn<float[]>(results[^1]),
            values => Assert.All(values, value => Assert.True(float.IsFinite(value)))
        );
        Assert.True(
            found.GetColumn<float[]>(results[^1]).Select(values => values[0]).Distinct().Count() > 1,
            $"{kind}: the trainer gives the same for all poses"
        );
        return (new(file, SampleModels.VideoOf(kind), Frames, columns), rows);
    }

    /// <summary>From poses to one row an animal with numbers for a trainer.</summary>
    private EstimatorChain<NormalizingTransformer> Features(int animals) =>
        Pose.Track(new() { MaxTracks = animals })
            .Append(Pose.Interpolate())
            .Append(Pose.Kinematics())
            .Append(Pose.Rolling("Speed", new() { Window = 5 }))
            .Append(Pose.ToInstances())
            .Append(_ml.Transforms.Concatenate("Raw", "PredictedKeypoints", "PredictedCentroid", "Speed", "SpeedMean"))
            .Append(
                _ml.Transforms.ReplaceMissingValues(
                    "Filled",
                    "Raw",
                    MissingValueReplacingEstimator.ReplacementMode.Mean
                )
            )
            .Append(_ml.Transforms.NormalizeMinMax("Features", "Filled"));
}
