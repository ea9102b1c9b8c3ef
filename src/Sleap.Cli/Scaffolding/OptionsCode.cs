using System.Collections;
using System.Globalization;
using System.Reflection;
using Sleap.IO;

namespace Sleap.Cli;

/// <summary>Options as the C# that makes them: those that there is a reason for, each under its reason.</summary>
internal static class OptionsCode
{
    private const string Step = "    ";

    /// <summary>An object initializer from its opening brace on.</summary>
    /// <param name="options">The values.</param>
    /// <param name="reasons">Which of them, by path, and why.</param>
    /// <param name="code">What is written for an option of a name in place of its value.</param>
    /// <param name="indent">What stands before each line.</param>
    public static string Write(
        object options,
        IReadOnlyList<(string Option, string Reason)> reasons,
        IReadOnlyDictionary<string, string> code,
        string indent
    )
    {
        List<string> lines = [$"{indent}{{"];
        foreach (var group in reasons.GroupBy(reason => reason.Option.Split('.')[0]))
        {
            var property =
                options.GetType().GetProperty(group.Key)
                ?? throw new MissingMemberException(options.GetType().Name, group.Key);
            var value = property.GetValue(options);
            var inner = group
                .Where(reason => reason.Option.Contains('.'))
                .Select(reason => (reason.Option[(group.Key.Length + 1)..], reason.Reason))
                .ToList();
            lines.AddRange(
                group
                    .Where(reason => !reason.Option.Contains('.'))
                    .Select(reason => $"{indent}{Step}// {OneLine.Of(reason.Reason)}")
            );
            lines.Add(
                inner.Count == 0
                    ? $"{indent}{Step}{group.Key} = {code.GetValueOrDefault(group.Key) ?? Literal(value)},"
                    : $"{indent}{Step}{group.Key} = "
                        + $"{Creation(property, value!)}\n{Write(value!, inner, code, indent + Step)},"
            );
        }
        lines.Add($"{indent}}}");
        return string.Join('\n', lines);
    }

    // The property's own type needs no name; a derived one does.
    private static string Creation(PropertyInfo property, object value) =>
        property.PropertyType == value.GetType() ? "new()" : $"new {value.GetType().Name}";

    private static string Literal(object? value) =>
        value switch
        {
            null => "null",
            string text => OneLine.Quoted(text),
            bool flag => flag ? "true" : "false",
            float number => number.ToString("R", CultureInfo.InvariantCulture) + "f",
            Enum name => $"{name.GetType().Name}.{name}",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(Literal))}]",
            _ => $"new {value.GetType().Name}()",
        };
}
