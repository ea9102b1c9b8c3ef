using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>
/// ML.NET's trainers on the pose columns of a model: two flies, found and named by a bottom-up ID model.
/// </summary>
public sealed class TrainersOnPosesTests(TrainersOnPosesTests.Flies flies) : IClassFixture<TrainersOnPosesTests.Flies>
{
    private readonly MLContext _ml = flies.ML;

    /// <summary>A row for each fly and frame, the model run once for all tests.</summary>
    public sealed class Flies : IDisposable
    {
        public const int Frames = 24;
        private readonly PoseModelTransformer _model;

        public Flies()
        {
            _model = SampleModels.Load(ML, PoseModelKind.BottomUpId);
            var poses = ML.Data.Cache(_model.Transform(SampleModels.Frames(ML, PoseModelKind.BottomUpId, Frames)));
            Animals = ML.Pose().ToInstances().Fit(poses).Transform(poses);
        }

        public MLContext ML { get; } = new(seed: 1);

        /// <summary>With the columns of the model, of one fly each.</summary>
        public IDataView Animals { get; }

        public void Dispose() => _model.Dispose();
    }

    // Trainers take no NaN: a node that was not found becomes the mean of its slot.
    private EstimatorChain<NormalizingTransformer> Features =>
        _ml
            .Transforms.ReplaceMissingValues(
                "Pose",
                "PredictedKeypoints",
                MissingValueReplacingEstimator.ReplacementMode.Mean
            )
            .Append(_ml.Transforms.Concatenate("Features", "Pose", "PredictedCentroid"))
            .Append(_ml.Transforms.NormalizeMinMax("Features"));

    [Fact]
    public void KMeans_tells_two_flies_apart_by_where_they_are()
    {
        var found = Features
            .Append(_ml.Clustering.Trainers.KMeans("Features", numberOfClusters: 2))
            .Fit(flies.Animals)
            .Transform(flies.Animals);
        var rows = _ml.Data.CreateEnumerable<Clustered>(found, reuseRowObject: false).ToList();
        Assert.Equal(2 * Flies.Frames, rows.Count);
        // One cluster is one fly, in all frames.
        Assert.Equal(2, rows.GroupBy(row => row.PredictedLabel).Count());
        Assert.All(
            rows.GroupBy(row => row.PredictedLabel),
            cluster => Assert.Single(cluster.Select(row => row.PredictedIdentity).Distinct())
        );
        Assert.True(
            _ml.Clustering.Evaluate(found, scoreColumnName: "Score", featureColumnName: "Features").AverageDistance < 1
        );
    }

    [Fact]
    public void Sdca_learns_the_names_of_the_flies() =>
        Learns(_ml.MulticlassClassification.Trainers.SdcaMaximumEntropy("PredictedIdentity"));

    [Fact]
    public void LightGbm_learns_the_names_of_the_flies() =>
        Learns(
            _ml.MulticlassClassification.Trainers.LightGbm(
                "PredictedIdentity",
                numberOfLeaves: 4,
                minimumExampleCountPerLeaf: 2,
                numberOfIterations: 10
            )
        );

    [Fact]
    public void FastTree_learns_the_names_of_the_flies() =>
        Learns(
            _ml.MulticlassClassification.Trainers.OneVersusAll(
                _ml.BinaryClassification.Trainers.FastTree(
                    "PredictedIdentity",
                    numberOfLeaves: 4,
                    numberOfTrees: 10,
                    minimumExampleCountPerLeaf: 2
                ),
                "PredictedIdentity"
            )
        );

    [Fact]
    public void A_trained_tree_names_the_slots_of_the_poses()
    {
        var trainer = _ml.Regression.Trainers.FastTree(
            "InstanceScore",
            "Features",
            numberOfLeaves: 4,
            numberOfTrees: 5,
            minimumExampleCountPerLeaf: 2
        );
        var chain = Features.Append(trainer).Fit(flies.Animals);
        var weights = default(VBuffer<float>);
        chain.LastTransformer.Model.GetFeatureWeights(ref weights);
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        chain.Transform(flies.Animals).Schema["Features"].GetSlotNames(ref names);
        Assert.Equal(names.Length, weights.Length);
        Assert.Contains($"Pose.{Skeleton.Nodes[0]}.x", names.DenseValues().Select(name => name.ToString()));
        Assert.Equal("PredictedCentroid.y", names.GetItemOrDefault(names.Length - 1).ToString());
    }

    [Fact]
    public void CrossValidate_keeps_a_frame_in_one_fold_and_finds_the_names()
    {
        var pipeline = Features.Append(_ml.MulticlassClassification.Trainers.SdcaMaximumEntropy("PredictedIdentity"));
        var folds = _ml.MulticlassClassification.CrossValidate(
            flies.Animals,
            pipeline,
            numberOfFolds: 3,
            labelColumnName: "PredictedIdentity",
            samplingKeyColumnName: "FrameIndex"
        );
        Assert.Equal(3, folds.Count);
        Assert.All(
            folds,
            fold => Assert.True(fold.Metrics.MicroAccuracy > 0.9, $"fold {fold.Fold}: {fold.Metrics.MicroAccuracy}")
        );
        int[][] frames = [.. folds.Select(fold => fold.ScoredHoldOutSet.GetColumn<int>("FrameIndex").ToArray())];
        // Both flies of a frame are in the same fold, and every frame is in one.
        Assert.Equal(Enumerable.Range(0, Flies.Frames), frames.SelectMany(fold => fold.Distinct()).Order());
        Assert.All(frames, fold => Assert.All(fold.GroupBy(frame => frame), frame => Assert.Equal(2, frame.Count())));
    }

    [Fact]
    public void The_names_of_the_classes_come_through_a_trainer()
    {
        var pipeline = Features
            .Append(_ml.MulticlassClassification.Trainers.SdcaMaximumEntropy("PredictedIdentity"))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("Name", "PredictedLabel"));
        var names = pipeline.Fit(flies.Animals).Transform(flies.Animals).GetColumn<string>("Name").Distinct().Order();
        Assert.Equal(NamesOfFlies().Order(), names);
    }

    private void Learns<T>(IEstimator<T> trainer)
        where T : class, ITransformer
    {
        // Every third frame is held back.
        var train = _ml.Data.FilterByCustomPredicate<Framed>(flies.Animals, row => row.FrameIndex % 3 == 0);
        var test = _ml.Data.FilterByCustomPredicate<Framed>(flies.Animals, row => row.FrameIndex % 3 != 0);
        var found = Features.Append(trainer).Fit(train).Transform(test);
        var metrics = _ml.MulticlassClassification.Evaluate(found, "PredictedIdentity");
        Assert.True(metrics.MicroAccuracy > 0.9, $"{metrics.MicroAccuracy:0.00} of the flies have their names");
        Assert.Equal(2, metrics.ConfusionMatrix.NumberOfClasses);
    }

    private Skeleton Skeleton => SkeletonAnnotations.Read(flies.Animals.Schema["PredictedKeypoints"])!;

    private string[] NamesOfFlies()
    {
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        flies.Animals.Schema["PredictedIdentity"].GetKeyValues(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private sealed class Clustered
    {
        public uint PredictedLabel { get; set; }

        [KeyType(2)]
        public uint PredictedIdentity { get; set; }
    }

    private sealed class Framed
    {
        public int FrameIndex { get; set; }
    }
}
