using Sleap.IO;

namespace Sleap.Studio;

/// <summary>Frames of a video that a change of tracks goes over.</summary>
/// <param name="From">First frame.</param>
/// <param name="To">Last frame, included; null for the end of the video.</param>
/// <param name="WhileTrack">Number of a track: the range ends before the first frame number without it; null for no
/// such end.</param>
internal sealed record FrameRange(int From, int? To = null, int? WhileTrack = null)
{
    /// <summary>Whether it is one frame, where a person sees what is changed.</summary>
    public bool IsOneFrame => To == From;

    /// <summary>Keys of the labeled frames in it, in order.</summary>
    public IEnumerable<FrameKey> Keys(StateEdit edit, int video)
    {
        var keys = edit.Keys(video, From, To ?? int.MaxValue);
        if (WhileTrack is not { } id)
            return keys;
        var track = edit.Track(id).Key;
        return keys.TakeWhile(
            (key, place) =>
                key.Frame == From + place
                && edit.Frame(key)!.Instances.Any(instance => ReferenceEquals(instance.Track, track))
        );
    }
}

/// <summary>What tracks of frames change, in a range.</summary>
internal static class TrackEdits
{
    /// <summary>
    /// Gives instances of a frame other tracks, or deletes those that would get another one. Without
    /// <paramref name="includeUser"/> user instances keep theirs, and so do the predictions that they were corrected
    /// from, which show the same animal.
    /// </summary>
    public static void Change(
        StateEdit edit,
        FrameKey key,
        bool includeUser,
        Func<Track, Track?> change,
        bool deletes = false
    )
    {
        var spared = new HashSet<Instance>(ReferenceEqualityComparer.Instance);
        foreach (var user in edit.Frame(key)?.Instances.Where(instance => !instance.IsPredicted && !includeUser) ?? [])
        {
            spared.Add(user);
            if (user.FromPredicted is { } source)
                spared.Add(source);
            if (user.Track is { } track && !ReferenceEquals(change(track), track))
                edit.Spared++;
        }

        edit.Change(
            key,
            instance =>
                instance.Track is { } track
                && !spared.Contains(instance)
                && change(track) is var now
                && !ReferenceEquals(now, track)
                    ? (deletes ? null : instance.With(now))
                    : instance
        );
    }

    /// <summary>Swaps two tracks in a frame; null is none.</summary>
    public static void Swap(StateEdit edit, FrameKey key, bool includeUser, Track? first, Track? second) =>
        Change(
            edit,
            key,
            includeUser,
            track =>
                ReferenceEquals(track, first) ? second
                : ReferenceEquals(track, second) ? first
                : track
        );

    /// <summary>
    /// Whether two instances of a frame are one animal: a user instance and what it was corrected from.
    /// </summary>
    public static bool IsPair(Instance one, Instance other) =>
        ReferenceEquals(one, other)
        || ReferenceEquals(one.FromPredicted, other)
        || ReferenceEquals(other.FromPredicted, one);
}

/// <summary>
/// Sets the track of an instance. Another instance of the frame that has the track gets the one that this instance had.
/// </summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Frame">Frame number.</param>
/// <param name="Instance">Place of the instance in the frame.</param>
/// <param name="Track">Number of the track; null for none.</param>
/// <param name="Onward">Later frames in which the two tracks are swapped, too: a range from the next frame on; null for
/// this frame only.</param>
/// <param name="IncludeUser">Whether user instances of later frames are changed, too.</param>
internal sealed record SetTrack(
    int Video,
    int Frame,
    int Instance,
    int? Track,
    FrameRange? Onward = null,
    bool IncludeUser = false
) : FrameCommand(Video, Frame)
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var instance = edit.Instance(Key, Instance);
        var (old, now) = (instance.Track, Track is { } id ? edit.Track(id).Key : null);
        List<FrameKey> later = [];
        if (Onward is { } onward)
        {
            if (old is null)
                throw EditException.Invalid("The instance has no track, so that it is not known in later frames.");
            if (onward.From != Frame + 1)
                throw EditException.Invalid($"The later frames begin with {onward.From}, expected {Frame + 1}.");
            later = [.. onward.Keys(edit, Video)];
        }

        edit.Change(
            Key,
            other =>
                TrackEdits.IsPair(other, instance) ? (ReferenceEquals(other.Track, now) ? other : other.With(now))
                : now is not null && ReferenceEquals(other.Track, now) ? other.With(old)
                : other
        );
        foreach (var key in later)
            TrackEdits.Swap(edit, key, IncludeUser, old, now);
    }
}

/// <summary>Adds a track.</summary>
/// <param name="Name">Its name.</param>
internal sealed record AddTrack(string Name) : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit) => edit.AddTrack(Name);
}

/// <summary>Gives a track another name, in all frames.</summary>
/// <param name="Track">Number of the track.</param>
/// <param name="Name">The name.</param>
internal sealed record RenameTrack(int Track, string Name) : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        EditLimits.CheckName("a track", Name);
        var entry = edit.Track(Track);
        var now = entry.Key.Name == Name ? entry.Key : new Track(Name);
        var structure = edit.Structure;
        edit.Structure = structure with
        {
            Tracks = structure.Tracks.Replace(entry, entry with { Now = now }),
            Bouts = structure.Bouts is { } bouts ? TrackNames.Renamed(bouts, structure, entry.Name, Name) : null,
        };
    }
}

/// <summary>Deletes a track in all videos.</summary>
/// <param name="Track">Number of the track.</param>
/// <param name="Instances">Whether its instances are deleted; otherwise they have no track then.</param>
/// <param name="IncludeUser">Whether user instances are treated so, too; otherwise a track that some have is not
/// deleted.</param>
internal sealed record DeleteTrack(int Track, bool Instances = false, bool IncludeUser = false) : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var entry = edit.Track(Track);
        var user = 0;
        foreach (var key in edit.Keys().ToList())
        {
            edit.Change(
                key,
                instance =>
                {
                    if (!ReferenceEquals(instance.Track, entry.Key))
                        return instance;
                    user += instance.IsPredicted ? 0 : 1;
                    return Instances ? null : instance.With(null);
                }
            );
        }

        if (user > 0 && !IncludeUser)
        {
            throw EditException.Invalid(
                $"{user} user instances have the track '{entry.Name}'; they are to be included."
            );
        }
        edit.Structure = edit.Structure with { Tracks = edit.Structure.Tracks.Remove(entry) };
    }
}

/// <summary>
/// Takes a track out of a range of frames. In a range of one frame user instances are included. The track stays in the
/// list.
/// </summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Track">Number of the track.</param>
/// <param name="Range">The frames.</param>
/// <param name="Instances">Whether its instances are deleted; otherwise they have no track then.</param>
/// <param name="IncludeUser">Whether user instances are treated so, too.</param>
internal sealed record RemoveTrack(
    int Video,
    int Track,
    FrameRange Range,
    bool Instances = false,
    bool IncludeUser = false
) : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var track = edit.Track(Track).Key;
        var includeUser = IncludeUser || Range.IsOneFrame;
        foreach (var key in Range.Keys(edit, Video).ToList())
            TrackEdits.Change(edit, key, includeUser, own => ReferenceEquals(own, track) ? null : own, Instances);
    }
}

/// <summary>
/// Swaps two tracks in a range of frames, also where only one of the two is there. In a range of one frame user
/// instances are swapped, too.
/// </summary>
/// <param name="Video">Number of the video.</param>
/// <param name="First">Number of one track.</param>
/// <param name="Second">Number of the other.</param>
/// <param name="Range">The frames.</param>
/// <param name="IncludeUser">Whether user instances are swapped, too.</param>
internal sealed record SwapTracks(int Video, int First, int Second, FrameRange Range, bool IncludeUser = false)
    : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        if (First == Second)
            throw EditException.Invalid("Two tracks are needed.");
        var (first, second) = (edit.Track(First).Key, edit.Track(Second).Key);
        foreach (var key in Range.Keys(edit, Video).ToList())
            TrackEdits.Swap(edit, key, IncludeUser || Range.IsOneFrame, first, second);
    }
}

/// <summary>What is done where two tracks that become one are in the same frame.</summary>
internal enum TrackConflict
{
    /// <summary>Nothing is changed.</summary>
    Refuse,

    /// <summary>The tracks of that frame stay.</summary>
    Skip,
}

/// <summary>Gives the instances of one track another track. The track that they had stays in the list.</summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Track">Number of the track that they have.</param>
/// <param name="Into">Number of the track that they get.</param>
/// <param name="Range">The frames.</param>
/// <param name="OnConflict">What is done in frames with both tracks.</param>
/// <param name="IncludeUser">Whether user instances are changed, too.</param>
internal sealed record MergeTracks(
    int Video,
    int Track,
    int Into,
    FrameRange Range,
    TrackConflict OnConflict = TrackConflict.Refuse,
    bool IncludeUser = false
) : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        if (Track == Into)
            throw EditException.Invalid("Two tracks are needed.");
        var (track, into) = (edit.Track(Track).Key, edit.Track(Into).Key);
        var conflicts = 0;
        foreach (var key in Range.Keys(edit, Video).ToList())
        {
            if (IsConflict(edit.Frame(key)!, track, into))
                conflicts++;
            else
                TrackEdits.Change(edit, key, IncludeUser, own => ReferenceEquals(own, track) ? into : own);
        }

        if (conflicts > 0 && OnConflict == TrackConflict.Refuse)
            throw EditException.Invalid($"{conflicts} frames have both tracks; they are to be skipped.");
    }

    private static bool IsConflict(LabeledFrame frame, Track track, Track into) =>
        frame.Instances.Any(one =>
            ReferenceEquals(one.Track, track)
            && frame.Instances.Any(other => ReferenceEquals(other.Track, into) && !TrackEdits.IsPair(one, other))
        );
}

/// <summary>Gives the instances of a track a new track from a frame on.</summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Track">Number of the track.</param>
/// <param name="Range">The frames.</param>
/// <param name="Name">Name of the new track; null for one made of the old name.</param>
/// <param name="IncludeUser">Whether user instances are changed, too.</param>
internal sealed record SplitTrack(int Video, int Track, FrameRange Range, string? Name = null, bool IncludeUser = false)
    : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var old = edit.Track(Track);
        List<FrameKey> keys = [.. Range.Keys(edit, Video)];
        var name = Name ?? Free(edit.Structure, old.Name);
        var added = edit.AddTrack(name).Key;
        foreach (var key in keys)
            TrackEdits.Change(edit, key, IncludeUser, own => ReferenceEquals(own, old.Key) ? added : own);
    }

    private static string Free(Structure structure, string name)
    {
        var taken = structure.Tracks.Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        return Enumerable.Range(2, int.MaxValue - 2).Select(n => $"{name}_{n}").First(free => !taken.Contains(free));
    }
}

/// <summary>
/// Ticks places where tracks may be wrong as done, or takes the tick away. Ticks are in the journal and not in the
/// labels file, which has no place for them.
/// </summary>
/// <param name="Errors">The places.</param>
/// <param name="Done">Whether they are done.</param>
internal sealed record TickErrors(IReadOnlyList<TrackErrorKey> Errors, bool Done) : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        EditLimits.CheckList("places", Errors, EditLimits.Frames);
        foreach (var error in Errors)
            edit.Video(error.Video);
        var ticked = edit.Structure.Ticked;
        var now = Done ? ticked.Union(Errors) : ticked.Except(Errors);
        if (!ReferenceEquals(now, ticked))
            edit.Structure = edit.Structure with { Ticked = now };
    }
}
