using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>Options that have their names from keys of sleap-nn's configuration do what the keys say.</summary>
public sealed class SleapOptionsTests : IDisposable
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("options-").FullName, "run");

    private static readonly UNetOptions Tiny = new()
    {
        Filters = 4,
        FiltersRate = 2,
        MaxStride = 8,
        OutputStride = 2,
    };

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Theory]
    [InlineData(null, 1, 3)]
    [InlineData(null, 7, 7)]
    [InlineData(2, 7, 2)]
    public void An_epoch_has_the_minimum_of_steps_unless_their_number_is_said(int? steps, int least, int expected) =>
        Assert.Equal(
            expected,
            new TrainerOptions
            {
                StepsPerEpoch = steps,
                MinStepsPerEpoch = least,
                BatchSize = 4,
            }.StepsFor(9)
        );

    [Fact]
    public void Folds_hold_each_labeled_frame_back_once()
    {
        LabeledRow[] rows =
        [
            .. Enumerable
                .Range(0, 11)
                .Select(i => new LabeledRow(i, i == 3 ? [] : [1, 2], [], [], 1) { Source = new($"{i % 3}.mp4", i) }),
        ];
        var folds = Enumerable.Range(0, 5).Select(fold => new FoldSplit { Fold = fold }.HeldOut(rows)).ToList();
        Assert.All(rows, row => Assert.Equal(row.Count, folds.Count(held => held[row.Position])));
        Assert.All(folds, held => Assert.Equal(2, held.Count(one => one)));
        Assert.NotEqual(folds[0], new FoldSplit { Seed = 1 }.HeldOut(rows));
        var videos = new FoldSplit { ByVideo = true, Folds = 3 }.HeldOut(rows);
        Assert.Single(rows.Where(row => videos[row.Position]).Select(row => row.Source.Video).Distinct());
        Assert.Contains(
            "4 folds need as many labeled videos, but there are 3",
            Assert.Throws<ArgumentException>(() => new FoldSplit { ByVideo = true, Folds = 4 }.HeldOut(rows)).Message
        );
    }

    [Fact]
    public void All_frames_validate_and_negative_frames_count_only_where_they_are_used()
    {
        using var pairs = new PairFolder(6, animals: i => i % 2 == 0 ? 2 : 0);
        var labels = new Labels(
            pairs.Labels.Frames.Select(frame => new LabeledFrame
            {
                Video = frame.Video,
                FrameIndex = frame.FrameIndex,
                Instances = frame.Instances,
                IsNegative = frame.Instances.Count == 0,
            }),
            pairs.Labels.Videos,
            pairs.Labels.Skeletons,
            pairs.Labels.Tracks
        );
        var (training, validation) = Split(labels, new());
        Assert.Equal(6, training + validation);
        Assert.Equal((2, 1), Split(labels, new() { UseNegativeFrames = false }));
        Assert.Equal((6, 6), Split(labels, new() { ValidateOnTrainingFrames = true }));
        // The first of three folds of the three labeled frames.
        Assert.Equal((5, 1), Split(labels, new() { Folds = new() { Folds = 3 } }));
    }

    [Fact]
    public void Frames_are_matched_to_the_size_of_the_configuration()
    {
        using var pairs = new PairFolder(2);
        var ml = new MLContext(1);
        using var model = ml.Pose()
            .Centroid(Centroid(new() { FrameSize = (48, 80) }))
            .Fit(ml.Pose().FromLabels(pairs.Labels));
        Assert.Equal((48, 80), model.Frame);
    }

    [Fact]
    public void Best_weights_and_early_stopping_follow_their_own_measures()
    {
        using var scope = NewDisposeScope();
        var best = new BestWeights(Network());
        var other = Network();
        Assert.True(best.UpdateIfBetter(other, 1, measure: 5, loss: 1, minDelta: 0.1));
        Assert.False(best.UpdateIfBetter(other, 2, measure: 6, loss: 0.95, minDelta: 0.1));
        Assert.Equal((1, 1), (best.Epoch, best.EpochsWithoutGain));
        Assert.True(best.UpdateIfBetter(other, 3, measure: 4, loss: 0.95, minDelta: 0.1));
        Assert.Equal((3, 2), (best.Epoch, best.EpochsWithoutGain));
        Assert.False(best.UpdateIfBetter(other, 4, measure: 4, loss: 0.5, minDelta: 0.1));
        Assert.Equal((3, 0), (best.Epoch, best.EpochsWithoutGain));
        // A measure that is never there: the first weights are better than none.
        var unknown = new BestWeights(Network());
        Assert.True(unknown.UpdateIfBetter(other, 1, double.NaN, 1, 0));
        Assert.False(unknown.UpdateIfBetter(other, 2, double.NaN, 0.5, 0));
    }

    [Fact]
    public void Warm_ups_by_epochs_learn_from_the_first_step_and_end_at_the_last_rate()
    {
        LearningRateSchedule[] schedules =
        [
            new LearningRateSchedule.Cosine { WarmupEpochs = 2, FinalFraction = 0.1 },
            new LearningRateSchedule.Linear { WarmupEpochs = 2, FinalFraction = 0.1 },
        ];
        foreach (var schedule in schedules)
        {
            var rate = schedule.Start(100, 2, 10);
            var rates = Enumerable.Range(0, 101).Select(rate.At).ToArray();
            Assert.InRange(rates[0], 0.05, 0.1);
            Assert.Equal(2, rates[20]);
            Assert.Equal(20, Array.IndexOf(rates, rates.Max()));
            Assert.Equal(0.2, rates[100], 9);
            Assert.Equal(1.1, rates[60], 9); // the middle of the fall
        }

        var brief = new LearningRateSchedule.Linear { Epochs = 5, FinalFraction = 0.5 }.Start(100, 1, 10);
        Assert.Equal((0.75, 0.5), (brief.At(25), brief.At(99)));
        Assert.Contains(
            "the rate rises over 2 epochs, which is not less than all 2",
            Assert
                .Throws<ArgumentException>(() =>
                    new MLContext(1).Pose().Centroid(Centroid(new() { Schedule = schedules[0], Epochs = 2 }))
                )
                .Message
        );
    }

    [Fact]
    public void Each_change_has_a_probability_of_its_own()
    {
        using var scope = NewDisposeScope();
        var skeleton = new Skeleton("dot", ["dot"]);
        float Share(AugmentationOptions options, Func<Tensor, Tensor> changed)
        {
            var images = full(400, 1, 4, 4, 0.25f);
            var points = new float[800];
            var after = new Augmenter(options, skeleton).Apply(images, points, new Random(5));
            return changed(after).to(ScalarType.Float32).mean().item<float>();
        }

        Tensor Differs(Tensor images) => images.sub(0.25f).abs().amax([1, 2, 3]) > 1e-6;
        var none = AugmentationOptions.None;
        Assert.InRange(
            Share(none with { BrightnessMin = 2, BrightnessMax = 2, BrightnessProbability = 0.3f }, Differs),
            0.2,
            0.4
        );
        Assert.InRange(
            Share(none with { ContrastMin = 2, ContrastMax = 2, ContrastProbability = 0.3f }, Differs),
            0.2,
            0.4
        );
        Assert.InRange(Share(none with { NoiseMean = 0.1f, NoiseProbability = 0.3f }, Differs), 0.2, 0.4);
        Assert.InRange(
            Share(
                none with
                {
                    UniformNoiseMin = 0.1f,
                    UniformNoiseMax = 0.2f,
                    UniformNoiseProbability = 0.3f,
                },
                Differs
            ),
            0.2,
            0.4
        );
        Assert.Equal(1, Share(none with { NoiseMean = 0.1f }, Differs));
        var random = new Random(1);
        double Moved(AugmentationOptions options) =>
            Enumerable
                .Range(0, 1000)
                .Count(_ =>
                    new Augmenter(options, skeleton).Draw(random, Augmenter.CenterOf((9, 9)), (9, 9))
                        is not { A: 1, C: 0 }
                ) / 1000.0;
        Assert.InRange(Moved(none with { ScaleMin = 2, ScaleMax = 2, ScaleProbability = 0.3f }), 0.25, 0.35);
        Assert.InRange(Moved(none with { TranslateWidth = 0.5f, TranslateProbability = 0.3f }), 0.25, 0.35);
    }

    [Theory]
    [InlineData(0, 0, 32)] // twice the farthest node, as a multiple of the stride
    [InlineData(0, 8, 40)]
    [InlineData(100, 0, 104)]
    public void Crops_have_the_padding_and_the_minimum_that_are_said(int least, int padding, int expected)
    {
        var options = new CenteredInstanceOptions
        {
            Backbone = Tiny,
            AnchorPart = "head",
            MinCropSize = least,
            CropPadding = padding,
        };
        var completed = options.CompletedBy(
            new PoseSubject(PairFolder.Skeleton, []),
            [new LabeledRow(0, [10, 10, 26, 10], [], [], 2)]
        );
        Assert.Equal(expected, completed.CropSize);
    }

    private static CentroidOptions Centroid(TrainerOptions training) =>
        new()
        {
            Backbone = Tiny,
            Device = "cpu",
            Training = training with
            {
                Epochs = training.Epochs == 100 ? 1 : training.Epochs,
                StepsPerEpoch = 1,
                Seed = 1,
                Device = "cpu",
            },
        };

    // Frames for training and for validation.
    private (int, int) Split(Labels labels, TrainerOptions training)
    {
        var ml = new MLContext(1);
        var options = Centroid(training with { RunFolder = _folder, ValidationFraction = 0.2 });
        ml.Pose().Centroid(options).Fit(ml.Pose().FromLabels(labels)).Dispose();
        var frames = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "split.json")))!["frames"]!.AsArray();
        Directory.Delete(_folder, recursive: true);
        var validation = frames.Count(frame => (string)frame!["set"]! == "validation");
        return (frames.Count - validation, validation);
    }

    private static PoseNetwork Network() =>
        new(
            Tiny,
            [
                new ConfidenceMapHeadOptions
                {
                    Kind = ConfidenceMapKind.Centroid,
                    Nodes = 1,
                    OutputStride = 2,
                },
            ]
        );
}
