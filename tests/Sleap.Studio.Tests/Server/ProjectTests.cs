using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Studio.Tests;

/// <summary>What the page is told of the labels.</summary>
[Collection(StudioCollection.Name)]
public sealed class ProjectTests(StudioFixture studio)
{
    [Fact]
    public async Task The_project_names_videos_tracks_and_nodes()
    {
        var project = await studio.GetAsync("/api/project");
        Assert.Equal("labels.slp", (string?)project["name"]);
        Assert.Equal(
            BinaryVideos.Kinds.Select(kind => kind.Name),
            project["videos"]!.AsArray().Select(v => (string?)v!["name"])
        );
        Assert.Equal(["a", "b"], project["tracks"]!.AsArray().Select(name => (string?)name));
        Assert.Equal(StudioFixture.Hostile, (string?)project["skeletons"]![0]!["nodes"]![1]);
    }

    /// <summary>Every frame of the labels, and frames between, in any order.</summary>
    [Fact]
    public async Task A_frame_has_the_instances_of_the_labels()
    {
        var expected = studio.Labels.Frames.ToDictionary(frame => frame.FrameIndex);
        foreach (var number in (int[])[59, 10, 30, 40, 9, 60, 70, 239])
        {
            var frame = await studio.GetAsync($"/api/videos/0/frames/{number}");
            Assert.Equal(expected.ContainsKey(number), (bool)frame["isLabeled"]!);
            Assert.Equal(number == 70, (bool)frame["isEmpty"]!);
            var instances = frame["instances"]!.AsArray();
            var labeled = expected.GetValueOrDefault(number)?.Instances ?? [];
            Assert.Equal(labeled.Select(one => one.IsPredicted), instances.Select(one => (bool)one!["isPredicted"]!));
            Assert.Equal(
                labeled.Select(one => one.Track?.Name),
                instances.Select(one => one!["track"]!.GetValue<int>() == 0 ? "a" : "b")
            );
            foreach (var (instance, told) in labeled.Zip(instances))
            {
                Assert.Equal(
                    instance.Points.Select(PointOf),
                    told!["points"]!.AsArray().Select(p => PointOf(p!.AsArray()))
                );
            }
        }
        // The person's instance of frame 30 was made of the first prediction, which is not shown any more.
        var corrected = (await studio.GetAsync("/api/videos/0/frames/30"))["instances"]!.AsArray();
        Assert.Equal([true, false, false], corrected.Select(one => (bool)one!["isCorrected"]!));
    }

    [Theory]
    [InlineData("labeled", 0, false, 10)]
    [InlineData("labeled", 10, false, 11)]
    [InlineData("labeled", 59, false, 70)]
    [InlineData("labeled", 70, false, null)]
    [InlineData("labeled", 200, true, 70)]
    [InlineData("labeled", 10, true, null)]
    [InlineData("user", 11, false, 20)]
    [InlineData("user", 50, false, 70)]
    [InlineData("newTrack", 0, false, 10)]
    [InlineData("newTrack", 10, false, 30)]
    [InlineData("newTrack", 30, false, null)]
    [InlineData("suggestion", 60, false, 100)]
    [InlineData("suggestion", 60, true, 5)]
    [InlineData("run", 20, false, 59)]
    [InlineData("run", 20, true, 10)]
    [InlineData("run", 65, true, null)]
    [InlineData("edited", 65, true, null)]
    public async Task Steps_find_the_next_frame_of_a_kind(string to, int from, bool back, int? expected)
    {
        var step = await studio.GetAsync($"/api/step?video=0&frame={from}&to={to}&back={back}");
        Assert.Equal(expected, (int?)step["place"]?["frame"]);
    }

    [Fact]
    public async Task Suggestions_go_through_all_videos_in_the_order_of_the_list()
    {
        (int Video, int Frame) place = (0, 100);
        List<(int, int)> visited = [];
        for (var i = 0; i < 3; i++)
        {
            var step = await studio.GetAsync(
                $"/api/step?video={place.Video}&frame={place.Frame}&to=suggestion&back=false"
            );
            place = ((int)step["place"]!["video"]!, (int)step["place"]!["frame"]!);
            visited.Add(place);
        }
        Assert.Equal([(1, 7), (0, 5), (0, 100)], visited);
    }

    [Theory]
    [InlineData("labeled", 51)]
    [InlineData("user", 6)]
    [InlineData("predicted", 45)]
    [InlineData("suggested", 3)]
    [InlineData("newTrack", 2)]
    [InlineData("lowScore", 9)]
    [InlineData("empty", 1)]
    public async Task The_table_lists_frames_by_kind(string filter, int count)
    {
        var table = await studio.GetAsync($"/api/frames?filter={filter}&sort=frame&below=0.2&offset=0&limit=500");
        Assert.Equal(count, (int)table["total"]!);
        Assert.Equal(count, table["rows"]!.AsArray().Count);
    }

    [Fact]
    public async Task The_table_is_sorted_and_given_in_windows()
    {
        var all = await Rows("sort=score&offset=0&limit=500");
        Assert.Equal([0.11f, 0.12f], all.Take(2).Select(row => (float)row!["score"]!));
        Assert.Null(all[^1]!["score"]);
        Assert.Equal(
            all.Skip(20).Take(5).Select(row => row!.ToJsonString()),
            (await Rows("sort=score&offset=20&limit=5")).Select(row => row!.ToJsonString())
        );
        Assert.Empty(await Rows("sort=score&offset=5000&limit=5"));
        foreach (var (frame, place) in new[] { (10, 0), (35, 25), (70, 50), (60, -1) })
        {
            var path = $"/api/frames?filter=labeled&sort=frame&offset=0&limit=1&atVideo=0&atFrame={frame}";
            Assert.Equal(place, (int)(await studio.GetAsync(path))["place"]!);
        }
        Assert.Equal(30, (int)(await Rows("sort=instances&offset=0&limit=1"))[0]!["frame"]!);

        async Task<JsonArray> Rows(string query) =>
            (await studio.GetAsync($"/api/frames?filter=labeled&video=0&{query}"))["rows"]!.AsArray();
    }

    [Fact]
    public async Task The_timeline_is_drawn_together_for_the_columns()
    {
        var whole = await studio.GetAsync("/api/videos/0/timeline?from=0&to=240&columns=1000");
        Assert.Equal(240, (int)whole["columns"]!);
        Assert.Equal([10, 59, 70, 70], Numbers(whole["predicted"]!));
        Assert.Equal([10, 10, 20, 20, 30, 30, 40, 40, 50, 50, 70, 70], Numbers(whole["user"]!));
        Assert.Equal([5, 5, 100, 100], Numbers(whole["suggested"]!));
        Assert.Equal(2, whole["lanes"]!.AsArray().Count);
        Assert.Equal([0, 10, 59], Numbers(whole["lanes"]![0]!));
        Assert.Equal([1, 30, 59], Numbers(whole["lanes"]![1]!));
        Assert.Equal(1, (double)whole["speeds"]![35]!, 3);

        var narrow = await studio.GetAsync("/api/videos/0/timeline?from=0&to=240&columns=24");
        Assert.Equal([1, 5, 7, 7], Numbers(narrow["predicted"]!));
        Assert.Equal(0.21, (double)narrow["scores"]![2]!, 3);
        Assert.Equal(2, (int)narrow["counts"]![3]!);
        Assert.Null(narrow["counts"]![9]);

        static int[] Numbers(JsonNode list) => [.. list.AsArray().Select(number => (int)number!)];
    }

    [Fact]
    public async Task Trails_go_back_so_many_frames()
    {
        var trails = (await studio.GetAsync("/api/videos/0/trails?frame=40&length=5")).AsArray();
        Assert.Equal([0, 1], trails.Select(trail => (int)trail!["track"]!));
        var points = trails[1]!["points"]!.AsArray().Select(number => (double)number!).ToArray();
        Assert.Equal([35, 36, 37, 38, 39, 40], points.Where((_, i) => i % 3 == 0));
        Assert.Equal((80, 55), (points[^2], points[^1]));
    }

    /// <summary>Frames that lie twice in a file, and in any order, are found like others.</summary>
    [Fact]
    public void Frames_in_any_order_are_found()
    {
        var video = Video.FromFile(studio.Videos[0]);
        var random = new Random(3);
        LabeledFrame[] frames =
        [
            .. Enumerable.Range(0, 50).Select(i => new LabeledFrame { Video = video, FrameIndex = 3 * (i / 2) }),
        ];
        random.Shuffle(frames);
        var project = new OpenedProject("x", new Labels(frames));
        for (var frame = 0; frame < 80; frame++)
            Assert.Equal(frame % 3 == 0 && frame < 75, project.View.Find(0, frame) is not null);
        Assert.Equal(25, project.View.TimelineOf(0).Frames.Length);
    }

    /// <summary>The same numbers whether rows are read from a file's tables or from instances.</summary>
    [Fact]
    public void Rows_of_a_file_are_those_of_its_instances()
    {
        var path = StudioFixture.Data("centered_pair_predictions.slp");
        var lazy = OpenedProject.Open([path], new());
        var loaded = Labels.Load(path);
        var built = new OpenedProject("x", new Labels(loaded.Frames, loaded.Videos, loaded.Skeletons, loaded.Tracks));
        var (one, other) = (lazy.View.TimelineOf(0), built.View.TimelineOf(0));
        Assert.True(one.Frames.Length > 1000);
        Assert.Equal(other.Frames, one.Frames);
        Assert.Equal(other.Instances, one.Instances);
        Assert.Equal(other.NewTrackFrames, one.NewTrackFrames);
    }

    [Fact]
    public void Videos_come_behind_those_that_labels_name()
    {
        var labels = Path.Combine(studio.Folder, "labels.slp");
        var other = Path.Combine(studio.Folder, "other.avi");
        File.Copy(studio.Videos[4], other);
        var project = OpenedProject.Open([labels, studio.Videos[0], other], new());
        Assert.Equal(BinaryVideos.Kinds.Count + 1, project.View.Videos.Count);
        Assert.Equal(other, project.View.Videos[^1].FoundPath);
        Assert.Equal("labels.slp and 2 more", project.Name);
        Assert.Throws<FileNotFoundException>(() => OpenedProject.Open(["/nowhere/x.slp"], new()));
    }

    private static (double?, double?, bool, double?) PointOf(Point point) =>
        (Answers.Exact(point.X), Answers.Exact(point.Y), point.Visible, Answers.Number(point.Score));

    private static (double?, double?, bool, double?) PointOf(JsonArray point) =>
        ((double?)point[0], (double?)point[1], (int)point[2]! == 1, (double?)point[3]);
}
