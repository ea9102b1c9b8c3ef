using System.Collections.Frozen;
using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Sleap.MLNet;

/// <summary>
/// The keys of a configuration of sleap-nn 0.3.5, each with its default and what it does here: the source of the
/// remarks on a configuration, of the defaults that are written, of <c>sleap config explain</c> and of the table in
/// <c>docs/from-sleap.md</c>.
/// </summary>
internal static class ConfigKeys
{
    /// <summary>The version whose keys these are.</summary>
    public const string Version = "0.3.5";

    /// <summary>All keys, in the order of sleap-nn's schema.</summary>
    public static IReadOnlyList<ConfigKey> All { get; } = Read();

    private static readonly FrozenDictionary<string, ConfigKey> ByPath = All.ToFrozenDictionary(key => key.Path);

    private static readonly ILookup<string, ConfigKey> ByParent = All.ToLookup(key =>
        key.Path.LastIndexOf('.') is >= 0 and var end ? key.Path[..end] : ""
    );

    /// <summary>Returns a key; null if sleap-nn does not have it.</summary>
    public static ConfigKey? Find(string path) => ByPath.GetValueOrDefault(path);

    /// <summary>Adds sleap-nn's default of every key that is missing in sections that are there.</summary>
    /// <param name="section">A configuration, or the section of a path.</param>
    /// <param name="path">The path of the section; empty for a configuration.</param>
    /// <returns>The same keys and the missing ones, in the order of the schema.</returns>
    public static YamlMappingNode Completed(YamlMappingNode section, string path = "")
    {
        YamlMappingNode completed = [];
        foreach (var key in ByParent[path])
        {
            var name = key.Path[(key.Path.LastIndexOf('.') + 1)..];
            var value = section.Children.TryGetValue(name, out var own) ? own : key.CreateDefault();
            completed.Add(
                name,
                key.Use == ConfigUse.Section && value is YamlMappingNode inner ? Completed(inner, key.Path) : value
            );
        }

        return completed;
    }

    /// <summary>Whether a node has the value of another one: numbers by their value.</summary>
    public static bool AreSame(YamlNode first, YamlNode second) =>
        (first, second) switch
        {
            (YamlScalarNode one, YamlScalarNode other) => one.Value == other.Value
                || (
                    double.TryParse(one.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var a)
                    && double.TryParse(other.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var b)
                    && a == b
                ),
            (YamlSequenceNode one, YamlSequenceNode other) => one.Children.Count == other.Children.Count
                && one.Children.Zip(other.Children).All(pair => AreSame(pair.First, pair.Second)),
            _ => false,
        };

    private static ConfigKey[] Read()
    {
        using var stream = typeof(ConfigKeys).Assembly.GetManifestResourceStream("sleap-nn-keys.tsv")!;
        using var reader = new StreamReader(stream);
        List<ConfigKey> keys = [];
        while (reader.ReadLine() is { } line)
        {
            var cells = line.Split('\t');
            keys.Add(
                new(
                    cells[0],
                    cells[1],
                    Enum.Parse<ConfigUse>(cells[2], ignoreCase: true),
                    cells.ElementAtOrDefault(3) ?? ""
                )
            );
        }

        return [.. keys];
    }
}

/// <summary>A key of sleap-nn's configuration.</summary>
/// <param name="Path">The dotted path: <c>trainer_config.optimizer.lr</c>.</param>
/// <param name="Default">sleap-nn's default as YAML; <c>{}</c> for a section with defaults of its own.</param>
/// <param name="Use">What happens to it here.</param>
/// <param name="Here">What it becomes, or why it has no meaning; empty for a section.</param>
internal sealed record ConfigKey(string Path, string Default, ConfigUse Use, string Here)
{
    /// <summary>Creates a node with the default.</summary>
    public YamlNode CreateDefault()
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(Default));
        return stream.Documents[0].RootNode;
    }

    /// <summary>Whether a value is the default.</summary>
    public bool IsDefault(YamlNode value) =>
        ConfigSection.IsNull(value) ? Default == "null" : ConfigKeys.AreSame(value, CreateDefault());
}

/// <summary>What happens to a key of sleap-nn's configuration.</summary>
internal enum ConfigUse
{
    /// <summary>A section of keys.</summary>
    Section,

    /// <summary>It changes options.</summary>
    Used,

    /// <summary>It has no meaning here.</summary>
    None,

    /// <summary>A value other than the default is named in a remark.</summary>
    Named,

    /// <summary>A value other than the default is an error.</summary>
    Refused,
}
