using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

public sealed class SingleInstanceTests(SingleInstanceTests.Trained trained)
    : IClassFixture<SingleInstanceTests.Trained>
{
    private static readonly SingleInstanceOptions Tiny = new()
    {
        Backbone = new UNetOptions
        {
            Filters = 8,
            FiltersRate = 2,
            MaxStride = 8,
            OutputStride = 2,
        },
        Sigma = 1.5f,
        Augmentation = AugmentationOptions.None,
        Training = new()
        {
            Epochs = 12,
            StepsPerEpoch = 15,
            LearningRate = 3e-3,
            Seed = 3,
            Schedule = new LearningRateSchedule.Cosine { WarmupSteps = 10 },
            AverageDecay = 0.9,
            Device = "cpu",
        },
        Device = "cpu",
    };

    /// <summary>One training that the tests share.</summary>
    public sealed class Trained : IDisposable
    {
        public Trained()
        {
            ML = new MLContext(seed: 1);
            Model = ML.Pose()
                .SingleInstance(Tiny with { Training = Tiny.Training with { Progress = new Collect(Progress) } })
                .Fit(Folder.View(ML));
        }

        public MLContext ML { get; }
        public SingleInstanceTransformer Model { get; }
        public List<TrainingProgress> Progress { get; } = [];
        internal SpotFolder Folder { get; } = new(40);
        internal SpotFolder Unseen { get; } = new(10, seed: 7);

        public void Dispose()
        {
            Model.Dispose();
            Folder.Dispose();
            Unseen.Dispose();
        }
    }

    [Fact]
    public void It_finds_the_nodes_of_frames_it_has_not_seen()
    {
        var metrics = trained.ML.Pose().Evaluate(trained.Model.Transform(trained.Unseen.View(trained.ML)));
        Assert.Equal(20, metrics.All.Visible);
        Assert.Equal(20, metrics.All.Found);
        Assert.True(metrics.All.Mean < 1, $"mean error {metrics.All.Mean:0.00} px");
    }

    [Fact]
    public void Progress_comes_once_an_epoch_and_tells_of_learning()
    {
        Assert.Equal(Enumerable.Range(1, 12), trained.Progress.Select(p => p.Epoch));
        Assert.All(trained.Progress, p => Assert.Equal(15 * p.Epoch, p.Step));
        Assert.True(trained.Progress[^1].ValidationLoss < trained.Progress[0].ValidationLoss / 2);
        Assert.True(trained.Progress[^1].ValidationError < trained.Progress[0].ValidationError);
        Assert.Equal(TimeSpan.Zero, trained.Progress[^1].Remaining);
        Assert.Contains(trained.Progress, p => p.IsBest);
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights()
    {
        using var again = new MLContext(seed: 99)
            .Pose()
            .SingleInstance(Tiny)
            .Fit(trained.Folder.View(new MLContext(seed: 5)));
        Assert.Equal(Rows(trained.ML, trained.Model), Rows(trained.ML, again));
    }

    [Fact]
    public void Saved_and_loaded_it_predicts_the_same()
    {
        using var file = new MemoryStream();
        trained.ML.Model.Save(trained.Model, trained.Folder.View(trained.ML).Schema, file);
        file.Position = 0;
        var fresh = new MLContext();
        var loaded = fresh.Model.Load(file, out var schema);
        Assert.NotNull(schema.GetColumnOrNull("Keypoints"));
        Assert.Equal(Rows(trained.ML, trained.Model), Rows(fresh, loaded));
    }

    [Fact]
    public void The_announced_schema_is_the_one_that_comes()
    {
        var view = trained.Folder.View(trained.ML);
        SchemaAssert.Same(trained.ML.Pose().SingleInstance(Tiny), trained.Model, view.Schema);
    }

    [Fact]
    public void The_columns_are_those_of_the_documentation()
    {
        var schema = trained.Model.GetOutputSchema(trained.Folder.View(trained.ML).Schema);
        Assert.Equal("Vector<Single, 2, 2>", schema["PredictedKeypoints"].Type.ToString());
        Assert.Equal("Vector<Single, 2>", schema["KeypointScore"].Type.ToString());
        Assert.Equal("Single", schema["InstanceScore"].Type.ToString());
        Assert.Equal("Vector<Single, 2>", schema["PredictedCentroid"].Type.ToString());
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        schema["PredictedKeypoints"].GetSlotNames(ref names);
        Assert.Equal(["bright.x", "bright.y", "dark.x", "dark.y"], names.DenseValues().Select(n => n.ToString()));
        Assert.Equal(SpotFolder.Skeleton, SkeletonAnnotations.Read(schema["PredictedKeypoints"]));
    }

    [Fact]
    public void In_a_chain_with_transformers_before_and_after_it_is_saved_and_loaded_too()
    {
        var (ml, view) = (trained.ML, trained.Folder.View(trained.ML));
        var chain = ml
            .Transforms.CopyColumns("Where", "Video")
            .Append(
                ml.Pose().SingleInstance(Tiny with { Training = Tiny.Training with { Epochs = 1, StepsPerEpoch = 2 } })
            )
            .Append(ml.Transforms.Concatenate("Features", "PredictedKeypoints", "PredictedCentroid"));
        var model = chain.Fit(view);
        using var file = new MemoryStream();
        ml.Model.Save(model, view.Schema, file);
        file.Position = 0;
        var (fresh, loaded) = (new MLContext(), new MLContext().Model.Load(file, out _));
        var features = loaded.Transform(trained.Unseen.View(fresh));
        Assert.Equal("Vector<Single, 6>", features.Schema["Features"].Type.ToString());
        Assert.Equal(
            ml.Data.CreateEnumerable<FeatureRow>(model.Transform(trained.Unseen.View(ml)), false)
                .SelectMany(r => r.Features),
            fresh.Data.CreateEnumerable<FeatureRow>(features, false).SelectMany(r => r.Features)
        );
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        features.Schema["Features"].GetSlotNames(ref names);
        Assert.Equal("PredictedKeypoints.bright.x", names.GetItemOrDefault(0).ToString());
    }

    [Fact]
    public void A_built_in_transformer_and_a_mapping_of_ones_own_follow_it_in_one_chain()
    {
        var (ml, view) = (trained.ML, trained.Unseen.View(trained.ML));
        var after = ml
            .Transforms.NormalizeMinMax("Features", "PredictedKeypoints")
            .Append(
                ml.Transforms.CustomMapping<ScaledRow, LengthRow>(
                    (row, length) => length.Length = row.Features.Length,
                    contractName: null
                )
            );
        var poses = trained.Model.Transform(view);
        var result = after.Fit(poses).Transform(poses);
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        result.Schema["Features"].GetSlotNames(ref names);
        Assert.Equal(["bright.x", "bright.y", "dark.x", "dark.y"], names.DenseValues().Select(n => n.ToString()));
        Assert.All(result.GetColumn<int>("Length"), length => Assert.Equal(4, length));
        Assert.Contains(result.Preview(maxRows: 3).Schema, column => column.Name == "PredictedKeypoints");
    }

    [Fact]
    public void One_image_at_a_time_gives_what_a_batch_gives()
    {
        DataViewTypeManager.Register(new Microsoft.ML.Transforms.Image.ImageDataViewType(), typeof(MLImage));
        var batch = Rows(trained.ML, trained.Model);
        using var engine = trained.ML.Model.CreatePredictionEngine<Picture, PoseRow>(Reload());
        for (var i = 0; i < 3; i++)
        {
            using var image = MLImage.CreateFromFile(trained.Unseen.ImagePath(i));
            var row = engine.Predict(new Picture { Image = image });
            // 0.01 px: the same network, with another batch size in its convolutions.
            for (var k = 0; k < 4; k++)
                Assert.Equal(batch[i].PredictedKeypoints[k], row.PredictedKeypoints[k], 0.01f);
        }
    }

    [Fact]
    public void A_frame_of_another_size_is_matched_and_its_places_come_back_in_its_own_pixels()
    {
        using var larger = new SpotFolder(8, height: 128, width: 192, seed: 11);
        var metrics = trained.ML.Pose().Evaluate(trained.Model.Transform(larger.View(trained.ML)));
        Assert.Equal(16, metrics.All.Found);
        // twice that of the size it was trained on
        Assert.True(metrics.All.Mean < 2, $"mean error {metrics.All.Mean:0.00} px");
    }

    [Fact]
    public void Canceling_keeps_the_best_so_far()
    {
        using var stop = new CancellationTokenSource();
        var epochs = new List<TrainingProgress>();
        var progress = new Collect(
            epochs,
            p =>
            {
                if (p.Epoch == 2)
                    stop.Cancel();
            }
        );
        using var model = trained
            .ML.Pose()
            .SingleInstance(
                Tiny with
                {
                    Training = Tiny.Training with { Progress = progress, CancellationToken = stop.Token },
                }
            )
            .Fit(trained.Folder.View(trained.ML));
        Assert.InRange(epochs.Count, 2, 3);
        Assert.Equal(10, Rows(trained.ML, model).Count);
    }

    [Fact]
    public void Canceled_before_the_first_epoch_there_is_nothing_to_keep()
    {
        var options = Tiny with
        {
            Training = Tiny.Training with { CancellationToken = new CancellationToken(canceled: true) },
        };
        Assert.Throws<OperationCanceledException>(() =>
            trained.ML.Pose().SingleInstance(options).Fit(trained.Folder.View(trained.ML))
        );
    }

    [Fact]
    public void An_empty_label_set_is_named()
    {
        Assert.Contains(
            "no labeled frame",
            Assert.Throws<InvalidDataException>(() => trained.ML.Pose().FromLabels(new Labels([]))).Message
        );
        var view = trained.ML.Pose().Split(trained.Folder.View(trained.ML), (_, _) => true).TrainSet;
        var error = Assert.Throws<InvalidOperationException>(() => trained.ML.Pose().SingleInstance(Tiny).Fit(view));
        Assert.Contains("the training data has no rows", error.Message);
    }

    [Fact]
    public void Labels_with_all_nodes_missing_are_named()
    {
        using var folder = new SpotFolder(3, missing: true);
        // The loader refuses such labels itself; rows from elsewhere come this far.
        Assert.Contains(
            "no instance with a visible point",
            Assert.Throws<InvalidDataException>(() => folder.View(trained.ML)).Message
        );
        DataViewTypeManager.Register(new Microsoft.ML.Transforms.Image.ImageDataViewType(), typeof(MLImage));
        var view = trained.ML.Data.LoadFromEnumerable(
            Enumerable
                .Range(0, 3)
                .Select(i => new LabeledPicture { Image = MLImage.CreateFromFile(folder.ImagePath(i)) })
        );
        var error = Assert.Throws<InvalidOperationException>(() => trained.ML.Pose().SingleInstance(Tiny).Fit(view));
        Assert.Contains("none of the 3 rows", error.Message);
        Assert.Contains("'Keypoints'", error.Message);
    }

    [Fact]
    public void Several_animals_in_a_frame_are_named_with_the_way_out()
    {
        using var folder = new SpotFolder(3, instances: i => i == 1 ? 2 : 1);
        var error = Assert.Throws<InvalidOperationException>(() =>
            trained.ML.Pose().SingleInstance(Tiny).Fit(folder.View(trained.ML))
        );
        Assert.Contains("row 1 has 2 instances", error.Message);
        Assert.Contains("top-down", error.Message);
    }

    [Fact]
    public void A_missing_or_mistyped_column_is_named_with_what_was_expected()
    {
        var view = trained.Folder.View(trained.ML);
        var missing = Assert.Throws<ArgumentException>(() =>
            trained.ML.Pose().SingleInstance(Tiny with { Columns = new() { Image = "Picture" } }).Fit(view)
        );
        Assert.Contains("'Picture'", missing.Message);
        Assert.Contains("Image", missing.Message);
        var mistyped = Assert.Throws<ArgumentException>(() =>
            trained
                .ML.Pose()
                .SingleInstance(
                    Tiny with
                    {
                        Columns = new() { Keypoints = "FrameIndex", FrameIndex = "Other" },
                    }
                )
                .Fit(view)
        );
        Assert.Contains("'FrameIndex' is Int32", mistyped.Message);
        Assert.Throws<ArgumentException>(() =>
            trained.Model.Transform(trained.ML.Transforms.DropColumns("Image").Fit(view).Transform(view))
        );
    }

    [Fact]
    public void Every_fault_of_the_options_is_in_one_message()
    {
        var error = Assert.Throws<ArgumentException>(() =>
            trained
                .ML.Pose()
                .SingleInstance(
                    new()
                    {
                        Scale = -1,
                        PeakThreshold = 2,
                        BatchSize = 0,
                        Refinement = (PeakRefinement)9,
                        Device = "tpu",
                        Backbone = new UNetOptions { MaxStride = 12 },
                        Training = new() { Epochs = 0, LearningRate = 0 },
                        Augmentation = new() { FlipProbability = 2 },
                    }
                )
        );
        foreach (
            var part in (string[])
                [
                    "Scale is -1",
                    "PeakThreshold is 2",
                    "BatchSize is 0",
                    "Refinement is 9",
                    "'tpu'",
                    "MaxStride is 12",
                    "Epochs is 0",
                    "LearningRate is 0",
                    "FlipProbability is 2",
                ]
        )
        {
            Assert.Contains(part, error.Message);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(16)]
    public void Predictions_do_not_depend_on_the_batch_size(int size)
    {
        using var other = trained.Model.With(new PredictionOptions { BatchSize = size });
        var (a, b) = (Rows(trained.ML, trained.Model), Rows(trained.ML, other));
        for (var i = 0; i < a.Count; i++)
        {
            for (var k = 0; k < 4; k++)
                Assert.Equal(a[i].PredictedKeypoints[k], b[i].PredictedKeypoints[k], 0.01f);
        }
    }

    [Fact]
    public void A_higher_threshold_silences_every_node_and_says_so_with_NaN_and_0()
    {
        using var strict = trained.Model.With(new PredictionOptions { PeakThreshold = 1 });
        Assert.All(
            Rows(trained.ML, strict),
            row =>
            {
                for (var node = 0; node < 2; node++)
                    Assert.Equal(float.IsNaN(row.PredictedKeypoints[2 * node]), row.KeypointScore[node] == 0);
                if (row.KeypointScore.All(v => v == 0))
                    Assert.Equal(0, row.InstanceScore);
            }
        );
        Assert.Contains(Rows(trained.ML, strict), row => row.KeypointScore.Contains(0));
        Assert.Throws<ArgumentException>(() => trained.Model.With(new PredictionOptions { PeakThreshold = 7 }));
    }

    private ITransformer Reload()
    {
        using var file = new MemoryStream();
        trained.ML.Model.Save(trained.Model, null, file);
        file.Position = 0;
        return trained.ML.Model.Load(file, out _);
    }

    private List<PoseRow> Rows(MLContext ml, ITransformer model, SpotFolder? folder = null) =>
        [
            .. ml.Data.CreateEnumerable<PoseRow>(
                model.Transform((folder ?? trained.Unseen).View(ml)),
                reuseRowObject: false
            ),
        ];

    private sealed class Collect(List<TrainingProgress> to, Action<TrainingProgress>? then = null)
        : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            to.Add(value);
            then?.Invoke(value);
        }
    }

    private sealed class Picture
    {
        public MLImage Image { get; set; } = null!;
    }

    private sealed class LabeledPicture
    {
        public MLImage Image { get; set; } = null!;

        [VectorType(2, 2)]
        public float[] Keypoints { get; set; } = [float.NaN, float.NaN, float.NaN, float.NaN];
    }

    private sealed class ScaledRow
    {
        [VectorType(4)]
        public float[] Features { get; set; } = [];
    }

    private sealed class LengthRow
    {
        public int Length { get; set; }
    }

    private sealed class FeatureRow
    {
        [VectorType(6)]
        public float[] Features { get; set; } = [];
    }

    private sealed class PoseRow : IEquatable<PoseRow>
    {
        [VectorType(4)]
        public float[] PredictedKeypoints { get; set; } = [];

        [VectorType(2)]
        public float[] KeypointScore { get; set; } = [];
        public float InstanceScore { get; set; }

        public bool Equals(PoseRow? other) =>
            other is not null
            && PredictedKeypoints.SequenceEqual(other.PredictedKeypoints)
            && KeypointScore.SequenceEqual(other.KeypointScore)
            && InstanceScore == other.InstanceScore;

        public override bool Equals(object? obj) => Equals(obj as PoseRow);

        public override int GetHashCode() => InstanceScore.GetHashCode();
    }
}
