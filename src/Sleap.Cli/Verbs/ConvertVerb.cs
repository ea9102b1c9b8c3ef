using System.CommandLine;
using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Cli;

/// <summary><c>sleap convert IN OUT</c>: labels from one format to another.</summary>
internal static class ConvertVerb
{
    public static Command Create()
    {
        var from = new Argument<string>("in") { Description = "Labels of any format that is read." };
        var to = new Argument<string>("out") { Description = "Where to write; the ending says the format." };
        var json = Report.Json();
        var verb = new Command("convert", "Labels from one format to another; says what the new one cannot hold.\nExample: sleap convert labels.slp labels.csv") { from, to, json };
        verb.SetAction(words =>
        {
            var labels = Labels.Load(words.GetRequiredValue(from));
            var lost = labels.Save(words.GetRequiredValue(to));
            foreach (var remark in lost) Console.Error.WriteLine($"sleap: {remark}");
            var report = new JsonObject { ["out"] = words.GetRequiredValue(to), ["frames"] = labels.Frames.Count, ["instances"] = labels.Frames.Sum(f => f.Instances.Count), ["lost"] = new JsonArray([.. lost.Select(r => (JsonNode)r)]) };
            Report.Write(words.GetValue(json), report, [$"{labels.Frames.Count} frames, {labels.Frames.Sum(f => f.Instances.Count)} instances → {words.GetRequiredValue(to)}"]);
            return 0;
        });
        return verb;
    }
}
