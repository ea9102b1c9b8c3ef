namespace Sleap.Cli.Tests;

public sealed class RenderAndReportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-pictures-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Data(string name) => Path.Combine(Cli.Root, "tests", "data", name);

    [Fact]
    public void Render_report_and_eval_write_what_they_say()
    {
        var (video, poses) = (Data("centered_pair_low_quality.mp4"), Data("centered_pair_predictions.slp"));
        var rendered = Cli.Json(
            "render",
            video,
            poses,
            "--frames",
            "5-9,20",
            "--shrink",
            "2",
            "--out",
            Path.Combine(_folder, "v.mp4")
        );
        Assert.Equal((6, 0, 6), ((int)rendered["requested"]!, (int)rendered["failed"]!, (int)rendered["written"]!));
        Assert.Equal(6, (int)Cli.Json("info", Path.Combine(_folder, "v.mp4"))["frames"]!);

        var report = Cli.Json("report", poses, "--source", video, "--fps", "15", "--out", Path.Combine(_folder, "r"));
        Assert.Equal(
            (1100, 2274, 27),
            ((int)report["frames"]!, (int)report["instances"]!, report["animals"]!.AsArray().Count)
        );
        Assert.True(new FileInfo((string)report["out"]!).Length > 100_000);

        var eval = Cli.Json(
            "eval",
            poses,
            poses,
            "--use-predictions",
            "--report",
            Path.Combine(_folder, "e"),
            "--source",
            video
        );
        Assert.Equal(
            (1.0, 1.0, 1.0),
            ((double)eval["oks_mAP"]!, (double)eval["within_5_px"]!, (double)eval["identity"]!["accuracy"]!)
        );
        Assert.Equal(1.0, (double)eval["tracks"]!["HOTA"]!, 1e-9);
        Assert.True(File.Exists(Path.Combine(_folder, "e", "report.html")));
        var (code, table, _) = Cli.Run("eval", poses, poses, "--use-predictions", "--rules", "sleap-nn");
        Assert.Equal(0, code);
        Assert.Contains("forelegL1", table);
        Assert.Contains("sleap-nn's rules", table);
    }

    [Fact]
    public void Eval_of_a_centroid_model_compares_places()
    {
        var (truth, centroids) = (Path.Combine(_folder, "truth.csv"), Path.Combine(_folder, "centroids.csv"));
        File.WriteAllText(truth, "video,frame,instance,track,node,x,y,score\nv.mp4,0,0,,a,0,0,\nv.mp4,0,0,,b,10,0,\n");
        File.WriteAllText(centroids, "video,frame,instance,track,node,x,y,score\nv.mp4,0,0,,centroid,5,3,0.9\n");
        var eval = Cli.Json("eval", truth, centroids);
        Assert.Equal((1.0, 3.0), ((double)eval["f1"]!, (double)eval["mean_px"]!));
        Assert.Equal(1, Cli.Run("eval", truth, centroids, "--report", _folder).Code);
    }

    [Theory]
    [InlineData(1, "render", "nothing.mp4", "tests/data/centered_pair_predictions.slp", "--out", "x.mp4")]
    [InlineData(1, "report", "nothing.slp", "--out", "x")]
    [InlineData(2, "render", "nothing.mp4", "--out", "x.mp4")]
    [InlineData(2, "eval", "a.slp", "b.slp", "--rules", "mine")]
    public void What_is_wrong_is_said(int expected, params string[] words)
    {
        var (code, _, error) = Cli.Run(words);
        Assert.Equal(expected, code);
        Assert.StartsWith("sleap: ", error);
    }

    [Theory]
    [InlineData("render")]
    [InlineData("report")]
    public void Every_verb_has_an_example_in_its_help(string verb) =>
        Assert.Contains($"Example: sleap {verb} ", Cli.Run(verb, "--help").Output);
}
