using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Sleap.IO;

/// <summary>Reads a YAML file of keys as nodes; no object of a type that the file names is made.</summary>
internal static class YamlFile
{
    private const long MaxBytes = 16 << 20;

    /// <summary>The keys of a file.</summary>
    /// <exception cref="PoseFormatException">It is not YAML, or holds no keys.</exception>
    public static YamlMappingNode Read(string path)
    {
        if (new FileInfo(path).Length > MaxBytes)
            throw new PoseFormatException(path, null, "is larger than any configuration.");
        try
        {
            using var reader = new StreamReader(path);
            var yaml = new YamlStream();
            yaml.Load(new BoundedYaml(new Parser(reader), path));
            return yaml.Documents.FirstOrDefault()?.RootNode as YamlMappingNode
                ?? throw new PoseFormatException(path, null, "the file holds no keys.");
        }
        catch (Exception fault) when (fault is YamlException or ArgumentException or InvalidOperationException)
        {
            throw new PoseFormatException(path, null, $"is not valid YAML: {OneLine.Brief(fault.Message)}", fault);
        }
    }

    /// <summary>The text of a key, or null when it is absent or empty.</summary>
    public static string? Text(YamlMappingNode root, string key) =>
        root.Children.TryGetValue(key, out var node) && node is YamlScalarNode { Value.Length: > 0 } scalar
            ? scalar.Value
            : null;

    /// <summary>The text of a value; empty where it is a list or a section.</summary>
    public static string Scalar(YamlNode node) => (node as YamlScalarNode)?.Value ?? "";

    /// <summary>The beginning of a value, for messages.</summary>
    public static string Show(YamlNode node) =>
        node switch
        {
            YamlScalarNode scalar => OneLine.Short(scalar.Value ?? ""),
            YamlSequenceNode => "a list",
            _ => "a section",
        };

    /// <summary>The list of a key, or null.</summary>
    public static YamlSequenceNode? List(YamlMappingNode root, string key) =>
        root.Children.TryGetValue(key, out var node) ? node as YamlSequenceNode : null;
}

/// <summary>
/// Passes YAML on as long as its depth and number of aliases are those of a configuration. The library builds its tree
/// by recursion, and hostile text would overflow the stack.
/// </summary>
internal sealed class BoundedYaml(IParser parser, string path) : IParser
{
    private const int MaxDepth = 32;
    private const int MaxAliases = 16;

    private int _depth;
    private int _aliases;

    public ParsingEvent? Current => parser.Current;

    public bool MoveNext()
    {
        if (!parser.MoveNext())
            return false;
        _depth += Current!.NestingIncrease;
        _aliases += Current is AnchorAlias ? 1 : 0;
        if (_depth > MaxDepth)
        {
            throw new PoseFormatException(
                path,
                $"line {Current.Start.Line}",
                $"nests deeper than {MaxDepth} levels, which no configuration does."
            );
        }

        return _aliases <= MaxAliases
            ? true
            : throw new PoseFormatException(
                path,
                $"line {Current.Start.Line}",
                $"refers back more than {MaxAliases} times, which no configuration does."
            );
    }
}
