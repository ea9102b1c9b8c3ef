using Sleap.IO;

namespace Sleap.Studio;

/// <summary>A new instance is asked for.</summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Frame">Frame number.</param>
/// <param name="X">Where it goes if nothing else says so: pixels to the right.</param>
/// <param name="Y">Pixels down.</param>
/// <param name="Radius">Half its size in pixels if nothing else says so.</param>
/// <param name="Skeleton">Number of the skeleton.</param>
/// <param name="FrameRevision">The revision of the frame that it was asked for; null for any.</param>
internal sealed record NewInstance(
    int Video,
    int Frame,
    double X,
    double Y,
    double Radius,
    int Skeleton = 0,
    long? FrameRevision = null
);

/// <summary>
/// The pose that a new instance begins with: that of a prediction of the frame; else of an instance of the labeled
/// frame before; else the mean pose of the video. Nodes that have no point there get those of the mean pose.
/// </summary>
internal static class StartPose
{
    private const int MaxSamples = 50;

    /// <summary>The command that adds the instance.</summary>
    /// <exception cref="EditException">There is no such skeleton.</exception>
    public static FrameCommand Of(ProjectView view, NewInstance wanted)
    {
        var (video, number) = (wanted.Video, wanted.Frame);
        var here = view.HasVideo(video) && number >= 0 ? view.Find(video, number)?.Instances ?? [] : [];
        var prediction = here.Index()
            .Where(one => one.Item.IsPredicted && !InstanceEdits.IsLabeled(one.Item, here))
            .OrderByDescending(one => one.Item.Score)
            .Select(one => (int?)one.Index)
            .FirstOrDefault();
        if (prediction is { } place)
            return new ConvertPrediction(video, number, place);
        var skeleton = view.Structure.Skeletons.ElementAtOrDefault(wanted.Skeleton);
        if (skeleton is null || !view.HasVideo(video))
            throw EditException.Invalid("The project has no such skeleton or video.");
        var mean = MeanOf(view, video, skeleton, wanted.Radius);
        if (Before(view, video, number, skeleton, here) is not { } before)
            return new AddInstance(video, number, Filled(null, mean, wanted.X, wanted.Y), wanted.Skeleton);
        var (x, y) = CenterOf(before.Points, mean);
        var track = view.Structure.TrackOf(before)?.Id;
        return new AddInstance(video, number, Filled(before, mean, x, y), wanted.Skeleton, track);
    }

    /// <summary>An instance of the labeled frame before that is not in this frame yet.</summary>
    private static Instance? Before(
        ProjectView view,
        int video,
        int frame,
        Skeleton skeleton,
        IReadOnlyList<Instance> here
    )
    {
        var timeline = view.TimelineOf(video);
        var first = timeline.PlaceOf(frame) - 1;
        for (var place = first; place >= 0 && place > first - MaxSamples; place--)
        {
            var there = view.Find(video, timeline.Frames[place])!.Instances;
            var left = there
                .Where(one => one.Skeleton.Equals(skeleton) && one.Points.Any(point => !point.IsMissing))
                .Where(one => !one.IsPredicted || !InstanceEdits.IsLabeled(one, there))
                .Where(one => one.Track is not { } track || !here.Any(other => ReferenceEquals(other.Track, track)))
                .ToList();
            var taken = here.Count(one => !one.IsPredicted && one.Track is null);
            var found =
                left.Find(one => one.Track is not null)
                ?? left.Where(one => one.Track is null).ElementAtOrDefault(taken);
            if (found is not null)
                return found;
        }

        return null;
    }

    /// <summary>The mean of poses around their centers, those of a person first; a circle for nodes without any.</summary>
    private static (double X, double Y)[] MeanOf(ProjectView view, int video, Skeleton skeleton, double radius)
    {
        var timeline = view.TimelineOf(video);
        var frames = timeline.UserFrames.Length > 0 ? timeline.UserFrames : timeline.Frames;
        var step = Math.Max(1, frames.Length / MaxSamples);
        var poses = frames
            .Where((_, k) => k % step == 0)
            .SelectMany(frame => view.Find(video, frame)!.Instances)
            .Where(one => one.Skeleton.Equals(skeleton))
            .ToList();
        if (poses.Exists(one => !one.IsPredicted))
            poses.RemoveAll(one => one.IsPredicted);
        var sums = new (double X, double Y, int Count)[skeleton.Nodes.Length];
        foreach (var points in poses.Select(one => one.Points))
        {
            var (x, y) = CenterOf(points, new (double, double)[points.Length]);
            foreach (var (node, point) in points.Index().Where(entry => !entry.Item.IsMissing))
                sums[node] = (sums[node].X + point.X - x, sums[node].Y + point.Y - y, sums[node].Count + 1);
        }

        return
        [
            .. sums.Select(
                (sum, node) =>
                {
                    var (sin, cos) = Math.SinCos(2 * Math.PI * node / sums.Length);
                    return sum.Count > 0 ? (sum.X / sum.Count, sum.Y / sum.Count) : (radius * sin, -radius * cos);
                }
            ),
        ];
    }

    /// <summary>Where a pose is that points belong to.</summary>
    private static (double X, double Y) CenterOf(IReadOnlyList<Point> points, (double X, double Y)[] pose)
    {
        var there = points.Index().Where(entry => !entry.Item.IsMissing).ToList();
        return there.Count == 0
            ? (0, 0)
            : (
                there.Average(entry => entry.Item.X - pose[entry.Index].X),
                there.Average(entry => entry.Item.Y - pose[entry.Index].Y)
            );
    }

    private static PlacedPoint[] Filled(Instance? instance, (double X, double Y)[] pose, double x, double y) =>
        [
            .. pose.Select(
                (offset, node) =>
                    instance?.Points[node] is { IsMissing: false } point
                        ? new PlacedPoint(point.X, point.Y, point.Visible)
                        : new PlacedPoint(x + offset.X, y + offset.Y)
            ),
        ];
}
