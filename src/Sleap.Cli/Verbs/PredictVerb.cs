using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary><c>sleap predict SOURCE --model PATH --out FILE</c>: the poses of a video, or of labeled frames.</summary>
internal static class PredictVerb
{
    // Tracks of one video; a file has only those that are used.
    private const int TrackCapacity = 100_000;

    /// <summary>The options that choose the frames.</summary>
    public static FrameWords Frames { get; } = new();

    public static Command Create()
    {
        var source = new Argument<string>("source")
        {
            Description = "A video, a folder of images, or labels whose frames are predicted.",
        };
        var models = new Option<string[]>("--model")
        {
            Description =
                "A model.zip that 'sleap train' or mlContext.Model.Save wrote, or a model folder of sleap-nn. Twice "
                + "for the two stages of top-down.",
            Required = true,
        };
        var outputs = new Option<string[]>("--out")
        {
            Description =
                "Where to write: .slp or .csv, as frames come; or any other ending that 'sleap convert' writes, at the "
                + "end. Several times for several files.",
            Required = true,
        };
        var noEmpty = new Option<bool>("--no-empty-frames")
        {
            Description = "Leave frames without instances out of the files.",
        };
        var tracking = new Option<bool>("--tracking")
        {
            Description = "Also give the instances their tracks, by the options that 'sleap track' has.",
        };
        var (settings, tracks, json) = (new PredictionWords(), new TrackingWords(), VerbOutput.Json());
        var verb = new Command(
            "predict",
            """
            The poses of a video. Ctrl+C ends after the batch that is being worked on, and writes what is done (exit code 130).
            Example: sleap predict session.mp4 --model mouse/model.zip --out session.slp
            """
        )
        {
            source,
            models,
            outputs,
        };
        verb.AddAll([.. Frames.All, noEmpty, .. settings.All, tracking, .. tracks.All, json]);
        verb.SetAction(parsed =>
        {
            if (!parsed.GetValue(tracking) && parsed.Given(tracks.All) is [var word, ..])
                throw new ArgumentException($"{word.Name} is an option of tracking: add --tracking.");
            if (parsed.GetValue(noEmpty) && Frames.IsShard(parsed))
            {
                throw new ArgumentException(
                    $"{noEmpty.Name} and --shard: 'sleap merge' could not tell frames without instances from missing ones."
                );
            }

            // Frames that cannot be read are told together at the end.
            var ml = VerbOutput.Context(except: "Reading frames");
            using var trained = ModelLoader.Load(ml, parsed.GetRequiredValue(models));
            using var predicting = settings.Apply(parsed, trained);
            var view = Frames.Open(ml.Pose(), parsed.GetRequiredValue(source), parsed, parsed.GetValue(tracking));
            var options = new PredictionRunOptions
            {
                MoreOutputs = parsed.GetRequiredValue(outputs)[1..],
                KeepEmptyFrames = !parsed.GetValue(noEmpty),
                Provenance = new Dictionary<string, JsonNode?> { ["command"] = VerbOutput.Typed(parsed) },
            };
            ITransformer model = predicting;
            if (parsed.GetValue(tracking) && trained.Classes.Count > 0)
            {
                throw new ArgumentException(
                    "--tracking: this model tells who is who, and its identities are the tracks."
                );
            }

            if (parsed.GetValue(tracking))
            {
                var track = tracks.Read(parsed, predicting.Columns.Skeleton.Nodes.Length == 1) with
                {
                    TrackCapacity = TrackCapacity,
                };
                model = new TransformerChain<ITransformer>(
                    predicting,
                    ml.Pose().Track(track).Fit(predicting.Transform(view))
                );
            }

            var code = Run(
                ml.Pose(),
                model,
                view,
                parsed.GetRequiredValue(outputs),
                Frames.IsShard(parsed),
                parsed.GetValue(json),
                options
            );
            if (
                BFloat16Support.IsFast(TorchSharp.torch.CPU, trains: false)
                && settings.MayBeFaster(parsed)
                && !parsed.GetValue(json)
            )
            {
                Terminal.Say(
                    "this CPU has units for 16-bit brain floats: with --precision bfloat16 a U-Net may predict "
                        + "faster, and places move by some hundredths of a pixel."
                );
            }

            return code;
        });
        return verb;
    }

    private static int Run(
        PoseCatalog pose,
        ITransformer model,
        IDataView frames,
        string[] outputs,
        bool isShard,
        bool json,
        PredictionRunOptions options
    )
    {
        using var interruption = new Interruption("finishing this batch and writing what is done");
        PredictionReport report;
        PredictionStoppedException? stopped = null;
        using (var progress = new ProgressDisplay())
        {
            try
            {
                report = pose.Predict(
                    model,
                    frames,
                    outputs[0],
                    options with
                    {
                        Progress = progress,
                        CancellationToken = interruption.Token,
                    }
                );
            }
            catch (PredictionStoppedException problem)
            {
                (report, stopped) = (problem.Report, problem);
            }
        }
        if (isShard && (report.IsInterrupted || stopped is not null))
        {
            // Who starts the shard again goes by the file: it must not look done.
            foreach (var output in outputs.Where(File.Exists))
                File.Move(output, output + ".partial", overwrite: true);
            outputs = [.. outputs.Select(output => File.Exists(output + ".partial") ? output + ".partial" : output)];
        }
        foreach (var bad in report.Unreadable.Take(10))
            Terminal.Say($"frame {bad.FrameIndex} could not be read: {bad.Reason}");
        if (report.Failed > 10)
        {
            Terminal.Say($"… and {report.Failed - 10} more; they are named in the file's provenance.");
        }

        if (report is { Instances: 0, Processed: > 0 })
        {
            Terminal.Say(
                $"no instance was found in {report.Processed} {(report.Processed == 1 ? "frame" : "frames")}. Are "
                    + "they like those that the model was trained on, and was it trained long enough ('sleap eval' on "
                    + "labels tells)? A lower --peak-threshold lets fainter nodes pass."
            );
        }

        foreach (var loss in report.Losses)
            Terminal.Say(loss);
        var result = new JsonObject
        {
            ["out"] = outputs[0],
            ["outputs"] = new JsonArray([.. outputs.Select(output => JsonValue.Create(output))]),
        };
        foreach (var (key, value) in report.ToJson())
            result[key] = value?.DeepClone();
        VerbOutput.Write(json, result, [$"{report} → {string.Join(", ", outputs)}"]);
        if (stopped is not null)
            throw stopped;
        if (report.IsInterrupted)
            return 130;
        return report is { Processed: 0, Failed: > 0 } ? 1 : 0;
    }
}
