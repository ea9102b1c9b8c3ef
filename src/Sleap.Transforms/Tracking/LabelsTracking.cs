using System.Globalization;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Tracks labels, video by video.</summary>
internal static class LabelsTracking
{
    public static Labels Run(Labels labels, TrackingOptions options)
    {
        List<(LabeledFrame Frame, int[] Tracks)> tracked = new(labels.FramesInOrder.Count);
        foreach (var video in labels.FramesInOrder.GroupBy(frame => frame.Video))
        {
            PoseTracker tracker = new(options);
            Skeleton? skeleton = null;
            using var images = Images(video.Key, video.Select(frame => frame.FrameIndex), options).GetEnumerator();
            foreach (var frame in video)
            {
                images.MoveNext();
                skeleton ??= frame.Instances.FirstOrDefault()?.Skeleton;
                if (frame.Instances.FirstOrDefault(instance => !instance.Skeleton.Equals(skeleton)) is { } other)
                {
                    throw new ArgumentException(
                        $"Track: frame {frame.FrameIndex} of '{frame.Video}' has an instance "
                            + $"of skeleton '{other.Skeleton.Name}', expected '{skeleton!.Name}' as in the frames "
                            + $"before: a video is tracked with one skeleton."
                    );
                }

                tracked.Add((frame, TracksOf(frame, images.Current, tracker)));
            }
        }

        var tracks = Named(tracked, labels.Extras?.NamedTracks() ?? []);
        return labels.With(tracked.Select(entry => With(entry.Frame, entry.Tracks, tracks)), tracks);
    }

    // The images of frames for optical flow, otherwise null; null for a frame that cannot be read.
    private static IEnumerable<FlowImage?> Images(Video video, IEnumerable<int> frames, TrackingOptions options)
    {
        if (options.Motion != TrackMotion.OpticalFlow)
        {
            while (true)
                yield return null;
        }
        using var source = video.Open();
        foreach (var result in source.ReadMany(frames))
        {
            yield return result.Frame is { } frame
                ? FlowImage.Of(frame.Pixels, frame.Height, frame.Width, frame.Channels, options)
                : null;
        }
    }

    /// <summary>Number of the track of each instance of a frame, -1 = none.</summary>
    /// <remarks>
    /// An instance that a person corrected and the prediction that it replaces are one animal: only the former is
    /// tracked, and the latter gets its track.
    /// </remarks>
    private static int[] TracksOf(LabeledFrame frame, FlowImage? image, PoseTracker tracker)
    {
        var replacedBy = Corrections.Of(frame.Instances);
        int[] chosen = [.. Enumerable.Range(0, frame.Instances.Count).Where(index => replacedBy[index] < 0)];
        var found = tracker.Next(
            [.. chosen.Select(index => InstanceOf(frame.Instances[index]))],
            frame.FrameIndex,
            image
        );
        var tracks = new int[frame.Instances.Count];
        for (var i = 0; i < chosen.Length; i++)
            tracks[chosen[i]] = found[i];
        for (var i = 0; i < tracks.Length; i++)
        {
            if (replacedBy[i] >= 0)
                tracks[i] = tracks[replacedBy[i]];
        }

        return tracks;
    }

    /// <summary>
    /// The tracks by their numbers. A track in which most instances of a person that have a track have the same one
    /// keeps it; others are numbered, and take no name of <paramref name="others"/>.
    /// </summary>
    private static List<Track> Named(List<(LabeledFrame Frame, int[] Tracks)> tracked, IEnumerable<Track> others)
    {
        var votes = tracked
            .SelectMany(entry => entry.Frame.Instances.Zip(entry.Tracks))
            .Where(pair => pair is { First: { IsPredicted: false, Track: not null }, Second: >= 0 })
            .CountBy(pair => (Number: pair.Second, Track: pair.First.Track!))
            .OrderByDescending(vote => vote.Value)
            .ThenBy(vote => vote.Key.Number);
        var kept = new Dictionary<int, Track>();
        foreach (var ((number, track), _) in votes)
        {
            if (!kept.ContainsKey(number) && kept.Values.All(other => other.Name != track.Name))
                kept.Add(number, track);
        }

        var names = kept.Values.Concat(others).Select(track => track.Name).ToHashSet(StringComparer.Ordinal);
        List<Track> tracks = [];
        var count = tracked.SelectMany(entry => entry.Tracks).DefaultIfEmpty(-1).Max() + 1;
        for (int number = 0, next = 0; number < count; number++, next++)
        {
            if (kept.TryGetValue(number, out var track))
            {
                tracks.Add(track);
                continue;
            }

            while (!names.Add(TrackName(next)))
                next++;
            tracks.Add(new Track(TrackName(next)));
        }

        return tracks;
    }

    private static LabeledFrame With(LabeledFrame frame, int[] tracks, List<Track> named)
    {
        // Predictions first: instances of a person refer to those that they replace.
        var changed = new Dictionary<Instance, Instance>(ReferenceEqualityComparer.Instance);
        foreach (var (instance, track) in frame.Instances.Zip(tracks).OrderByDescending(pair => pair.First.IsPredicted))
        {
            var source = instance.FromPredicted is { } old ? changed.GetValueOrDefault(old, old) : null;
            changed[instance] = instance.With(track < 0 ? null : named[track], source);
        }

        return new LabeledFrame
        {
            Video = frame.Video,
            FrameIndex = frame.FrameIndex,
            Instances = [.. frame.Instances.Select(instance => changed[instance])],
            IsNegative = frame.IsNegative,
        };
    }

    private static TrackedInstance InstanceOf(Instance instance)
    {
        var points = new double[2 * instance.Points.Length];
        for (var node = 0; node < instance.Points.Length; node++)
        {
            var point = instance.Points[node];
            var missing = point.IsMissing || !double.IsFinite(point.X) || !double.IsFinite(point.Y);
            (points[2 * node], points[(2 * node) + 1]) = missing ? (double.NaN, double.NaN) : (point.X, point.Y);
        }
        return new TrackedInstance(points, instance.IsPredicted ? instance.Score : double.NaN);
    }

    public static string TrackName(int number) => "track_" + number.ToString(CultureInfo.InvariantCulture);
}
