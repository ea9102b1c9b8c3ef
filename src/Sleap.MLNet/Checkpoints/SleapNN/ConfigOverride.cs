using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sleap.MLNet;

/// <summary>A value that replaces the one of a key: <c>trainer_config.optimizer.lr=1e-4</c>.</summary>
internal sealed record ConfigOverride(string Path, YamlNode Value)
{
    /// <summary>Reads a key and its value, which is YAML.</summary>
    /// <exception cref="FormatException">It has no '=', the key is none of sleap-nn's, or the value is no YAML.</exception>
    public static ConfigOverride Parse(string text)
    {
        if (text.Split('=', 2) is not [var path, var value])
            throw new FormatException($"'{text}' is no override, expected KEY=VALUE.");
        if (ConfigKeys.Find(path) is null)
            throw new UnknownKeyException(path);
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(value.Length == 0 ? "null" : value));
            return new(path, stream.Documents[0].RootNode);
        }
        catch (YamlException fault)
        {
            throw new FormatException($"'{value}' is no value for {path}: {fault.Message}", fault);
        }
    }

    /// <summary>
    /// Whether a configuration has a place for the key: that of a backbone or a model type has none in a configuration
    /// of another one.
    /// </summary>
    public bool BelongsTo(YamlMappingNode root)
    {
        var parts = Path.Split('.');
        if (parts is not ["model_config", "backbone_config" or "head_configs", _, ..] || parts.Length == 3)
            return true;
        YamlNode node = root;
        foreach (var part in parts[..3])
        {
            if (node is not YamlMappingNode section || !section.Children.TryGetValue(part, out node!))
                return false;
        }

        return node is YamlMappingNode;
    }

    /// <summary>Sets the value; sections that are missing or null are added.</summary>
    public void Apply(YamlMappingNode root)
    {
        var parts = Path.Split('.');
        var section = root;
        foreach (var part in parts[..^1])
        {
            if (!section.Children.TryGetValue(part, out var child) || child is not YamlMappingNode inner)
                section.Children[part] = inner = [];
            section = inner;
        }

        section.Children[parts[^1]] = Value;
    }
}

/// <summary>A key that sleap-nn does not have.</summary>
internal sealed class UnknownKeyException(string key)
    : FormatException($"'{key}' is no key of sleap-nn {ConfigKeys.Version}'s configuration.")
{
    public string Key => key;
}
