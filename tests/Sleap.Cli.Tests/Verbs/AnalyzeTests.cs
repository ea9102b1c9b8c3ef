using System.Globalization;
using Sleap.IO;

namespace Sleap.Cli.Tests;

public sealed class AnalyzeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-analyze-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>
    /// One animal goes 3 px a frame to the right, the other stands in its way: by hand 3 px · 10 / s / 2 px per unit =
    /// 15 units/s.
    /// </summary>
    [Fact]
    public void Speeds_contacts_and_regions_are_those_of_the_way_that_was_gone()
    {
        var (poses, regions, table) = (
            Path.Combine(_folder, "poses.slp"),
            Path.Combine(_folder, "regions.json"),
            Path.Combine(_folder, "table.csv")
        );
        TwoAnimals().Save(poses);
        File.WriteAllText(regions, """[{ "name": "left", "corners": [[-1, 0], [29, 0], [29, 100], [-1, 100]] }]""");
        var answer = Cli.Json(
            "analyze",
            poses,
            "--out",
            table,
            "--fps",
            "10",
            "--pixels-per-unit",
            "2",
            "--contact",
            "5",
            "--regions",
            regions,
            "--smooth",
            "1",
            "--heading",
            "tail,nose"
        );
        var walker = answer["animals"]!.AsArray().Single(animal => (string?)animal!["name"] == "walker")!;
        var stander = answer["animals"]!.AsArray().Single(animal => (string?)animal!["name"] == "stander")!;
        Assert.Equal((15.0, 0.0), ((double)walker["mean Speed"]!, (double)stander["mean Speed"]!));
        Assert.Equal(19 * 3 / 2.0, (double)walker["PathLength"]!, 1e-6);
        // Its middle is at 3 i: frames 0 to 9 are left of 29, of which 10 pass at 10 a second.
        Assert.Equal((0.5, 1.0), ((double)walker["share InRegion left"]!, (double)walker["RegionDwell left"]!));
        // Within 5 units (10 px): of two animals with nodes at ±2 the nearest nodes are 4 px nearer than the middles,
        // 30 - 3 i.
        var touching = Enumerable
            .Range(0, 20)
            .Count(i => Math.Sqrt(Math.Pow(Math.Max(0, Math.Abs(30 - 3 * i) - 4), 2) + 16) <= 10);
        Assert.Equal(touching / 20.0, (double)walker["share Contact"]!, 1e-4);
        var lines = File.ReadAllLines(table);
        Assert.Equal(41, lines.Length);
        var header = lines[0].Split(',');
        var first = lines
            .Skip(1)
            .Select(line => line.Split(','))
            .First(row =>
                row[Array.IndexOf(header, "track")] == "walker" && row[Array.IndexOf(header, "frame")] == "3"
            );
        Assert.Equal((15.0, 0.3), (Value(first, "Speed"), Value(first, "time")));
        Assert.Equal(
            (0.5, 0.75, 0.25),
            (Value(first, "score"), Value(first, "tail.score"), Value(first, "nose.score"))
        );
        double Value(string[] row, string column) =>
            double.Parse(row[Array.IndexOf(header, column)], CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("--heading", "nose")]
    [InlineData("--node", "wing")]
    [InlineData("--regions", "nothing.json")]
    public void What_cannot_be_analyzed_is_one_line(params string[] words)
    {
        var poses = Path.Combine(_folder, "poses.slp");
        TwoAnimals().Save(poses);
        var (code, _, error) = Cli.Run(["analyze", poses, "--out", Path.Combine(_folder, "t.csv"), .. words]);
        Assert.Equal(1, code);
        Assert.Contains(words[1], error);
    }

    [Fact]
    public void Animals_that_nobody_can_tell_apart_are_not_followed_in_silence()
    {
        var poses = Path.Combine(_folder, "poses.slp");
        FlyLabels.Range(0, 5, _ => null).Save(poses);
        var (code, _, error) = Cli.Run("analyze", poses, "--out", Path.Combine(_folder, "t.csv"));
        Assert.Equal(0, code);
        Assert.Contains("10 animals have no track", error);
    }

    private static Labels TwoAnimals()
    {
        var skeleton = new Skeleton("mouse", ["tail", "nose"]);
        var video = Video.FromFile(Path.Combine(Cli.Root, "tests/data/small_robot.mp4"));
        var (walker, stander) = (new Track("walker"), new Track("stander"));
        Instance At(double x, double y, Track track) =>
            new()
            {
                Skeleton = skeleton,
                Points = [new Point(x - 2, y, true, false, 0.75f), new Point(x + 2, y, true, false, 0.25f)],
                Track = track,
                IsPredicted = true,
                Score = 0.5f,
            };
        return new Labels([
            .. Enumerable
                .Range(0, 20)
                .Select(i => new LabeledFrame
                {
                    Video = video,
                    FrameIndex = i,
                    Instances = [At(3 * i, 50, walker), At(30, 54, stander)],
                }),
        ]);
    }
}
