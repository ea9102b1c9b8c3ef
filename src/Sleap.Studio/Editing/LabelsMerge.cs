using System.Text.Json;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>Which version of a frame stays that was changed here and in the file.</summary>
internal enum MergeChoice
{
    /// <summary>Neither: nothing is merged where there is such a frame.</summary>
    None,

    /// <summary>The version of this project.</summary>
    Ours,

    /// <summary>The version of the file.</summary>
    Theirs,
}

/// <summary>
/// Brings the changes of a project into labels that another program changed meanwhile, frame by frame: what was changed
/// only here is taken over, what was changed only there stays.
/// </summary>
internal sealed class LabelsMerge
{
    private readonly ProjectState _ancestor;
    private readonly ProjectState _ours;
    private readonly ProjectState _theirs;
    private readonly List<EditCommand> _commands = [];
    private readonly Dictionary<int, int> _videos = []; // of ours, in theirs
    private readonly Dictionary<int, int> _tracks = []; // of ours, in theirs
    private readonly List<string> _newTracks = [];

    private LabelsMerge(ProjectState ancestor, ProjectState ours, ProjectState theirs) =>
        (_ancestor, _ours, _theirs) = (ancestor, ours, theirs);

    /// <summary>The command that brings the changes of a project into other labels.</summary>
    /// <param name="ancestor">What both were made of.</param>
    /// <param name="ours">The project.</param>
    /// <param name="theirs">The other labels.</param>
    /// <param name="choice">Which version of a frame stays that differs in both.</param>
    /// <exception cref="SaveException">The skeletons differ, or there are such frames and no choice.</exception>
    public static EditCommand Of(ProjectState ancestor, ProjectState ours, ProjectState theirs, MergeChoice choice)
    {
        var merge = new LabelsMerge(ancestor, ours, theirs);
        if (!ours.Structure.Skeletons.SequenceEqual(theirs.Structure.Skeletons))
            throw Refused("the skeletons differ");
        merge.PairVideos();
        merge.PairTracks();
        merge.Suggestions();
        merge.Bouts();
        var keys = ours.Changed(ancestor).ToList();
        var conflicts = keys.Where(merge.IsChangedThere).ToHashSet();
        if (conflicts.Count > 0 && choice == MergeChoice.None)
            throw Refused($"{conflicts.Count} frames were changed in both, and it was not said which stay");
        var taken = keys.Where(key => choice == MergeChoice.Ours || !conflicts.Contains(key)).ToList();
        var frames = taken.Select(key => FrameData.Of(ours, key, merge._videos[key.Video], merge.TrackOf)).ToList();
        merge._commands.Add(new SetFrames(merge._newTracks, frames));
        return new Batch(merge._commands);
    }

    private static SaveException Refused(string because) =>
        new(SaveFault.Changed, $"The project cannot be merged into the file: {because}.");

    private void PairVideos()
    {
        var there = new Dictionary<object, int>();
        foreach (var (number, video) in _theirs.Structure.Videos.Index())
            there.TryAdd(LabelsConcatenation.PlaceOf(video), number);
        var next = _theirs.Structure.Videos.Length;
        foreach (var (number, video) in _ours.Structure.Videos.Index())
        {
            if (there.TryGetValue(PlaceOf(video), out var same))
            {
                _videos[number] = same;
            }
            else if (number >= _ancestor.Structure.Videos.Length)
            {
                _commands.Add(new AddVideo(video.Path, video.Kind == VideoKind.Images ? video.ImagePaths : null));
                _videos[number] = next++;
            }
            else
            {
                throw Refused($"the video {OneLine.Of(OneLine.Short(video.Path))} is not in the file any more");
            }
        }
    }

    // Images in the file itself may have been read from a backup.
    private object PlaceOf(Video video) =>
        LabelsConcatenation.PlaceOf(
            video.Path == "."
                ? _theirs.Structure.Videos.FirstOrDefault(other => other.Path == "." && other.Dataset == video.Dataset)
                    ?? video
                : video
        );

    private void PairTracks()
    {
        var free = _theirs.Structure.Tracks.ToList();
        foreach (var entry in _ours.Structure.Tracks)
        {
            var name = entry.Name;
            var same = free.Find(other => other.Name == name) ?? free.Find(other => other.Name == entry.Key.Name);
            if (same is null)
            {
                _tracks[entry.Id] = _theirs.Structure.NextTrack + _newTracks.Count;
                _newTracks.Add(name);
                continue;
            }

            free.Remove(same);
            _tracks[entry.Id] = same.Id;
            if (same.Name != name)
                _commands.Add(new RenameTrack(same.Id, name));
        }
    }

    private int TrackOf(TrackEntry entry) => _tracks[entry.Id];

    private void Suggestions()
    {
        HashSet<(int Video, int Frame)> Places(ProjectState state) =>
            [.. state.Structure.Suggestions.Select(s => (state.Structure.Videos.IndexOf(s.Video), s.FrameIndex))];
        var (before, now) = (Places(_ancestor), Places(_ours));
        var removed = before.Except(now).Select(s => new Suggestion(_videos[s.Video], s.Frame)).ToList();
        if (removed.Count > 0)
            _commands.Add(new RemoveSuggestions(removed));
        var added = _ours
            .Structure.Suggestions.Select(s => (Video: _ours.Structure.Videos.IndexOf(s.Video), s.FrameIndex, s.Group))
            .Where(s => !before.Contains((s.Video, s.FrameIndex)))
            .Select(s => new Suggestion(_videos[s.Video], s.FrameIndex, s.Group))
            .ToList();
        if (added.Count > 0)
            _commands.Add(new AddSuggestions(added));
    }

    // Of bouts that are there more than once, one each.
    private void Bouts()
    {
        if (_ours.Structure.Bouts is null)
            return;
        HashSet<BoutData> Of(ProjectState state) =>
            [
                .. BoutData
                    .Of(state.Bouts ?? [], state.Structure.Videos)
                    .Select(b => b with { Video = _videos[b.Video] }),
            ];
        var (before, now) = (Of(_ancestor), Of(_ours));
        var there = BoutData.Of(_theirs.Bouts ?? [], _theirs.Structure.Videos).ToHashSet();
        _commands.Add(
            new ChangeBouts([.. before.Except(now).Where(there.Contains)], [.. now.Except(before).Except(there)])
        );
    }

    // Frames of two files are the same if their data are, with tracks by name.
    private bool IsChangedThere(FrameKey key)
    {
        var video = _videos[key.Video];
        return Text(_ancestor, key, video) != Text(_theirs, new FrameKey(video, key.Frame), video);
    }

    private static string Text(ProjectState state, FrameKey key, int video) =>
        JsonSerializer.Serialize(FrameData.Of(state, key, video, _ => 0), EditJson.Options)
        + string.Join(
            '\n',
            (state.Frame(key)?.Instances ?? []).Select(instance => state.Structure.TrackOf(instance)?.Name)
        );
}
