using YamlDotNet.RepresentationModel;

namespace Sleap.IO;

/// <summary>A DeepLabCut project: config.yaml, and a table of labels in each folder under labeled-data.</summary>
internal static class DeepLabCutProject
{
    public const string ConfigName = "config.yaml";

    /// <summary>
    /// The table of labels in a labeled-data folder, or null: that of the scorer if there are several, and .h5 only
    /// where there is no .csv.
    /// </summary>
    public static string? TableIn(string folder, string? scorer = null)
    {
        List<string> Tables(string ending) =>
            [.. Directory.EnumerateFiles(folder, $"CollectedData_*{ending}").Order(StringComparer.Ordinal)];
        var tables = Tables(".csv") is [_, ..] found ? found : Tables(".h5");
        return tables.FirstOrDefault(t => Path.GetFileNameWithoutExtension(t) == $"CollectedData_{scorer}")
            ?? tables.FirstOrDefault();
    }

    /// <summary>Reads all tables of a project into one set of labels.</summary>
    /// <param name="folder">The folder that holds config.yaml.</param>
    /// <param name="options">How to read.</param>
    public static Labels Read(string folder, LabelsReadOptions options)
    {
        var config = Path.Combine(folder, ConfigName);
        var root = YamlFile.Read(config);
        var labeled = Path.Combine(folder, "labeled-data");
        if (!Directory.Exists(labeled))
            throw new PoseFormatException(config, null, $"the project has no folder {labeled}.");
        var tables = Directory
            .EnumerateDirectories(labeled)
            .Order(StringComparer.Ordinal)
            .Select(d => TableIn(d, YamlFile.Text(root, "scorer")))
            .OfType<string>()
            .ToList();
        if (tables.Count == 0)
        {
            throw new PoseFormatException(
                config,
                null,
                $"no folder under {labeled} holds a table CollectedData_*.csv or CollectedData_*.h5."
            );
        }

        var skeleton = options.Skeleton ?? ReadSkeleton(root, tables, config);
        // The same animal's name in two videos is one track, as in the project.
        return Labels.Concat([.. tables.Select(t => DeepLabCutReader.Read(t, options with { Skeleton = skeleton }))]);
    }

    /// <summary>
    /// Nodes as the first table has them and those that only others have; edges from the config's skeleton.
    /// </summary>
    private static Skeleton ReadSkeleton(YamlMappingNode root, List<string> tables, string config)
    {
        var nodes = tables.SelectMany(t => DeepLabCutReader.ReadHeader(t).Nodes).Distinct().ToList();
        var edges = new List<Edge>();
        if (YamlFile.List(root, "skeleton") is { } pairs)
        {
            foreach (var pair in pairs.OfType<YamlSequenceNode>())
            {
                var ends = pair.Select(n => nodes.IndexOf(n.ToString())).ToList();
                // The config may join parts that were never labeled.
                if (
                    ends.Count == 2
                    && ends.All(e => e >= 0)
                    && ends[0] != ends[1]
                    && !edges.Contains(new Edge(ends[0], ends[1]))
                )
                {
                    edges.Add(new Edge(ends[0], ends[1]));
                }
            }
        }
        return Skeleton.FromFile(config, "bodyparts", YamlFile.Text(root, "Task") ?? "", nodes, edges);
    }
}
