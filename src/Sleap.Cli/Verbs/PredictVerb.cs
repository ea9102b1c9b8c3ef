using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary><c>sleap predict SOURCE --model PATH --out FILE</c>: the poses of a video, or of labeled frames.</summary>
internal static class PredictVerb
{
    private static readonly string[] LabelEndings = [".slp", ".csv", ".h5", ".json"];

    public static Command Create()
    {
        var source = new Argument<string>("source")
        {
            Description = "A video, a folder of images, or labels whose frames are predicted.",
        };
        var model = new Option<string[]>("--model")
        {
            Description =
                "A model.zip that 'sleap train' or mlContext.Model.Save wrote, or a model folder of sleap-nn. Twice "
                + "for the two stages of top-down.",
            Required = true,
        };
        var output = new Option<string>("--out")
        {
            Description =
                "Where to write: .slp or .csv, as frames come; or any other ending that 'sleap convert' writes, at the "
                + "end.",
            Required = true,
        };
        var frames = new Option<string?>("--frames") { Description = "Frames of the video: 0-99,200. Else all." };
        var shard = new Option<string?>("--shard")
        {
            Description =
                "I/N: only the part I of N of the frames, I from 0. The file is there only when all of the part is in "
                + "it; one that was ended early is beside it, ending in .partial.",
        };
        var threshold = new Option<float?>("--peak-threshold")
        {
            Description = "Peaks lower than this are missing nodes; else the model's.",
        };
        var centroids = new Option<float?>("--centroid-threshold")
        {
            Description = "Top-down: centers of lower peaks are not looked at; else the model's.",
        };
        var most = new Option<int?>("--max-instances")
        {
            Description = "Animals in a frame at most; else the model's.",
        };
        var refinement = new Option<string?>("--refinement")
        {
            Description = "gaussian, integral or none; else the model's.",
        };
        refinement.AcceptOnlyFromAmong("gaussian", "integral", "none");
        var batch = new Option<int?>("--batch-size")
        {
            Description = "Frames that the network sees at once; else the model's.",
        };
        var tile = new Option<int?>("--tile")
        {
            Description =
                "Side in pixels of the network input of the tiles that large frames are cut into; else whole frames, "
                + "unless the memory forbids it.",
        };
        var overlap = new Option<int?>("--tile-overlap")
        {
            Description =
                "Pixels that neighboring tiles share; else so many that a U-Net's peaks are those of whole frames.",
        };
        var keep = new Option<bool>("--keep-frame-size")
        {
            Description =
                "Frames keep their size; else they are matched to the size of those that the model was trained on.",
        };
        var precision = new Option<string?>("--precision")
        {
            Description =
                "single, or bfloat16: twice as fast on CPUs that compute it, 3 times with AMX ('sleap doctor' says), "
                + "and places move by some hundredths of a pixel. Else the model's.",
        };
        precision.AcceptOnlyFromAmong("single", "bfloat16");
        var device = new Option<string>("--device")
        {
            Description = "auto, cpu, cuda or cuda:N.",
            DefaultValueFactory = _ => "auto",
        };
        var fallback = new Option<bool>("--fallback-to-cpu")
        {
            Description =
                "Where the machine has no such --device, the CPU predicts, with a warning; else it is an error.",
        };
        var json = VerbOutput.Json();
        var verb = new Command(
            "predict",
            """
            The poses of a video. Ctrl+C ends after the batch that is being worked on, and writes what is done (exit code 130).
            Example: sleap predict session.mp4 --model mouse/model.zip --out session.slp
            """
        )
        {
            source,
            model,
            output,
            frames,
            shard,
            threshold,
            centroids,
            most,
            refinement,
            batch,
            tile,
            overlap,
            keep,
            precision,
            device,
            fallback,
            json,
        };
        verb.SetAction(parsed =>
        {
            // Frames that cannot be read are told together at the end.
            var ml = VerbOutput.Context(except: "Reading frames");
            using var trained = ModelLoader.Load(ml, parsed.GetRequiredValue(model));
            using var predicting = trained.With(
                new PredictionOptions
                {
                    PeakThreshold = parsed.GetValue(threshold),
                    CentroidThreshold = parsed.GetValue(centroids),
                    MaxInstances = parsed.GetValue(most),
                    Refinement = parsed.GetValue(refinement) is { } name
                        ? Enum.Parse<PeakRefinement>(name, ignoreCase: true)
                        : null,
                    BatchSize = parsed.GetValue(batch),
                    TileSize = parsed.GetValue(tile),
                    TileOverlap = parsed.GetValue(overlap),
                    KeepFrameSize = parsed.GetValue(keep),
                    Precision = parsed.GetValue(precision) is { } numbers
                        ? Enum.Parse<Precision>(numbers, ignoreCase: true)
                        : null,
                    Device = parsed.GetRequiredValue(device),
                    FallbackToCpu = parsed.GetValue(fallback),
                }
            );
            Shard? part = parsed.GetValue(shard) is { } fraction ? Shard.Parse(fraction) : null;
            var view = Open(ml.Pose(), parsed.GetRequiredValue(source), parsed.GetValue(frames), part);
            var provenance = new Dictionary<string, JsonNode?>
            {
                ["command"] = string.Join(' ', ["sleap", .. parsed.Tokens.Select(word => word.Value)]),
            };
            var code = Run(
                ml.Pose(),
                predicting,
                view,
                parsed.GetRequiredValue(output),
                part is not null,
                parsed.GetValue(json),
                provenance
            );
            if (parsed.GetValue(precision) is null && !parsed.GetValue(json))
                Hint(parsed.GetRequiredValue(device));
            return code;
        });
        return verb;
    }

    private static IDataView Open(PoseCatalog pose, string source, string? frames, Shard? shard)
    {
        var isLabels =
            LabelEndings.Contains(Path.GetExtension(source).ToLowerInvariant())
            || File.Exists(Path.Combine(source, "config.yaml"));
        if (!isLabels)
        {
            var list = frames is null ? null : FrameList.Of(frames, source);
            return pose.LoadVideo(source, shard is { } part ? part.Of(list ?? AllFrames(source)) : list);
        }

        return frames is null && shard is null
            ? pose.LoadLabels(
                source,
                new LabelsOptions { KeepEmptyFrames = true, Instances = InstanceChoice.UserElsePredicted }
            )
            : throw new ArgumentException(
                "--frames and --shard go with a video; for labels the labeled frames are predicted."
            );
    }

    private static IReadOnlyList<int> AllFrames(string source)
    {
        using var frames = IO.Video.FromFile(source).Open();
        return [.. Enumerable.Range(0, frames.FrameCount)];
    }

    private static int Run(
        PoseCatalog pose,
        ITransformer model,
        IDataView frames,
        string output,
        bool isShard,
        bool json,
        Dictionary<string, JsonNode?> provenance
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
                    output,
                    new PredictionRunOptions
                    {
                        Progress = progress,
                        CancellationToken = interruption.Token,
                        Provenance = provenance,
                    }
                );
            }
            catch (PredictionStoppedException problem)
            {
                (report, stopped) = (problem.Report, problem);
            }
        }
        if (isShard && (report.IsInterrupted || stopped is not null) && File.Exists(output))
        {
            // Who starts the shard again goes by the file: it must not look done.
            File.Move(output, output + ".partial", overwrite: true);
            output += ".partial";
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

        var result = new JsonObject { ["out"] = output };
        foreach (var (key, value) in report.ToJson())
            result[key] = value?.DeepClone();
        VerbOutput.Write(json, result, [$"{report} → {output}"]);
        if (stopped is not null)
            throw stopped;
        if (report.IsInterrupted)
            return 130;
        return report is { Processed: 0, Failed: > 0 } ? 1 : 0;
    }

    private static void Hint(string device)
    {
        if (
            BFloat16Support.IsFast(TorchSharp.torch.CPU)
            && (device == "cpu" || (device == "auto" && !TorchDevice.HasCuda))
        )
        {
            Terminal.Say(
                "this CPU has units for 16-bit brain floats: with --precision bfloat16 a U-Net may predict "
                    + "faster, and places move by some hundredths of a pixel."
            );
        }
    }
}
