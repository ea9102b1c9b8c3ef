namespace Sleap.IO;

/// <summary>
/// A known individual, the same in all videos and sessions, where a <see cref="Track"/> is a path within one video.
/// Immutable; compared by reference. Identities of the same name are one when files are joined.
/// </summary>
public sealed class Identity
{
    private readonly OrderedDictionary<string, string> _metadata = new(StringComparer.Ordinal);

    /// <summary>Makes an identity.</summary>
    /// <param name="name">Name of the individual, of one line without control characters.</param>
    /// <param name="metadata">Free texts by key, such as sex or strain; of a key that is given twice the last text
    /// counts.</param>
    /// <exception cref="ArgumentException">The name has a line break or a control character, or a text is
    /// null.</exception>
    public Identity(string name, IEnumerable<KeyValuePair<string, string>>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        OneLine.Require("an identity", name);
        Name = name;
        foreach (var (key, value) in metadata ?? [])
            _metadata[key] = value ?? throw new ArgumentException($"The metadata '{key}' is null.", nameof(metadata));
    }

    /// <summary>Name of the individual.</summary>
    public string Name { get; }

    /// <summary>Color to draw it in, such as "#e6194b": the metadata of that key; null when there is none.</summary>
    public string? Color => _metadata.GetValueOrDefault("color");

    /// <summary>Free texts by key, in the order of the file.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>
    /// What each identity of several sets becomes when the sets are joined: those of one name become one, which has the
    /// metadata of all; of a key in several, the first text is kept. Two of one name within a set stay two.
    /// </summary>
    internal static Dictionary<Identity, Identity> Joined(IEnumerable<IReadOnlyList<Identity>> sets)
    {
        var joined = new Dictionary<Identity, Identity>(ReferenceEqualityComparer.Instance);
        var same = sets.SelectMany(set =>
                set.GroupBy(identity => identity.Name)
                    .SelectMany(named => named.Select((identity, nth) => (Key: (named.Key, nth), identity)))
            )
            .GroupBy(entry => entry.Key, entry => entry.identity);
        foreach (var group in same)
        {
            var first = group.First();
            var metadata = group.SelectMany(identity => identity.Metadata).DistinctBy(entry => entry.Key).ToList();
            var one = metadata.Count == first.Metadata.Count ? first : new Identity(first.Name, metadata);
            foreach (var identity in group)
                joined[identity] = one;
        }

        return joined;
    }
}
