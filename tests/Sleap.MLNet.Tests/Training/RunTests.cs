using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

public sealed class RunTests : IDisposable
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("run-").FullName, "run");
    private readonly SpotFolder _spots = new(10),
        _others = new(4, seed: 5);

    // A constant rate: that of a cosine would depend on the number of epochs.
    private static TrainerOptions Training =>
        new()
        {
            Schedule = new LearningRateSchedule.Constant(),
            Epochs = 2,
            StepsPerEpoch = 2,
            LearningRate = 3e-3,
            Seed = 3,
            AverageDecay = 0.9,
            Device = "cpu",
        };

    public void Dispose()
    {
        _spots.Dispose();
        _others.Dispose();
        Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);
    }

    [Fact]
    public void The_split_is_kept_with_the_run_and_taken_again_whatever_the_options_say_by_then()
    {
        var first = Fit(Training with { RunFolder = _folder, ValidationFraction = 0.3, Epochs = 1 }, _spots.Labels);
        var frames = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "split.json")))!["frames"]!.AsArray();
        Assert.Equal(10, frames.Count);
        Assert.Equal(3, frames.Count(frame => (string?)frame!["set"] == "validation"));
        Assert.Equal(Enumerable.Range(0, 10), frames.Select(frame => (int)frame!["frame"]!));

        // Without a seed of its own: the run's is taken. With another fraction, which begins nothing anew.
        var second = Fit(
            Training with
            {
                RunFolder = _folder,
                Resume = true,
                Seed = null,
                ValidationFraction = 0.1,
            },
            _spots.Labels
        );
        var whole = Fit(Training with { ValidationFraction = 0.3 }, _spots.Labels);
        Assert.Equal(whole.Select(p => p.Epoch), first.Concat(second).Select(p => p.Epoch));
        // 1e-6 of the loss: the same numbers in the same order; a library's threads may sum in another.
        Assert.Equal(whole[1].ValidationLoss, second[0].ValidationLoss, whole[1].ValidationLoss * 1e-6);
        Assert.True(second[0].Elapsed > first[0].Elapsed, "time before the interruption counts");
    }

    [Fact]
    public void Frames_that_were_added_removed_or_labeled_otherwise_are_named()
    {
        Fit(Training with { RunFolder = _folder, Epochs = 1 }, _spots.Labels);
        var frames = _spots.Labels.Frames;
        var moved = new LabeledFrame
        {
            Video = frames[4].Video,
            FrameIndex = 4,
            Instances = [new Instance { Skeleton = SpotFolder.Skeleton, Points = [new Point(1, 2), new Point(3, 4)] }],
        };
        var changed = With(
            _spots.Labels,
            [.. frames.Skip(1).Take(3), moved, .. frames.Skip(5), _others.Labels.Frames[0]]
        );
        var error = Assert.Throws<InvalidOperationException>(() =>
            Fit(Training with { RunFolder = _folder, Resume = true }, changed)
        );
        Assert.Contains("1 no longer there (frame 0 of", error.Message);
        Assert.Contains("1 new (frame 0 of", error.Message);
        Assert.Contains("1 labeled otherwise (frame 4 of", error.Message);
    }

    [Fact]
    public void A_damaged_split_is_named()
    {
        Fit(Training with { RunFolder = _folder, Epochs = 1 }, _spots.Labels);
        File.WriteAllText(Path.Combine(_folder, "split.json"), "{\"seed\":3,");
        Assert.Contains(
            "split.json",
            Assert
                .Throws<InvalidDataException>(() =>
                    Fit(Training with { RunFolder = _folder, Resume = true }, _spots.Labels)
                )
                .Message
        );
    }

    [Fact]
    public void Videos_can_be_held_back_by_name()
    {
        var both = With(_spots.Labels, [.. _spots.Labels.Frames, .. _others.Labels.Frames]);
        var name = Path.GetFileName(Path.GetDirectoryName(_others.ImagePath(0))!);
        Fit(Training with { RunFolder = _folder, ValidationVideos = [name], Epochs = 1 }, both);
        var frames = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "split.json")))!["frames"]!.AsArray();
        Assert.Equal(4, frames.Count(frame => (string?)frame!["set"] == "validation"));
        Assert.All(
            frames,
            frame =>
                Assert.Equal(
                    ((string?)frame!["video"])!.EndsWith(name, StringComparison.Ordinal),
                    (string?)frame["set"] == "validation"
                )
        );

        Assert.Contains(
            "'nobody.mp4'",
            Assert
                .Throws<ArgumentException>(() => Fit(Training with { ValidationVideos = ["nobody.mp4"] }, both))
                .Message
        );
        Assert.Contains(
            "none is left to train on",
            Assert
                .Throws<ArgumentException>(() => Fit(Training with { ValidationVideos = [name] }, _others.Labels))
                .Message
        );
    }

    [Fact]
    public void The_report_has_curves_pictures_settings_and_what_it_ran_on_and_needs_no_other_file()
    {
        Fit(Training with { RunFolder = _folder }, _spots.Labels);
        var page = File.ReadAllText(Path.Combine(_folder, "report.html"));
        foreach (
            var part in (string[])
                [
                    "Loss",
                    "Validation error",
                    "Learning rate",
                    "Worst validation frames",
                    "data:image/jpeg;base64,",
                    "Training.LearningRate",
                    "Backbone.Filters",
                    "libtorch",
                    "split.json",
                ]
        )
        {
            Assert.Contains(part, page);
        }

        Assert.DoesNotMatch("(src|href)=\"(?!data:)", page);
        Assert.DoesNotContain("NaN", System.Text.RegularExpressions.Regex.Replace(page, "base64,[^\"]*", ""));
        // The page is the run's: after going on, the epochs before are there too.
        Fit(Training with { RunFolder = _folder, Resume = true, Epochs = 3 }, _spots.Labels);
        Assert.Contains("<b>3 / 3</b>", File.ReadAllText(Path.Combine(_folder, "report.html")));
        Assert.Equal(
            ["1", "2", "3"],
            File.ReadLines(Path.Combine(_folder, "single_instance", "training_log.csv"))
                .Skip(1)
                .Select(line => line.Split(',')[1])
        );
    }

    [Fact]
    public void An_epoch_that_was_logged_but_not_kept_comes_once_in_the_log()
    {
        Fit(Training with { RunFolder = _folder, Epochs = 1 }, _spots.Labels);
        // As when the program is killed between the two.
        File.AppendAllText(
            Path.Combine(_folder, "single_instance", "training_log.csv"),
            "single_instance,2,4,1,1,1,1,1,NaN\n"
        );
        Fit(Training with { RunFolder = _folder, Resume = true }, _spots.Labels);
        Assert.Equal(
            ["1", "2"],
            File.ReadLines(Path.Combine(_folder, "single_instance", "training_log.csv"))
                .Skip(1)
                .Select(line => line.Split(',')[1])
        );
    }

    [Fact]
    public void A_run_that_ended_early_does_not_go_on_by_one_more_epoch()
    {
        var tired = Training with
        {
            RunFolder = _folder,
            Epochs = 8,
            EarlyStoppingPatience = 1,
            LearningRate = 1e-9,
            Schedule = new LearningRateSchedule.Constant(),
            AverageDecay = null,
        };
        var first = Fit(tired, _spots.Labels);
        Assert.True(first.Count < 8 && first[^1].IsLast, $"{first.Count} epochs");
        Assert.Empty(Fit(tired with { Resume = true }, _spots.Labels));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(null)]
    public void Frames_beyond_the_budget_are_kept_in_a_file_and_teach_the_same(int? megabytes)
    {
        var usual = Fit(Training, _spots.Labels);
        var messages = new List<string>();
        var other = Fit(Training with { CacheMegabytes = megabytes, RunFolder = _folder }, _spots.Labels, messages);
        Assert.Equal(usual.Select(p => p.TrainingLoss), other.Select(p => p.TrainingLoss));
        var told = Assert.Single(messages, message => message.Contains("Decoded frames:", StringComparison.Ordinal));
        // 10 frames of 64 x 96 bytes are 0.06 MB.
        Assert.Contains(
            megabytes == 0 ? "0.0 MB in memory (at most 0 MB), 0.1 MB in a file" : "0.1 MB in memory",
            told
        );
        Assert.Empty(Directory.EnumerateFiles(_folder, ".sleap-frames*"));
    }

    [Fact]
    public void Sixteen_augmented_samples_are_a_picture_away()
    {
        var plain = Fit(Training, _spots.Labels);
        var shown = Fit(Training with { RunFolder = _folder, AugmentedImage = true }, _spots.Labels);
        Assert.Equal(plain[^1].ValidationLoss, shown[^1].ValidationLoss); // looking changes nothing
        using var picture = Microsoft.ML.Data.MLImage.CreateFromFile(
            Path.Combine(_folder, "single_instance", "augmented.png")
        );
        // 96 × 64 pixels, three times as large, four in a row with gaps of 4.
        Assert.Equal((4 * 288 + 12, 4 * 192 + 12), (picture.Width, picture.Height));
        Assert.Contains(
            "AugmentedImage",
            Assert.Throws<ArgumentException>(() => Fit(Training with { AugmentedImage = true }, _spots.Labels)).Message
        );
    }

    [Fact]
    public void Frames_marked_as_empty_train_as_frames_without_animals()
    {
        using var pairs = new PairFolder(4, animals: i => i == 3 ? 0 : 2);
        var frames = pairs.Labels.Frames.Select(frame => new LabeledFrame
        {
            Video = frame.Video,
            FrameIndex = frame.FrameIndex,
            Instances = frame.Instances,
            IsNegative = frame.Instances.Count == 0,
        });
        var (ml, messages) = (new MLContext(1), new List<string>());
        ml.Log += (_, entry) => messages.Add(entry.Message);
        var view = ml.Pose()
            .FromLabels(new Labels(frames, pairs.Labels.Videos, pairs.Labels.Skeletons, pairs.Labels.Tracks));
        var own = Training with { Epochs = 1, RunFolder = _folder, ValidationFraction = 0.3 };
        var backbone = new UNetOptions
        {
            Filters = 4,
            FiltersRate = 2,
            MaxStride = 8,
            OutputStride = 2,
        };
        ml.Pose()
            .TopDown(
                new()
                {
                    Centroid = new() { Backbone = backbone, Training = own },
                    CenteredInstance = new()
                    {
                        Backbone = backbone,
                        CropSize = 32,
                        Training = own,
                    },
                }
            )
            .Fit(view)
            .Dispose();
        // Four frames for the centroids, the empty one among them; and a crop for each of the six animals.
        Assert.Contains(
            messages,
            message => message.Contains("Training centroid on 3 samples, choosing by 1", StringComparison.Ordinal)
        );
        Assert.Contains(
            messages,
            message =>
                message.Contains("Training centered_instance on 4 samples, choosing by 2", StringComparison.Ordinal)
        );
        Assert.Equal(
            4,
            JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "split.json")))!["frames"]!.AsArray().Count
        );
        // Nothing there is what a network shall say of an empty frame: its maps are all zero.
        var rows = LabeledRows.Read(
            view,
            new(),
            new(SingleInstance: false, EmptyRows: true, Tracks: false),
            null,
            new("Test", "training", null!)
        );
        Assert.Equal([2, 2, 2, 0], rows.Rows.Select(row => row.Count));
    }

    // Else a network would be chosen by no frame at all, or have none to learn from.
    [Fact]
    public void Of_frames_with_animals_and_empty_ones_each_side_gets_one_with_animals()
    {
        for (var seed = 0; seed < 12; seed++)
        {
            using var pairs = new PairFolder(5, animals: i => i < 2 ? 2 : 0);
            var rows = LabeledRows.Read(
                pairs.View(new MLContext(1)),
                new(),
                new(SingleInstance: false, EmptyRows: true, Tracks: false),
                null,
                new("Test", "training", null!)
            );
            foreach (var fraction in (double[])[0.1, 0.9])
            {
                var split = LabelSplit
                    .Of(rows, null, new() { ValidationFraction = fraction }, seed)
                    .Rows.ToLookup(entry => entry.Validates, entry => entry.Row.Count);
                Assert.Contains(2, split[true]);
                Assert.Contains(2, split[false]);
            }
        }
    }

    private static Labels With(Labels labels, IReadOnlyList<LabeledFrame> frames) =>
        new(frames, [.. frames.Select(frame => frame.Video).Distinct()], labels.Skeletons);

    private static List<TrainingProgress> Fit(TrainerOptions training, Labels labels, List<string>? messages = null)
    {
        var (ml, seen) = (new MLContext(1), new List<TrainingProgress>());
        ml.Log += (_, entry) => messages?.Add(entry.Message);
        var own = training with { Progress = new ProgressTo(seen.Add) };
        ml.Pose().SingleInstance(SpotFolder.Network(own)).Fit(ml.Pose().FromLabels(labels)).Dispose();
        return seen;
    }
}
