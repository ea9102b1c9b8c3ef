using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>
/// One ML.NET chain from images to a classifier of behavior, saved as one file and loaded where nothing else is known.
/// </summary>
public sealed class PixelsToBehaviorTests : IDisposable
{
    private const int Frames = 24;
    private static readonly string[] Results =
    [
        "FrameIndex",
        "PredictedTrack",
        "PredictedLabel",
        "Score",
        "Probability",
        "SpeedMean",
    ];
    private readonly MLContext _ml = new(seed: 1);
    private readonly string _folder = Directory.CreateTempSubdirectory("behavior-").FullName;

    private PoseCatalog Pose => _ml.Pose();

    private string ModelFile => Path.Combine(_folder, "behavior.zip");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_loaded_model_and_a_trained_classifier_are_one_file_that_a_new_process_applies_to_a_video()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.TopDown);
        var video = Labeled(SampleModels.Frames(_ml, PoseModelKind.TopDown, Frames));
        // The networks run once for the training of what follows them.
        var poses = _ml.Data.Cache(model.Transform(video));
        var chain = model.Append(Behavior().Fit(poses));
        _ml.Model.Save(chain, video.Schema, ModelFile);

        var found = chain.Transform(SampleModels.Frames(_ml, PoseModelKind.TopDown, Frames));
        var expected = ColumnText.Of(found, Results);
        Assert.Equal(2 * Frames, expected.Count);
        IsRight(found);
        Assert.Equal(expected, InNewProcess(SampleModels.VideoOf(PoseModelKind.TopDown), Frames));
    }

    [Fact]
    public void One_Fit_trains_the_networks_and_the_classifier_and_the_file_has_both()
    {
        using var pairs = new PairFolder(6);
        var video = Labeled(pairs.View(_ml));
        // Two steps teach nothing. With a threshold of 0 each map has peaks all the same, and two of them are animals.
        var training = new TrainerOptions
        {
            Epochs = 1,
            StepsPerEpoch = 2,
            BatchSize = 2,
            Seed = 3,
            Precision = Precision.Single,
            Device = "cpu",
        };
        var backbone = new UNetOptions
        {
            Filters = 4,
            FiltersRate = 2,
            MaxStride = 8,
            OutputStride = 4,
        };
        var estimator = Pose.TopDown(
                new()
                {
                    Centroid = new()
                    {
                        Backbone = backbone,
                        PeakThreshold = 0,
                        MaxInstances = 2,
                        Training = training,
                    },
                    CenteredInstance = new()
                    {
                        Backbone = backbone,
                        PeakThreshold = 0,
                        CropSize = 32,
                        Training = training,
                    },
                    Device = "cpu",
                }
            )
            .Append(Behavior(trees: 2));
        var chain = estimator.Fit(video);
        SchemaAssert.Same(estimator, chain, video.Schema);
        _ml.Model.Save(chain, video.Schema, ModelFile);

        var expected = ColumnText.Of(chain.Transform(SampleModels.Frames(_ml, PoseModelKind.TopDown, 6)), Results);
        Assert.NotEmpty(expected);
        Assert.Equal(expected, InNewProcess(SampleModels.VideoOf(PoseModelKind.TopDown), 6));
        foreach (var part in chain)
            (part as IDisposable)?.Dispose();
    }

    [Fact]
    public void The_parts_of_a_loaded_chain_are_of_their_own_types()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.TopDown);
        var video = Labeled(SampleModels.Frames(_ml, PoseModelKind.TopDown, 8));
        _ml.Model.Save(
            model.Append(Behavior(trees: 2).Fit(_ml.Data.Cache(model.Transform(video)))),
            video.Schema,
            ModelFile
        );
        var loaded = new MLContext().Model.Load(ModelFile, out var schema);
        using var network = Parts(loaded).OfType<TopDownTransformer>().Single();
        Assert.Equal(model.Skeleton, network.Skeleton);
        Assert.Single(Parts(loaded).OfType<TrackingTransformer>());
        Assert.Single(Parts(loaded).OfType<AnalysisTransformer<InterpolationOptions>>());
        Assert.Single(Parts(loaded).OfType<AnalysisTransformer<KinematicsOptions>>());
        Assert.Single(Parts(loaded).OfType<InstancesTransformer>());
        var rolling = Parts(loaded)
            .OfType<AnalysisTransformer<RollingOptions>>()
            .Select(part => (part.InputColumn, part.Options.Window));
        Assert.Equal([("Speed", 5), ("PredictedCentroid", 5)], rolling);
        Assert.Single(Parts(loaded).OfType<ISingleFeaturePredictionTransformer<object>>());
        // The schema of the training data is in the file, but for images, which ML.NET cannot write.
        Assert.NotNull(schema.GetColumnOrNull("FrameIndex"));
        Assert.Equal(BooleanDataViewType.Instance, schema["Label"].Type);

        static IEnumerable<ITransformer> Parts(ITransformer transformer) =>
            transformer is IEnumerable<ITransformer> chain ? chain.SelectMany(Parts) : [transformer];
    }

    /// <summary>
    /// From the poses of two animals to what each does: who is who, short gaps filled, how it moves, over a while, one
    /// row an animal, a trained tree.
    /// </summary>
    private IEstimator<ITransformer> Behavior(int trees = 10) =>
        Pose.Track(new() { MaxTracks = 2 })
            .Append(Pose.Interpolate())
            .Append(Pose.Kinematics())
            .Append(Pose.Rolling("Speed", new() { Window = 5 }))
            .Append(Pose.Rolling("PredictedCentroid", new() { Window = 5, Statistics = [RollingStatistic.Sd] }))
            .Append(Pose.ToInstances())
            .Append(
                _ml.Transforms.Concatenate(
                    "Raw",
                    "PredictedKeypoints",
                    "Speed",
                    "SpeedMean",
                    "SpeedMax",
                    "PredictedCentroidSd"
                )
            )
            .Append(
                _ml.Transforms.ReplaceMissingValues(
                    "Features",
                    "Raw",
                    MissingValueReplacingEstimator.ReplacementMode.Mean
                )
            )
            .Append(
                _ml.BinaryClassification.Trainers.FastTree(
                    numberOfLeaves: 4,
                    numberOfTrees: trees,
                    minimumExampleCountPerLeaf: 2
                )
            );

    /// <summary>
    /// What a person would have written beside the frames: in the second half the animals do something else.
    /// </summary>
    private IDataView Labeled(IDataView frames)
    {
        var half = frames.GetColumn<int>("FrameIndex").Max() / 2;
        return _ml
            .Transforms.CustomMapping<Numbered, BehaviorLabel>(
                (frame, label) => label.Label = frame.FrameIndex > half,
                contractName: null
            )
            .Fit(frames)
            .Transform(frames);
    }

    // The places drift over the frames, so a tree that sees the poses must tell the halves apart; one that sees nothing
    // is right in one half.
    private void IsRight(IDataView found)
    {
        var rows = _ml.Data.CreateEnumerable<Prediction>(found, reuseRowObject: false).ToList();
        var right = rows.Count(row => row.PredictedLabel == row.FrameIndex > (Frames - 1) / 2);
        Assert.True(right >= 0.9 * rows.Count, $"{right} of {rows.Count} are right");
        Assert.Equal([1u, 2u], rows.Select(row => row.PredictedTrack).Distinct().Order());
    }

    private List<string> InNewProcess(string video, int frames) =>
        NewProcess.Apply(new SavedChain(ModelFile, video, frames, Results));

    private sealed class Numbered
    {
        public int FrameIndex { get; set; }
    }

    private sealed class BehaviorLabel
    {
        public bool Label { get; set; }
    }

    private sealed class Prediction
    {
        public int FrameIndex { get; set; }

        [KeyType(2)]
        public uint PredictedTrack { get; set; }
        public bool PredictedLabel { get; set; }
    }
}
