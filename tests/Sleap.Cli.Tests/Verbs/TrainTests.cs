using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Cli.Tests;

/// <summary>Training in a folder that keeps the run, as a process that is interrupted and killed.</summary>
public sealed class TrainTests : IDisposable
{
    private const string OpenField = "examples/data/openfield";
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-train-").FullName;
    private readonly string _labels;

    // A few frames, so that decoding does not take longer than training.
    public TrainTests()
    {
        var all = Labels.Load(Path.Combine(Cli.Root, OpenField));
        new Labels([.. all.Frames.Take(8)], all.Videos, all.Skeletons).Save(_labels = Path.Combine(_folder, "few.slp"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // A network of some megabytes and epochs of one step: as much saving as training.
    private string[] Words(string run, int epochs, params string[] more) =>
        [
            "train",
            _labels,
            "--type",
            "single-instance",
            "--out",
            Path.Combine(_folder, run),
            "--epochs",
            epochs.ToString(CultureInfo.InvariantCulture),
            "--steps-per-epoch",
            "1",
            "--batch-size",
            "1",
            "--filters",
            "16",
            "--scale",
            "0.05",
            "--sigma",
            "1.5",
            "--rotation",
            "90",
            "--validation-fraction",
            "0.2",
            "--seed",
            "4",
            "--device",
            "cpu",
            .. more,
        ];

    [Fact]
    public void Killed_again_and_again_in_steps_and_saves_it_goes_on_to_the_same_losses()
    {
        const int Epochs = 20;
        Finish(Words("whole", Epochs));
        var (random, kills, log) = (
            new Random(8),
            0,
            Path.Combine(_folder, "killed", "single_instance", "training_log.csv")
        );
        while (kills < 3)
        {
            var before = Lines(log);
            using var process = Start(Words("killed", Epochs, "--resume"));
            // Some epochs on, and then anywhere: half of the time is spent on saving.
            var enough = Math.Min(Epochs - 1, before + 2 + random.Next(3));
            while (!process.HasExited && Lines(log) < enough)
                Thread.Sleep(5);
            Thread.Sleep(random.Next(60));
            if (process.HasExited)
                break;
            process.Kill();
            process.WaitForExit();
            kills++;
        }
        Assert.True(kills >= 2, $"only {kills} times killed before the training was over");
        Finish(Words("killed", Epochs, "--resume"));
        var (whole, killed) = (Losses("whole"), Losses("killed"));
        Assert.Equal(Enumerable.Range(1, Epochs), killed.Select(epoch => epoch.Number));
        // 1e-6 of the loss: the same numbers in the same order; a library's threads may sum in another.
        foreach (var (a, b) in whole.Zip(killed))
            Assert.Equal(a.Loss, b.Loss, a.Loss * 1e-6);
        // Nothing half-written is left where the run is looked at.
        Assert.NotNull(
            JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "killed", "single_instance", "progress.json")))
        );
        Assert.EndsWith("</html>\n", File.ReadAllText(Path.Combine(_folder, "killed", "report.html")));
    }

    [SkippableTheory]
    [InlineData(2)] // SIGINT: Ctrl+C
    [InlineData(15)] // SIGTERM: the session ends
    public async Task Interrupted_it_saves_the_model_and_ends_with_130(int signal)
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent as Unix has them.");
        Skip.If(signal == 2 && Cli.IgnoresInterrupts(), "Interrupts are ignored here.");
        using var process = Start(Words("stopped", 100_000));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            while (
                !process.HasExited && Lines(Path.Combine(_folder, "stopped", "single_instance", "training_log.csv")) < 3
            )
            {
                await Task.Delay(20);
            }

            Assert.Equal(0, Send(process.Id, signal));
            await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token);
            Assert.True(process.ExitCode == 130, $"exit code {process.ExitCode}: {await error}");
            Assert.Contains("finishing this step", await error);
            Assert.Contains("model.zip", await output);
            Assert.Equal(
                "single-instance",
                (string?)Cli.Json("info", Path.Combine(_folder, "stopped", "model.zip"))["type"]
            );
        }
        finally
        {
            process.Kill(); // one that did not end would train for hours beside the other tests
        }
    }

    [Fact]
    public void A_run_is_not_overwritten_and_a_finished_one_gives_its_model_again()
    {
        var first = Cli.Json(Words("run", 2));
        var model = (string)first["model"]!;
        foreach (
            var file in (string[])
                [
                    "model.zip",
                    "training_log.csv",
                    "report.html",
                    "split.json",
                    "single_instance/last.checkpoint",
                    "single_instance/progress.json",
                ]
        )
        {
            Assert.True(File.Exists(Path.Combine(_folder, "run", file)), file);
        }

        var (code, _, error) = Cli.Run(Words("run", 2));
        Assert.Equal(1, code);
        Assert.Contains("--resume", error);
        File.Delete(model);
        var again = Cli.Json(Words("run", 2, "--resume"));
        Assert.Equal((double)first["validation_loss"]!, (double)again["validation_loss"]!);
        Assert.True(File.Exists(model));
        Assert.Equal(3, File.ReadAllLines(Path.Combine(_folder, "run", "training_log.csv")).Length);
    }

    [Fact]
    public void A_model_is_trained_on_and_the_network_is_that_of_the_model()
    {
        var model = (string)Cli.Json(Words("run", 1))["model"]!;
        string[] Started(string run, params string[] more) =>
            [
                "train",
                _labels,
                "--out",
                Path.Combine(_folder, run),
                "--epochs",
                "1",
                "--steps-per-epoch",
                "1",
                "--device",
                "cpu",
                .. more,
            ];
        Assert.Equal("single-instance", (string?)Cli.Json(Started("on", "--start", model, "--freeze", "2"))["type"]);
        var told = File.ReadAllText(Path.Combine(_folder, "on", "single_instance", "start.txt"));
        Assert.Contains("4 of 4 channels", told);
        Cli.Json(Words("typed", 1, "--start", model, "--start-only", "backbone", "--backbone-rate", "0.1"));

        // Another backbone, and no such file: nothing is trained.
        var (code, _, error) = Cli.Run([.. Started("other", "--start", model, "--type", "single-instance")]);
        Assert.Equal(1, code);
        Assert.Contains("Filters is 16 there and 32 here", error);
        (code, _, error) = Cli.Run(Started("other", "--start", "none.zip"));
        Assert.Equal(1, code);
        Assert.Contains("none.zip", error);
        Assert.False(File.Exists(Path.Combine(_folder, "other", "single_instance", "last.checkpoint")));
        (code, _, error) = Cli.Run(Started("other", "--type", "single-instance", "--freeze", "2"));
        Assert.Equal(1, code);
        Assert.Contains("no weights to keep", error);
        foreach (
            var words in (string[][])
                [
                    ["--freeze", "backbone"],
                    ["--start", model, "--freeze", "none"],
                    ["--start", model, "--freeze", "0"],
                    ["--start", model, "--freeze", "backbone", "--backbone-rate", "0.5"],
                    ["--type", "single-instance", "--start-only", "heads"],
                ]
        )
        {
            Assert.Equal(2, Cli.Run(Started("other", words)).Code);
        }
    }

    /// <summary>sleap-nn's <c>centroid_source: user</c>.</summary>
    [Fact]
    public void Centroids_of_a_person_are_for_a_centroid_network_alone()
    {
        string Config(string head, string source)
        {
            var path = Path.Combine(_folder, $"{head}-{source}.yaml");
            File.WriteAllText(
                path,
                "model_config:\n  backbone_config:\n    unet: {filters: 4, output_stride: 2}\n  head_configs:\n"
                    + $"    {head}:\n      confmaps: {{sigma: 2, output_stride: 2{source}}}\n"
            );
            return path;
        }

        var user = Config("centroid", ", centroid_source: user");
        var crops = Config("centered_instance", "");
        var (both, _, two) = Cli.Run("config", "lint", _labels, "--config", user, "--config", crops);
        Assert.Equal(1, both);
        Assert.Contains("Train the centroid network alone", two);
        var (alone, _, none) = Cli.Run("config", "lint", _labels, "--config", user);
        Assert.Equal(1, alone);
        Assert.Contains("of the kind UserCentroids", none);
        // These labels have none: the nodes are taken.
        Assert.Contains(
            "\"warnings\"",
            Cli.Run("config", "lint", _labels, "--config", Config("centroid", ""), "--json").Output
        );
    }

    [Fact]
    public void Proposed_options_train_and_are_linted()
    {
        var proposed = Cli.Json("config", "auto", _labels, "--out", Path.Combine(_folder, "config.yaml"));
        Assert.Equal("single-instance", (string?)proposed["type"]);
        Assert.Contains(
            proposed["options"]!.AsArray(),
            option => (string?)option!["option"] == "Scale" && (string?)option["value"] == "0.5"
        );
        var config = (string)proposed["files"]![0]!;
        Assert.Equal(0, (int)Cli.Json("config", "lint", _labels, "--config", config)["warnings"]!);
        const string Scale = "data_config.preprocessing.scale=0.02";
        var (lowered, advice, _) = Cli.Run("config", "lint", _labels, "--config", config, Scale);
        Assert.Equal(1, lowered);
        Assert.Contains("Raise Scale to 0.", advice);
        var (unknown, _, meant) = Cli.Run("config", "lint", _labels, "--config", config, "optimizer.rl=1");
        Assert.Equal(2, unknown);
        Assert.Contains("'optimizer.rl' is no key of sleap-nn", meant);
        Assert.Equal(2, Cli.Run("config", "lint", _labels, "--auto", Scale).Code);
        Assert.Equal("used", (string?)Cli.Json("config", "explain", "preprocessing.scale")["keys"]![0]!["use"]);
        Assert.Contains("Did you mean 'trainer_config.optimizer.lr'", Cli.Run("config", "explain", "lrr").Error);
        var (code, output, _) = Cli.Run("config", "lint", _labels, "--type", "single-instance", "--scale", "0.02");
        Assert.Equal(1, code);
        Assert.Contains("Raise Scale to 0.", output);
        var trained = Cli.Json(
            "train",
            _labels,
            "--auto",
            "--epochs",
            "1",
            "--steps-per-epoch",
            "1",
            "--batch-size",
            "1",
            "--show-augmented",
            "--device",
            "cpu",
            "--out",
            Path.Combine(_folder, "auto")
        );
        Assert.Equal("single-instance", (string?)trained["type"]);
        Assert.True(File.Exists(Path.Combine(_folder, "auto", "single_instance", "augmented.png")));
        Assert.Equal("centroid", (string?)Cli.Json("config", "auto", _labels, "--type", "centroid")["type"]);
        Assert.Equal(0, (int)Cli.Json("config", "lint", _labels, "--auto", "--type", "centroid")["warnings"]!);
        var (wrong, _, noProposal) = Cli.Run("train", _labels, "--auto", "--type", "centered-instance", "--out", "x");
        Assert.Equal(2, wrong);
        Assert.Contains("--auto proposes nothing for --type centered-instance", noProposal);
        Assert.Equal(2, Cli.Run("train", _labels, "--auto", "--config", config, "--out", "x").Code);
        foreach (
            var (type, tile, told) in new[]
            {
                ("single-instance", "100", "96 or 112"),
                ("single-instance", "-16", "Training.Tiles.Size is -16"),
                ("top-down", "128", "trained on crops"),
            }
        )
        {
            var (tiled, _, why) = Cli.Run("train", _labels, "--type", type, "--tile", tile, "--out", "x");
            Assert.Equal(1, tiled);
            Assert.Contains(told, why);
        }

        var (bad, _, noTracks) = Cli.Run("train", _labels, "--auto", "--type", "top-down-id", "--out", "x");
        Assert.Equal(1, bad);
        Assert.Contains("top-down-id: no labeled instance has a track", noTracks);
    }

    private (int Number, double Loss)[] Losses(string run) =>
        [
            .. File.ReadLines(Path.Combine(_folder, run, "training_log.csv"))
                .Skip(1)
                .Select(line => line.Split(','))
                .Select(cells =>
                    (
                        int.Parse(cells[1], CultureInfo.InvariantCulture),
                        double.Parse(cells[4], CultureInfo.InvariantCulture)
                    )
                ),
        ];

    private static int Lines(string file) => File.Exists(file) ? File.ReadAllLines(file).Length - 1 : 0;

    private static void Finish(string[] words)
    {
        using var process = Start(words);
        var error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.Result);
    }

    // One thread: what is tested does not need more, and on a busy machine several wait for each other.
    private static Process Start(string[] words) =>
        Process.Start(
            new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "sleap.dll"), .. words])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = Cli.Root,
                Environment = { ["OMP_NUM_THREADS"] = "1" },
            }
        )!;

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Send(int process, int signal);
}
