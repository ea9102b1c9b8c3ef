using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Sleap.MLNet;

/// <summary>Makes the YAML of a configuration.</summary>
internal static class ConfigNodes
{
    public static YamlMappingNode Section(params (string Key, object? Value)[] entries) =>
        new(entries.Select(entry => KeyValuePair.Create((YamlNode)new YamlScalarNode(entry.Key), NodeOf(entry.Value))));

    public static YamlNode NodeOf(object? value) =>
        value switch
        {
            null => new YamlScalarNode("null"),
            YamlNode node => node,
            bool flag => new YamlScalarNode(flag ? "true" : "false"),
            IEnumerable<string> texts => new YamlSequenceNode(texts.Select(Scalar)),
            IEnumerable<string[]> rows => new YamlSequenceNode(rows.Select(row => NodeOf(row))),
            float or double => new YamlScalarNode(
                Real(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture))
            ),
            IFormattable number => new YamlScalarNode(number.ToString(null, CultureInfo.InvariantCulture)),
            _ => new YamlScalarNode(value.ToString()),
        };

    // As Python writes it, since some keys of sleap-nn take no whole number: 1.0, 1.0e-06.
    private static string Real(string number)
    {
        var exponent = number.IndexOf('E');
        var (digits, power) = exponent < 0 ? (number, "") : (number[..exponent], $"e{number[(exponent + 1)..]}");
        return (digits.Contains('.') ? digits : $"{digits}.0") + power;
    }

    public static YamlSequenceNode Wholes(IEnumerable<int> values) =>
        new(values.Select(value => (YamlNode)value.ToString(CultureInfo.InvariantCulture)));

    // Quoted, so that a node named 'null', 'yes' or '1' remains a string.
    public static YamlScalarNode Scalar(string text) => new(text) { Style = YamlDotNet.Core.ScalarStyle.DoubleQuoted };

    public static YamlScalarNode? Text(string? text) => text is null ? null : Scalar(text);
}
