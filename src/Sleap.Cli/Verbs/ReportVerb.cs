using System.CommandLine;
using System.Text.Json.Nodes;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary><c>sleap report PREDICTIONS --out FOLDER</c>: a page about a predictions file.</summary>
internal static class ReportVerb
{
    public static Command Create()
    {
        var predictions = new Argument<string>("predictions") { Description = "Poses, in any format that is read." };
        var output = new Option<string>("--out")
        {
            Description = "The folder for report.html and summary.json.",
            Required = true,
        };
        var source = new Option<string?>("--source")
        {
            Description = "The video, when it is not where the predictions say.",
        };
        var fps = new Option<double?>("--fps") { Description = "Frames a second; else the video's." };
        var pixels = new Option<double?>("--pixels-per-unit")
        {
            Description = "Pixels of one unit of length; else lengths are in pixels.",
        };
        var unit = new Option<string>("--unit")
        {
            Description = "The unit of length.",
            DefaultValueFactory = _ => "mm",
        };
        var node = new Option<string?>("--node")
        {
            Description = "The node used as the position of an animal; default the mean of the visible nodes.",
        };
        var video = new Option<string?>("--video")
        {
            Description = "Only this video of the predictions, by file name.",
        };
        var json = VerbOutput.Json();
        var verb = new Command(
            "report",
            "A page about a predictions file: tracks, paths, speeds, confidence, frames to look at.\n"
                + "Example: sleap report session.slp --out session-report"
        )
        {
            predictions,
            output,
            source,
            fps,
            pixels,
            unit,
            node,
            video,
            PrefixMap.Option,
            json,
        };
        verb.SetAction(parsed =>
        {
            var file = parsed.GetRequiredValue(predictions);
            var options = new ReportOptions
            {
                Title = parsed.GetValue(video) is null ? Path.GetFileName(file) : null,
                VideoPath = parsed.GetValue(source),
                Plot = new PlotOptions
                {
                    FramesPerSecond = parsed.GetValue(fps),
                    PixelsPerUnit = parsed.GetValue(pixels),
                    Unit = parsed.GetRequiredValue(unit),
                    Node = parsed.GetValue(node),
                    Video = parsed.GetValue(video),
                },
            };
            var made = VerbOutput
                .Context()
                .Pose()
                .Report(Labels.Load(file, parsed.Reading()), parsed.GetRequiredValue(output), options);
            var report = new JsonObject
            {
                ["out"] = made.Page,
                ["videos"] = made.Videos.Length,
                ["frames"] = made.Videos.Sum(v => v.Frames),
                ["instances"] = made.Videos.Sum(v => v.Instances),
                ["animals"] = new JsonArray([.. made.Videos.SelectMany(v => v.Animals).Select(a => (JsonNode)a.Name)]),
            };
            VerbOutput.Write(
                parsed.GetValue(json),
                report,
                [
                    .. made
                        .Videos.Aggregate(
                            new OutputTable("video", ">frames", ">instances", ">animals"),
                            (table, v) => table.Row(v.Name, $"{v.Frames}", $"{v.Instances}", $"{v.Animals.Length}")
                        )
                        .Lines(),
                    $"→ {made.Page}",
                ]
            );
            return 0;
        });
        return verb;
    }
}
