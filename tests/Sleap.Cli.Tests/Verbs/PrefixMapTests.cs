using Sleap.IO;

namespace Sleap.Cli.Tests;

/// <summary><c>--prefix-map</c>: labels and configurations of another machine.</summary>
public sealed class PrefixMapTests : IDisposable
{
    private const string Video = @"C:\rec\day1\robot.mp4";
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-prefix-").FullName;

    public PrefixMapTests()
    {
        Directory.CreateDirectory(PathOf("moved/day1"));
        File.Copy(Cli.Data("small_robot.mp4"), PathOf("moved/day1/robot.mp4"));
        Labels(IO.Video.FromFile(Video)).Save(PathOf("labels.slp"));
    }

    private string[] Map => ["--prefix-map", @"c:\REC", PathOf("moved")];

    private string Mapped => $"{PathOf("moved")}/day1/robot.mp4";

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Verbs_find_the_videos_of_labels()
    {
        var labels = PathOf("labels.slp");
        Assert.False((bool)Cli.Json("info", labels)["videos_found"]![0]!);
        Assert.True((bool)Cli.Json(["info", labels, .. Map])["videos_found"]![0]!);
        foreach (
            var words in (string[][])
                [
                    ["convert", labels, PathOf("converted.slp")],
                    ["convert", labels, PathOf("converted.csv")],
                    ["fix", labels, "--out", PathOf("fixed.slp")],
                    [
                        "predict",
                        labels,
                        "--model",
                        "tests/golden/models/single_instance",
                        "--device",
                        "cpu",
                        "--out",
                        PathOf("predicted.slp"),
                    ],
                ]
        )
        {
            var written = Cli.Json([words[0], .. Map, .. words[1..]])["out"]!;
            Assert.Equal(Mapped, Assert.Single(IO.Labels.Load((string)written!).Videos).Path);
        }

        // Without a file at the new place the name is new all the same.
        Cli.Json(
            "convert",
            labels,
            PathOf("cluster.slp"),
            "--prefix-map",
            "C:/",
            "/data/",
            "--prefix-map",
            "/data",
            "/x"
        );
        Assert.Equal("/data/rec/day1/robot.mp4", IO.Labels.Load(PathOf("cluster.slp")).Videos[0].Path);

        Assert.Contains(@"day1\robot.mp4", Cli.Run("check", labels).Output);
        Assert.Contains("no findings", Cli.Run(["check", labels, .. Map]).Output);
    }

    [Fact]
    public void Eval_pairs_videos_by_their_new_paths()
    {
        Labels(IO.Video.FromFile(@"C:\rec\day1\cam.mp4"), IO.Video.FromFile(@"C:\rec\day2\cam.mp4"))
            .Save(PathOf("truth.slp"));
        Labels(IO.Video.FromFile("/other/2/cam.mp4"), IO.Video.FromFile("/other/1/cam.mp4")).Save(PathOf("found.slp"));
        string[] words = ["eval", PathOf("truth.slp"), PathOf("found.slp"), "--use-predictions"];
        Assert.Equal(1, Cli.Run(words).Code);
        string[] map = ["--prefix-map", "/other/1", @"C:\rec\day1", "--prefix-map", "/other/2", @"C:\rec\day2"];
        Assert.Equal(0, Cli.Run([.. words, .. map]).Code);
    }

    [Fact]
    public void Files_that_a_configuration_names_are_mapped()
    {
        File.Copy(PathOf("labels.slp"), PathOf("moved/val.slp"));
        string[] lint =
        [
            "config",
            "lint",
            PathOf("labels.slp"),
            "--config",
            "tests/golden/config/unet.single_instance.yaml",
            @"data_config.val_labels_path=['C:\rec\val.slp']",
        ];
        Assert.Contains(@"C:\rec\val.slp", Cli.Run(lint).Error);
        var (_, output, error) = Cli.Run([.. lint, .. Map, "--json"]);
        Assert.DoesNotContain("val.slp", error);
        Assert.Contains("Leakage", output); // the same frame in both

        var (code, _, start) = Cli.Run([
            "train",
            .. lint[2..^1],
            @"trainer_config.resume_ckpt_path='C:\rec\best.ckpt'",
            .. Map,
            "--out",
            PathOf("run"),
        ]);
        Assert.Equal(1, code);
        Assert.Contains($"{PathOf("moved")}/best.ckpt", start);
    }

    [Theory]
    [InlineData("needs two paths", "--prefix-map", "/a", "")]
    [InlineData("has '/a' twice", "--prefix-map", "/a", "/b", "--prefix-map", "/a", "/c")]
    [InlineData("--prefix-map", "--prefix-map", "/a")]
    public void Wrong_words_are_one_line(string cause, params string[] words)
    {
        var (code, output, error) = Cli.Run(["info", PathOf("labels.slp"), .. words]);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(cause, error);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private static Labels Labels(params IEnumerable<Video> videos)
    {
        var skeleton = new Skeleton("robot", ["a", "b"], [new Edge(0, 1)]);
        return new(
            videos.Select(video => new LabeledFrame
            {
                Video = video,
                FrameIndex = 3,
                Instances = [new Instance { Skeleton = skeleton, Points = [new Point(10, 20), new Point(30, 40)] }],
            })
        );
    }
}
