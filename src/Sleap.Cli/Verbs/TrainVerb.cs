using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary><c>sleap train LABELS --type … --out FOLDER</c>: a model from labels.</summary>
internal static class TrainVerb
{
    public static Command Create()
    {
        var labels = new Argument<string>("labels") { Description = "Labelled frames: .slp, .pkg.slp, a DeepLabCut project, a CSV table." };
        var output = new Option<string>("--out") { Description = "Folder for model.zip and training_log.csv.", Required = true };
        var words = new TrainingWords();
        var json = Report.Json();
        var verb = new Command("train", """
            A model from labels.
            Which type? One animal in the frame: single-instance. Several that stand apart or are many: top-down. Several that touch and overlap: bottom-up.
            Several that look different and must keep their names (their tracks in the labels): top-down-id, bottom-up-id.
            Example: sleap train labels.slp --type single-instance --scale 0.5 --out mouse
            """)
        {
            labels, output, json,
        };
        words.AddTo(verb);
        verb.SetAction((parsed, cancellation) =>
        {
            var log = new TrainingLog(new ConsoleTrainingProgress());
            return Task.FromResult(Run(parsed.GetRequiredValue(labels), parsed.GetRequiredValue(output), new ModelTraining(words, parsed, log, cancellation), log, parsed.GetValue(json), cancellation));
        });
        return verb;
    }

    private static int Run(string labels, string folder, ModelTraining training, TrainingLog log, bool json, CancellationToken cancellation)
    {
        var ml = new MLContext(training.Seed);
        ml.Log += (_, entry) => { if (entry.Kind >= Microsoft.ML.Runtime.ChannelMessageKind.Warning) Console.Error.WriteLine(entry.Message); };
        var view = ml.Pose().LoadLabels(labels);
        using var model = training.Fit(ml.Pose(), view);
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "model.zip");
        ml.Model.Save(model, view.Schema, file);
        log.Save(Path.Combine(folder, "training_log.csv"));
        // Of a model of two stages, each has an epoch that was best; the last one's is told.
        var last = log.Epochs[^1].Model;
        var best = log.Epochs.Last(p => p.IsBest && p.Model == last);
        var report = new JsonObject
        {
            ["model"] = file,
            ["type"] = PoseModel.TypeOf(model),
            ["epochs"] = log.Epochs.Count(p => p.Model == last),
            ["best_epoch"] = best.Epoch,
            ["validation_loss"] = Report.Number(best.ValidationLoss),
            ["validation_error_px"] = Report.Number(best.ValidationError),
            ["seconds"] = Report.Number(log.Epochs.GroupBy(p => p.Model).Sum(stage => stage.Last().Elapsed.TotalSeconds)),
        };
        Report.Write(json, report, [$"best weights: epoch {best.Epoch}, validation error {best.ValidationError:0.00} px → {file}"]);
        return cancellation.IsCancellationRequested ? 130 : 0;
    }
}
