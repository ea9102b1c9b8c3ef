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
        var defaults = new SingleInstanceOptions();
        var labels = new Argument<string>("labels") { Description = "Labelled frames: .slp, .pkg.slp, a DeepLabCut project, a CSV table." };
        var type = new Option<string>("--type") { Description = "Model type: single-instance.", Required = true };
        type.AcceptOnlyFromAmong("single-instance");
        var output = new Option<string>("--out") { Description = "Folder for model.zip and training_log.csv.", Required = true };
        var epochs = new Option<int>("--epochs") { Description = "Epochs at most.", DefaultValueFactory = _ => defaults.Training.Epochs };
        var steps = new Option<int?>("--steps-per-epoch") { Description = "Steps in an epoch; else each frame once." };
        var batch = new Option<int>("--batch-size") { Description = "Frames in a step.", DefaultValueFactory = _ => defaults.Training.BatchSize };
        var rate = new Option<double>("--learning-rate") { Description = "The highest learning rate.", DefaultValueFactory = _ => defaults.Training.LearningRate };
        var scale = new Option<float>("--scale") { Description = "Size of the network input against the frame.", DefaultValueFactory = _ => defaults.Scale };
        var sigma = new Option<float>("--sigma") { Description = "Spread of the confidence maps, in cells.", DefaultValueFactory = _ => defaults.Sigma };
        var filters = new Option<int>("--filters") { Description = "Filters of the UNet's first block.", DefaultValueFactory = _ => ((UNetOptions)defaults.Backbone).Filters };
        var rotation = new Option<float>("--rotation") { Description = "Largest angle of augmentation in degrees; 180 for animals filmed from above.", DefaultValueFactory = _ => defaults.Augmentation.RotationMax };
        var fraction = new Option<double>("--validation-fraction") { Description = "Share of the frames that chooses the best weights.", DefaultValueFactory = _ => defaults.Training.ValidationFraction };
        var seed = new Option<int>("--seed") { Description = "Seed of everything random.", DefaultValueFactory = _ => 0 };
        var device = new Option<string>("--device") { Description = "auto, cpu, cuda or cuda:N.", DefaultValueFactory = _ => "auto" };
        var json = Report.Json();
        var verb = new Command("train", "A model from labels.\nExample: sleap train labels.slp --type single-instance --scale 0.5 --out mouse")
        {
            labels, type, output, epochs, steps, batch, rate, scale, sigma, filters, rotation, fraction, seed, device, json,
        };
        verb.SetAction((words, cancellation) =>
        {
            var log = new TrainingLog(new ConsoleTrainingProgress());
            var options = new SingleInstanceOptions
            {
                Backbone = new UNetOptions { Filters = words.GetValue(filters), OutputStride = 2 },
                Scale = words.GetValue(scale),
                Sigma = words.GetValue(sigma),
                Device = words.GetRequiredValue(device),
                Augmentation = new() { RotationMin = -words.GetValue(rotation), RotationMax = words.GetValue(rotation) },
                Training = new()
                {
                    Epochs = words.GetValue(epochs),
                    StepsPerEpoch = words.GetValue(steps),
                    BatchSize = words.GetValue(batch),
                    LearningRate = words.GetValue(rate),
                    ValidationFraction = words.GetValue(fraction),
                    Seed = words.GetValue(seed),
                    Device = words.GetRequiredValue(device),
                    Progress = log,
                    CancellationToken = cancellation,
                },
            };
            return Task.FromResult(Run(words.GetRequiredValue(labels), words.GetRequiredValue(output), options, log, words.GetValue(json)));
        });
        return verb;
    }

    private static int Run(string labels, string folder, SingleInstanceOptions options, TrainingLog log, bool json)
    {
        var ml = new MLContext(seed: options.Training.Seed);
        ml.Log += (_, entry) => { if (entry.Kind >= Microsoft.ML.Runtime.ChannelMessageKind.Warning) Console.Error.WriteLine(entry.Message); };
        var view = ml.Pose().LoadLabels(labels);
        using var model = ml.Pose().SingleInstance(options).Fit(view);
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "model.zip");
        ml.Model.Save(model, view.Schema, file);
        log.Save(Path.Combine(folder, "training_log.csv"));
        var best = log.Epochs.Last(p => p.IsBest);
        var report = new JsonObject { ["model"] = file, ["epochs"] = log.Epochs.Count, ["best_epoch"] = best.Epoch, ["validation_loss"] = Report.Number(best.ValidationLoss), ["validation_error_px"] = Report.Number(best.ValidationError), ["seconds"] = Report.Number(log.Epochs[^1].Elapsed.TotalSeconds) };
        Report.Write(json, report, [$"best weights: epoch {best.Epoch}, validation error {best.ValidationError:0.00} px → {file}"]);
        return options.Training.CancellationToken.IsCancellationRequested ? 130 : 0;
    }
}
