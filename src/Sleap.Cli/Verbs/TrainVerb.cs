using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary>
/// <c>sleap train LABELS --type … --out FOLDER</c>: a model from labels, trained in a folder that keeps the run.
/// </summary>
internal static class TrainVerb
{
    /// <summary>The file of a run that holds what <c>--json</c> writes; there is none before the end.</summary>
    public const string ResultName = "result.json";

    public static Command Create()
    {
        var labels = new Argument<string>("labels")
        {
            Description = "Labeled frames: .slp, .pkg.slp, a DeepLabCut project, a CSV table.",
        };
        var output = new Option<string>("--out")
        {
            Description =
                "Folder of the run: model.zip, training_log.csv, report.html, split.json, and a folder with "
                + "checkpoints for each network.",
            Required = true,
        };
        var resume = new Option<bool>("--resume")
        {
            Description = "Go on with the run in --out, with the same options as before; begin where there is none.",
        };
        var options = new TrainingCommandOptions();
        var json = VerbOutput.Json();
        var verb = new Command(
            "train",
            "A model from labels.\n"
                + "Which type? One animal in the frame: single-instance. Several that stand apart or are many: "
                + "top-down. Several that touch and overlap: bottom-up.\n"
                + "Several that look different and must keep their names (their tracks in the labels): "
                + "top-down-id, or bottom-up-id where they touch and overlap.\n"
                + "More labels for a model that there is: --start model.zip, without a type.\n"
                + "Ctrl+C ends it after the current step: the best weights so far become model.zip, and --resume "
                + "goes on.\n"
                + "Example: sleap train labels.slp --type single-instance --scale 0.5 --out mouse"
        )
        {
            labels,
            output,
            resume,
            json,
        };
        options.AddTo(verb);
        verb.SetAction(parsed =>
        {
            using var interruption = new Interruption("finishing this step and saving");
            using var progress = new ProgressDisplay();
            var run = new RunLocation(parsed.GetRequiredValue(output), parsed.GetValue(resume));
            return Run(
                parsed.GetRequiredValue(labels),
                run,
                new TrainingRequest(options, parsed, run, progress, interruption.Token),
                progress,
                [.. parsed.Tokens.Select(word => word.Value)],
                parsed.GetValue(json),
                interruption.Token
            );
        });
        return verb;
    }

    private static int Run(
        string labels,
        RunLocation run,
        TrainingRequest training,
        ProgressDisplay progress,
        IReadOnlyList<string> arguments,
        bool json,
        CancellationToken cancellation
    )
    {
        if (!run.Resume && TrainingLog.IsIn(run.Folder))
        {
            throw new ArgumentException(
                $"'{run.Folder}' holds a training already. Go on with it with --resume, or choose another --out."
            );
        }

        var ml = VerbOutput.Context(training.Seed);
        var view = training.Load(ml.Pose(), labels);
        var file = Path.Combine(run.Folder, "model.zip");
        try
        {
            // That of an earlier end of the run does not say how this one ends.
            if (File.Exists(Path.Combine(run.Folder, ResultName)))
                File.Delete(Path.Combine(run.Folder, ResultName));
            using var model = training.Fit(ml.Pose(), view);
            progress.Dispose();
            AtomicFile.Write(file, stream => ml.Model.Save(model, view.Schema, stream));
            Write(
                json,
                labels,
                arguments,
                run,
                file,
                ModelLoader.TypeOf(model),
                TrainingLog.Collect(run.Folder),
                model.Networks[^1].Options.Training.Monitor,
                cancellation.IsCancellationRequested
            );
        }
        catch (OperationCanceledException)
        {
            // The first epoch of a network was not over: there is nothing to make a model of.
            Terminal.Say("interrupted before there was a model; --resume goes on.");
        }
        return cancellation.IsCancellationRequested ? 130 : 0;
    }

    private static void Write(
        bool json,
        string labels,
        IReadOnlyList<string> arguments,
        RunLocation run,
        string file,
        string type,
        TrainingLog log,
        TrainingMonitor monitor,
        bool interrupted
    )
    {
        var best = log.Best(monitor);
        var report = new JsonObject
        {
            ["model"] = file,
            ["type"] = type,
            ["epochs"] = log.Epochs[^1].Epoch,
            ["best_epoch"] = best.Epoch,
            ["validation_loss"] = VerbOutput.Number(best.ValidationLoss),
            ["validation_error_px"] = VerbOutput.Number(best.ValidationError),
            ["validation_oks_map"] = VerbOutput.Number(best.ValidationMeanAP),
            ["validation_pck"] = VerbOutput.Number(best.ValidationPck),
            ["seconds"] = VerbOutput.Number(log.Seconds),
            ["report"] = Path.Combine(run.Folder, "report.html"),
            ["interrupted"] = interrupted,
            ["labels"] = Path.GetFullPath(labels),
            ["arguments"] = new JsonArray([.. arguments.Select(word => (JsonNode)word)]),
        };
        if (!interrupted)
            AtomicFile.WriteText(Path.Combine(run.Folder, ResultName), report.ToJsonString());
        VerbOutput.Write(
            json,
            report,
            [
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"best weights: epoch {best.Epoch}, validation error {best.ValidationError:0.00} px → {file}"
                ),
                $"how it went: {Path.Combine(run.Folder, "report.html")}",
            ]
        );
    }
}

/// <summary>
/// The epochs of a run, read from the folders of its networks, with those before an interruption.
/// </summary>
internal sealed class TrainingLog
{
    private const string FileName = "training_log.csv";
    private readonly List<string> _lines = [];
    private readonly List<TrainingProgress> _epochs = [];

    private TrainingLog() { }

    /// <summary>The network that was trained last.</summary>
    public string Network => _epochs[^1].Model;

    /// <summary>The epochs of the network that was trained last.</summary>
    public IReadOnlyList<TrainingProgress> Epochs => [.. _epochs.Where(epoch => epoch.Model == Network)];

    /// <summary>The epoch whose weights are kept: the best by what was monitored.</summary>
    public TrainingProgress Best(TrainingMonitor monitor) =>
        Epochs.MinBy(epoch =>
            monitor.Measure(epoch) is var measure && double.IsNaN(measure) ? double.PositiveInfinity : measure
        )!;

    /// <summary>Seconds that all networks took.</summary>
    public double Seconds => _epochs.GroupBy(epoch => epoch.Model).Sum(network => network.Last().Elapsed.TotalSeconds);

    /// <summary>Whether a folder holds a run that can be resumed.</summary>
    public static bool IsIn(string folder) =>
        Directory.Exists(folder)
        && Directory.EnumerateDirectories(folder).Any(network => File.Exists(Path.Combine(network, "last.checkpoint")));

    /// <summary>Reads the log of each network, and writes them as one file into the folder.</summary>
    /// <param name="folder">The folder of the run.</param>
    public static TrainingLog Collect(string folder)
    {
        var log = new TrainingLog();
        string[] files =
        [
            .. Directory
                .EnumerateDirectories(folder)
                .Select(network => Path.Combine(network, FileName))
                .Where(File.Exists),
        ];
        // The centroid network of a top-down model is trained first.
        foreach (var file in files.OrderBy(file => Path.GetFileName(Path.GetDirectoryName(file)) != "centroid"))
            log.Read(File.ReadAllLines(file));
        File.WriteAllLines(Path.Combine(folder, FileName), log._lines);
        return log;
    }

    private void Read(string[] lines)
    {
        _lines.AddRange(lines.Skip(_lines.Count == 0 ? 0 : 1));
        _epochs.AddRange(lines.Skip(1).Select(TrainingProgress.FromLogLine).OfType<TrainingProgress>());
    }
}
