using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;

namespace Sleap.Cli;

/// <summary>Faults of a command line, each with the known word that is nearest to a misspelled one.</summary>
internal static class CommandLineErrors
{
    /// <summary>One line for each fault; empty when there is none.</summary>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        // A misspelled option can pass for an argument: 'sleap info --jsn' would look for a file of that name.
        string[] options =
        [
            .. Options(parsed.CommandResult)
                .Where(word => word.StartsWith("--", StringComparison.Ordinal))
                .Where(word => !parsed.UnmatchedTokens.Contains(word)),
        ];
        List<string> faults =
        [
            .. options.Select(word =>
                $"'{word}' is no option of "
                + $"'{NameOf(parsed.CommandResult)}'.{DidYouMean(word, OptionsOf(parsed.CommandResult))}"
            ),
        ];
        faults.AddRange(parsed.UnmatchedTokens.Select(word => Unmatched(parsed.CommandResult, word)));
        var unrecognized = parsed.UnmatchedTokens.Count > 0;
        foreach (var error in parsed.Errors)
        {
            // What is missing is not told while a word was not understood; unmatched words are told above.
            if (
                error.SymbolResult is OptionResult { Option: var option, Tokens: [.., var value] }
                && Values(option) is { Length: > 0 } values
            )
            {
                faults.Add(
                    $"{option.Name} is '{value.Value}', expected "
                        + $"{string.Join(", ", values)}.{DidYouMean(value.Value, values)}"
                );
            }
            else if (!unrecognized && options.Length == 0)
            {
                faults.Add(
                    parsed.CommandResult.Command.Subcommands is { Count: > 0 } verbs
                        ? $"say what '{NameOf(parsed.CommandResult)}' is to do: "
                            + $"{string.Join(", ", verbs.Select(verb => verb.Name))}."
                    : error.SymbolResult is ArgumentResult { Argument: var argument, Tokens.Count: 0 }
                        ? $"'{NameOf(parsed.CommandResult)}' lacks <{argument.Name}>: {argument.Description}"
                    : error.Message
                );
            }
        }
        return [.. faults.Distinct()];
    }

    private static IEnumerable<string> Options(CommandResult command) =>
        command.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value);

    private static string Unmatched(CommandResult command, string word)
    {
        if (word.StartsWith('-'))
            return $"'{word}' is no option of '{NameOf(command)}'.{DidYouMean(word, OptionsOf(command))}";
        var verbs = command.Command.Subcommands.Select(verb => verb.Name).ToList();
        return verbs.Count > 0
            ? $"'{word}' is no verb of '{NameOf(command)}'.{DidYouMean(word, verbs)}"
            : $"'{word}' is one word too many for '{NameOf(command)}'.";
    }

    private static string NameOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{NameOf(parent)} {command.Command.Name}" : "sleap";

    private static IEnumerable<string> OptionsOf(CommandResult command) =>
        command.Command.Options.SelectMany(option => (string[])[option.Name, .. option.Aliases]);

    private static string[] Values(Option option) =>
        option.ValueType == typeof(bool)
            ? []
            : [.. option.GetCompletions(CompletionContext.Empty).Select(item => item.Label)];

    private static string DidYouMean(string word, IEnumerable<string> known) =>
        Nearest(word, known) is { } right ? $" Did you mean '{right}'?" : "";

    /// <summary>
    /// The known word that may be meant: one that the word is the beginning of, or one that differs in at most a third
    /// of its characters.
    /// </summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        var lower = word.ToLowerInvariant();
        var best = known
            .Select(right =>
                (
                    Right: right,
                    Distance: right.StartsWith(lower, StringComparison.Ordinal) && lower.Length >= 3
                        ? 1
                        : Distance(lower, right)
                )
            )
            .DefaultIfEmpty(("", int.MaxValue))
            .MinBy(pair => pair.Item2);
        return best.Item2 <= Math.Max(1, (word.Length + 1) / 3) ? best.Item1 : null;
    }

    /// <summary>Characters to insert, delete, replace or swap with the next (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        var cost = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            cost[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            cost[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                cost[i, j] = Math.Min(
                    Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1,
                    cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                );
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
            }
        }
        return cost[a.Length, b.Length];
    }
}
