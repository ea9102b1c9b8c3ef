using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>The settings that <see cref="PredictionOptions"/> changes, and the files of one run.</summary>
public sealed class PredictionOptionsTests : IDisposable
{
    private static readonly string Robot = Golden.PathOf("../data/small_robot.mp4");
    private static readonly string Pair = Golden.PathOf("../data/centered_pair_small.mp4");
    private static readonly InstanceFilterOptions Nothing = new() { MinInstanceScore = 100 };
    private readonly MLContext _ml = new(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("predict-").FullName;

    private PoseCatalog Pose => _ml.Pose();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("bottomup")]
    [InlineData("centroid")]
    [InlineData("centroid", "centered_instance")]
    public void A_filter_is_applied_to_what_the_model_finds(params string[] folders)
    {
        using var model = Load(folders);
        using var filtered = model.With(new() { Filter = new() { MaxInstances = 1 } });
        using var none = model.With(new() { Filter = Nothing });
        var (all, best) = (Frames(model), Frames(filtered));
        Assert.All(all, frame => Assert.Equal(2, frame.Instances.Count));
        foreach (var (before, after) in all.Zip(best))
        {
            Assert.Equal(
                before.Instances.Max(instance => instance.Score),
                Assert.Single(after.Instances).Score,
                tolerance: 1e-4
            );
        }
        Assert.All(Frames(none), frame => Assert.Empty(frame.Instances));
    }

    [Fact]
    public void Where_a_row_has_one_instance_a_filtered_one_is_missing()
    {
        using var model = Load("single_instance");
        using var none = model.With(new() { Filter = Nothing });
        var rows = none.Transform(Pose.LoadVideo(Robot, [0, 1, 2]));
        var points = rows.GetColumn<float[]>("PredictedKeypoints").ToList();
        Assert.Equal(3, points.Count);
        Assert.All(points, row => Assert.All(row, value => Assert.True(float.IsNaN(value))));
        Assert.Equal([0f, 0f, 0f], rows.GetColumn<float>("InstanceScore"));
        Assert.All(Pose.ToLabels(rows).Frames, frame => Assert.Empty(frame.Instances));
    }

    [Fact]
    public void The_limit_of_the_model_is_before_the_filter_and_the_limit_of_the_filter_behind_it()
    {
        using var model = Load("bottomup");
        var scores = Frames(model).Select(frame => frame.Instances.Max(instance => instance.Score)).ToList();
        // Only the better of the two passes: looked for is the best one, so one is left.
        var between = (float)
            Frames(model).SelectMany(frame => frame.Instances.Select(instance => instance.Score)).Order().ElementAt(4);
        using var both = model.With(
            new()
            {
                MaxInstances = 1,
                Filter = new() { MinInstanceScore = between, MaxInstances = 2 },
            }
        );
        foreach (var (frame, best) in Frames(both).Zip(scores))
            Assert.Equal(best >= between ? 1 : 0, frame.Instances.Count);
    }

    [Fact]
    public void Centers_that_are_too_close_give_way_to_the_higher_one()
    {
        using var model = Load("centroid");
        using var apart = model.With(new() { Filter = new() { MinCentroidDistance = 1000 } });
        using var overlap = model.With(new() { Filter = new() { OverlapThreshold = 0.1f } });
        Assert.All(Frames(apart), frame => Assert.Single(frame.Instances));
        // Points have no area.
        Assert.All(Frames(overlap), frame => Assert.Equal(2, frame.Instances.Count));
    }

    [Fact]
    public void Scale_and_crop_size_are_those_of_both_stages_and_places_stay_in_pixels_of_the_frame()
    {
        using var model = (TopDownTransformer)Load("centroid", "centered_instance");
        using var other = model.With(
            new()
            {
                Scale = 0.9f,
                Filter = new() { MinVisibleNodes = 1 },
            }
        );
        var stages = other.Options;
        Assert.Equal((0.9f, 0.9f), (stages.Centroid.Scale, stages.CenteredInstance.Scale));
        Assert.Equal(new InstanceFilterOptions(), stages.Centroid.Filter);
        using var larger = model.With(new() { CropSize = 200 });
        Assert.Equal(200, larger.Options.CenteredInstance.CropSize);
        Assert.NotEqual(
            Frames(model)[0].Instances.Select(instance => instance.Score),
            Frames(larger)[0].Instances.Select(instance => instance.Score)
        );
        foreach (var (before, after) in Frames(model).Zip(Frames(other)))
        {
            foreach (var instance in after.Instances)
            {
                // The networks were trained on another size: places differ by pixels, and not by a tenth.
                Assert.Contains(before.Instances, was => Distance(was, instance) < 5);
            }
        }
    }

    [Fact]
    public void Grouping_is_that_of_the_options()
    {
        using var model = (BottomUpTransformer)Load("bottomup");
        using var strict = model.With(
            new()
            {
                MinLineScore = 1,
                LinePoints = 7,
                MaxEdgeLengthRatio = 0.5f,
                DistancePenaltyWeight = 2,
                MinInstancePeaks = 3,
            }
        );
        Assert.Equal(
            model.Options.PartAffinity with
            {
                MinLineScore = 1,
                LinePoints = 7,
                MaxEdgeLengthRatio = 0.5f,
                DistancePenaltyWeight = 2,
                MinInstancePeaks = 3,
            },
            strict.Options.PartAffinity
        );
        // The skeleton has two nodes.
        Assert.All(Frames(strict), frame => Assert.Empty(frame.Instances));
    }

    [Fact]
    public void Every_fault_is_named()
    {
        using var model = Load("bottomup");
        var error = Assert.Throws<ArgumentException>(() =>
            model.With(
                new()
                {
                    Scale = 0,
                    MinLineScore = 2,
                    LinePoints = 0,
                    Filter = new() { MinVisibleNodes = -1, MinCentroidDistance = -1 },
                }
            )
        );
        foreach (
            var fault in (string[])
                [
                    "Scale is 0",
                    "PartAffinity.MinLineScore is 2",
                    "PartAffinity.LinePoints is 0",
                    "Filter.MinVisibleNodes is -1",
                    "Filter.MinCentroidDistance is -1",
                ]
        )
        {
            Assert.Contains(fault, error.Message);
        }

        using var crops = Load("centroid", "centered_instance");
        Assert.Contains(
            "CenteredInstance.CropSize is 1",
            Assert.Throws<ArgumentException>(() => crops.With(new() { CropSize = 1 })).Message
        );
    }

    [Fact]
    public void The_filter_of_two_stages_is_the_whole_models()
    {
        var options = new TopDownOptions { Centroid = new() { Filter = Nothing } };
        Assert.Contains(
            "Centroid: Filter is set",
            Assert.Throws<ArgumentException>(() => Pose.TopDown(options)).Message
        );
        using var first = (CentroidTransformer)Load("centroid").With(new() { Filter = Nothing });
        using var second = (CenteredInstanceTransformer)
            Load("centered_instance").With(new() { Filter = new() { MaxInstances = 1 } });
        using var both = Pose.TopDown(first, second);
        Assert.All(Frames(both), frame => Assert.Single(frame.Instances));
    }

    [Fact]
    public void The_filter_is_saved_with_the_model()
    {
        using var model = Load("centroid").With(new() { Filter = new() { MinCentroidDistance = 12 } });
        var path = PathOf("model.zip");
        _ml.Model.Save(model, null, path);
        using var loaded = (CentroidTransformer)_ml.Model.Load(path, out _);
        Assert.Equal(new() { MinCentroidDistance = 12 }, loaded.Options.Filter);
    }

    [Fact]
    public void A_centroid_model_alone_gives_points_live_too()
    {
        using var model = Load("centroid");
        var live = Pose.CreateLivePredictor(model, new() { WarmUpFrames = 0 });
        using var video = Video.FromFile(Pair).Open();
        var frame = video.Read(0);
        var found = live.Predict(frame.Pixels, frame.Height, frame.Width, frame.Channels);
        Assert.Equal("centroid", Assert.Single(live.Skeleton.Nodes));
        Assert.Equal(2, found.Count);
        Assert.All(found, instance => Assert.False(Assert.Single(instance.Points).IsMissing));
        var labels = Pose.ToLabels(model.Transform(Pose.LoadVideo(Pair, [0])));
        Assert.Equal("centroid", Assert.Single(Assert.Single(labels.Skeletons).Nodes));
        foreach (var (one, other) in labels.Frames[0].Instances.Zip(found))
            Assert.Equal(0, Distance(one, other), tolerance: 1e-3);
    }

    [Fact]
    public void One_pass_writes_several_files()
    {
        using var model = Load("bottomup");
        string[] paths = [PathOf("a.slp"), PathOf("a.h5"), PathOf("a.csv")];
        var report = Pose.Predict(model, Pair, paths[0], new() { Frames = [0, 1, 2], MoreOutputs = paths[1..] });
        Assert.Equal(paths[0], report.Output);
        Assert.Contains(report.Losses, loss => loss.StartsWith(paths[2], StringComparison.Ordinal));
        var first = Labels.Load(paths[0]);
        Assert.Equal(3, first.Frames.Count);
        foreach (var path in paths[1..])
        {
            var other = Labels.Load(path);
            Assert.Equal([2, 2, 2], other.Frames.Select(frame => frame.Instances.Count));
            Assert.All(
                first.Frames.Zip(other.Frames),
                pair =>
                    Assert.All(
                        pair.Second.Instances,
                        instance => Assert.Contains(pair.First.Instances, was => Distance(was, instance) < 1e-2)
                    )
            );
        }
    }

    [Fact]
    public void A_file_that_cannot_be_written_ends_the_run_before_it_begins()
    {
        using var model = Load("single_instance");
        Assert.Throws<PoseFormatException>(() =>
            Pose.Predict(model, Robot, PathOf("a.slp"), new() { MoreOutputs = [PathOf("a.docx")] })
        );
        Assert.Contains(
            "twice",
            Assert
                .Throws<ArgumentException>(() =>
                    Pose.Predict(
                        model,
                        Robot,
                        PathOf("a.slp"),
                        new() { MoreOutputs = [PathOf("../" + Path.GetFileName(_folder) + "/a.slp")] }
                    )
                )
                .Message
        );
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Empty_frames_are_counted_and_left_out_if_wanted()
    {
        using var model = Load("single_instance").With(new() { Filter = Nothing });
        var run = new PredictionRunOptions { Frames = [0, 1], KeepEmptyFrames = false };
        var report = Pose.Predict(model, Robot, PathOf("a.slp"), run);
        Assert.Equal((2, 2), (report.Processed, report.Empty));
        Assert.Empty(Labels.Load(PathOf("a.slp")).Frames);
        Assert.Empty(Pose.Predict(model, Robot, null, run).Labels!.Frames);
        Assert.Equal(2, Pose.Predict(model, Robot, null, run with { KeepEmptyFrames = true }).Labels!.Frames.Count);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private PoseModelTransformer Load(params string[] folders) =>
        Pose.FromSleap([.. folders.Select(folder => Golden.PathOf("models/" + folder))]);

    private IReadOnlyList<LabeledFrame> Frames(ITransformer model) =>
        Pose.ToLabels(model.Transform(Pose.LoadVideo(Pair, [0, 1, 2]))).Frames;

    // The mean distance of the nodes that both have.
    private static double Distance(Instance one, Instance other) =>
        one
            .Points.Zip(other.Points)
            .Where(pair => !pair.First.IsMissing && !pair.Second.IsMissing)
            .Select(pair => double.Hypot(pair.First.X - pair.Second.X, pair.First.Y - pair.Second.Y))
            .DefaultIfEmpty(double.PositiveInfinity)
            .Average();
}
