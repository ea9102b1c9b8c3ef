using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary>The output of a verb: lines for a person, or one JSON object on the last line for a program.</summary>
internal static class VerbOutput
{
    public static Option<bool> Json() =>
        new("--json") { Description = "End with one JSON object on a line of its own." };

    public static void Write(bool json, JsonObject report, IEnumerable<string> lines)
    {
        if (json)
        {
            Console.WriteLine(report.ToJsonString());
        }
        else
        {
            foreach (var line in lines)
                Console.WriteLine(line);
        }
    }

    /// <summary>A command line as it was understood, for the record.</summary>
    public static string Typed(ParseResult parsed) =>
        string.Join(' ', ["sleap", .. parsed.Tokens.Select(word => word.Value)]);

    /// <summary>The option of verbs that read labels: whether frames that nobody labeled count too.</summary>
    public static Option<bool> UsePredictions() =>
        new("--use-predictions")
        {
            Description = "Take the predictions of frames that nobody labeled; without it they are left out.",
        };

    /// <summary>How labels are read for <see cref="UsePredictions"/>.</summary>
    public static LabelsOptions LabelsOf(bool usePredictions) =>
        new() { Instances = usePredictions ? InstanceChoice.UserElsePredicted : null };

    /// <summary>A context whose warnings go to standard error.</summary>
    /// <param name="seed">Seed of random numbers; null for a new one each time.</param>
    /// <param name="except">Source of warnings that the verb tells in its own way.</param>
    public static MLContext Context(int? seed = null, string? except = null)
    {
        var ml = new MLContext(seed);
        ml.Log += (_, entry) =>
        {
            if (
                entry.Kind >= ChannelMessageKind.Warning
                && (except is null || !entry.Source.Contains(except, StringComparison.Ordinal))
            )
            {
                Terminal.Say(entry.RawMessage);
            }
        };
        return ml;
    }

    /// <summary>A number for JSON, which has no NaN.</summary>
    public static JsonNode? Number(double value) => double.IsFinite(value) ? Math.Round(value, 4) : null;
}

/// <summary><c>--prefix-map OLD NEW</c>: where the files lie that labels and configurations name.</summary>
internal static class PrefixMap
{
    /// <summary>The option; each verb that reads labels has it.</summary>
    public static Option<Dictionary<string, string>> Option { get; } =
        new("--prefix-map")
        {
            HelpName = "OLD NEW",
            Description =
                "Paths of videos and files in labels (and configurations) that begin with the folder OLD begin with "
                + "NEW instead, as in --prefix-map 'C:\\data' /data; several times for several.",
            Arity = new ArgumentArity(2, 2),
            AllowMultipleArgumentsPerToken = true,
            CustomParser = result =>
            {
                Dictionary<string, string> map = [];
                foreach (var pair in result.Tokens.Select(token => token.Value).Chunk(2))
                {
                    if (pair is not [{ Length: > 0 } old, { Length: > 0 } replacement])
                        result.AddError("--prefix-map needs two paths, OLD and NEW.");
                    else if (!map.TryAdd(old, replacement))
                        result.AddError($"--prefix-map has '{old}' twice.");
                }

                return map;
            },
        };

    /// <summary>How the labels of a command line are read.</summary>
    public static LabelsReadOptions Reading(this ParseResult parsed) =>
        parsed.GetValue(Option) is { } map ? new() { PrefixMap = map } : new();
}
