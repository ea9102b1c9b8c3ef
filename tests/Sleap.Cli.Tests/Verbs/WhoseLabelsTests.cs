using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Cli.Tests;

/// <summary>
/// Which labels, videos and frames count: inputs on which a verb once gave a wrong result without a word
/// (tests/data/cases).
/// </summary>
public sealed class WhoseLabelsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-cases").FullName;

    [Fact]
    public void Predictions_are_no_truth()
    {
        var (metrics, error) = Eval("eval_predictions_as_truth/truth.slp", "eval_predictions_as_truth/pred.slp");
        Assert.Equal(1, (double)metrics["mean_px"]!, 1e-3);
        Assert.Equal(9, (int)metrics["visible_nodes"]!); // 3 frames of 3 nodes
        Assert.Contains("7 frames of the true labels hold only predictions and are left out", error);
        var (all, _) = Eval(
            "eval_predictions_as_truth/truth.slp",
            "eval_predictions_as_truth/pred.slp",
            "--use-predictions"
        );
        Assert.Equal(30, (int)all["visible_nodes"]!);
    }

    [Theory]
    [InlineData("truth.slp", "pred.slp")]
    [InlineData("noframes.slp", "noframes.slp")]
    public void Nothing_to_compare_is_one_line(string truth, string predicted)
    {
        var (code, output, error) = Cli.Run("eval", Case($"eval_no_truth/{truth}"), Case($"eval_no_truth/{predicted}"));
        Assert.Equal((1, ""), (code, output));
        Assert.Single(error.Trim().Split('\n'));
        Assert.DoesNotContain("TrueInstances", error);
    }

    [Fact]
    public void Videos_of_one_name_are_told_apart_by_their_folders()
    {
        var (moved, error) = Eval("eval_same_basename/truth2.slp", "eval_same_basename/pred2_moved.slp");
        Assert.Equal(1, (double)moved["mean_px"]!, 1e-3);
        Assert.Contains("'/a/day1/cam.mp4' is taken for '/b/day1/cam.mp4'", error);
        var (one, _) = Eval("eval_same_basename/truth2.slp", "eval_same_basename/pred2_one.slp");
        Assert.Equal(30, (int)one["found_nodes"]!); // the 10 animals of day2, three nodes each
        Assert.Equal(1, (double)one["mean_px"]!, 1e-3);
    }

    [Fact]
    public void Only_what_a_person_labeled_is_proposed_for()
    {
        var file = Case("train_on_predictions/labels.slp");
        var (code, output, error) = Cli.Run("config", "auto", file);
        Assert.Equal(0, code);
        Assert.Contains("about 9 pixels long", output);
        Assert.Contains("26 frames hold only predictions and are left out", error);
        Assert.Contains("--use-predictions", error);
        Assert.Contains("about 95 pixels long", Cli.Run("config", "auto", file, "--use-predictions").Output);
    }

    [Fact]
    public void Only_what_a_person_labeled_trains()
    {
        var (code, _, error) = Cli.Run(
            "train",
            Case("train_on_predictions/labels.slp"),
            "--type",
            "single-instance",
            "--epochs",
            "1",
            "--steps-per-epoch",
            "1",
            "--filters",
            "4",
            "--out",
            _folder
        );
        Assert.True(code == 0, error);
        var split = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "split.json")))!;
        Assert.Equal(4, split["frames"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("bottomup_disconnected/forest.slp", "bottom-up", "no edge of the skeleton reaches 'm'")]
    [InlineData("bottomup_disconnected/cycle.slp", "bottom-up", "have a cycle, closed by m - h")]
    [InlineData("id_partial_tracks/l.slp", "top-down-id", "one class only, 'A'")]
    [InlineData("id_partial_tracks/l.slp", "top-down-id", "30 of 60 labeled instances have no track")]
    public void What_cannot_be_learned_is_said_before_the_training(string labels, string type, string expected)
    {
        var (code, output, _) = Cli.Run("config", "lint", Case(labels), "--type", type);
        Assert.Equal(1, code);
        Assert.Contains(expected, output);
    }

    [Fact]
    public void The_order_of_rows_does_not_change_an_analysis()
    {
        var output = Path.Combine(_folder, "o.csv");
        var (code, _, error) = Cli.Run(
            "analyze",
            Case("analyze_unsorted/poses.slp"),
            "--smooth",
            "1",
            "--max-gap",
            "0",
            "--out",
            output
        );
        Assert.True(code == 0, error);
        var rows = File.ReadLines(output).Select(line => line.Split(',')).ToList();
        var path = rows[0].IndexOf("PathLength");
        Assert.Equal(["0", "2", "4", "6", "8"], rows.Skip(1).Select(row => row[path]));
    }

    [Fact]
    public void A_frame_in_two_rows_is_one_frame()
    {
        var file = Case("slp_duplicate_frames/d.slp");
        var (metrics, _) = Eval("slp_duplicate_frames/d.slp", "slp_duplicate_frames/d.slp", "--use-predictions");
        Assert.Equal(1, (double)metrics["oks_mAP"]!, 1e-6);
        foreach (var name in (string[])["t.slp", "o.csv"])
        {
            var output = Path.Combine(_folder, name);
            var (code, _, error) =
                name == "t.slp" ? Cli.Run("track", file, "--out", output) : Cli.Run("convert", file, output);
            Assert.True(code == 0, error);
            var labels = Labels.Load(output);
            Assert.Equal([2, 1], labels.Frames.Select(frame => frame.Instances.Count).OrderDescending());
            Assert.All(
                labels.Frames,
                frame =>
                    Assert.Equal(
                        frame.Instances.Count,
                        frame.Instances.Select(instance => instance.Track?.Name).Distinct().Count()
                    )
            );
        }
    }

    [Fact]
    public void A_frame_in_two_rows_is_analyzed_as_one()
    {
        var output = Path.Combine(_folder, "a.csv");
        var (code, _, error) = Cli.Run("analyze", Case("slp_duplicate_frames/d.slp"), "--out", output);
        Assert.True(code == 0, error);
        Assert.Equal(4, File.ReadLines(output).Count()); // the names of columns, and three instances
    }

    [Fact]
    public void Corrected_animals_are_tracked_once()
    {
        var output = Path.Combine(_folder, "t.slp");
        var (code, _, error) = Cli.Run("track", Case("track_corrected/p.slp"), "--max_tracks", "2", "--out", output);
        Assert.True(code == 0, error);
        Assert.Empty(error);
        var labels = Labels.Load(output);
        Assert.Equal(2, labels.Tracks.Count);
        foreach (var frame in labels.Frames.Where(frame => frame.Instances.Any(instance => !instance.IsPredicted)))
        {
            Assert.Equal(4, frame.Instances.Count);
            Assert.All(
                frame.Instances.Where(instance => instance.FromPredicted is not null),
                instance => Assert.Same(instance.Track, instance.FromPredicted!.Track)
            );
            Assert.Equal(2, frame.Instances.Where(i => !i.IsPredicted).Select(i => i.Track).Distinct().Count());
        }
    }

    private (JsonNode Metrics, string Error) Eval(string truth, string predicted, params string[] words)
    {
        var (code, output, error) = Cli.Run(["eval", Case(truth), Case(predicted), "--json", .. words]);
        Assert.True(code == 0, error);
        return (JsonNode.Parse(output.Trim().Split('\n')[^1])!, error);
    }

    private static string Case(string name) => Cli.Data(Path.Combine("cases", name));

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
