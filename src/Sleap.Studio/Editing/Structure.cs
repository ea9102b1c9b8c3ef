using System.Collections.Immutable;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>What frames refer to: videos, skeletons, tracks, suggestions. Immutable.</summary>
internal sealed record Structure
{
    /// <summary>The videos; a video keeps its number.</summary>
    public required ImmutableArray<Video> Videos { get; init; }

    /// <summary>The skeletons; a skeleton keeps its number.</summary>
    public required ImmutableArray<Skeleton> Skeletons { get; init; }

    /// <summary>The tracks in the order of the file.</summary>
    public required ImmutableArray<TrackEntry> Tracks { get; init; }

    /// <summary>Number of the next track.</summary>
    public required int NextTrack { get; init; }

    /// <summary>The identities of the labels, which stay as they are.</summary>
    public required ImmutableArray<Identity> Identities { get; init; }

    /// <summary>Frames suggested for labeling, in their order.</summary>
    public required ImmutableArray<SuggestedFrame> Suggestions { get; init; }

    /// <summary>The bouts once they were edited; null while they are those of the file.</summary>
    public ImmutableArray<Bout>? Bouts { get; init; }

    /// <summary>What a person has looked at of what may be wrong with tracks. It is in the journal alone.</summary>
    public ImmutableHashSet<TrackErrorKey> Ticked { get; init; } = [];

    /// <summary>
    /// What skeletons that were changed are now. Instances that were made before the change are stored as they were,
    /// and read by this.
    /// </summary>
    public ImmutableDictionary<Skeleton, SkeletonChange> Changed { get; init; } =
        ImmutableDictionary.Create<Skeleton, SkeletonChange>(ReferenceEqualityComparer.Instance);

    /// <summary>The structure of labels.</summary>
    /// <param name="labels">The labels.</param>
    /// <param name="tracks">Numbers of their tracks, then that of the next one.</param>
    public static Structure Of(Labels labels, IReadOnlyList<int> tracks) =>
        new()
        {
            Videos = [.. labels.Videos],
            Skeletons = [.. labels.Skeletons],
            Tracks = [.. labels.Tracks.Select((track, place) => new TrackEntry(tracks[place], track, track))],
            NextTrack = tracks[labels.Tracks.Count],
            Identities = [.. labels.Identities],
            Suggestions = [.. labels.Suggestions],
        };

    /// <summary>Numbers of the tracks, then that of the next one.</summary>
    public IReadOnlyList<int> TrackNumbers => [.. Tracks.Select(entry => entry.Id), NextTrack];

    /// <summary>The entry of a track by its number; null when there is none.</summary>
    public TrackEntry? Track(int id) => Tracks.FirstOrDefault(entry => entry.Id == id);

    /// <summary>The entry of the track that an instance has; null when it has none.</summary>
    public TrackEntry? TrackOf(Instance instance) =>
        instance.Track is { } track ? Tracks.FirstOrDefault(entry => ReferenceEquals(entry.Key, track)) : null;

    /// <summary>A structure in which one skeleton is another.</summary>
    /// <param name="number">Number of the skeleton.</param>
    /// <param name="skeleton">What it becomes.</param>
    /// <param name="nodes">For each node of the new skeleton its place in the old one, or -1.</param>
    public Structure WithSkeleton(int number, Skeleton skeleton, ImmutableArray<int> nodes)
    {
        var old = Skeletons[number];
        var changed = Changed.ToBuilder();
        foreach (var (earlier, change) in Changed)
        {
            if (ReferenceEquals(change.Now, old))
            {
                changed[earlier] = new SkeletonChange(
                    skeleton,
                    [.. nodes.Select(node => node < 0 ? -1 : change.Nodes[node])]
                );
            }
        }

        changed[old] = new SkeletonChange(skeleton, nodes);
        return this with { Skeletons = Skeletons.SetItem(number, skeleton), Changed = changed.ToImmutable() };
    }

    /// <summary>A frame with the skeletons as they are now; the same object where nothing changed.</summary>
    public LabeledFrame Now(LabeledFrame frame) => Changed.IsEmpty ? frame : InstanceEdits.Mapped(frame, Now) ?? frame;

    private Instance Now(Instance instance) =>
        Changed.TryGetValue(instance.Skeleton, out var change)
            ? instance.With(
                change.Now,
                [.. change.Nodes.Select(node => node < 0 ? Point.Missing : instance.Points[node])]
            )
            : instance;
}

/// <summary>A track of a project.</summary>
/// <param name="Id">Its number, which stays its own.</param>
/// <param name="Key">What instances in frames refer to it by.</param>
/// <param name="Now">The track with the name that it has now, which labels and files get.</param>
internal sealed record TrackEntry(int Id, Track Key, Track Now)
{
    /// <summary>The name.</summary>
    public string Name => Now.Name;
}

/// <summary>What a skeleton became.</summary>
/// <param name="Now">The skeleton now.</param>
/// <param name="Nodes">For each of its nodes the place in the old one, or -1 when it is new.</param>
internal sealed record SkeletonChange(Skeleton Now, ImmutableArray<int> Nodes);
