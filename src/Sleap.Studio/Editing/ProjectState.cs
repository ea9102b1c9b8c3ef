using System.Collections.Immutable;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>
/// The labels of a project at one moment: the frames that it was opened with, and those that were edited since.
/// Immutable, so that any number of threads may read it. An edit makes a new state that shares all frames but its own.
/// </summary>
internal sealed class ProjectState
{
    private static readonly IComparer<FrameEntry> ByKey = Comparer<FrameEntry>.Create(
        (one, other) => one.Key.CompareTo(other.Key)
    );

    private readonly ProjectOrigin _origin;
    private readonly BaseFrames _base;
    private readonly ImmutableSortedSet<FrameEntry> _edited = ImmutableSortedSet.Create(ByKey);
    private long _added;

    /// <summary>The state of labels as they were opened.</summary>
    /// <param name="origin">The labels.</param>
    /// <param name="tracks">Numbers of their tracks, then that of the next one; null to count them.</param>
    public ProjectState(ProjectOrigin origin, IReadOnlyList<int>? tracks = null)
    {
        (_origin, _base) = (origin, new BaseFrames(origin.Labels));
        Structure = Structure.Of(origin.Labels, tracks ?? [.. Enumerable.Range(0, origin.Labels.Tracks.Count + 1)]);
        Revision = origin.Revision;
        Totals = Totals.Of(_base.Frames);
    }

    private ProjectState(ProjectState before, ImmutableSortedSet<FrameEntry> edited, Structure structure)
    {
        (_origin, _base, _edited, Structure) = (before._origin, before._base, edited, structure);
        (_added, Totals) = (before._added, before.Totals);
    }

    /// <summary>Videos, skeletons, tracks and suggestions.</summary>
    public Structure Structure { get; }

    /// <summary>Numbers of frames and instances.</summary>
    public Totals Totals { get; private set; }

    /// <summary>Stands for the content of this state: of the edit that made it, or of the labels as they were
    /// opened. No other content of the session has the number.</summary>
    public long Revision { get; private init; }

    /// <summary>A labeled frame with its skeletons as they are now; null when there is none.</summary>
    /// <remarks>Tracks of its instances are the keys of <see cref="TrackEntry"/>, which may have another name
    /// now.</remarks>
    public LabeledFrame? Frame(FrameKey key) => Stored(key) is { } frame ? Structure.Now(frame) : null;

    /// <summary>A labeled frame with the skeletons that it was stored with; null when there is none.</summary>
    public LabeledFrame? Stored(FrameKey key)
    {
        if (_edited.TryGetValue(new FrameEntry(key, null, 0, 0), out var entry))
            return entry.Frame;
        return _base.RowOf(key) is >= 0 and var row ? _base.Frames[row] : null;
    }

    /// <summary>The list that a labeled frame is in, and its place there. Frames of a file are not built for it.
    /// </summary>
    public (IReadOnlyList<LabeledFrame> Frames, int Place) PlaceOf(FrameKey key) =>
        _edited.Contains(new FrameEntry(key, null, 0, 0)) || !Structure.Changed.IsEmpty
            ? ([Frame(key)!], 0)
            : (_base.Frames, _base.RowOf(key));

    /// <summary>Whether frames that were not edited are the same in both states.</summary>
    public bool IsRelated(ProjectState other) =>
        ReferenceEquals(_origin, other._origin) && ReferenceEquals(Structure.Changed, other.Structure.Changed);

    /// <summary>Stands for the content of a frame: the revision that it is as it is since.</summary>
    public long RevisionOf(FrameKey key) =>
        _edited.TryGetValue(new FrameEntry(key, null, 0, 0), out var entry) ? entry.Revision : _origin.Revision;

    /// <summary>Keys of the labeled frames from one to another, both included, in order.</summary>
    public IEnumerable<FrameKey> Keys(FrameKey first, FrameKey last)
    {
        var place = _edited.IndexOf(new FrameEntry(first, null, 0, 0));
        place = place < 0 ? ~place : place;
        var next = EditedAt(place, last);
        foreach (var key in _base.Keys(first, last))
        {
            for (; next is not null && next.Key.CompareTo(key) < 0; next = EditedAt(++place, last))
            {
                if (next.Frame is not null)
                    yield return next.Key;
            }

            if (next is null || next.Key != key)
                yield return key;
        }

        for (; next is not null; next = EditedAt(++place, last))
        {
            if (next.Frame is not null)
                yield return next.Key;
        }
    }

    /// <summary>Keys of all labeled frames in order.</summary>
    public IEnumerable<FrameKey> Keys() => Keys(new FrameKey(0, 0), new FrameKey(int.MaxValue, int.MaxValue));

    /// <summary>Keys of frames that differ from those of an earlier or later state of the project.</summary>
    public IEnumerable<FrameKey> Changed(ProjectState other) =>
        _edited
            .Select(entry => entry.Key)
            .Union(other._edited.Select(entry => entry.Key))
            .Where(key => RevisionOf(key) != other.RevisionOf(key));

    /// <summary>A state with other frames; null for a frame removes it.</summary>
    /// <param name="frames">The frames.</param>
    /// <param name="structure">What frames refer to then.</param>
    /// <param name="revision">The new state's revision.</param>
    public ProjectState With(IReadOnlyDictionary<FrameKey, LabeledFrame?> frames, Structure structure, long revision)
    {
        var edited = _edited.ToBuilder();
        var (totals, added) = (Totals, _added);
        foreach (var (key, frame) in frames)
        {
            var isInBase = _base.RowOf(key) >= 0;
            var has = edited.TryGetValue(new FrameEntry(key, null, 0, 0), out var before);
            totals = totals.Less(Stored(key)).Plus(frame);
            if (has)
                edited.Remove(before!);
            if (frame is null && !isInBase)
                continue;
            var order =
                isInBase ? 0
                : has ? before!.Added
                : ++added;
            edited.Add(new FrameEntry(key, frame, revision, order));
        }

        return new ProjectState(this, edited.ToImmutable(), structure)
        {
            Revision = revision,
            Totals = totals,
            _added = added,
        };
    }

    /// <summary>The bouts; null where the file has events that are not understood.</summary>
    public IReadOnlyList<Bout>? Bouts => BoutsOf(Structure);

    /// <summary>The bouts with the tracks of a structure.</summary>
    public IReadOnlyList<Bout>? BoutsOf(Structure structure) =>
        structure.Bouts is { } edited ? edited
        : _origin.Extras is { Bouts: null } extras && extras.Names.Any(SlpEvents.Has) ? null
        : Renamed(structure) is { Count: > 0 } renamed && _origin.Extras is not null
            ? TrackNames.Renamed(_origin.Labels, renamed)
        : _origin.Labels.Bouts;

    /// <summary>All labels, for saving, training and prediction. Frames are looked up as they are asked for.</summary>
    public Labels ToLabels()
    {
        var opened = _origin.Labels;
        var renamed = Renamed(Structure);
        Track Now(Track track) => renamed.TryGetValue(track, out var now) ? now : track;
        var bouts = BoutsOf(Structure with { Bouts = null }) ?? opened.Bouts;
        var extras = _origin.Extras;
        if (renamed.Count > 0 && extras is not null)
        {
            // The events of the file name tracks by number, and take the new names by themselves.
            extras = extras.Mapped(video => video, Now, identity => identity);
            extras = opened.AreBoutsOfFile && extras.Bouts is not null ? extras with { Bouts = bouts } : extras;
        }

        var labels = new Labels(
            new StateFrames(this, renamed),
            new LabelsParts(
                Structure.Videos,
                Structure.Skeletons,
                [.. Structure.Tracks.Select(entry => entry.Now)],
                Structure.Suggestions,
                opened.Provenance,
                opened.Remarks
            )
            {
                Identities = Structure.Identities,
                Bouts = bouts,
                Extras = extras,
            }
        );
        return Structure.Bouts is { } edited ? labels.WithBouts(edited) : labels;
    }

    private static Dictionary<Track, Track> Renamed(Structure structure) =>
        structure
            .Tracks.Where(entry => !ReferenceEquals(entry.Key, entry.Now))
            .ToDictionary(entry => entry.Key, entry => entry.Now);

    private FrameEntry? EditedAt(int place, FrameKey last) =>
        place < _edited.Count && _edited[place] is var entry && entry.Key.CompareTo(last) <= 0 ? entry : null;

    /// <summary>A frame that was edited.</summary>
    /// <param name="Key">Which frame.</param>
    /// <param name="Frame">The frame; null when it was removed.</param>
    /// <param name="Revision">Number of the edit.</param>
    /// <param name="Added">Its place among the frames that were added; 0 when it was there at the beginning.</param>
    private sealed record FrameEntry(FrameKey Key, LabeledFrame? Frame, long Revision, long Added);

    /// <summary>The frames of a state in the order of labeling, with tracks and skeletons as they are now.</summary>
    private sealed class StateFrames : IReadOnlyList<LabeledFrame>
    {
        private readonly ProjectState _state;
        private readonly IReadOnlyDictionary<Track, Track> _renamed;
        private readonly int[]? _rows; // those of the base that are left; null when all are
        private readonly FrameEntry[] _added;
        private readonly LabeledFrame?[]? _made; // frames that differ from the stored ones, once made
        private readonly int _count;

        public StateFrames(ProjectState state, IReadOnlyDictionary<Track, Track> renamed)
        {
            (_state, _renamed) = (state, renamed);
            var all = state._base.Frames.Count;
            if (state._edited.Any(entry => entry is { Added: 0, Frame: null }))
                _rows = [.. Enumerable.Range(0, all).Where(row => state.Stored(state._base.KeyOf(row)) is not null)];
            _count = _rows?.Length ?? all;
            _added = [.. state._edited.Where(entry => entry.Added > 0).OrderBy(entry => entry.Added)];
            _made = renamed.Count > 0 || !state.Structure.Changed.IsEmpty ? new LabeledFrame?[Count] : null;
        }

        public int Count => _count + _added.Length;

        public LabeledFrame this[int index]
        {
            get
            {
                var key = index < _count ? _state._base.KeyOf(_rows?[index] ?? index) : _added[index - _count].Key;
                var stored = _state.Stored(key)!;
                // Objects are identities here, so that a frame is made once.
                return _made is null
                    ? stored
                    : LazyInitializer.EnsureInitialized(ref _made[index], () => Named(_state.Structure.Now(stored)))!;
            }
        }

        public IEnumerator<LabeledFrame> GetEnumerator()
        {
            for (var i = 0; i < Count; i++)
                yield return this[i];
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

        private LabeledFrame Named(LabeledFrame frame) =>
            InstanceEdits.Mapped(
                frame,
                instance =>
                    instance.Track is { } track && _renamed.TryGetValue(track, out var now)
                        ? InstanceEdits.With(instance, now)
                        : instance
            ) ?? frame;
    }
}
