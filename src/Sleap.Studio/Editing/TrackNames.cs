using System.Collections.Immutable;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>Names of tracks where something beyond instances has them.</summary>
internal static class TrackNames
{
    /// <summary>Bouts after a track got another name, unless something else has its name, too.</summary>
    public static ImmutableArray<Bout> Renamed(ImmutableArray<Bout> bouts, Structure structure, string name, string now)
    {
        var isOnly = structure.Tracks.Count(entry => entry.Name == name) == 1;
        if (!isOnly || structure.Identities.Any(identity => identity.Name == name))
            return bouts;
        string? Now(string? one) => one == name ? now : one;
        return [.. bouts.Select(bout => bout with { Subject = Now(bout.Subject), Target = Now(bout.Target) })];
    }

    /// <summary>
    /// The bouts of labels with the names that tracks have now. A name that stands for several tracks, or for an
    /// identity, too, stays.
    /// </summary>
    public static IReadOnlyList<Bout> Renamed(Labels labels, IReadOnlyDictionary<Track, Track> renamed)
    {
        var identities = labels.Identities.Select(identity => identity.Name).ToHashSet(StringComparer.Ordinal);
        var names = labels
            .Tracks.GroupBy(track => track.Name, StringComparer.Ordinal)
            .Where(group => group.Count() == 1 && !identities.Contains(group.Key))
            .Where(group => renamed.ContainsKey(group.Single()))
            .ToDictionary(group => group.Key, group => renamed[group.Single()].Name, StringComparer.Ordinal);
        string? Now(string? name) => name is null ? null : names.GetValueOrDefault(name, name);
        return [.. labels.Bouts.Select(bout => bout with { Subject = Now(bout.Subject), Target = Now(bout.Target) })];
    }
}
