using System.Globalization;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Applies all rules to labels, in one pass over the frames.</summary>
internal sealed class LabelChecks
{
    // Nodes at the border are often placed a little outside.
    private const double OutsideMargin = 0.1;

    private readonly Labels _labels;
    private readonly List<LabelFinding> _found = [];
    private readonly Dictionary<Video, VideoShape?> _shapes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Track, (int Frames, Video Video, int Frame)> _tracks = [];
    private readonly Dictionary<Skeleton, bool[]> _labeled = [];
    private readonly Dictionary<Video, (int User, int Predicted)> _frames = new(ReferenceEqualityComparer.Instance);
    private readonly NodeDistances _distances;
    private readonly SwapSearch _swaps = new();

    private LabelChecks(Labels labels) => (_labels, _distances) = (labels, new NodeDistances(labels.FramesInOrder));

    public static IReadOnlyList<LabelFinding> Find(Labels labels)
    {
        var checks = new LabelChecks(labels);
        checks.CheckVideos();
        checks.CheckDuplicateFrames();
        foreach (var frame in labels.FramesInOrder)
            checks.CheckFrame(frame);
        checks.CheckTracks();
        checks.CheckSkeletons();
        checks.CheckPredictions();
        var places = labels.Videos.Select((video, place) => (video.Path, place)).ToLookup(one => one.Path);
        return
        [
            .. checks
                ._found.OrderByDescending(one => one.IsWarning)
                .ThenBy(one => one.Rule)
                .ThenBy(one => places[one.Video].FirstOrDefault().place)
                .ThenBy(one => one.FrameIndex)
                .ThenBy(one => one.Instance),
        ];
    }

    private void CheckVideos()
    {
        foreach (var video in _labels.Videos)
        {
            _shapes[video] = video.Shape;
            if (video.FoundPath is null)
            {
                Add(CheckRule.MissingVideo, "the video was not found", "Name its folder with --videos.", video);
            }
            else if (video.Shape is null)
            {
                try
                {
                    using var source = video.Open();
                    _shapes[video] = video.Shape;
                }
                catch (Exception fault)
                    when (fault is PoseFormatException or IOException or UnauthorizedAccessException)
                {
                    Add(CheckRule.UnreadableFile, fault.Message, "Replace the file.", video);
                }
                catch (InvalidOperationException fault)
                {
                    // A program that reads the video is not installed, which says nothing about the file.
                    Add(CheckRule.UnreadableFile, fault.Message, "Check again then.", video, isWarning: false);
                }
            }
        }
    }

    private void CheckDuplicateFrames()
    {
        if (_labels.FramesInOrder.Count == _labels.Frames.Count)
            return;
        foreach (var group in _labels.Frames.CountBy(frame => (frame.Video, frame.FrameIndex)))
        {
            if (group.Value > 1)
            {
                Add(
                    CheckRule.DuplicateFrame,
                    $"the frame is in the file {group.Value} times",
                    "'sleap fix' merges them.",
                    group.Key.Video,
                    group.Key.FrameIndex
                );
            }
        }
    }

    private void CheckFrame(LabeledFrame frame)
    {
        var (video, number) = (frame.Video, frame.FrameIndex);
        if (_shapes[video] is { Frames: > 0 } shape && IsBeyond(video, number, shape.Frames))
        {
            Add(
                CheckRule.FrameBeyondVideo,
                $"the video has {shape.Frames} frames",
                "Check that it is the video that was labeled.",
                video,
                number
            );
        }
        var counts = _frames.GetValueOrDefault(video);
        if (frame.Instances.Any(instance => !instance.IsPredicted))
            _frames[video] = counts with { User = counts.User + 1 };
        else if (frame.Instances.Count > 0)
            _frames[video] = counts with { Predicted = counts.Predicted + 1 };
        foreach (var track in frame.Instances.Select(one => one.Track).OfType<Track>().Distinct())
            _tracks[track] = (_tracks.GetValueOrDefault(track).Frames + 1, video, number);
        for (var i = 0; i < frame.Instances.Count; i++)
        {
            CheckInstance(frame, i);
            for (var other = 0; other < i; other++)
                CheckPair(frame, other, i);
        }
    }

    private void CheckInstance(LabeledFrame frame, int place)
    {
        var instance = frame.Instances[place];
        var (video, number, nodes) = (frame.Video, frame.FrameIndex, instance.Skeleton.Nodes);
        if (!_labeled.TryGetValue(instance.Skeleton, out var labeled))
            _labeled[instance.Skeleton] = labeled = new bool[nodes.Length];
        for (var node = 0; node < nodes.Length; node++)
        {
            var point = instance.Points[node];
            labeled[node] |= InstanceRules.IsVisible(point);
            if (InstanceRules.IsNonFinite(point))
            {
                Add(
                    CheckRule.NonFiniteCoordinate,
                    $"({N(point.X)}, {N(point.Y)}) is no position",
                    "'sleap fix' makes the node missing.",
                    video,
                    number,
                    place,
                    nodes[node]
                );
            }
            else if (InstanceRules.IsVisible(point) && IsOutside(video, point))
            {
                Add(
                    CheckRule.OutsideImage,
                    $"({N(point.X)}, {N(point.Y)}) is outside the image of {_shapes[video]!.Value.Width} x "
                        + $"{_shapes[video]!.Value.Height} pixels",
                    "Move the node, or make it missing.",
                    video,
                    number,
                    place,
                    nodes[node],
                    isWarning: !instance.IsPredicted
                );
            }
        }
        if (InstanceRules.IsEmpty(instance))
        {
            const string Advice = "'sleap fix' drops it.";
            Add(CheckRule.EmptyInstance, "no node is visible", Advice, video, number, place);
        }
        foreach (var node in _distances.FarNodes(instance))
        {
            Add(
                CheckRule.FarNode,
                "far away from the other nodes",
                "Look at the frame.",
                video,
                number,
                place,
                nodes[node],
                isWarning: !instance.IsPredicted
            );
        }
        foreach (var (pair, since) in _swaps.Next(frame, instance))
        {
            Add(
                CheckRule.SwappedNodes,
                $"{nodes[pair.First]} and {nodes[pair.Second]} changed sides since frame {since}",
                "Look at both frames.",
                video,
                number,
                place,
                nodes[pair.First],
                isWarning: !instance.IsPredicted
            );
        }
    }

    private void CheckPair(LabeledFrame frame, int first, int second)
    {
        var (one, other) = (frame.Instances[first], frame.Instances[second]);
        if (one.IsPredicted != other.IsPredicted)
            return;
        if (InstanceRules.IsNearlySame(one, other))
        {
            Add(
                CheckRule.DuplicateInstance,
                $"nearly the same as instance {first}",
                "Delete one of them; 'sleap fix' drops exact copies.",
                frame.Video,
                frame.FrameIndex,
                second
            );
        }
        if (one.Track is not null && ReferenceEquals(one.Track, other.Track))
        {
            Add(
                CheckRule.TrackTwiceInFrame,
                $"track '{one.Track}' has instance {first} too",
                "Give one of them another track.",
                frame.Video,
                frame.FrameIndex,
                second
            );
        }
    }

    private void CheckTracks()
    {
        foreach (var track in _labels.Tracks)
        {
            if (!_tracks.TryGetValue(track, out var used))
            {
                Note(CheckRule.UnusedTrack, $"track '{track}' has no instance", "'sleap fix' removes it.");
            }
            else if (used.Frames == 1 && _labels.FramesInOrder.Count > 1)
            {
                Add(
                    CheckRule.TrackUsedOnce,
                    $"track '{track}' has instances in this frame only",
                    "Join it with the track of the same animal.",
                    used.Video,
                    used.Frame,
                    isWarning: false
                );
            }
        }
    }

    private void CheckSkeletons()
    {
        foreach (var skeleton in _labels.Skeletons)
        {
            if (_labeled.TryGetValue(skeleton, out var labeled))
            {
                foreach (var node in skeleton.Nodes.Where((_, node) => !labeled[node]))
                {
                    const string Advice = "Label it, or take it out of the skeleton.";
                    _found.Add(new(CheckRule.UnlabeledNode, true, $"'{node}' is labeled nowhere", Advice, Node: node));
                }
            }
            // Without edges no tree was meant, as in files of DeepLabCut.
            if (skeleton.Edges.IsEmpty)
                continue;
            foreach (var fault in new SkeletonTree(skeleton).Faults())
            {
                Note(
                    CheckRule.Edges,
                    $"skeleton '{skeleton.Name}': {fault}",
                    "A bottom-up model needs edges that connect all nodes to one tree."
                );
            }
        }
    }

    private void CheckPredictions()
    {
        if (!_frames.Values.Any(counts => counts.User > 0))
            return;
        foreach (var (video, counts) in _frames.Where(one => one.Value.Predicted > 0))
        {
            Add(
                CheckRule.PredictionsOnly,
                $"{counts.Predicted} frames have predictions only, {counts.User} were labeled",
                "Training leaves them out unless --use-predictions is given.",
                video,
                isWarning: false
            );
        }
    }

    private static bool IsBeyond(Video video, int number, int count) =>
        video.Kind is VideoKind.Movie or VideoKind.Tiff
            ? number >= count
            : video.Kind == VideoKind.Images && video.FrameNumbers.IsEmpty && number >= video.ImagePaths.Length;

    // Images of a list can differ in size.
    private bool IsOutside(Video video, Point point)
    {
        if (video.ImagePaths.Length > 1 || _shapes[video] is not { Width: > 0, Height: > 0 } shape)
            return false;
        var margin = OutsideMargin * Math.Max(shape.Width, shape.Height);
        return point.X < -margin
            || point.Y < -margin
            || point.X > shape.Width + margin
            || point.Y > shape.Height + margin;
    }

    private void Note(CheckRule rule, string message, string advice) => _found.Add(new(rule, false, message, advice));

    private void Add(
        CheckRule rule,
        string message,
        string advice,
        Video video,
        int? frame = null,
        int? instance = null,
        string node = "",
        bool isWarning = true
    ) => _found.Add(new(rule, isWarning, message, advice, video.Path, frame, instance, node));

    private static string N(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
