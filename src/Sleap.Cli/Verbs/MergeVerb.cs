using System.CommandLine;
using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Cli;

/// <summary><c>sleap merge FILES --out OUT</c>: predictions of frame ranges of one video as one file.</summary>
internal static class MergeVerb
{
    private static readonly MergeOptions Defaults = new();

    public static Command Create()
    {
        var files = new Argument<string[]>("files")
        {
            Description = "Predictions of frame ranges or shards of one video; patterns in quotes too.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--out")
        {
            Description = "Where to write; the ending says the format.",
            Required = true,
        };
        var conflicts = new Option<string?>("--on-conflict")
        {
            Description =
                "Whose poses stay where a frame is in two files with different ones: first or last named; else that is "
                + "an error.",
        };
        conflicts.AcceptOnlyFromAmong("first", "last");
        var tracks = new Option<string>("--tracks")
        {
            Description =
                "How tracks go on from file to file: position, name, or auto (numbers of a tracker by position, names "
                + "by name).",
            DefaultValueFactory = _ => "auto",
        };
        tracks.AcceptOnlyFromAmong("auto", "position", "name");
        var gap = new Option<int>("--max-gap")
        {
            Description = "Number of frames before and after a seam in which instances are matched.",
            DefaultValueFactory = _ => Defaults.MaxGap,
        };
        var distance = new Option<double?>("--max-distance")
        {
            Description = "Largest motion of an instance across a seam, in pixels; default its length.",
        };
        var json = VerbOutput.Json();
        var verb = new Command(
            "merge",
            """
            Predictions of frame ranges or shards of one video as one file: each frame once, each animal's track going on across the seams.
            Example: sleap merge session.shard-0-of-2.slp session.shard-1-of-2.slp --out session.slp
            """
        )
        {
            files,
            output,
            conflicts,
            tracks,
            gap,
            distance,
            PrefixMap.Option,
            json,
        };
        verb.SetAction(parsed =>
        {
            var options = new MergeOptions
            {
                Conflicts = parsed.GetValue(conflicts) switch
                {
                    "first" => ConflictChoice.First,
                    "last" => ConflictChoice.Last,
                    _ => null,
                },
                Tracks = parsed.GetValue(tracks) switch
                {
                    "position" => SeamRule.Position,
                    "name" => SeamRule.Name,
                    _ => SeamRule.Auto,
                },
                MaxGap = parsed.GetValue(gap),
                MaxDistance = parsed.GetValue(distance),
            };
            if (options.MaxGap < 1)
                throw new ArgumentException($"--max-gap is {options.MaxGap}; at least 1.");
            var paths = parsed.GetRequiredValue(files).SelectMany(FilesOf).Distinct().ToList();
            var merged = PredictionMerge.Of(
                [.. paths.Select(path => (path, Labels.Load(path, parsed.Reading())))],
                options
            );
            foreach (var remark in merged.Remarks)
                Terminal.Say(remark);
            var target = parsed.GetRequiredValue(output);
            foreach (var remark in merged.Labels.Save(target))
                Terminal.Say($"{target}: {remark}");
            if (merged.Conflicts.Count > 0)
            {
                Terminal.Say(
                    $"{merged.Conflicts.Count} frames had different poses in two files; those of the "
                        + $"{parsed.GetValue(conflicts)} stay: {Some(merged.Conflicts)}"
                );
            }

            if (merged.Missing.Count > 0)
                Terminal.Say($"no file has the frames {Some(merged.Missing)}");
            VerbOutput.Write(
                parsed.GetValue(json),
                Json(target, paths, merged),
                [
                    $"{paths.Count} {(paths.Count == 1 ? "file" : "files")}, {merged.Labels.Frames.Count} frames, "
                        + $"{merged.Labels.Tracks.Count} tracks, {merged.Stitched} joined across seams → {target}",
                ]
            );
            return 0;
        });
        return verb;
    }

    // A shell that does not expand a pattern passes it on as it is.
    private static IReadOnlyList<string> FilesOf(string path) =>
        FileGlob.IsPattern(path) ? FileGlob.Find(path) : [path];

    private static string Some<T>(List<T> items) =>
        string.Join(", ", items.Take(5)) + (items.Count > 5 ? $" and {items.Count - 5} more" : "");

    private static JsonObject Json(string target, List<string> paths, PredictionMerge merged) =>
        new()
        {
            ["out"] = target,
            ["files"] = paths.Count,
            ["frames"] = merged.Labels.Frames.Count,
            ["instances"] = merged.Labels.Frames.Sum(frame => frame.Instances.Count),
            ["tracks"] = merged.Labels.Tracks.Count,
            ["stitched"] = merged.Stitched,
            ["repeated"] = merged.Repeated,
            ["conflicts"] = new JsonArray([.. merged.Conflicts.Select(frame => (JsonNode)frame)]),
            ["missing"] = new JsonArray([.. merged.Missing.Select(range => (JsonNode)range)]),
        };
}
