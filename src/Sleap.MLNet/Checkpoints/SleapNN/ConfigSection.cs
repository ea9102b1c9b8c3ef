using System.Collections.Immutable;
using System.Globalization;
using Sleap.IO;
using YamlDotNet.RepresentationModel;

namespace Sleap.MLNet;

/// <summary>
/// A section of a configuration that is being read. It records which keys were read, to report keys that are ignored,
/// and collects the faults of its keys with their lines.
/// </summary>
internal sealed class ConfigSection
{
    private readonly YamlMappingNode _node;
    private readonly List<string> _faults;
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
    private readonly List<ConfigSection> _sections = [];

    public ConfigSection(YamlMappingNode root, string path = "")
        : this(root, path, []) { }

    private ConfigSection(YamlMappingNode node, string path, List<string> faults) =>
        (_node, Path, _faults) = (node, path, faults);

    /// <summary>An empty section, for a section that is left out.</summary>
    public static ConfigSection Empty(string path) => new(new YamlMappingNode(), path);

    /// <summary>Path of the section: <c>model_config.backbone_config</c>.</summary>
    public string Path { get; }

    /// <summary>Faults found so far in all sections; one sentence per fault.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Adds a fault of a key of this section.</summary>
    public void Fault(string key, string cause)
    {
        var line = _node.Children.TryGetValue(key, out var node) ? node.Start.Line : _node.Start.Line;
        _faults.Add($"{PathOf(key)} (line {line}) {cause}");
    }

    /// <summary>Returns the section of a key; null if it is missing or null.</summary>
    public ConfigSection? Section(string key)
    {
        if (Node(key) is not { } node)
            return null;
        if (node is not YamlMappingNode mapping)
        {
            Wrong<ConfigSection>(key, node, "a section of keys");
            return null;
        }
        if (_sections.Find(section => ReferenceEquals(section._node, mapping)) is { } known)
            return known;
        var section = new ConfigSection(mapping, PathOf(key), _faults);
        _sections.Add(section);
        return section;
    }

    /// <summary>Names of the keys whose values are sections and not null.</summary>
    public IReadOnlyList<string> SectionsIn =>
        [.. _node.Children.Where(child => child.Value is YamlMappingNode).Select(child => YamlFile.Scalar(child.Key))];

    public string? Text(string key) =>
        Node(key) switch
        {
            null => null,
            YamlScalarNode scalar => scalar.Value,
            var other => Wrong<string?>(key, other, "a text"),
        };

    public int? Whole(string key) =>
        Text(key) is { } text
            ? int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value)
                ? value
                : Wrong<int?>(key, text, "a whole number")
            : null;

    public int Whole(string key, int other) => Whole(key) ?? other;

    public double? Number(string key) =>
        Text(key) is { } text
            ? double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && double.IsFinite(value)
                ? value
                : Wrong<double?>(key, text, "a number")
            : null;

    public double Number(string key, double other) => Number(key) ?? other;

    public float Single(string key, float other) => (float)(Number(key) ?? other);

    public bool? Flag(string key) =>
        Text(key) is { } text
            ? text.ToLowerInvariant() switch
            {
                "true" => true,
                "false" => false,
                _ => Wrong<bool?>(key, text, "true or false"),
            }
            : null;

    public bool Flag(string key, bool other) => Flag(key) ?? other;

    /// <summary>Returns one of several values, the first of which is the default.</summary>
    public string OneOf(string key, params string[] values)
    {
        var value = Text(key) ?? values[0];
        if (values.Contains(value))
            return value;
        Fault(key, $"is '{OneLine.Short(value)}', expected {string.Join(", ", values[..^1])} or {values[^1]}.");
        return values[0];
    }

    /// <summary>Returns a list of strings; null if it is missing or null.</summary>
    public ImmutableArray<string>? Texts(string key) =>
        Node(key) switch
        {
            null => null,
            YamlSequenceNode list when list.Children.All(item => item is YamlScalarNode) =>
            [
                .. list.Children.Select(item => ((YamlScalarNode)item).Value ?? ""),
            ],
            var other => Wrong<ImmutableArray<string>?>(key, other, "a list of texts"),
        };

    /// <summary>Returns a list of whole numbers; null if it is missing or null.</summary>
    public ImmutableArray<int>? Wholes(string key)
    {
        if (Texts(key) is not { } texts)
            return null;
        var numbers = texts
            .Select(text =>
                int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value)
                    ? value
                    : (int?)null
            )
            .ToList();
        return numbers.Contains(null)
            ? Wrong<ImmutableArray<int>?>(key, string.Join(", ", texts), "whole numbers")
            : [.. numbers.Select(number => number!.Value)];
    }

    /// <summary>Returns the sections of a list of sections.</summary>
    public IReadOnlyList<ConfigSection> Items(string key)
    {
        if (Node(key) is not { } node)
            return [];
        if (node is not YamlSequenceNode list || list.Children.Any(item => item is not YamlMappingNode))
            return Wrong<IReadOnlyList<ConfigSection>>(key, node, "a list of sections") ?? [];
        ConfigSection[] items =
        [
            .. list.Children.Select(
                (item, index) => new ConfigSection((YamlMappingNode)item, $"{PathOf(key)}[{index}]", _faults)
            ),
        ];
        _sections.AddRange(items);
        return items;
    }

    /// <summary>Returns the pairs of strings of a list of two-element lists.</summary>
    public IReadOnlyList<(string First, string Second)> Pairs(string key)
    {
        if (Node(key) is not { } node)
            return [];
        if (
            node is not YamlSequenceNode list
            || list.Children.Any(item => item is not YamlSequenceNode { Children: [YamlScalarNode, YamlScalarNode] })
        )
        {
            return Wrong<IReadOnlyList<(string, string)>>(key, node, "a list of pairs") ?? [];
        }

        return
        [
            .. list
                .Children.Cast<YamlSequenceNode>()
                .Select(pair =>
                    (((YamlScalarNode)pair.Children[0]).Value ?? "", ((YamlScalarNode)pair.Children[1]).Value ?? "")
                ),
        ];
    }

    /// <summary>Returns the pairs of names of a list of lists of two sections with a name each.</summary>
    public IReadOnlyList<(string First, string Second)> NamedPairs(string key)
    {
        if (Node(key) is not YamlSequenceNode list)
            return [];
        return
        [
            .. list
                .Children.OfType<YamlSequenceNode>()
                .Where(pair => pair.Children.Count == 2)
                .Select(pair => (NameIn(pair.Children[0]), NameIn(pair.Children[1]))),
        ];

        static string NameIn(YamlNode node) =>
            node switch
            {
                YamlMappingNode mapping
                    when mapping.Children.TryGetValue("name", out var name)
                        && name is YamlScalarNode { Value: { } text } => text,
                YamlScalarNode { Value: { } text } => text,
                _ => "",
            };
    }

    /// <summary>Whether a key's value is a list.</summary>
    public bool IsList(string key) => Node(key) is YamlSequenceNode;

    /// <summary>Whether a key exists, even with the value null.</summary>
    public bool Has(string key) => _node.Children.ContainsKey(key);

    /// <summary>Marks a key as ignored although it was read: its value has no full equivalent.</summary>
    public void MarkUnused(string key) => _read.Remove(key);

    /// <summary>Marks keys as read, because they do not matter for the model.</summary>
    public void Ignore(params string[] keys) => _read.UnionWith(keys);

    /// <summary>Marks all keys of the section as read.</summary>
    public void IgnoreAll() => Ignore([.. _node.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value ?? "")]);

    /// <summary>
    /// Returns the paths of keys that were not read: known ones where their value is not sleap-nn's default and would
    /// mean something here, and unknown ones that have a value.
    /// </summary>
    public IEnumerable<string> Unread()
    {
        foreach (var (key, value) in _node.Children)
        {
            if (key is not YamlScalarNode { Value: { } name } || _read.Contains(name))
                continue;
            switch (ConfigKeys.Find(PathOf(name)))
            {
                case { Use: ConfigUse.Section } when value is YamlMappingNode:
                    _ = Section(name); // its keys follow below
                    break;
                case { } known when known.Use == ConfigUse.None || known.IsDefault(value):
                case null when IsEmpty(value):
                    break;
                default:
                    yield return PathOf(name);
                    break;
            }
        }

        foreach (var path in _sections.SelectMany(section => section.Unread()))
            yield return path;
    }

    private YamlNode? Node(string key)
    {
        _read.Add(key);
        return _node.Children.TryGetValue(key, out var node) && !IsNull(node) ? node : null;
    }

    private T? Wrong<T>(string key, object found, string expected)
    {
        Fault(
            key,
            $"is '{(found is YamlNode node ? YamlFile.Show(node) : OneLine.Short($"{found}"))}', expected {expected}."
        );
        return default;
    }

    /// <summary>Returns the path of a key of this section.</summary>
    public string PathOf(string key) => Path.Length == 0 ? key : $"{Path}.{key}";

    internal static bool IsNull(YamlNode node) =>
        node
            is YamlScalarNode
            {
                Style: YamlDotNet.Core.ScalarStyle.Plain,
                Value: null or "" or "null" or "~" or "Null" or "NULL"
            };

    // Values of unknown keys that switch something off need not be reported.
    private static bool IsEmpty(YamlNode node) =>
        IsNull(node)
        || node is YamlSequenceNode { Children.Count: 0 } or YamlMappingNode { Children.Count: 0 }
        || node is YamlScalarNode { Value: "false" } or YamlScalarNode { Value: "" };
}
