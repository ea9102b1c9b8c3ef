using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>Which frames to label next.</summary>
public sealed class SuggestTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("suggest-").FullName;

    private PoseCatalog Pose => _ml.Pose();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Frames_in_which_the_model_is_lost_come_first_with_the_reason()
    {
        var video = Frames(24, dark: [5, 17]);
        using var model = Model();
        var chosen = Pose.Suggest(model, [video], 6);
        // Two dark frames are of one kind, so only the first of them has to be first.
        Assert.True(chosen[0].FrameIndex is 5 or 17, $"{chosen[0].FrameIndex}");
        Assert.Equal(6, chosen.DistinctBy(one => one.FrameIndex).Count());
        Assert.All(chosen, one => Assert.InRange(one.Value, 0, 1));
        Assert.All(chosen, one => Assert.NotEmpty(one.Reason));
        Assert.Matches("scores|missing|instances", chosen[0].Reason);
        Assert.All(chosen[^1].Predicted, instance => Assert.True(instance.IsPredicted));
    }

    [Fact]
    public void Labeled_frames_are_left_out_and_the_result_is_the_same_each_time()
    {
        var video = Frames(12, dark: [3]);
        using var model = Model();
        var labeled = new LabeledFrame
        {
            Video = video,
            FrameIndex = 3,
            Instances =
            [
                new Instance
                {
                    Skeleton = model.Skeleton,
                    Points = [.. model.Skeleton.Nodes.Select(_ => new Point(9, 9))],
                },
            ],
        };
        var options = new SuggestionOptions { Labels = new Labels([labeled]) };
        int[] once = [.. Pose.Suggest(model, [video], 100, options).Select(one => one.FrameIndex)];
        Assert.Equal(Enumerable.Range(0, 12).Except([3]), once.Order());
        Assert.Equal(once, Pose.Suggest(model, [video], 100, options).Select(one => one.FrameIndex));
    }

    [Fact]
    public void A_video_of_one_frame_has_one_suggestion()
    {
        using var model = Model();
        Assert.Equal(0, Assert.Single(Pose.Suggest(model, [Frames(1, [])], 5)).FrameIndex);
        // Of these frames only.
        var chosen = Pose.Suggest(model, [Frames(6, [])], 5, new() { Frames = [1, 2, 9] });
        Assert.Equal([1, 2], chosen.Select(one => one.FrameIndex).Order());
    }

    [Fact]
    public void They_are_spread_over_time_and_videos()
    {
        using var model = Model();
        var chosen = Pose.Suggest(model, [Frames(20, []), Frames(20, [])], 8);
        Assert.Equal(2, chosen.DistinctBy(one => one.Video).Count());
        int[] frames = [.. Pose.Suggest(model, [Frames(20, [])], 5).Select(one => one.FrameIndex).Order()];
        Assert.True(frames[^1] - frames[0] >= 8, string.Join(", ", frames));
    }

    [Fact]
    public void They_are_saved_as_suggestions_of_a_slp_and_shown_on_a_page()
    {
        var video = Frames(10, dark: [4]);
        using var model = Model();
        var chosen = Pose.Suggest(model, [video], 3);
        var path = Path.Combine(_folder, "next.slp");
        new Labels([]).WithSuggestions(chosen.Select(one => new SuggestedFrame(one.Video, one.FrameIndex))).Save(path);
        Assert.Equal(chosen.Select(one => one.FrameIndex), Labels.Load(path).Suggestions.Select(one => one.FrameIndex));
        var page = File.ReadAllText(Pose.SuggestionReport(chosen, Path.Combine(_folder, "page")));
        Assert.Equal(3, page.Split("<img ").Length - 1);
        Assert.Contains($"frame {chosen[0].FrameIndex}: ", page);
    }

    [Fact]
    public void What_cannot_be_done_is_said()
    {
        using var model = Model();
        Assert.Throws<ArgumentOutOfRangeException>(() => Pose.Suggest(model, [], 0));
        Assert.Empty(Pose.Suggest(model, [], 3));
        var wrong = new SuggestionOptions { Candidates = 0 };
        Assert.Contains(
            "Candidates",
            Assert.Throws<ArgumentException>(() => Pose.Suggest(model, [], 1, wrong)).Message
        );
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Pose.Suggest(model, [Frames(3, [])], 1, new() { CancellationToken = stop.Token })
        );
        using var centered = Pose.FromSleap(Golden.PathOf("models/centered_instance"));
        Assert.Contains("centroid", Assert.Throws<ArgumentException>(() => Pose.Suggest(centered, [], 1)).Message);
    }

    // Frames of a recording as images; in dark ones the animal is not to be seen.
    private Video Frames(int count, int[] dark)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, Path.GetRandomFileName())).FullName;
        using var source = Video.FromFile(Golden.PathOf("../data/small_robot.mp4")).Open();
        List<string> paths = [];
        for (var i = 0; i < count; i++)
        {
            var frame = source.Read(3 * i);
            if (dark.Contains(i))
                Array.Fill(frame.Pixels, (byte)20);
            var path = Path.Combine(folder, $"{i:000}.png");
            File.WriteAllBytes(path, ImageEncoder.Png(frame));
            paths.Add(path);
        }
        return Video.FromImages(paths);
    }

    private PoseModelTransformer Model()
    {
        using var model = Pose.FromSleap(Golden.PathOf("models/single_instance"));
        return model.With(new PredictionOptions { Device = "cpu" });
    }
}
