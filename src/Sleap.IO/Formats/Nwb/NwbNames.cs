namespace Sleap.IO;

/// <summary>Names of objects in an NWB file: HDF5 takes neither a slash nor the name of a dot.</summary>
internal static class NwbNames
{
    /// <summary>sleap-io's name of a skeleton without one.</summary>
    public const string NoSkeletonName = "Skeleton-count(0)";

    private const string SeriesPrefix = "PoseEstimationSeries";
    private const string TrackPrefix = "track=";

    /// <summary>Members of a PoseEstimation that are not series (ndx-pose 0.1 to 0.4).</summary>
    private static readonly HashSet<string> OwnMembers =
    [
        "description",
        "original_videos",
        "labeled_videos",
        "dimensions",
        "scorer",
        "source_software",
        "nodes",
        "edges",
        "device",
        "source_video",
        "labeled_video",
    ];

    /// <summary>A name as an object can have it.</summary>
    public static string Safe(string name)
    {
        var safe = name.Replace('/', '_').Replace('\0', '_');
        return safe is "" or "." or ".." ? "_" : safe;
    }

    /// <summary>The other name of a node's series, which pynwb's documentation uses.</summary>
    public static string Prefixed(string node) => SeriesPrefix + Safe(node);

    /// <summary>The series of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="skeleton">Name of the link to the skeleton, which lies beside the series.</param>
    public static string Series(string node, string skeleton) =>
        OwnMembers.Contains(Safe(node)) || Safe(node) == skeleton ? Prefixed(node) : Safe(node);

    /// <summary>The container of a track: its name, marked as sleap-io does where it would be taken for something else.</summary>
    public static string Track(string name) =>
        name == "Skeletons"
        || name.StartsWith("untracked", StringComparison.Ordinal)
        || name.StartsWith(TrackPrefix, StringComparison.Ordinal)
            ? TrackPrefix + Safe(name)
            : Safe(name);

    /// <summary>A name that is not among others yet, with a number behind it if need be.</summary>
    public static string Unique(string name, ISet<string> taken)
    {
        var unique = name;
        for (var i = 2; !taken.Add(unique); i++)
            unique = $"{name}_{i}";
        return unique;
    }
}
