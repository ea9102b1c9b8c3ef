using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary><c>sleap check FILE...</c>: faults of labels.</summary>
internal static class CheckVerb
{
    // The text shows this many places of a rule; JSON has all.
    private const int MaxPlaces = 10;

    public static Command Create()
    {
        var files = new Argument<string[]>("files")
        {
            Description = "Labels of any format that is read.",
            Arity = ArgumentArity.OneOrMore,
        };
        var videos = new Option<string[]>("--videos")
        {
            Description = "Folders to look for videos in that are not where the labels say.",
        };
        var json = VerbOutput.Json();
        var verb = new Command(
            "check",
            "Looks for faults of labels; exit code 1 if there is a warning.\nExample: sleap check labels.slp"
        )
        {
            files,
            videos,
            PrefixMap.Option,
            json,
        };
        verb.SetAction(parsed =>
        {
            var pose = VerbOutput.Context().Pose();
            var options = parsed.Reading() with { SearchFolders = parsed.GetValue(videos) ?? [] };
            var reports = new JsonArray();
            List<string> lines = [];
            var (warnings, notes) = (0, 0);
            foreach (var file in parsed.GetRequiredValue(files))
            {
                var findings = Check(pose, file, options);
                warnings += findings.Count(one => one.IsWarning);
                notes += findings.Count(one => !one.IsWarning);
                reports.Add(
                    new JsonObject
                    {
                        ["file"] = file,
                        ["findings"] = new JsonArray([.. findings.Select(one => (JsonNode)JsonOf(one))]),
                    }
                );
                lines.AddRange(LinesOf(file, findings));
            }
            lines.Add(
                $"{warnings} {(warnings == 1 ? "warning" : "warnings")}, {notes} {(notes == 1 ? "note" : "notes")}"
            );
            var report = new JsonObject
            {
                ["files"] = reports,
                ["warnings"] = warnings,
                ["notes"] = notes,
            };
            VerbOutput.Write(parsed.GetValue(json), report, lines);
            return warnings > 0 ? 1 : 0;
        });
        return verb;
    }

    private static IReadOnlyList<LabelFinding> Check(PoseCatalog pose, string file, LabelsReadOptions options)
    {
        try
        {
            return pose.Check(Labels.Load(file, options));
        }
        catch (Exception fault) when (fault is PoseFormatException or IOException or UnauthorizedAccessException)
        {
            var advice = fault is FileNotFoundException ? "Check the name." : "Replace the file.";
            return [new LabelFinding(CheckRule.UnreadableFile, true, fault.Message, advice)];
        }
    }

    private static IEnumerable<string> LinesOf(string file, IReadOnlyList<LabelFinding> findings)
    {
        yield return findings.Count == 0 ? $"{file}: no findings" : $"{file}:";
        foreach (var group in findings.GroupBy(one => (one.Rule, one.IsWarning)))
        {
            yield return $"{(group.Key.IsWarning ? "warning" : "note")} {CodeOf(group.Key.Rule)}: {group.First().Advice}";
            var table = new OutputTable(2);
            foreach (var finding in group.Take(MaxPlaces))
                table.Row("  " + PlaceOf(finding), finding.Message);
            foreach (var line in table.Lines())
                yield return line;
            if (group.Count() > MaxPlaces)
                yield return $"  ... and {group.Count() - MaxPlaces} more";
        }
    }

    private static string PlaceOf(LabelFinding finding) =>
        string.Join(
            ", ",
            new[]
            {
                finding.Video,
                finding.FrameIndex is { } frame ? $"frame {frame}" : "",
                finding.Instance is { } instance ? $"instance {instance}" : "",
                finding.Node,
            }.Where(part => part.Length > 0)
        );

    private static string CodeOf(CheckRule rule) => JsonNamingPolicy.KebabCaseLower.ConvertName(rule.ToString());

    private static JsonObject JsonOf(LabelFinding finding) =>
        new()
        {
            ["code"] = CodeOf(finding.Rule),
            ["severity"] = finding.IsWarning ? "warning" : "note",
            ["video"] = finding.Video.Length > 0 ? finding.Video : null,
            ["frame"] = finding.FrameIndex,
            ["instance"] = finding.Instance,
            ["node"] = finding.Node.Length > 0 ? finding.Node : null,
            ["message"] = finding.Message,
            ["advice"] = finding.Advice,
        };
}
