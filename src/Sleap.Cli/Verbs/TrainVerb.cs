using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary>
/// <c>sleap train LABELS --type … --out FOLDER</c>: a model from labels, trained in a folder that keeps the run.
/// </summary>
internal static class TrainVerb
{
    public static Command Create()
    {
        var labels = new Argument<string>("labels")
        {
            Description = "Labelled frames: .slp, .pkg.slp, a DeepLabCut project, a CSV table.",
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
            Description = "Go on with the run in --out, with the same words as before; begin where there is none.",
        };
        var words = new TrainingWords();
        var json = Report.Json();
        var verb = new Command(
            "train",
            """
            A model from labels.
            Which type? One animal in the frame: single-instance. Several that stand apart or are many: top-down. Several that touch and overlap: bottom-up.
            Several that look different and must keep their names (their tracks in the labels): top-down-id, or bottom-up-id where they touch and overlap.
            Ctrl+C ends it after the current step: the best weights so far become model.zip, and --resume goes on.
            Example: sleap train labels.slp --type single-instance --scale 0.5 --out mouse
            """
        )
        {
            labels,
            output,
            resume,
            json,
        };
        words.AddTo(verb);
        verb.SetAction(parsed =>
        {
            using var interruption = new Interruption("finishing this step and saving");
            var run = new RunWords(parsed.GetRequiredValue(output), parsed.GetValue(resume));
            return Run(
                parsed.GetRequiredValue(labels),
                run,
                new ModelTraining(words, parsed, run, new ConsoleTrainingProgress(), interruption.Token),
                parsed.GetValue(json),
                interruption.Token
            );
        });
        return verb;
    }

    private static int Run(
        string labels,
        RunWords run,
        ModelTraining training,
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

        var ml = new MLContext(training.Seed);
        ml.Log += (_, entry) =>
        {
            if (entry.Kind >= Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                Console.Error.WriteLine($"sleap: {entry.Message}");
        };
        var view = ml.Pose().LoadLabels(labels);
        var file = Path.Combine(run.Folder, "model.zip");
        try
        {
            using var model = training.Fit(ml.Pose(), view);
            Save(ml, model, view.Schema, file);
            Write(
                json,
                run,
                file,
                PoseModel.TypeOf(model),
                TrainingLog.Collect(run.Folder),
                cancellation.IsCancellationRequested
            );
        }
        catch (OperationCanceledException)
        {
            // The first epoch of a network was not over: there is nothing to make a model of.
            Console.Error.WriteLine("sleap: interrupted before there was a model; --resume goes on.");
        }
        return cancellation.IsCancellationRequested ? 130 : 0;
    }

    // An earlier model stays until the new one is there as a whole.
    private static void Save(MLContext ml, PoseModelTransformer model, DataViewSchema schema, string file)
    {
        ml.Model.Save(model, schema, file + ".tmp");
        File.Move(file + ".tmp", file, overwrite: true);
    }

    private static void Write(bool json, RunWords run, string file, string type, TrainingLog log, bool interrupted)
    {
        var best = log.Best;
        var report = new JsonObject
        {
            ["model"] = file,
            ["type"] = type,
            ["epochs"] = log.Epochs[^1].Number,
            ["best_epoch"] = best.Number,
            ["validation_loss"] = Report.Number(best.ValidationLoss),
            ["validation_error_px"] = Report.Number(best.ValidationError),
            ["seconds"] = Report.Number(log.Seconds),
            ["report"] = Path.Combine(run.Folder, "report.html"),
            ["interrupted"] = interrupted,
        };
        Report.Write(
            json,
            report,
            [
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"best weights: epoch {best.Number}, validation error {best.ValidationError:0.00} px → {file}"
                ),
                $"how it went: {Path.Combine(run.Folder, "report.html")}",
            ]
        );
    }
}
