using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

public sealed class ReportTests
{
    private readonly MLContext _ml = new(1);

    private static string Data(string name) => Path.Combine(TestFolder.Repository, "tests", "data", name);

    [Fact]
    public void APageStandsAloneWithChartsAndPictures()
    {
        using var folder = new TestFolder();
        var report = _ml.Pose()
            .Report(
                Labels.Load(Data("centered_pair_predictions.slp")),
                folder["r"],
                new ReportOptions
                {
                    VideoPath = Data("centered_pair_low_quality.mp4"),
                    Pictures = 3,
                    WorstFrames = 4,
                }
            );
        Assert.Equal(["report.html", "summary.json"], Directory.GetFiles(folder["r"]).Select(Path.GetFileName).Order());
        var html = File.ReadAllText(report.Page);
        Assert.Equal(7, Regex.Count(html, "src=\"data:image/jpeg;base64,"));
        // Nothing is fetched from elsewhere.
        Assert.DoesNotContain("src=\"http", html);
        Assert.DoesNotContain("href=", html);
        Assert.DoesNotContain("NaN", Regex.Replace(html, "base64,[^\"]+", ""));
        Assert.Contains("There are 27 tracks; the 8 seen most are shown.", html);
        var video = report.Videos.Single();
        Assert.Equal((1100, 0, 2274, 27), (video.Frames, video.EmptyFrames, video.Instances, video.Animals.Length));
        Assert.Equal(4, video.WorstFrames.Length);
        var json = JsonNode.Parse(File.ReadAllText(folder["r/summary.json"]))!["videos"]![0]!;
        Assert.Equal(video.Animals[0].PathLength, (double)json["animals"]![0]!["path_length"]!, 1e-5);
    }

    /// <summary>Bouts of the labels, else those that are given; names are text, whatever they hold.</summary>
    [Fact]
    public void APageShowsWhatAnimalsDid()
    {
        using var folder = new TestFolder();
        var labels = Labels.Load(Data("flies13_20190128.predictions.slp"));
        var video = Path.GetFileName(labels.Videos[0].Path);
        Bout[] bouts =
        [
            new("track_0", "<script>x</script>", 10, 59),
            new("track_0", "groom", 100, 149) { Video = video },
            new(null, "light", 2990, 4000),
            new("track_0", "other video", 0, 1) { Video = "other.mp4" },
        ];
        var options = new ReportOptions { Plot = new() { FramesPerSecond = 25 } };
        Assert.DoesNotContain("What they did", Page(labels, options));
        foreach (
            var html in new[]
            {
                Page(labels, options with { Bouts = bouts }),
                Page(labels.WithBouts(bouts[..3]), options),
            }
        )
        {
            Assert.Contains("What they did", html);
            Assert.Contains("groom: frames 100 to 149", html);
            Assert.Contains("light: frames 2990 to 2999", html);
            Assert.Contains("<td>track_0</td><td>groom</td><td>1</td><td>2</td><td>2</td><td>2</td>", html);
            Assert.Contains("&lt;script&gt;x&lt;/script&gt;: frames 10 to 59", html);
            Assert.DoesNotContain("<script", html);
            Assert.DoesNotContain("other video", html);
        }

        string Page(Labels shown, ReportOptions how) =>
            File.ReadAllText(_ml.Pose().Report(shown, folder["r"], how).Page);
    }

    [Fact]
    public void TheFiguresAreThoseOfTheMotion()
    {
        using var folder = new TestFolder();
        Track a = new("a"),
            b = new("b");
        // a goes 3 pixels a frame along the top; b stands below, is gone for frames 4 to 6, and lacks a node of three.
        var labels = Poses.Labels([
            .. Enumerable
                .Range(0, 10)
                .Select(i =>
                    (
                        i,
                        i is >= 4 and <= 6
                            ? new[] { A(i) }
                            : [A(i), Poses.Animal(Poses.Mouse, true, b, 50, 90, 60, 100, double.NaN, double.NaN)]
                    )
                ),
        ]);
        Instance A(int i) => Poses.Animal(Poses.Mouse, true, a, 3 * i, 10, (3 * i) + 5, 10, (3 * i) + 9, 12);
        var report = _ml.Pose()
            .Report(
                labels,
                folder["r"],
                new ReportOptions
                {
                    Plot = new PlotOptions
                    {
                        FramesPerSecond = 10,
                        PixelsPerUnit = 3,
                        Unit = "cm",
                    },
                }
            );
        AnimalSummary[] animals = [.. report.Videos.Single().Animals];
        Assert.Equal(["a", "b"], animals.Select(animal => animal.Name));
        Assert.Equal(
            (10, 0, 9, 0, 0),
            (animals[0].Frames, animals[0].FirstFrame, animals[0].LastFrame, animals[0].Gaps, animals[0].LongestGap)
        );
        Assert.Equal((7, 1, 3), (animals[1].Frames, animals[1].Gaps, animals[1].LongestGap));
        Assert.Equal(9, animals[0].PathLength, 5);
        Assert.Equal(10, animals[0].MeanSpeed, 5);
        Assert.Equal((0.0, 0.0), (animals[1].PathLength, animals[1].MeanSpeed));
        Assert.Equal(1.0 / 3, animals[1].MissingNodes, 9);
        Assert.Equal((1.0, 0.0), (animals[0].UpperHalf, animals[1].UpperHalf));
        Assert.Equal(0.5, animals[0].MeanScore, 6);
        var html = File.ReadAllText(report.Page);
        Assert.Contains("mean speed (cm/s)", html);
        // The video is not there, which the page says.
        Assert.Contains("Images are missing: ", html);
        Assert.Contains("not-there.mp4", html);
    }

    [Fact]
    public void NamesAreNoMarkup()
    {
        using var folder = new TestFolder();
        var track = new Track("<b>&\"fly\"</b>");
        var report = _ml.Pose()
            .Report(
                Poses.Labels(
                    (0, [Poses.Animal(Poses.Mouse, true, track, 1, 2, 3, 4, 5, 6)]),
                    (1, [Poses.Animal(Poses.Mouse, true, track, 1, 2, 3, 4, 5, 6)])
                ),
                folder.Path
            );
        var html = File.ReadAllText(report.Page);
        Assert.DoesNotContain("<b>&", html);
        Assert.Contains("&lt;b&gt;&amp;&quot;fly&quot;&lt;/b&gt;", html);
    }

    [Fact]
    public void AJumpIsSuspect()
    {
        var track = new Track("m");
        var labels = Poses.Labels([.. Enumerable.Range(0, 300).Select(i => (i, new[] { M(i, i == 150 ? 400 : 0) }))]);
        Instance M(int i, double off) =>
            Poses.Animal(Poses.Mouse, true, track, i + off, 0, i + off + 5, 5, i + off + 9, 9);
        (var frame, _) = SuspectSearch.Find(AnimalPath.Of(PosedVideo.Choose(labels, null), null), 3).First();
        Assert.Equal((150, "m", "a jump of 401 pixels a frame"), (frame.FrameIndex, frame.Animal, frame.Reason));
    }

    [Fact]
    public void EmptyAndWrongThingsAreRefused()
    {
        using var folder = new TestFolder();
        var pose = _ml.Pose();
        Assert.Contains(
            "no frame",
            Assert.Throws<InvalidDataException>(() => pose.Report(new Labels([]), folder["x"])).Message
        );
        var one = Poses.Labels((0, [Poses.Animal(Poses.Mouse, true, null, 1, 2, 3, 4, 5, 6)]));
        Assert.Contains(
            "'nowhere.mp4'",
            Assert
                .Throws<FileNotFoundException>(() =>
                    pose.Report(one, folder["x"], new ReportOptions { VideoPath = "nowhere.mp4" })
                )
                .Message
        );
        var faults = Assert
            .Throws<ArgumentException>(() =>
                new ReportOptions
                {
                    Pictures = -1,
                    WorstFrames = 1000,
                    Title = "",
                }.Checked()
            )
            .Message;
        foreach (var name in new[] { "Pictures is -1", "WorstFrames is 1000", "Title" })
            Assert.Contains(name, faults);
        Assert.False(Directory.Exists(folder["x"]));
        // A file with frames but no instance in any has a page that says so.
        Assert.Contains("no instance", File.ReadAllText(pose.Report(Poses.Labels((0, []), (1, [])), folder["y"]).Page));
    }

    [Fact]
    public void AnEvaluationHasItsPageFiguresAndTable()
    {
        using var folder = new TestFolder();
        var pose = _ml.Pose();
        var labels = pose.LoadLabels(TestFolder.OpenField);
        var smooth = pose.Smooth("Keypoints", window: 3, SmoothMethod.Mean, "PredictedKeypoints")
            .Fit(labels)
            .Transform(labels);
        var metrics = pose.EvaluationReport(smooth, folder["e"], report: new ReportOptions { WorstFrames = 2 });
        // The page is of the same comparison as without one.
        Assert.Equal(pose.Evaluate(smooth).ToJson().ToJsonString(), metrics.ToJson().ToJsonString());
        Assert.Equal(
            ["metrics.json", "metrics.txt", "report.html"],
            Directory.GetFiles(folder["e"]).Select(Path.GetFileName).Order()
        );
        var html = File.ReadAllText(folder["e/report.html"]);
        Assert.Equal(2, Regex.Count(html, "src=\"data:image/jpeg;base64,"));
        var worst = metrics.PerFrame.Where(frame => frame.Found > 0).MaxBy(frame => frame.MeanError)!;
        Assert.Contains($"Frame {worst.FrameIndex}: mean ", html);
        Assert.DoesNotContain("NaN", Regex.Replace(html, "base64,[^\"]+", ""));
        Assert.Contains("snout", File.ReadAllText(folder["e/metrics.txt"]));
        Assert.Equal(116, (int)JsonNode.Parse(File.ReadAllText(folder["e/metrics.json"]))!["frames"]!);
    }
}
