using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Sleap.Cli;

/// <summary>
/// Reads the numbers of a command line the same way on every machine: a point before the decimals and no thousands
/// separators. .NET's own way takes <c>9,5</c> for 95 where the culture has a comma between thousands.
/// </summary>
internal static class CommandLineNumbers
{
    /// <summary>Sets how the numbers of a command, its verbs and their options are read.</summary>
    public static void Use(Command command)
    {
        foreach (var option in command.Options)
        {
            _ = Use<double>(option) || Use<float>(option) || Use<int>(option) || Use<long>(option);
        }

        foreach (var verb in command.Subcommands)
            Use(verb);
    }

    private static bool Use<T>(Option option)
        where T : struct, INumber<T>
    {
        switch (option)
        {
            case Option<T> number:
                number.CustomParser = result => Read<T>(result) ?? default;
                return true;
            case Option<T?> number:
                number.CustomParser = Read<T>;
                return true;
            default:
                return false;
        }
    }

    private static T? Read<T>(ArgumentResult result)
        where T : struct, INumber<T>
    {
        if (result.Tokens is not [var token])
            return null;
        var isWhole = T.IsInteger(T.One / (T.One + T.One)); // 1 / 2 is 0 for whole numbers
        var style = isWhole ? NumberStyles.AllowLeadingSign : NumberStyles.Float;
        if (T.TryParse(token.Value, style, CultureInfo.InvariantCulture, out var value) && T.IsFinite(value))
            return value;
        var name = (result.Parent as OptionResult)?.Option.Name ?? "";
        result.AddError(
            isWhole
                ? $"{name} is '{token.Value}', expected a whole number."
                : $"{name} is '{token.Value}', expected a number with a point before the decimals, such as 2.5."
        );
        return null;
    }
}
