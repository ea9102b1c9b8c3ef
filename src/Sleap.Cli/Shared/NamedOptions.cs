using System.CommandLine;

namespace Sleap.Cli;

/// <summary>What verbs with sleap-nn's options share.</summary>
internal static class NamedOptions
{
    /// <summary>An option with one of several names as its value; null where it is not given.</summary>
    public static Option<string?> Choice(string name, string description, params string[] values)
    {
        var option = new Option<string?>(name) { Description = description };
        option.AcceptOnlyFromAmong(values);
        return option;
    }

    /// <summary>Adds options to a verb.</summary>
    public static void AddAll(this Command verb, IEnumerable<Option> options)
    {
        foreach (var option in options)
            verb.Options.Add(option);
    }

    /// <summary>Whether the command line has an option, rather than its default.</summary>
    public static bool Has(this ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>The options of a list that the command line has.</summary>
    public static IReadOnlyList<Option> Given(this ParseResult parsed, IEnumerable<Option> options) =>
        [.. options.Where(parsed.Has)];
}
