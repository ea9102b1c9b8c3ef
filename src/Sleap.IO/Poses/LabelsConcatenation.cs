using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// Joins several sets of labels: one file on disk becomes one video, and tracks of one name become one track.
/// </summary>
internal sealed class LabelsConcatenation
{
    private readonly Dictionary<Video, Video> _videos = new(ReferenceEqualityComparer.Instance);
    private readonly OrderedDictionary<object, Video> _videosByPlace = [];
    private readonly Dictionary<Track, Track> _tracks = new(ReferenceEqualityComparer.Instance);
    private readonly OrderedDictionary<(string Name, int Nth), Track> _tracksByName = [];
    private readonly Dictionary<Identity, Identity> _identities;
    private readonly Dictionary<Instance, Instance> _instances = new(ReferenceEqualityComparer.Instance);

    private LabelsConcatenation(IReadOnlyList<Labels> parts)
    {
        foreach (var part in parts)
            AddLists(part);
        _identities = Identity.Joined(parts.Select(part => part.Identities));
    }

    public static Labels Of(IReadOnlyList<Labels> parts)
    {
        if (parts.Count == 1)
            return parts[0];
        var joined = new LabelsConcatenation(parts);
        List<LabeledFrame> frames = [.. parts.SelectMany(p => p.Frames).Select(joined.Mapped)];
        var remarks = parts.SelectMany(p => p.Remarks).ToList();
        var twice = frames.Count - frames.DistinctBy(f => (f.Video, f.FrameIndex)).Count();
        if (twice > 0)
            remarks.Add($"{twice} frames are labeled more than once; their instances are put together.");
        var extras = SlpExtras.FirstOf(parts, remarks);
        var provenance = new Dictionary<string, JsonNode?>();
        foreach (var (key, value) in parts.SelectMany(p => p.Provenance))
            provenance.TryAdd(key, value);
        Video[] videos = [.. joined._videosByPlace.Values];
        var bouts = joined.Bouts(parts, videos);
        return new Labels(
            FrameOrder.Of(frames, videos),
            new LabelsParts(
                videos,
                [.. parts.SelectMany(p => p.Skeletons).Distinct()],
                [.. joined._tracksByName.Values],
                [
                    .. parts
                        .SelectMany(p => p.Suggestions)
                        .Select(s => s with { Video = joined._videos[s.Video] })
                        .Distinct(),
                ],
                provenance,
                remarks
            )
            {
                Identities = [.. joined._identities.Values.Distinct()],
                // Those of one file are copied with all that it says of them.
                Bouts = extras?.Bouts is { } own && own.SequenceEqual(bouts) ? own : bouts,
                Extras = extras?.Mapped(v => joined._videos[v], t => joined._tracks[t], i => joined._identities[i]),
            }
        );
    }

    private IReadOnlyList<Bout> Bouts(IReadOnlyList<Labels> parts, Video[] videos)
    {
        var names = BoutVideos.NamesOf(videos);
        return Bout.InOrder(
            parts
                .SelectMany(part =>
                {
                    var own = BoutVideos.NamesOf(part.Videos);
                    var now = own.Zip(part.Videos.Select(v => names[Array.IndexOf(videos, _videos[v])])).ToDictionary();
                    return part.Bouts.Select(bout => bout with { Video = now[bout.Video] });
                })
                .Distinct()
        );
    }

    private void AddLists(Labels part)
    {
        foreach (var video in part.Videos)
        {
            var place = PlaceOf(video);
            _videosByPlace.TryAdd(place, video);
            _videos[video] = _videosByPlace[place];
        }
        // Two tracks of one name in one file are two animals and stay two tracks.
        var seen = new Dictionary<string, int>();
        foreach (var track in part.Tracks)
        {
            var nth = seen[track.Name] = seen.GetValueOrDefault(track.Name) + 1;
            _tracksByName.TryAdd((track.Name, nth), track);
            _tracks[track] = _tracksByName[(track.Name, nth)];
        }
    }

    /// <summary>
    /// What makes two videos the same: the file and the part of it. A video that was not found is known by its path, one
    /// inside a label file without a path by its object.
    /// </summary>
    public static object PlaceOf(Video video) =>
        video.FoundPath is null && video.Path == "."
            ? video
            : (
                video.Kind,
                video.FoundPath ?? video.Path,
                video.Dataset,
                string.Join('\n', video.ImagePaths),
                string.Join(',', video.FrameNumbers)
            );

    private LabeledFrame Mapped(LabeledFrame frame) =>
        new()
        {
            Video = _videos[frame.Video],
            FrameIndex = frame.FrameIndex,
            IsNegative = frame.IsNegative,
            Instances = [.. frame.Instances.Select(Mapped)],
        };

    private Instance Mapped(Instance instance)
    {
        if (_instances.TryGetValue(instance, out var known))
            return known;
        var track = instance.Track is null ? null : _tracks[instance.Track];
        var source = instance.FromPredicted is null ? null : Mapped(instance.FromPredicted);
        var identity = instance.Identity is null ? null : _identities[instance.Identity];
        return _instances[instance] =
            ReferenceEquals(track, instance.Track)
            && ReferenceEquals(source, instance.FromPredicted)
            && ReferenceEquals(identity, instance.Identity)
                ? instance
                : instance.With(track, source, identity, instance.Points);
    }
}
