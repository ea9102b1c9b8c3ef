using System.Globalization;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Tracks labels, video by video.</summary>
internal static class LabelsTracking
{
    public static Labels Run(Labels labels, TrackingOptions options)
    {
        List<Track> tracks = [];
        var frames = new LabeledFrame[labels.Frames.Count];
        foreach (var video in Enumerable.Range(0, frames.Length).GroupBy(index => labels.Frames[index].Video))
        {
            PoseTracker tracker = new(options);
            Skeleton? skeleton = null;
            int[] order = [.. video.OrderBy(index => labels.Frames[index].FrameIndex)];
            using var images = Images(video.Key, order.Select(index => labels.Frames[index].FrameIndex), options)
                .GetEnumerator();
            foreach (var index in order)
            {
                images.MoveNext();
                var frame = labels.Frames[index];
                skeleton ??= frame.Instances.FirstOrDefault()?.Skeleton;
                if (frame.Instances.FirstOrDefault(instance => !instance.Skeleton.Equals(skeleton)) is { } other)
                {
                    throw new ArgumentException(
                        $"Track: frame {frame.FrameIndex} of '{frame.Video}' has an instance "
                            + $"of skeleton '{other.Skeleton.Name}', expected '{skeleton!.Name}' as in the frames "
                            + $"before: a video is tracked with one skeleton."
                    );
                }

                frames[index] = Next(frame, images.Current, tracker, tracks);
            }
        }
        // FromPredicted of instances still points to the same objects.
        return new Labels(frames, labels.Videos, labels.Skeletons, tracks, labels.Suggestions, labels.Provenance);
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

    private static LabeledFrame Next(LabeledFrame frame, FlowImage? image, PoseTracker tracker, List<Track> tracks)
    {
        var predicted = frame.Instances.All(instance => instance.IsPredicted);
        int[] chosen =
        [
            .. Enumerable
                .Range(0, frame.Instances.Count)
                .Where(index => predicted || !frame.Instances[index].IsPredicted),
        ];
        var found = tracker.Next(
            [.. chosen.Select(index => InstanceOf(frame.Instances[index]))],
            frame.FrameIndex,
            image
        );
        Instance[] instances = [.. frame.Instances];
        for (var i = 0; i < chosen.Length; i++)
            instances[chosen[i]] = With(instances[chosen[i]], found[i] < 0 ? null : TrackOf(found[i], tracks));
        return new LabeledFrame
        {
            Video = frame.Video,
            FrameIndex = frame.FrameIndex,
            Instances = instances,
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

    private static Track TrackOf(int number, List<Track> tracks)
    {
        while (tracks.Count <= number)
            tracks.Add(new Track(TrackName(tracks.Count)));
        return tracks[number];
    }

    public static string TrackName(int number) => "track_" + number.ToString(CultureInfo.InvariantCulture);

    private static Instance With(Instance instance, Track? track) =>
        new()
        {
            Skeleton = instance.Skeleton,
            Points = instance.Points,
            Track = track,
            IsPredicted = instance.IsPredicted,
            Score = instance.Score,
            FromPredicted = instance.FromPredicted,
        };
}
