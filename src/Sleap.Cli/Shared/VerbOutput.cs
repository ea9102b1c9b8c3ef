using System.CommandLine;
using System.Text.Json.Nodes;

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

    /// <summary>A number for JSON, which has no NaN.</summary>
    public static JsonNode? Number(double value) => double.IsFinite(value) ? Math.Round(value, 4) : null;
}
