using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>The model types for several animals, each trained on made pictures.</summary>
public sealed class SeveralAnimalsTests(SeveralAnimalsTests.Folders folders)
    : IClassFixture<SeveralAnimalsTests.Folders>
{
    private static readonly TrainerOptions Training = new()
    {
        Epochs = 12,
        StepsPerEpoch = 20,
        LearningRate = 3e-3,
        Seed = 3,
        Schedule = new LearningRateSchedule.Cosine { WarmupSteps = 10 },
        AverageDecay = 0.9,
        Device = "cpu",
    };

    private static readonly BackboneOptions Backbone = new UNetOptions
    {
        Filters = 8,
        FiltersRate = 2,
        MaxStride = 8,
        OutputStride = 2,
    };

    private static readonly CentroidOptions Centroid = new()
    {
        Backbone = Backbone,
        Scale = 0.5f,
        Sigma = 1.5f,
        Augmentation = AugmentationOptions.None,
        Training = Training,
        Device = "cpu",
    };

    private static readonly CenteredInstanceOptions Centered = new()
    {
        Backbone = Backbone,
        Sigma = 1.5f,
        CropSize = 32,
        Augmentation = new()
        {
            RotationMin = -180,
            RotationMax = 180,
            TranslateWidth = 0.06f,
            TranslateHeight = 0.06f,
        },
        Training = Training,
        Device = "cpu",
    };

    private static readonly BottomUpOptions BottomUp = new()
    {
        Backbone = Backbone,
        Sigma = 1.5f,
        PartAffinity = new() { Sigma = 4, OutputStride = 4 },
        Augmentation = AugmentationOptions.None,
        Training = Training,
        Device = "cpu",
    };

    /// <summary>Pictures, and a model of crops that two tests share.</summary>
    public sealed class Folders : IDisposable
    {
        private readonly Lazy<CenteredInstanceTransformer> _centered;

        public Folders() =>
            _centered = new(() => new MLContext(1).Pose().CenteredInstance(Centered).Fit(Seen.View(new MLContext(1))));

        public string Run { get; } = Directory.CreateTempSubdirectory("names-").FullName;

        public CenteredInstanceTransformer CenteredModel => _centered.Value;

        internal PairFolder Seen { get; } = new(60);
        internal PairFolder Unseen { get; } = new(12, seed: 9);

        public void Dispose()
        {
            if (_centered.IsValueCreated)
                _centered.Value.Dispose();
            Seen.Dispose();
            Unseen.Dispose();
            Directory.Delete(Run, recursive: true);
        }
    }

    [Fact]
    public void Top_down_finds_both_animals_and_is_the_same_after_saving()
    {
        var ml = new MLContext(1);
        var estimator = ml.Pose()
            .TopDown(
                new()
                {
                    Centroid = Centroid,
                    CenteredInstance = Centered,
                    Device = "cpu",
                }
            );
        using var model = estimator.Fit(folders.Seen.View(ml));
        FindsNodes(ml, model, 1.5);
        ComesAsAnnounced(ml, estimator, model);
        IsTheSameLoaded(ml, model);
    }

    [Fact]
    public void Top_down_from_two_models_is_their_chain()
    {
        var ml = new MLContext(1);
        using var centroid = ml.Pose().Centroid(Centroid).Fit(folders.Seen.View(ml));
        var centered = folders.CenteredModel;
        using var both = ml.Pose().TopDown(centroid, centered);
        var unseen = folders.Unseen.View(ml);
        var (one, chain) = (Rows(ml, both.Transform(unseen)), Rows(ml, centered.Transform(centroid.Transform(unseen))));
        Assert.Equal(one, chain);
        IsTheSameLoaded(ml, centroid);
        IsTheSameLoaded(ml, centered, centroid);
        FindsNodes(ml, both, 1.5);
    }

    [Fact]
    public void Centered_instances_are_found_around_labels_and_boxes_too()
    {
        var ml = new MLContext(1);
        var centered = folders.CenteredModel;
        using var atLabels = centered.With(CropSource.Labels);
        var around = FindsNodes(ml, atLabels, 1);
        using var inBoxes = centered.With(CropSource.Boxes, "Boxes");
        var boxed = ml
            .Transforms.CustomMapping<Labeled, Boxed>((row, boxes) => boxes.Boxes = BoxesOf(row.Keypoints), null)
            .Fit(folders.Unseen.View(ml))
            .Transform(folders.Unseen.View(ml));
        var found = ml.Pose().Evaluate(inBoxes.Transform(boxed));
        Assert.Equal(around.All.Found, found.All.Found);
        var missing = Assert.Throws<ArgumentException>(() => centered.Transform(folders.Unseen.View(ml)));
        Assert.Contains("'PredictedCentroid'", missing.Message);
    }

    [Fact]
    public void Bottom_up_that_was_trained_on_tiles_finds_animals_in_whole_frames()
    {
        var ml = new MLContext(1);
        using var model = ml.Pose()
            .BottomUp(
                BottomUp with
                {
                    Training = Training with
                    {
                        Tiles = new() { Size = 48 },
                        BatchSize = 8,
                    },
                }
            )
            .Fit(folders.Seen.View(ml));
        FindsNodes(ml, model, 1.5);
    }

    [Fact]
    public void Bottom_up_puts_nodes_together_to_animals()
    {
        var ml = new MLContext(1);
        var estimator = ml.Pose().BottomUp(BottomUp);
        using var model = estimator.Fit(folders.Seen.View(ml));
        FindsNodes(ml, model, 1.5);
        ComesAsAnnounced(ml, estimator, model);
        IsTheSameLoaded(ml, model);
    }

    [Fact]
    public void Top_down_ID_tells_who_is_who()
    {
        var ml = new MLContext(1);
        var estimator = ml.Pose()
            .TopDownId(
                new()
                {
                    Centroid = Centroid,
                    CenteredInstance = Centered,
                    ClassVectors = new() { LossWeight = 0.1f },
                    Device = "cpu",
                }
            );
        using var model = estimator.Fit(folders.Seen.View(ml));
        FindsNodes(ml, model, 1.5);
        NamesAnimals(ml, model);
        ComesAsAnnounced(ml, estimator, model);
        IsTheSameLoaded(ml, model);
    }

    [Fact]
    public void Patience_waits_until_names_count()
    {
        var ml = new MLContext(1);
        var epochs = new List<int>();
        // A rate that changes no weight: nothing gets better, and one epoch of patience is over at once.
        var training = Training with
        {
            Epochs = 8,
            StepsPerEpoch = 1,
            LearningRate = 1e-30,
            Schedule = new LearningRateSchedule.Constant(),
            AverageDecay = null,
            EarlyStoppingPatience = 1,
            Progress = new ProgressTo(progress => epochs.Add(progress.Epoch)),
        };
        BottomUpIdOptions Options(double delay) =>
            new()
            {
                Backbone = Backbone,
                Sigma = 1.5f,
                ClassMaps = new()
                {
                    Sigma = 2,
                    OutputStride = 4,
                    LossDelay = delay,
                },
                Augmentation = AugmentationOptions.None,
                Training = training,
                Device = "cpu",
            };
        ml.Pose().BottomUpId(Options(delay: 0)).Fit(folders.Seen.View(ml)).Dispose();
        Assert.Equal(3, epochs[^1]); // 0.15 of 8 epochs are over after the second
        ml.Pose().BottomUpId(Options(delay: 0.5)).Fit(folders.Seen.View(ml)).Dispose();
        Assert.Equal(7, epochs[^1]); // 0.65 of 8 after the sixth
    }

    [Fact]
    public void Bottom_up_ID_tells_who_is_who()
    {
        var (ml, epochs) = (new MLContext(1), new List<TrainingProgress>());
        var estimator = ml.Pose()
            .BottomUpId(
                new()
                {
                    Backbone = Backbone,
                    Sigma = 1.5f,
                    ClassMaps = new() { Sigma = 2, OutputStride = 4 },
                    Augmentation = AugmentationOptions.None,
                    Training = Training with
                    {
                        Epochs = 25,
                        RunFolder = folders.Run,
                        Progress = new ProgressTo(epochs.Add),
                    },
                    Device = "cpu",
                }
            );
        using var model = estimator.Fit(folders.Seen.View(ml));
        FindsNodes(ml, model, 1.5);
        NamesAnimals(ml, model);
        Assert.InRange(epochs[0].ValidationIdentity, 0, 0.9);
        Assert.InRange(epochs[^1].ValidationIdentity, 0.95, 1);
        Assert.Contains("names 1.00", epochs.MaxBy(epoch => epoch.ValidationIdentity)!.ToString());
        Assert.Contains("Right names", File.ReadAllText(Path.Combine(folders.Run, "report.html")));
        Assert.Equal(
            [epochs[^1].ValidationIdentity.ToString("R", CultureInfo.InvariantCulture), ""],
            File.ReadLines(Path.Combine(folders.Run, "multi_class_bottomup", "training_log.csv")).Last().Split(',')[
                8..10
            ]
        );
        ComesAsAnnounced(ml, estimator, model);
        IsTheSameLoaded(ml, model);
    }

    [Fact]
    public void A_frame_without_animals_teaches_that_there_are_none_and_gives_empty_columns()
    {
        var ml = new MLContext(1);
        using var some = new PairFolder(6, seed: 4, animals: i => i % 3);
        using var model = ml.Pose()
            .Centroid(Centroid with { Training = Training with { Epochs = 1, StepsPerEpoch = 2 }, PeakThreshold = 1 })
            .Fit(some.View(ml));
        Assert.All(Rows(ml, model.Transform(some.View(ml))), row => Assert.Equal("||", row.Split(':')[0]));
    }

    [Fact]
    public void Faults_of_both_stages_come_in_one_message()
    {
        var error = Assert.Throws<ArgumentException>(() =>
            new MLContext()
                .Pose()
                .TopDown(
                    new()
                    {
                        Centroid = new()
                        {
                            AnchorPart = "thorax",
                            MaxInstances = 0,
                            Scale = 0,
                        },
                        CenteredInstance = new() { CropSize = 3, BatchSize = 0 },
                    }
                )
        );
        foreach (
            var part in (string[])
                [
                    "Centroid.Scale is 0",
                    "Centroid.MaxInstances is 0",
                    "CenteredInstance.CropSize is 3",
                    "CenteredInstance.BatchSize is 0",
                    "Centroid.AnchorPart is thorax",
                ]
        )
        {
            Assert.Contains(part, error.Message);
        }
    }

    [Fact]
    public void What_only_the_labels_tell_is_named_by_Fit()
    {
        var (ml, view) = (new MLContext(1), folders.Seen.View(new MLContext(1)));
        Assert.Contains(
            "AnchorPart is 'thorax', expected one of the skeleton's nodes: head, tail",
            Assert
                .Throws<ArgumentException>(() => ml.Pose().Centroid(Centroid with { AnchorPart = "thorax" }).Fit(view))
                .Message
        );
        Assert.Contains(
            "has the track 'nobody'",
            Assert
                .Throws<ArgumentException>(() =>
                    ml.Pose().BottomUpId(new() { Classes = ["nobody"], Device = "cpu" }).Fit(view)
                )
                .Message
        );
        var unconnected = new Labels(
            folders.Seen.Labels.Frames.Select(frame => new LabeledFrame
            {
                Video = frame.Video,
                FrameIndex = frame.FrameIndex,
                Instances =
                [
                    .. frame.Instances.Select(i => new Instance
                    {
                        Skeleton = new Skeleton("loose", ["head", "tail"]),
                        Points = i.Points,
                    }),
                ],
            })
        );
        var loose = ml.Pose().FromLabels(unconnected);
        Assert.Contains("no edges", Assert.Throws<ArgumentException>(() => ml.Pose().BottomUp().Fit(loose)).Message);
        Assert.Contains("track", Assert.ThrowsAny<Exception>(() => ml.Pose().TopDownId().Fit(loose)).Message);
    }

    private PoseMetrics FindsNodes(MLContext ml, ITransformer model, double error)
    {
        var metrics = ml.Pose().Evaluate(model.Transform(folders.Unseen.View(ml)));
        Assert.Equal(48, metrics.All.Visible);
        Assert.True(metrics.All.Found >= 46, $"{metrics.All.Found} of 48 nodes found");
        Assert.True(metrics.All.P95 < error, $"p95 {metrics.All.P95:0.00} px");
        return metrics;
    }

    private void NamesAnimals(MLContext ml, ITransformer model)
    {
        var (right, all) = (0, 0);
        foreach (
            var row in ml.Data.CreateEnumerable<Identified>(
                model.Transform(folders.Unseen.View(ml)),
                reuseRowObject: false
            )
        )
        {
            for (var animal = 0; animal < row.PredictedIdentity.Length; animal++)
            {
                // Labels come with wide first: the animal nearer to it is wide.
                var nearer = Distance(row, animal, 0) < Distance(row, animal, 1) ? 1u : 2u;
                (right, all) = (right + (row.PredictedIdentity[animal] == nearer ? 1 : 0), all + 1);
                Assert.InRange(row.IdentityScore[2 * animal + (int)nearer - 1], 0, 1.0001f);
            }
        }
        Assert.True(right >= all - 1 && all >= 22, $"{right} of {all} animals have the right name");

        static double Distance(Identified row, int animal, int label) =>
            Math.Abs(row.PredictedCentroid[2 * animal] - (row.Keypoints[4 * label] + row.Keypoints[4 * label + 2]) / 2)
            + Math.Abs(
                row.PredictedCentroid[2 * animal + 1]
                    - (row.Keypoints[4 * label + 1] + row.Keypoints[4 * label + 3]) / 2
            );
    }

    private void ComesAsAnnounced<T>(MLContext ml, IEstimator<T> estimator, ITransformer model)
        where T : ITransformer => SchemaAssert.Same(estimator, model, folders.Unseen.View(ml).Schema);

    private void IsTheSameLoaded(MLContext ml, ITransformer model, ITransformer? before = null)
    {
        using var file = new MemoryStream();
        ml.Model.Save(model, null, file);
        file.Position = 0;
        var loaded = new MLContext().Model.Load(file, out _);
        IDataView Input() => before is null ? folders.Unseen.View(ml) : before.Transform(folders.Unseen.View(ml));
        Assert.Equal(Rows(ml, model.Transform(Input())), Rows(ml, loaded.Transform(Input())));
        Assert.Equal(
            model.GetOutputSchema(Input().Schema).Select(c => $"{c.Name} {c.Type}"),
            loaded.GetOutputSchema(Input().Schema).Select(c => $"{c.Name} {c.Type}")
        );
    }

    private static List<string> Rows(MLContext ml, IDataView poses) =>
        [
            .. ml
                .Data.CreateEnumerable<Found>(poses, reuseRowObject: false)
                .Select(row =>
                    $"{string.Join(' ', row.PredictedKeypoints ?? [])}|{string.Join(' ', row.PredictedCentroid ?? [])}|{string.Join(' ', row.InstanceScore ?? [])}:"
                ),
        ];

    private static float[] BoxesOf(float[] keypoints) =>
        [
            .. keypoints
                .Chunk(4)
                .SelectMany(k =>
                    new[]
                    {
                        Math.Min(k[0], k[2]) - 3,
                        Math.Min(k[1], k[3]) - 3,
                        Math.Max(k[0], k[2]) + 3,
                        Math.Max(k[1], k[3]) + 3,
                    }
                ),
        ];

    private sealed class Found
    {
        public float[]? PredictedKeypoints { get; set; }
        public float[]? PredictedCentroid { get; set; }
        public float[]? InstanceScore { get; set; }
    }

    private sealed class Identified
    {
        public float[] Keypoints { get; set; } = [];
        public float[] PredictedCentroid { get; set; } = [];

        [KeyType(2)]
        public uint[] PredictedIdentity { get; set; } = [];
        public float[] IdentityScore { get; set; } = [];
    }

    private sealed class Labeled
    {
        public float[] Keypoints { get; set; } = [];
    }

    private sealed class Boxed
    {
        public float[] Boxes { get; set; } = [];
    }
}
