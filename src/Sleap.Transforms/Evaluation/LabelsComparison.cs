using System.Globalization;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Compares two label sets, frame by frame of the true one.</summary>
internal sealed class LabelsComparison
{
    private readonly Labels _predicted;
    private readonly Labels _truth;
    private readonly EvaluationOptions _options;
    private readonly Skeleton _predictedSkeleton;
    private readonly NodePairing? _nodes;

    /// <param name="truth">The true labels.</param>
    /// <param name="predicted">The predicted labels.</param>
    /// <param name="options">The rules of the comparison; null for the defaults.</param>
    /// <param name="matchNodes">Whether the nodes of both are matched by name; otherwise the predicted skeleton is used
    /// as it is.</param>
    public LabelsComparison(Labels truth, Labels predicted, EvaluationOptions? options, bool matchNodes = true)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(predicted);
        (_truth, _predicted, _options) = (truth, predicted, (options ?? new EvaluationOptions()).Checked());
        VideoNames = Names(truth.Videos);
        Skeleton = SkeletonOf(truth, "truth");
        _predictedSkeleton = SkeletonOf(predicted, "predicted");
        if (!matchNodes)
            return;
        _nodes = new NodePairing(Skeleton, _predictedSkeleton, "the true labels", "the predicted labels");
        _options = _nodes.Check(_options);
        Skeleton = _predictedSkeleton = _nodes.Skeleton;
    }

    /// <summary>
    /// The nodes compared, in the order of the true labels; all of the true labels' where nodes are not matched.
    /// </summary>
    public Skeleton Skeleton { get; }

    /// <summary>Messages about nodes that are left out.</summary>
    public IReadOnlyCollection<string> Remarks => _nodes?.Remarks ?? [];

    /// <summary>Name of each video of the true labels.</summary>
    public Dictionary<Video, string> VideoNames { get; }

    /// <summary>The frames to compare, in the order of the true labels.</summary>
    public IEnumerable<ComparedFrame> Frames()
    {
        var videos = MatchVideos(_truth.Videos, _predicted.Videos);
        var byFrame = _predicted
            .Frames.GroupBy(frame => (frame.Video, frame.FrameIndex))
            .ToDictionary(frames => frames.Key, frames => frames.SelectMany(f => f.Instances).ToList());
        // Each side has its own reader: tracks of the same name in both files are one animal, and in one file they are
        // two.
        (InstanceReader truths, InstanceReader predictions) = (new(), new());
        foreach (var frame in _truth.Frames)
        {
            var labels = truths.Read(Choose(frame.Instances, preferPredicted: false), Skeleton, _nodes?.TruthNodes);
            if (labels.Count == 0 && !frame.IsNegative)
                continue;
            var found = videos.TryGetValue(frame.Video, out var video)
                ? byFrame.GetValueOrDefault((video, frame.FrameIndex))
                : null;
            // sleap-nn leaves out frames that are not in the predictions.
            if (found is null && _options.Rules == EvaluationRules.SleapNN)
                continue;
            yield return new ComparedFrame(
                frame.Video,
                frame.FrameIndex,
                labels,
                predictions.Read(Choose(found ?? [], preferPredicted: true), _predictedSkeleton, _nodes?.PredictedNodes)
            );
        }
    }

    public PoseMetrics Compare()
    {
        var comparison = new PoseComparison(Skeleton, _options);
        foreach (var frame in Frames())
            comparison.Add(VideoNames[frame.Video], frame.FrameIndex, frame.Truth, frame.Predicted);
        return _nodes!.Mark(comparison.Result());
    }

    /// <summary>
    /// Compares only positions: of true instances the chosen node, else the mean of the visible ones; of predicted
    /// instances the mean of the visible nodes.
    /// </summary>
    public CentroidMetrics CompareCentroids()
    {
        (CentroidComparison truth, CentroidComparison predicted) = (
            new(Skeleton, _options.Checked(Skeleton)),
            new(-1, _options.CentroidRadius)
        );
        foreach (var frame in Frames())
            truth.Add(truth.Centroids(frame.Truth), predicted.Centroids(frame.Predicted));
        return truth.Result();
    }

    /// <summary>A text for each video: its path, numbered where two have the same.</summary>
    public static Dictionary<Video, string> Names(IReadOnlyList<Video> videos)
    {
        Dictionary<Video, string> names = [];
        HashSet<string> used = new(StringComparer.Ordinal);
        foreach (var video in videos)
        {
            var name = video.Path;
            for (var number = 2; !used.Add(name); number++)
                name = string.Create(CultureInfo.InvariantCulture, $"{video.Path} ({number})");
            names.Add(video, name);
        }
        return names;
    }

    private static IEnumerable<Instance> Choose(IReadOnlyList<Instance> instances, bool preferPredicted) =>
        instances.Any(instance => instance.IsPredicted == preferPredicted)
            ? instances.Where(instance => instance.IsPredicted == preferPredicted)
            : instances;

    private static Skeleton SkeletonOf(Labels labels, string which)
    {
        Skeleton[] used =
        [
            .. labels
                .Frames.SelectMany(frame => frame.Instances)
                .Select(instance => instance.Skeleton)
                .Concat(labels.Skeletons)
                .Distinct(),
        ];
        return used.Length == 1
            ? used[0]
            : throw new ArgumentException(
                $"Evaluate: the {which} labels have {used.Length} skeletons, expected one: "
                    + $"{string.Join(", ", used.Select(skeleton => $"'{skeleton.Name}'"))}."
            );
    }

    /// <summary>
    /// The predicted video for each true one: the same file, else the same file name; one video on each side is the
    /// same.
    /// </summary>
    private static Dictionary<Video, Video> MatchVideos(IReadOnlyList<Video> truth, IReadOnlyList<Video> predicted)
    {
        if (truth.Count == 1 && predicted.Count == 1)
            return new() { [truth[0]] = predicted[0] };
        Dictionary<Video, Video> matches = [];
        foreach (var video in truth)
        {
            var match =
                predicted.FirstOrDefault(other => Paths(other).Intersect(Paths(video)).Any())
                ?? predicted.FirstOrDefault(other =>
                    Paths(other).Select(FileName).Intersect(Paths(video).Select(FileName)).Any()
                );
            if (match is not null)
                matches.Add(video, match);
        }
        return matches.Count > 0 || truth.Count == 0
            ? matches
            : throw new ArgumentException(
                $"Evaluate: no video is in both label sets. True: "
                    + $"{string.Join(", ", truth)}; predicted: {string.Join(", ", predicted)}."
            );
    }

    // Pictures embedded in a label file know the video they were taken from.
    private static IEnumerable<string> Paths(Video video)
    {
        for (var one = video; one is not null; one = one.Source)
        {
            yield return one.Path;
            if (one.FoundPath is { } found)
                yield return found;
        }
    }

    private static string FileName(string path) => path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
}

/// <summary>The true and the predicted instances of one frame.</summary>
/// <param name="Video">The video of the true labels.</param>
/// <param name="FrameIndex">The frame number.</param>
/// <param name="Truth">True instances.</param>
/// <param name="Predicted">Predicted instances, their nodes in the order of the true skeleton.</param>
internal sealed record ComparedFrame(Video Video, int FrameIndex, InstanceArray Truth, InstanceArray Predicted);
