using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>The lists of a <see cref="Labels"/> whose frames are built on demand.</summary>
internal sealed record LabelsParts(
    IReadOnlyList<Video> Videos,
    IReadOnlyList<Skeleton> Skeletons,
    IReadOnlyList<Track> Tracks,
    IReadOnlyList<SuggestedFrame> Suggestions,
    IReadOnlyDictionary<string, JsonNode?> Provenance,
    IReadOnlyList<string> Remarks
)
{
    /// <summary>Rows of sessions_json, kept as they are.</summary>
    public IReadOnlyList<string> Sessions { get; init; } = [];

    /// <summary>What the file holds beyond poses.</summary>
    public SlpExtras? Extras { get; init; }
}
