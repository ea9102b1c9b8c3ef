using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary><c>sleap check FILE...</c>: faults of labels.</summary>
internal static class CheckVerb
{
    // The text shows this many places of a rule; JSON has all.
    private const int MaxPlaces = 10;
    private const int MaxDoubts = 30;

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
        var models = new Option<string[]>("--model")
        {
            Description =
                "Also compare the labels with what this model predicts in their frames: displaced and exchanged nodes, "
                + "instances forgotten or there twice. Twice for the two stages of top-down.",
        };
        var folder = new Option<string?>("--report")
        {
            Description = "With --model: write report.html with pictures of the doubtful labels into this folder.",
        };
        var json = VerbOutput.Json();
        var verb = new Command(
            "check",
            "Looks for faults of labels; exit code 1 if there is a warning.\n"
                + "Example: sleap check labels.slp --model mouse/model.zip --report doubts"
        )
        {
            files,
            videos,
            models,
            folder,
            PrefixMap.Option,
            json,
        };
        verb.SetAction(parsed =>
        {
            var ml = VerbOutput.Context();
            var options = parsed.Reading() with { SearchFolders = parsed.GetValue(videos) ?? [] };
            var (paths, into) = (parsed.GetRequiredValue(files), parsed.GetValue(folder));
            var given = parsed.GetValue(models) ?? [];
            if (into is not null && (given.Length == 0 || paths.Length > 1))
            {
                throw new ArgumentException(
                    $"{folder.Name} is for the doubts of a model about one file: "
                        + (given.Length == 0 ? $"add {models.Name}." : "give one file.")
                );
            }

            using var model = given.Length == 0 ? null : ModelLoader.Load(ml, given);
            var reports = new JsonArray();
            List<string> lines = [];
            var (warnings, notes) = (0, 0);
            foreach (var file in paths)
            {
                var (labels, findings) = Check(ml.Pose(), file, options);
                if (model is not null && labels is not null)
                    findings = [.. findings, .. Doubts(ml.Pose(), labels, model, into)];
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
            if (into is not null)
                lines.Add($"→ {Path.Combine(into, "report.html")}");
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

    /// <summary>The labels of a file, null where it cannot be read, and what the rules find in it.</summary>
    private static (Labels? Labels, IReadOnlyList<LabelFinding> Findings) Check(
        PoseCatalog pose,
        string file,
        LabelsReadOptions options
    )
    {
        try
        {
            var labels = Labels.Load(file, options);
            return (labels, pose.Check(labels));
        }
        catch (Exception fault) when (fault is PoseFormatException or IOException or UnauthorizedAccessException)
        {
            var advice = fault is FileNotFoundException ? "Check the name." : "Replace the file.";
            return (null, [new LabelFinding(CheckRule.UnreadableFile, true, fault.Message, advice)]);
        }
    }

    /// <summary>What a model doubts about the frames that a person labeled.</summary>
    private static IReadOnlyList<LabelFinding> Doubts(
        PoseCatalog pose,
        Labels labels,
        PoseModelTransformer model,
        string? folder
    )
    {
        var frames = labels
            .FramesInOrder.Where(frame => frame.Video.FoundPath is not null)
            .Where(frame => frame.IsNegative || frame.Instances.Any(one => !one.IsPredicted))
            .Select(frame => (frame.Video, frame.FrameIndex))
            .ToList();
        if (frames.Count == 0)
        {
            Terminal.Say("no frame of a video that is there is labeled: there is nothing that a model could doubt.");
            return [];
        }
        var view = pose.FromFrames(labels.Videos, frames, new PoseColumnOptions());
        using var interruption = new Interruption("ending");
        using var progress = new ProgressDisplay();
        var predicted = pose.Predict(
            model,
            view,
            options: new() { Progress = progress, CancellationToken = interruption.Token }
        );
        // What was not predicted would be taken for what the model does not see.
        interruption.Token.ThrowIfCancellationRequested();
        return folder is null
            ? pose.Check(labels, predicted.Labels!)
            : pose.CheckReport(labels, predicted.Labels!, folder);
    }

    private static IEnumerable<string> LinesOf(string file, IReadOnlyList<LabelFinding> findings)
    {
        yield return findings.Count == 0 ? $"{file}: no findings" : $"{file}:";
        foreach (var group in findings.Where(one => one.Doubt is null).GroupBy(one => (one.Rule, one.IsWarning)))
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
        var doubts = findings.Where(one => one.Doubt is not null).ToList();
        if (doubts.Count == 0)
            yield break;
        yield return "the model doubts, the most doubtful first:";
        var list = new OutputTable(4);
        foreach (var finding in doubts.Take(MaxDoubts))
        {
            list.Row(
                "  " + finding.Doubt!.Value.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture),
                CodeOf(finding.Rule),
                PlaceOf(finding),
                finding.Message
            );
        }

        foreach (var line in list.Lines())
            yield return line;
        if (doubts.Count > MaxDoubts)
            yield return $"  ... and {doubts.Count - MaxDoubts} more";
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
            ["doubt"] = finding.Doubt is { } doubt ? VerbOutput.Number(doubt) : null,
        };
}
