using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Compares two label sets, frame by frame of the true one.</summary>
internal static class LabelsComparison
{
    public static PoseMetrics Compare(Labels truth, Labels predicted, double radius)
    {
        Skeleton skeleton = SkeletonOf(truth, "truth");
        int[] nodes = MatchNodes(skeleton, SkeletonOf(predicted, "predicted"));
        Dictionary<Video, Video> videos = MatchVideos(truth.Videos, predicted.Videos);
        var byFrame = predicted.Frames.GroupBy(frame => (frame.Video, frame.FrameIndex)).ToDictionary(frames => frames.Key, frames => frames.SelectMany(f => f.Instances).ToList());
        var comparison = new PoseComparison(skeleton, radius);
        foreach (LabeledFrame frame in truth.Frames)
        {
            List<PoseInstance> labels = Animals(Choose(frame.Instances, preferPredicted: false), skeleton, null);
            if (labels.Count == 0 && !frame.IsNegative)
                continue;
            List<Instance>? found = videos.TryGetValue(frame.Video, out Video? video) ? byFrame.GetValueOrDefault((video, frame.FrameIndex)) : null;
            comparison.Add(labels, Animals(Choose(found ?? [], preferPredicted: true), skeleton, nodes));
        }
        return comparison.Result();
    }

    private static IEnumerable<Instance> Choose(IReadOnlyList<Instance> instances, bool preferPredicted) =>
        instances.Any(animal => animal.IsPredicted == preferPredicted) ? instances.Where(animal => animal.IsPredicted == preferPredicted) : instances;

    private static List<PoseInstance> Animals(IEnumerable<Instance> instances, Skeleton skeleton, int[]? nodes)
    {
        List<PoseInstance> animals = [];
        foreach (Instance instance in instances)
        {
            var points = new float[skeleton.Nodes.Length * 2];
            for (int node = 0; node < skeleton.Nodes.Length; node++)
            {
                Point point = instance.Points[nodes?[node] ?? node];
                (points[2 * node], points[(2 * node) + 1]) = point.IsMissing ? (float.NaN, float.NaN) : ((float)point.X, (float)point.Y);
            }
            var animal = new PoseInstance(points, null, instance.Score, instance.Track?.Name);
            if (Enumerable.Range(0, skeleton.Nodes.Length).Any(animal.IsVisible))
                animals.Add(animal);
        }
        return animals;
    }

    private static Skeleton SkeletonOf(Labels labels, string which)
    {
        Skeleton[] used = [.. labels.Frames.SelectMany(frame => frame.Instances).Select(animal => animal.Skeleton).Concat(labels.Skeletons).Distinct()];
        return used.Length == 1
            ? used[0]
            : throw new ArgumentException($"Evaluate: the {which} labels have {used.Length} skeletons, expected one: {string.Join(", ", used.Select(skeleton => $"'{skeleton.Name}'"))}.");
    }

    private static int[] MatchNodes(Skeleton truth, Skeleton predicted)
    {
        string[] lacking = [.. truth.Nodes.Where(node => predicted.IndexOf(node) < 0)];
        return lacking.Length == 0
            ? [.. truth.Nodes.Select(predicted.IndexOf)]
            : throw new ArgumentException($"Evaluate: the predicted labels have no node {string.Join(", ", lacking)}. They have {string.Join(", ", predicted.Nodes)}.");
    }

    /// <summary>The predicted video for each true one: the same file, else the same file name; one video on each side is the same.</summary>
    private static Dictionary<Video, Video> MatchVideos(IReadOnlyList<Video> truth, IReadOnlyList<Video> predicted)
    {
        if (truth.Count == 1 && predicted.Count == 1)
            return new() { [truth[0]] = predicted[0] };
        Dictionary<Video, Video> matches = [];
        foreach (Video video in truth)
        {
            Video? match = predicted.FirstOrDefault(other => Paths(other).Intersect(Paths(video)).Any())
                ?? predicted.FirstOrDefault(other => Paths(other).Select(FileName).Intersect(Paths(video).Select(FileName)).Any());
            if (match is not null)
                matches.Add(video, match);
        }
        return matches.Count > 0 || truth.Count == 0
            ? matches
            : throw new ArgumentException($"Evaluate: no video is in both label sets. True: {string.Join(", ", truth)}; predicted: {string.Join(", ", predicted)}.");
    }

    // Pictures embedded in a label file know the video they were taken from.
    private static IEnumerable<string> Paths(Video video)
    {
        for (Video? one = video; one is not null; one = one.Source)
        {
            yield return one.Path;
            if (one.FoundPath is { } found)
                yield return found;
        }
    }

    private static string FileName(string path) => path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
}
