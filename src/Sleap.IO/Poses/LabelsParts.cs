using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>The lists of a <see cref="Labels"/> whose frames are built on demand.</summary>
internal sealed record LabelsParts(
    IReadOnlyList<Video> Videos, IReadOnlyList<Skeleton> Skeletons, IReadOnlyList<Track> Tracks, IReadOnlyList<SuggestedFrame> Suggestions,
    IReadOnlyDictionary<string, JsonNode?> Provenance, IReadOnlyList<string> Remarks)
{
    /// <summary>Rows of sessions_json, kept as they are.</summary>
    public IReadOnlyList<string> Sessions { get; init; } = [];

    /// <summary>Datasets of the file that were not read, and so cannot be written again.</summary>
    public IReadOnlyList<string> Unread { get; init; } = [];
}
