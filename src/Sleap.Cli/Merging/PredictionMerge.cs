using System.Globalization;
using System.Text.Json.Nodes;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary>
/// Puts predictions of frame ranges of one video together, each frame once, each animal's track from one range to the
/// next.
/// </summary>
internal sealed class PredictionMerge
{
    // Between the coordinates of one pose in two files: .csv has them rounded.
    private const double SamePlace = 1e-3;

    private readonly MergeOptions _options;
    private readonly List<(string Path, Labels Labels)> _parts;
    private readonly SortedDictionary<int, (LabeledFrame Frame, string Path)> _frames = [];
    private readonly Dictionary<Track, Track> _tracks = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Identity, Identity> _identities;
    private int _lostIdentities;

    private PredictionMerge(IReadOnlyList<(string Path, Labels Labels)> parts, MergeOptions options)
    {
        _options = options;
        _identities = Identity.Joined(parts.Select(part => part.Labels.Identities));
        // The order in time is that of the seams; which file was named first only decides conflicts.
        _parts =
        [
            .. parts
                .Where(part => part.Labels.Frames.Count > 0)
                .OrderBy(part => part.Labels.Frames.Min(frame => frame.FrameIndex)),
        ];
    }

    /// <summary>Frames that were in two files with different poses.</summary>
    public List<int> Conflicts { get; } = [];

    /// <summary>Frames that were in two files with the same poses.</summary>
    public int Repeated { get; private set; }

    /// <summary>Ranges of frames between the first and the last that no file has.</summary>
    public List<string> Missing { get; } = [];

    /// <summary>Tracks that went on across a seam.</summary>
    public int Stitched { get; private set; }

    /// <summary>Videos that were taken for the same although their paths differ, one sentence each.</summary>
    public List<string> Remarks { get; } = [];

    /// <summary>The merged labels.</summary>
    public Labels Labels { get; private set; } = null!;

    /// <summary>Merges.</summary>
    /// <exception cref="InvalidDataException">The files are not of one video or not of one skeleton, or a frame has
    /// different poses in two of them and the options do not say which stay.</exception>
    public static PredictionMerge Of(IReadOnlyList<(string Path, Labels Labels)> parts, MergeOptions options)
    {
        var merge = new PredictionMerge(parts, options);
        var video = merge.OneVideo();
        merge.OneSkeleton();
        var order = parts
            .Select((part, place) => (part.Path, place))
            .ToDictionary(entry => entry.Path, entry => entry.place);
        var seams = new TrackSeams(options);
        foreach (var (path, labels) in merge._parts)
        {
            var tracks = seams.Join([.. merge._frames.Values.Select(entry => entry.Frame)], labels);
            merge.Stitched += seams.LastStitched;
            foreach (var (track, joined) in tracks)
                merge._tracks[track] = joined;
            foreach (var frame in labels.FramesInOrder)
                merge.Add(merge.Moved(frame, video), path, order);
        }
        merge.Finish(parts, video);
        return merge;
    }

    private Video OneVideo()
    {
        if (_parts.Count == 0)
            throw new InvalidDataException("None of the files has a frame.");
        var videos = _parts
            .SelectMany(part =>
                part.Labels.Frames.Select(frame => frame.Video).Distinct().Select(video => (part.Path, Video: video))
            )
            .ToList();
        if (videos.Count > _parts.Count)
            throw Several(videos);
        foreach (var (path, video) in videos.Skip(1))
        {
            try
            {
                Remarks.AddRange(
                    VideoPairing.Of([video], [videos[0].Video]).Remarks.Select(remark => $"{path}: the video {remark}.")
                );
            }
            catch (ArgumentException)
            {
                throw Several(videos);
            }
        }

        return videos[0].Video;
    }

    private static InvalidDataException Several(IEnumerable<(string Path, Video Video)> videos) =>
        new(
            "The files are of several videos: "
                + $"{string.Join(", ", videos.Select(video => $"'{video.Path}' of '{video.Video.Path}'"))}. 'sleap merge' "
                + "joins frame ranges of one; 'sleap convert' with a pattern puts different videos together."
        );

    private void OneSkeleton()
    {
        var skeletons = _parts
            .SelectMany(part => part.Labels.Skeletons.Select(skeleton => (part.Path, skeleton)))
            .DistinctBy(entry => string.Join('\n', entry.skeleton.Nodes))
            .ToList();
        if (skeletons.Count > 1)
        {
            throw new InvalidDataException(
                "The files have different skeletons: "
                    + $"{string.Join("; ", skeletons.Select(entry => $"'{entry.Path}' {NodesOf(entry.skeleton)}"))}. "
                    + "They come from different models."
            );
        }
    }

    private static string NodesOf(Skeleton skeleton) => string.Join(", ", skeleton.Nodes);

    private void Add(LabeledFrame frame, string path, Dictionary<string, int> order)
    {
        if (!_frames.TryGetValue(frame.FrameIndex, out var there))
        {
            _frames[frame.FrameIndex] = (frame, path);
            return;
        }
        if (IsSame(there.Frame, frame))
        {
            Repeated++;
            _lostIdentities += frame.Instances.Count(instance =>
                instance.Identity is { } identity
                && !there.Frame.Instances.Any(other => ReferenceEquals(other.Identity, identity))
            );
            // The mark of a person stays, whichever file has it.
            if (frame.IsNegative && !there.Frame.IsNegative)
                _frames[frame.FrameIndex] = (frame, path);
            return;
        }
        Conflicts.Add(frame.FrameIndex);
        if (_options.Conflicts is null)
        {
            throw new InvalidDataException(
                $"Frame {frame.FrameIndex} has different poses in '{there.Path}' and '{path}'. Say --on-conflict first "
                    + "or last."
            );
        }

        if (_options.Conflicts == ConflictChoice.First == order[path] < order[there.Path])
            _frames[frame.FrameIndex] = (frame, path);
    }

    private static bool IsSame(LabeledFrame one, LabeledFrame other) =>
        one.Instances.Count == other.Instances.Count
        && one.Instances.All(a =>
            other.Instances.Any(b =>
                a.Points.Zip(b.Points)
                    .All(pair =>
                        pair.First.IsMissing == pair.Second.IsMissing
                        && (
                            pair.First.IsMissing
                            || (
                                Math.Abs(pair.First.X - pair.Second.X) < SamePlace
                                && Math.Abs(pair.First.Y - pair.Second.Y) < SamePlace
                            )
                        )
                    )
            )
        );

    private LabeledFrame Moved(LabeledFrame frame, Video video)
    {
        // Predictions first: instances of a person refer to those that they replace.
        var moved = new Dictionary<Instance, Instance>(ReferenceEqualityComparer.Instance);
        foreach (var instance in frame.Instances.OrderByDescending(instance => instance.IsPredicted))
        {
            moved[instance] = instance.With(
                instance.Track is { } track ? _tracks[track] : null,
                instance.FromPredicted is { } source ? moved.GetValueOrDefault(source, source) : null,
                instance.Identity is { } identity ? _identities[identity] : null,
                instance.Points
            );
        }

        return new LabeledFrame
        {
            Video = video,
            FrameIndex = frame.FrameIndex,
            IsNegative = frame.IsNegative,
            Instances = [.. frame.Instances.Select(instance => moved[instance])],
        };
    }

    private void Finish(IReadOnlyList<(string Path, Labels Labels)> parts, Video video)
    {
        var previous = -1;
        foreach (var index in _frames.Keys)
        {
            if (previous >= 0 && index > previous + 1)
                Missing.Add(index == previous + 2 ? Text(previous + 1) : $"{Text(previous + 1)}-{Text(index - 1)}");
            previous = index;
        }
        if (_lostIdentities > 0)
        {
            Remarks.Add(
                $"{_lostIdentities} identities of instances are left out: another file has the same poses without them."
            );
        }

        var videos = Videos(parts, video);
        var extras = SlpExtras
            .FirstOf(parts.Select(part => part.Labels), Remarks)
            ?.Mapped(v => videos[v], track => _tracks.GetValueOrDefault(track, track), i => _identities[i]);
        LabeledFrame[] frames = [.. _frames.Values.Select(entry => entry.Frame)];
        var tracks = frames.SelectMany(frame => frame.Instances).Select(instance => instance.Track).OfType<Track>();
        Labels = new Labels(
            frames,
            videos.Values,
            _parts[0].Labels.Skeletons,
            tracks.Concat(extras?.NamedTracks() ?? []),
            parts
                .SelectMany(part => part.Labels.Suggestions)
                .Select(suggestion => suggestion with { Video = videos[suggestion.Video] })
                .Distinct(),
            Provenance(parts),
            _identities.Values
        )
        {
            Extras = extras,
        };
    }

    /// <summary>What each video of the files is now: the one that is merged, or another, once.</summary>
    private static OrderedDictionary<Video, Video> Videos(
        IReadOnlyList<(string Path, Labels Labels)> parts,
        Video merged
    )
    {
        var videos = new OrderedDictionary<Video, Video>(ReferenceEqualityComparer.Instance);
        var places = new Dictionary<object, Video> { [LabelsConcatenation.PlaceOf(merged)] = merged };
        foreach (var labels in parts.Select(part => part.Labels))
        {
            var used = labels.Frames.Select(frame => frame.Video).ToHashSet(ReferenceEqualityComparer.Instance);
            foreach (var video in labels.Videos)
            {
                var place = LabelsConcatenation.PlaceOf(video);
                places.TryAdd(place, video);
                videos[video] = used.Contains(video) ? merged : places[place];
            }
        }

        return videos;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Provenance(
        IReadOnlyList<(string Path, Labels Labels)> parts
    )
    {
        foreach (var key in parts[0].Labels.Provenance.Keys)
        {
            yield return KeyValuePair.Create(
                key,
                Together([.. parts.Select(part => part.Labels.Provenance.GetValueOrDefault(key))])
            );
        }

        yield return KeyValuePair.Create(
            "merged_from",
            (JsonNode?)new JsonArray([.. parts.Select(part => (JsonNode)Path.GetFileName(part.Path))])
        );
    }

    // Counts add up, such as those of the frames processed and failed; of all else the first file's stays.
    private static JsonNode? Together(List<JsonNode?> values)
    {
        if (values.TrueForAll(value => value is JsonValue number && number.TryGetValue<long>(out _)))
            return JsonValue.Create(values.Sum(value => value!.GetValue<long>()));
        return values.TrueForAll(value => value is JsonObject)
            ? new JsonObject(
                values[0]!
                    .AsObject()
                    .Select(entry =>
                        KeyValuePair.Create(
                            entry.Key,
                            Together([.. values.Select(value => value!.AsObject()[entry.Key])])
                        )
                    )
            )
            : values[0]?.DeepClone();
    }
}

/// <summary>How files of one recording become one.</summary>
internal sealed record MergeOptions
{
    /// <summary>Which poses stay where a frame is in two files with different ones; null: that is an error.</summary>
    public ConflictChoice? Conflicts { get; init; }

    /// <summary>How tracks of two files are known to be the same animal's.</summary>
    public SeamRule Tracks { get; init; } = SeamRule.Auto;

    /// <summary>Frames before and behind a seam in which an animal's last and first places are looked for.</summary>
    public int MaxGap { get; init; } = 10;

    /// <summary>Pixels that an animal may move across a seam; null: an animal's length.</summary>
    public double? MaxDistance { get; init; }
}

/// <summary>The file whose poses stay.</summary>
internal enum ConflictChoice
{
    /// <summary>The file that was named first.</summary>
    First,

    /// <summary>The file that was named last.</summary>
    Last,
}

/// <summary>How tracks go on from file to file.</summary>
internal enum SeamRule
{
    /// <summary>A tracker's numbers (<c>track_0</c>) by place, other names by name.</summary>
    Auto,

    /// <summary>All by place.</summary>
    Position,

    /// <summary>All by name.</summary>
    Name,
}
