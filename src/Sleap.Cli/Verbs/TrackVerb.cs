using System.CommandLine;
using System.Text.Json.Nodes;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary>
/// <c>sleap track IN --out OUT</c>: gives the animals of predictions their tracks. The options have sleap-nn's names.
/// </summary>
internal static class TrackVerb
{
    public static Command Create()
    {
        var input = new Argument<string>("in") { Description = "Predictions of any format that is read." };
        var outputFile = new Option<string>("--out")
        {
            Description = "Where to write; the ending says the format.",
            Required = true,
        };
        var (words, json) = (new TrackingWords(), VerbOutput.Json());
        var verb = new Command(
            "track",
            "Assigns tracks to predicted instances.\n"
                + "Example: sleap track session.slp --max_tracks 2 --out session.tracked.slp"
        )
        {
            input,
            outputFile,
        };
        verb.AddAll(words.All);
        verb.AddAll([PrefixMap.Option, json]);
        verb.SetAction(parsed =>
        {
            var output = parsed.GetRequiredValue(outputFile);
            var clock = System.Diagnostics.Stopwatch.StartNew();
            var found = Labels.Load(parsed.GetRequiredValue(input), parsed.Reading());
            var areCenters = found.Skeletons.All(skeleton => skeleton.Nodes.Length == 1);
            var labels = VerbOutput.Context().Pose().Track(found, words.Read(parsed, areCenters));
            var seconds = clock.Elapsed.TotalSeconds;
            foreach (var remark in labels.Save(output))
                Terminal.Say(remark);
            var instances = labels.Frames.SelectMany(frame => frame.Instances).ToList();
            var untracked = instances.Count(instance => instance.Track is null);
            var used = instances.Select(instance => instance.Track).ToHashSet();
            if (labels.Tracks.Where(track => !used.Contains(track)).ToList() is [_, ..] former)
            {
                Terminal.Say(
                    $"{string.Join(", ", former.Select(track => track.Name))}: former tracks, which have no instances "
                        + "now, stay because events, boxes or other data of the file refer to them"
                );
            }

            var result = new JsonObject
            {
                ["out"] = output,
                ["frames"] = labels.Frames.Count,
                ["instances"] = instances.Count,
                ["untracked"] = untracked,
                ["tracks"] = labels.Tracks.Count,
                ["frames_per_second"] = VerbOutput.Number(labels.Frames.Count / seconds),
            };
            VerbOutput.Write(
                parsed.GetValue(json),
                result,
                [
                    $"{labels.Frames.Count} frames, {instances.Count} instances, {untracked} of them without a track, "
                        + $"{labels.Tracks.Count} tracks → {output}",
                ]
            );
            return 0;
        });
        return verb;
    }
}
