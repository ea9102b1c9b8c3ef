using System.CommandLine;
using Sleap.IO;

namespace Sleap.Cli;

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
