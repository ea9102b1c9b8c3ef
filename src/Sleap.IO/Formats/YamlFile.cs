using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sleap.IO;

/// <summary>A YAML file of keys, read without turning anything into objects of its choosing.</summary>
internal static class YamlFile
{
    private const long MostBytes = 16 << 20;
    private const int MostDepth = 64;

    /// <summary>The keys of a file.</summary>
    /// <exception cref="PoseFormatException">It is not YAML, or holds no keys.</exception>
    public static YamlMappingNode Read(string path)
    {
        if (new FileInfo(path).Length > MostBytes)
            throw new PoseFormatException(path, null, "is larger than any configuration.");
        try
        {
            var text = File.ReadAllText(path);
            RequireShallow(path, text);
            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            return yaml.Documents.FirstOrDefault()?.RootNode as YamlMappingNode ?? throw new PoseFormatException(path, null, "the file holds no keys.");
        }
        catch (Exception fault) when (fault is YamlException or ArgumentException)
        {
            throw new PoseFormatException(path, null, $"is not valid YAML: {fault.Message}", fault);
        }
    }

    /// <summary>The text of a key, or null when it is absent or empty.</summary>
    public static string? Text(YamlMappingNode root, string key) => root.Children.TryGetValue(key, out var node) && node is YamlScalarNode { Value.Length: > 0 } scalar ? scalar.Value : null;

    /// <summary>The list of a key, or null.</summary>
    public static YamlSequenceNode? List(YamlMappingNode root, string key) => root.Children.TryGetValue(key, out var node) ? node as YamlSequenceNode : null;

    // The library builds nodes within nodes by recursion, and a stack that overflows ends the process. Its parser does not.
    private static void RequireShallow(string path, string text)
    {
        var parser = new Parser(new StringReader(text));
        for (var depth = 0; parser.MoveNext();)
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > MostDepth)
                throw new PoseFormatException(path, $"line {parser.Current.Start.Line}", $"is nested more than {MostDepth} levels deep.");
        }
    }
}
