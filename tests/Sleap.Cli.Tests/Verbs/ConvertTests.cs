namespace Sleap.Cli.Tests;

public sealed class ConvertTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>
    /// From each format to each: the same frames and animals, whichever way they went. What each cannot hold is said.
    /// </summary>
    [Fact]
    public void Between_all_pairs_of_formats_every_frame_and_animal_arrives()
    {
        string[] formats = ["a.slp", "a.pkg.slp", "a.h5", "a.json", "a.csv", "CollectedData_a.csv", "yolo/data.yaml"];
        const string Source = "tests/data/small_robot_minimal.slp";
        foreach (var first in formats)
        {
            var there = Path.Combine(_folder, first.Replace('.', '_').Replace('/', '_'), first);
            Directory.CreateDirectory(Path.GetDirectoryName(there)!);
            var one = Convert(Source, there);
            Assert.Equal((2, 2), (one.Frames, one.Instances));
            if (first.EndsWith(".slp"))
                Assert.Empty(one.Lost);
            foreach (var second in formats)
            {
                // Tables name the video as the labels do, and DeepLabCut's pictures that need not be there; these two
                // formats write pictures.
                if (first.EndsWith(".csv") && second is "a.pkg.slp" or "yolo/data.yaml")
                    continue;
                var target = Path.Combine(_folder, "second", first.Replace('.', '_').Replace('/', '_'), second);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                var two = Convert(there, target);
                Assert.Equal((2, 2), (two.Frames, two.Instances));
                var again = Sleap.IO.Labels.Load(target);
                Assert.Equal(2, again.Frames.Sum(f => f.Instances.Count));
                // Millionths of 560 pixels by way of YOLO.
                Assert.Equal(
                    316.48974668,
                    again.Frames[0].Instances[0].Points[again.Skeletons[0].IndexOf("A")].X,
                    0.001
                );
            }
        }
    }

    [Theory]
    [InlineData("dlc_project_only_h5/project")]
    [InlineData("dlc_project_only_h5/project/labeled-data/v")]
    public void A_project_of_hdf5_tables_is_no_folder_of_images(string folder)
    {
        var report = Cli.Json("info", $"tests/data/cases/{folder}");
        Assert.Equal(("labels", 2), ((string?)report["kind"], (int)report["frames"]!));
    }

    [Fact]
    public void Movies_are_known_by_every_usual_ending()
    {
        Assert.Equal("video", (string?)Cli.Json("info", "tests/data/cases/video_messages/clip.mts")["kind"]);
        var (code, _, error) = Cli.Run("info", "tests/data/cases/video_messages/cut.mp4");
        Assert.Equal(1, code);
        Assert.Contains("cut off", error);
    }

    [Fact]
    public void Images_of_coco_are_written_unless_not_asked_for()
    {
        const string Source = "tests/data/small_robot_minimal.slp";
        string[] words = ["convert", Source, Path.Combine(_folder, "a.json"), "--videos", "tests/data"];
        var without = Cli.Json([.. words, "--no-images"]);
        Assert.Contains(without["lost"]!.AsArray(), l => ((string)l!).Contains("Images of 2 labeled frames"));
        Assert.Equal(["a.json"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName));
        Cli.Json(words);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(_folder, "a_images")).Length);
    }

    [Fact]
    public void The_verb_says_what_is_lost_and_takes_several_files()
    {
        foreach (var name in new[] { "one.slp", "two.slp" })
            File.Copy(Path.Combine(Cli.Root, "tests/golden/files/by-hand.slp"), Path.Combine(_folder, name));
        var (code, _, error) = Cli.Run("convert", Path.Combine(_folder, "*.slp"), Path.Combine(_folder, "both.csv"));
        Assert.Equal(0, code);
        Assert.Contains("edges and symmetries", error);
        Assert.Contains("more than once", error);
        var report = Cli.Json("convert", Path.Combine(_folder, "one.slp"), Path.Combine(_folder, "one.json"));
        Assert.Equal(2, (int)report["frames"]!);
        Assert.Contains(report["lost"]!.AsArray(), l => ((string)l!).Contains("symmetries"));
    }

    [Fact]
    public void Info_tells_of_folders_of_pictures_and_of_videos_that_are_missing()
    {
        var folder = Cli.Json("info", "examples/data/openfield/labeled-data/m4s1");
        Assert.Equal("labels", (string)folder["kind"]!);
        File.Copy(
            Path.Combine(Cli.Root, "examples/data/openfield/labeled-data/m4s1/img0000.png"),
            Path.Combine(_folder, "img0000.png")
        );
        var pictures = Cli.Json("info", _folder);
        Assert.Equal(("video", 1, 640), ((string)pictures["kind"]!, (int)pictures["frames"]!, (int)pictures["width"]!));
        var labels = Cli.Json("info", "tests/golden/files/by-hand.slp");
        Assert.False((bool)labels["videos_found"]![0]!);
        Assert.Equal(1, (int)labels["suggestions"]!);
    }

    private static (int Frames, int Instances, IReadOnlyList<string> Lost) Convert(string from, string to)
    {
        var labels = Sleap.IO.Labels.Load(Path.IsPathRooted(from) ? from : Path.Combine(Cli.Root, from));
        return (labels.Frames.Count, labels.Frames.Sum(f => f.Instances.Count), labels.Save(to));
    }
}
