using System.CommandLine;
using System.Text.Json.Nodes;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary><c>sleap fix FILE --out OUT</c>: repairs the harmless faults of labels.</summary>
internal static class FixVerb
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "Labels of any format that is read." };
        var to = new Option<string>("--out")
        {
            Description =
                "Where to write; the name says the format. The input is only overwritten if it is named here.",
            Required = true,
        };
        var json = VerbOutput.Json();
        var verb = new Command(
            "fix",
            "Repairs the harmless faults that 'sleap check' finds, and says what it did.\n"
                + "Example: sleap fix labels.slp --out labels.fixed.slp"
        )
        {
            file,
            to,
            PrefixMap.Option,
            json,
        };
        verb.SetAction(parsed =>
        {
            var target = parsed.GetRequiredValue(to);
            var (labels, done) = LabelFixes.Apply(Labels.Load(parsed.GetRequiredValue(file), parsed.Reading()));
            var lost = labels.Save(target);
            foreach (var remark in lost)
                Terminal.Say($"{target}: {remark}");
            var report = new JsonObject
            {
                ["out"] = target,
                ["done"] = new JsonArray([.. done.Select(line => (JsonNode)line)]),
                ["lost"] = new JsonArray([.. lost.Select(line => (JsonNode)line)]),
            };
            VerbOutput.Write(
                parsed.GetValue(json),
                report,
                done.Count == 0 ? [$"nothing to fix → {target}"] : [.. done, $"→ {target}"]
            );
            return 0;
        });
        return verb;
    }
}
