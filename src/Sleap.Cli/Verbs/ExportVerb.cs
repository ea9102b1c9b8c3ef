using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary><c>sleap export MODEL --onnx FOLDER</c>: a model as an ONNX file, compared with the original.</summary>
internal static class ExportVerb
{
    public static Command Create()
    {
        var model = new Argument<string[]>("model")
        {
            Description = "A model, or the two of top-down.",
            Arity = ArgumentArity.OneOrMore,
        };
        var onnx = new Option<string>("--onnx")
        {
            Description = "The folder to write: model.onnx, export_metadata.json and the training configurations.",
            Required = true,
        };
        onnx.Aliases.Add("--out");
        var frames = new Option<string?>("--frames-from")
        {
            Description =
                "A video with animals. Points in its frames must be the same to 0.001 pixels; else only the networks "
                + "are compared.",
        };
        var count = new Option<int>("--frames")
        {
            Description = "Frames that are compared, evenly spaced.",
            DefaultValueFactory = _ => new OnnxExportOptions().FrameCount,
        };
        var instances = new Option<int?>("--max-instances")
        {
            Description = "Instances of a frame, for models that find centers; else the model's, or 20.",
        };
        var peaks = new Option<int>("--max-peaks-per-node")
        {
            Description = "Peaks of each node in a frame, for bottom-up models.",
            DefaultValueFactory = _ => new OnnxExportOptions().MaxPeaksPerNode,
        };
        var json = VerbOutput.Json();
        var verb = new Command(
            "export",
            "Writes a model as an ONNX file in the layout of sleap-nn's export, and compares both.\n"
                + "Example: sleap export mouse/model.zip --onnx mouse-onnx --frames-from session.mp4"
        )
        {
            model,
            onnx,
            frames,
            count,
            instances,
            peaks,
            json,
        };
        verb.SetAction(parsed =>
        {
            var ml = new MLContext(seed: 0);
            using var trained = ModelLoader.Load(ml, parsed.GetRequiredValue(model));
            var most = parsed.GetValue(count);
            var report = ml.Pose()
                .ExportOnnx(
                    trained,
                    parsed.GetRequiredValue(onnx),
                    new()
                    {
                        Frames = parsed.GetValue(frames) is { } video ? Spread(ml.Pose(), video, most) : null,
                        FrameCount = most,
                        MaxInstances = parsed.GetValue(instances),
                        MaxPeaksPerNode = parsed.GetValue(peaks),
                    }
                );
            var output = new JsonObject
            {
                ["out"] = report.Folder,
                ["type"] = ModelLoader.TypeOf(trained),
                ["frames"] = report.Frames,
                ["points"] = report.Points,
                ["largest_difference"] = report.LargestDifference,
                ["largest_map_difference"] = report.LargestMapDifference,
            };
            VerbOutput.Write(
                parsed.GetValue(json),
                output,
                [
                    report.Frames == 0
                        ? "the networks give the same maps; give --frames-from to compare points"
                        : $"{report.Points} points in {report.Frames} frames differ by at most "
                            + $"{report.LargestDifference:0.000000} pixels",
                    $"→ {report.Folder}",
                ]
            );
            return 0;
        });
        return verb;
    }

    private static IDataView Spread(PoseCatalog pose, string video, int count)
    {
        using var opened = IO.Video.FromFile(video).Open();
        var frames = opened.FrameCount;
        var chosen = Math.Clamp(count, 1, Math.Max(1, frames));
        return pose.LoadVideo(video, Enumerable.Range(0, chosen).Select(i => (int)((long)i * frames / chosen)));
    }
}
