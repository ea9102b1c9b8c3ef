using System.Globalization;
using System.Reflection;

namespace Sleap.MLNet;

/// <summary>
/// The options of a record as names and values, those of options inside it under their path: <c>Training.Epochs</c>,
/// <c>20</c>.
/// </summary>
internal static class OptionList
{
    // Who is told and what columns are called does not change what is learned.
    private static readonly HashSet<string> Silent = ["Columns", "Progress", "CancellationToken", "EqualityContract"];

    public static IEnumerable<(string Name, string Value)> Of(object options, string path = "")
    {
        foreach (
            var property in options
                .GetType()
                .GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => !Silent.Contains(property.Name) && property.GetIndexParameters().Length == 0)
        )
        {
            var (name, value) = (path + property.Name, property.GetValue(options));
            if (value is null || value is string or ValueType)
            {
                yield return (name, Text(value));
            }
            else if (value is System.Collections.IEnumerable list)
            {
                yield return (name, string.Join(", ", list.Cast<object?>().Select(Text)));
            }
            else
            {
                // Which kind of network or schedule it is, is an option too.
                if (value.GetType() != property.PropertyType)
                    yield return (name, value.GetType().Name);
                foreach (var inner in Of(value, name + "."))
                    yield return inner;
            }
        }
    }

    private static string Text(object? value) =>
        value switch
        {
            null => "null",
            bool flag => flag ? "true" : "false",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
}
