using System.CommandLine;
using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Cli;

/// <summary><c>sleap convert IN OUT</c>: labels from one format to another.</summary>
internal static class ConvertVerb
{
    public static Command Create()
    {
        var from = new Argument<string>("in")
        {
            Description =
                "Labels of any format that is read; a pattern in quotes ('sessions/*.slp') takes several as one.",
        };
        var to = new Argument<string>("out")
        {
            Description =
                "Where to write; the name says the format: .slp, .pkg.slp, .h5, .nwb, .json, .csv, .parquet, CollectedData_ME.csv "
                + "or .dlc.csv, FOLDER/data.yaml.",
        };
        var videos = new Option<string[]>("--videos")
        {
            Description = "Folders to look for videos in that are not where the labels say.",
        };
        var noImages = new Option<bool>("--no-images")
        {
            Description = "COCO: do not write the images of labeled frames beside the file.",
        };
        var json = VerbOutput.Json();
        var verb = new Command(
            "convert",
            "Labels from one format to another; says what the new one cannot hold.\n"
                + "Example: sleap convert labels.slp labels.csv"
        )
        {
            from,
            to,
            videos,
            PrefixMap.Option,
            noImages,
            json,
        };
        verb.SetAction(parsed =>
        {
            var (source, target) = (parsed.GetRequiredValue(from), parsed.GetRequiredValue(to));
            var labels = Labels.LoadMany(
                [source],
                parsed.Reading() with
                {
                    SearchFolders = parsed.GetValue(videos) ?? [],
                }
            );
            var lost = labels.Save(target, writeImages: !parsed.GetValue(noImages));
            foreach (var remark in labels.Remarks)
                Terminal.Say($"{source}: {remark}");
            foreach (var remark in lost)
                Terminal.Say($"{target}: {remark}");
            var (frames, instances) = (labels.Frames.Count, labels.Frames.Sum(f => f.Instances.Count));
            var report = new JsonObject
            {
                ["out"] = target,
                ["frames"] = frames,
                ["instances"] = instances,
                ["remarks"] = new JsonArray([.. labels.Remarks.Select(r => (JsonNode)r)]),
                ["lost"] = new JsonArray([.. lost.Select(r => (JsonNode)r)]),
            };
            VerbOutput.Write(parsed.GetValue(json), report, [$"{frames} frames, {instances} instances → {target}"]);
            return 0;
        });
        return verb;
    }
}
