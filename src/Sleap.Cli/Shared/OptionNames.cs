using System.CommandLine;
using System.Text.RegularExpressions;

namespace Sleap.Cli;

/// <summary>
/// Names of the library's options in messages, as a verb of the command line has them: <c>PredictionOptions: BatchSize
/// is 0, expected …</c> is <c>--batch-size is 0, expected …</c>.
/// </summary>
internal static partial class OptionNames
{
    /// <summary>Options whose names differ by more than their spelling.</summary>
    private static readonly Dictionary<string, string> Others = new(StringComparer.Ordinal)
    {
        ["TileSize"] = "--tile",
        ["Centroid.PeakThreshold"] = "--centroid-threshold",
        ["Centroid.Scale"] = "--centroid-scale",
        ["FramesPerSecond"] = "--fps",
        ["Smooth.Window"] = "--smooth",
        ["DropJumps.MaxJump"] = "--max-jump",
        ["OksStddev"] = "--oks-stddev",
        ["FrozenBlocks"] = "--freeze",
        ["WindowSize"] = "--tracking_window_size",
        ["TrailLength"] = "--trail",
        ["Scale"] = "--input-scale",
        ["MinLineScore"] = "--min-line-scores",
        ["LinePoints"] = "--n-points",
        ["DistancePenaltyWeight"] = "--dist-penalty-weight",
        ["OverlapThreshold"] = "--filter-overlapping-threshold",
    };

    /// <summary>A message with the names of a verb's options.</summary>
    /// <param name="message">A message of the library.</param>
    /// <param name="verb">The verb that was run; null leaves the message as it is.</param>
    public static string In(string message, Command? verb)
    {
        if (verb is null)
            return message;
        var names = verb.Options.SelectMany(option => option.Aliases.Append(option.Name)).ToHashSet();
        return Fault()
            .Replace(
                message,
                match =>
                    NameOf(match.Groups["owner"].Value, match.Groups["path"].Value, names) is { } name
                        ? match.Groups["before"].Value + name
                        : match.Value
            );
    }

    private static string? NameOf(string owner, string path, HashSet<string> names)
    {
        var last = path[(path.LastIndexOf('.') + 1)..];
        var words = Word().Replace(last, "-$0").ToLowerInvariant();
        string[] candidates =
        [
            .. new[] { $"{owner}.{last}", path, last }.Select(key => Others.GetValueOrDefault(key)).OfType<string>(),
            .. path.Contains("Filter.", StringComparison.Ordinal) ? ["--filter" + words] : Array.Empty<string>(),
            "-" + words,
        ];
        return candidates.FirstOrDefault(names.Contains);
    }

    /// <summary>"SmoothOptions: Window is" at the start, "; Window is" and a line "  Window is" behind another fault.</summary>
    [GeneratedRegex(
        @"(?<before>(?:^|\n  |; ))(?:(?<owner>\w[\w ]*?)(?: ?[Oo]ptions)?: )?(?<path>[A-Z]\w*(?:\.[A-Z]\w*)*)(?= is \S+, expected)"
    )]
    private static partial Regex Fault();

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Word();
}
