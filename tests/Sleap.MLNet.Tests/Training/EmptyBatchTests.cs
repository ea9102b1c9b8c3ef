using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>
/// Frames and whole batches in which a network finds nothing, or in which there is nothing to find: ordinary in any
/// recording. Tensors of peaks are empty then, and TorchSharp's own accessors throw on those.
/// </summary>
public sealed class EmptyBatchTests : IDisposable
{
    private static readonly BackboneOptions Backbone = new UNetOptions
    {
        Filters = 4,
        FiltersRate = 2,
        MaxStride = 8,
        OutputStride = 2,
    };

    private readonly MLContext _ml = new(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("empty-").FullName;

    public EmptyBatchTests() => DataViewTypeManager.Register(new ImageDataViewType(), typeof(MLImage));

    public static TheoryData<PoseModelKind> Kinds => [.. Enum.GetValues<PoseModelKind>()];

    public static TheoryData<PoseModelKind> KindsOfSeveral =>
        [.. Enum.GetValues<PoseModelKind>().Where(kind => kind != PoseModelKind.SingleInstance)];

    private string Run => Path.Combine(_folder, "run");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_network_that_finds_nothing_is_trained_and_validated(PoseModelKind kind)
    {
        using var pairs = new PairFolder(6, animals: _ => Animals(kind));
        var epochs = new List<TrainingProgress>();
        // No peak of a network that has made two steps is as high as 1.
        var training = Training with
        {
            RunFolder = Run,
            Progress = new ProgressTo(epochs.Add),
        };
        using var model = Estimator(kind, training, threshold: 1).Fit(pairs.View(_ml));
        Assert.Equal(kind is PoseModelKind.TopDown or PoseModelKind.TopDownId ? 2 : 1, epochs.Count);
        Assert.All(epochs, epoch => Assert.True(epoch.TrainingLoss > 0 && epoch.ValidationLoss > 0, epoch.ToString()));
        // One animal a picture has its nodes at the highest cells, however low; of several animals there are only the
        // peaks, and there is none.
        if (kind != PoseModelKind.SingleInstance)
            Assert.Equal(double.NaN, epochs[0].ValidationError);
        Assert.Contains("report.html", Directory.GetFiles(Run).Select(Path.GetFileName));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_model_that_finds_nothing_gives_empty_results_everywhere(PoseModelKind kind)
    {
        using var pairs = new PairFolder(5, animals: _ => Animals(kind));
        using var model = Estimator(kind, Training, threshold: 1).Fit(pairs.View(_ml));
        var poses = model.Transform(pairs.View(_ml));
        Assert.Equal(Enumerable.Repeat(NothingIn(model), 5), ColumnText.Of(poses, SampleModels.Outputs(model)));
        Assert.All(_ml.Pose().ToLabels(poses).Frames, frame => Assert.Empty(frame.Instances));
        Assert.Equal(0, _ml.Pose().ToDataFrame(poses).Rows.Count);
        // Centers have a skeleton of their own, which labels do not have.
        if (kind != PoseModelKind.Centroid)
            Assert.Equal(0, _ml.Pose().Evaluate(poses).All.Found);

        var live = _ml.Pose().CreateLivePredictor(model, new() { WarmUpFrames = 1 });
        using var engine = _ml.Model.CreatePredictionEngine<Picture, Points>(
            model,
            new PredictionEngineOptions { OwnsTransformer = false }
        );
        using var source = pairs.Labels.Videos[0].Open();
        for (var i = 0; i < 3; i++)
        {
            var frame = source.Read(i);
            Assert.Empty(live.Predict(frame.Pixels, frame.Height, frame.Width, frame.Channels));
            using var image = FrameImage.From(frame);
            Assert.DoesNotContain(
                engine.Predict(new Picture { Image = image }).PredictedKeypoints ?? [],
                float.IsFinite
            );
        }

        var report = _ml.Pose().Predict(model, pairs.View(_ml), Path.Combine(_folder, "nothing.slp"));
        Assert.Equal((5, 5, 0L), (report.Processed, report.Empty, report.Instances));
        Assert.All(Labels.Load(Path.Combine(_folder, "nothing.slp")).Frames, frame => Assert.Empty(frame.Instances));
    }

    [Theory]
    [MemberData(nameof(KindsOfSeveral))]
    public void Batches_of_frames_without_animals_are_trained_and_validated(PoseModelKind kind)
    {
        // A batch is one frame, and two of three frames show nothing.
        using var some = new PairFolder(9, animals: i => i % 3 == 0 ? 2 : 0);
        var epochs = new List<TrainingProgress>();
        var training = Training with
        {
            BatchSize = 1,
            StepsPerEpoch = 6,
            ValidationFraction = 0.5,
            Progress = new ProgressTo(epochs.Add),
        };
        using var model = Estimator(kind, training, threshold: 0.2f).Fit(some.View(_ml));
        Assert.All(
            epochs,
            epoch =>
                Assert.True(
                    double.IsFinite(epoch.TrainingLoss) && double.IsFinite(epoch.ValidationLoss),
                    epoch.ToString()
                )
        );
        Assert.Equal(9, _ml.Pose().ToLabels(model.Transform(some.View(_ml))).Frames.Count);
    }

    [Theory]
    [MemberData(nameof(SampleModels.KindsOfSeveral), MemberType = typeof(SampleModels))]
    public void Frames_without_animals_change_nothing_for_those_beside_them(PoseModelKind kind)
    {
        using var model = SampleModels.Load(_ml, kind, batchSize: 2);
        using var source = Video.FromFile(SampleModels.VideoOf(kind)).Open();
        Frame[] seen = [source.Read(0), source.Read(1)];
        var empty = new Frame(0, seen[0].Height, seen[0].Width, 1, new byte[seen[0].Height * seen[0].Width]);
        // The second batch of two is empty.
        Frame[] frames = [empty, seen[0], empty, empty, seen[1]];
        var rows = Rows(model, frames);
        Assert.Equal([0, 2, 0, 0, 2], rows.Select(row => row.InstanceScore?.Length ?? 0));
        var alone = Rows(model, seen);
        foreach (var (expected, found) in alone.Zip([rows[1], rows[4]]))
        {
            Assert.All(
                expected.PredictedKeypoints!.Zip(found.PredictedKeypoints!),
                pair => Assert.Equal(pair.First, pair.Second, (float)PoseAssert.Pixels)
            );
        }

        var live = _ml.Pose().CreateLivePredictor(model, new() { WarmUpFrames = 0 });
        Assert.Equal(
            [0, 2, 0, 0, 2],
            frames.Select(frame => live.Predict(frame.Pixels, frame.Height, frame.Width, frame.Channels).Count)
        );
    }

    [Fact]
    public void A_frame_without_the_animal_is_all_NaN_in_a_single_instance_model()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance, batchSize: 2);
        using var source = Video.FromFile(SampleModels.VideoOf(PoseModelKind.SingleInstance)).Open();
        var seen = source.Read(0);
        var strict = model.With(new PredictionOptions { PeakThreshold = 1 });
        var live = _ml.Pose().CreateLivePredictor(strict, new() { WarmUpFrames = 0 });
        Assert.Single(live.Predict(seen.Pixels, seen.Height, seen.Width, seen.Channels));
        Assert.Empty(live.Predict(new byte[seen.Height * seen.Width], seen.Height, seen.Width, 1));
        strict.Dispose();
    }

    private static TrainerOptions Training =>
        new()
        {
            Epochs = 1,
            StepsPerEpoch = 2,
            BatchSize = 2,
            Seed = 3,
            ValidationFraction = 0.3,
            Device = "cpu",
        };

    private static int Animals(PoseModelKind kind) => kind == PoseModelKind.SingleInstance ? 1 : 2;

    private static string NothingIn(PoseModelTransformer model) =>
        model switch
        {
            SingleInstanceTransformer => "NaN NaN NaN NaN | 0 0 | 0 | NaN NaN",
            TopDownIdTransformer => " |  |  |  |  |  | ",
            BottomUpIdTransformer => " |  |  |  |  | ",
            TopDownTransformer or CentroidTransformer => " |  |  |  | ",
            _ => " |  |  | ",
        };

    private IPoseEstimator<PoseModelTransformer> Estimator(PoseModelKind kind, TrainerOptions training, float threshold)
    {
        var pose = _ml.Pose();
        var centroid = new CentroidOptions
        {
            Backbone = Backbone,
            Sigma = 1.5f,
            PeakThreshold = threshold,
            Training = training,
            Device = "cpu",
        };
        var centered = new CenteredInstanceOptions
        {
            Backbone = Backbone,
            Sigma = 1.5f,
            PeakThreshold = threshold,
            CropSize = 32,
            Training = training,
            Device = "cpu",
        };
        return kind switch
        {
            PoseModelKind.SingleInstance => pose.SingleInstance(
                new()
                {
                    Backbone = Backbone,
                    Sigma = 1.5f,
                    PeakThreshold = threshold,
                    Training = training,
                    Device = "cpu",
                }
            ),
            PoseModelKind.Centroid => pose.Centroid(centroid),
            PoseModelKind.TopDown => pose.TopDown(
                new()
                {
                    Centroid = centroid,
                    CenteredInstance = centered,
                    Device = "cpu",
                }
            ),
            PoseModelKind.TopDownId => pose.TopDownId(
                new()
                {
                    Centroid = centroid,
                    CenteredInstance = centered,
                    Device = "cpu",
                }
            ),
            PoseModelKind.BottomUp => pose.BottomUp(
                new()
                {
                    Backbone = Backbone,
                    Sigma = 1.5f,
                    PeakThreshold = threshold,
                    PartAffinity = new() { Sigma = 4, OutputStride = 4 },
                    Training = training,
                    Device = "cpu",
                }
            ),
            _ => pose.BottomUpId(
                new()
                {
                    Backbone = Backbone,
                    Sigma = 1.5f,
                    PeakThreshold = threshold,
                    ClassMaps = new() { Sigma = 2, OutputStride = 4 },
                    Training = training,
                    Device = "cpu",
                }
            ),
        };
    }

    private List<Found> Rows(PoseModelTransformer model, IEnumerable<Frame> frames)
    {
        var pictures = _ml.Data.LoadFromEnumerable(
            frames.Select(frame => new Picture { Image = FrameImage.From(frame) })
        );
        return [.. _ml.Data.CreateEnumerable<Found>(model.Transform(pictures), reuseRowObject: false)];
    }

    private sealed class Picture
    {
        public MLImage Image { get; set; } = null!;
    }

    private sealed class Points
    {
        public float[]? PredictedKeypoints { get; set; }
    }

    private sealed class Found
    {
        public float[]? PredictedKeypoints { get; set; }
        public float[]? InstanceScore { get; set; }
    }
}
