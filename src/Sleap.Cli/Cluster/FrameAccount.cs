using System.Globalization;
using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Cli;

/// <summary>What became of the frames of a recording.</summary>
/// <param name="Recording">Its path.</param>
/// <param name="Output">The file of its poses.</param>
/// <param name="Frames">How many frames are to be predicted; null if that is unknown.</param>
/// <param name="Predicted">Those whose poses are in the file.</param>
/// <param name="Unreadable">Those that could not be decoded.</param>
/// <param name="Waiting">Shards that are not done.</param>
/// <param name="Fault">Why the recording or its poses could not be read or merged; null if they could.</param>
internal sealed record FrameAccount(
    string Recording,
    string Output,
    int? Frames,
    int Predicted,
    int Unreadable,
    IReadOnlyList<int> Waiting,
    string? Fault
)
{
    /// <summary>Frames that were neither predicted nor found unreadable.</summary>
    public int Missing => Math.Max(0, (Frames ?? 0) - Predicted - Unreadable);

    public bool IsComplete => Fault is null && Missing == 0 && Waiting.Count == 0;

    /// <summary>Merges the shards of each recording whose shards are all done, and accounts for its frames.</summary>
    /// <param name="job">What was predicted.</param>
    public static IReadOnlyList<FrameAccount> Collect(PredictionJob job) =>
        [.. job.Recordings.Zip(job.Outputs, (recording, output) => Collect(job, recording, output))];

    /// <summary>A table with a row for each recording, and their sum.</summary>
    public static IReadOnlyList<string> Table(IReadOnlyList<FrameAccount> recordings)
    {
        var table = new OutputTable("recording", ">frames", ">predicted", ">unreadable", ">missing", "not done");
        foreach (var one in recordings)
            table.Row([one.Recording, Text(one.Frames), .. one.Counts, one.Remark]);
        if (recordings.Count > 1)
        {
            table.Row(
                $"{recordings.Count} recordings",
                Text(recordings.Sum(one => one.Frames)),
                Text(recordings.Sum(one => one.Predicted)),
                Text(recordings.Sum(one => one.Unreadable)),
                Text(recordings.Sum(one => one.Missing)),
                Text(recordings.Count(one => !one.IsComplete))
            );
        }
        return table.Lines();
    }

    /// <summary>The same for <c>--json</c>.</summary>
    public static JsonObject Json(IReadOnlyList<FrameAccount> recordings) =>
        new()
        {
            ["complete"] = recordings.All(one => one.IsComplete),
            ["frames"] = recordings.Sum(one => one.Frames),
            ["predicted"] = recordings.Sum(one => one.Predicted),
            ["unreadable"] = recordings.Sum(one => one.Unreadable),
            ["missing"] = recordings.Sum(one => one.Missing),
            ["recordings"] = new JsonArray([
                .. recordings.Select(one => new JsonObject
                {
                    ["recording"] = one.Recording,
                    ["out"] = one.Output,
                    ["frames"] = one.Frames,
                    ["predicted"] = one.Predicted,
                    ["unreadable"] = one.Unreadable,
                    ["missing"] = one.Missing,
                    ["shards_not_done"] = new JsonArray([.. one.Waiting.Select(shard => (JsonNode)shard)]),
                    ["fault"] = one.Fault,
                }),
            ]),
        };

    private string[] Counts => [Text(Predicted), Text(Unreadable), Text(Missing)];

    private string Remark =>
        string.Join(
            "; ",
            ((string?[])[Waiting.Count == 0 ? null : $"shards {ListOf(Waiting)}", Fault]).OfType<string>()
        );

    private static FrameAccount Collect(PredictionJob job, string recording, string output)
    {
        var shards = job.ShardFiles(output);
        // Shards may be removed once they are merged.
        var isMerged = HasContent(output) && !shards.Any(shard => shard != output && HasContent(shard));
        int[] waiting = isMerged
            ? []
            : [.. shards.Index().Where(shard => !HasContent(shard.Item)).Select(shard => shard.Index)];
        var account = new FrameAccount(recording, output, null, 0, 0, waiting, null);
        try
        {
            var chosen = PredictVerb.Frames.Of(recording, job.Parse(recording));
            if (chosen.Select(frame => frame.Video).Distinct().Count() > 1)
                throw new InvalidDataException("frames of several videos cannot be accounted for: name the videos");
            var frames = chosen.Select(frame => frame.Frame).ToHashSet();
            account = account with { Frames = frames.Count };
            if (!isMerged && waiting.Length == 0 && shards.Any(shard => IsNewer(shard, output)))
                Merge(shards, output);
            foreach (var file in waiting.Length == 0 ? [output] : shards.Where(HasContent))
            {
                var labels = Labels.Load(file);
                var failed = labels.Provenance.GetValueOrDefault("frames")?["failed"] as JsonValue;
                account = account with
                {
                    Predicted = account.Predicted + labels.Frames.Count(frame => frames.Remove(frame.FrameIndex)),
                    Unreadable = account.Unreadable + (failed?.TryGetValue<int>(out var count) is true ? count : 0),
                };
            }
            return account;
        }
        catch (Exception fault)
            when (fault is IOException or InvalidDataException or PoseFormatException or ArgumentException)
        {
            return account with { Fault = OneLine.Of(fault.Message) };
        }
    }

    private static void Merge(IReadOnlyList<string> shards, string output)
    {
        var merged = PredictionMerge.Of([.. shards.Select(shard => (shard, Labels.Load(shard)))], new());
        foreach (var remark in merged.Remarks.Concat(merged.Labels.Save(output)))
            Terminal.Say($"{output}: {remark}");
    }

    private static bool HasContent(string file) => new FileInfo(file) is { Exists: true, Length: > 0 };

    // Merged poses that a person corrected are newer than their shards, and stay.
    private static bool IsNewer(string shard, string output) =>
        shard != output && File.GetLastWriteTimeUtc(shard) > File.GetLastWriteTimeUtc(output);

    // 0-2, 5
    private static string ListOf(IReadOnlyList<int> numbers)
    {
        List<string> ranges = [];
        for (var i = 0; i < numbers.Count; i++)
        {
            var first = numbers[i];
            while (i + 1 < numbers.Count && numbers[i + 1] == numbers[i] + 1)
                i++;
            ranges.Add(first == numbers[i] ? Text(first) : $"{Text(first)}-{Text(numbers[i])}");
        }
        return string.Join(", ", ranges);
    }

    private static string Text(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "?";
}
