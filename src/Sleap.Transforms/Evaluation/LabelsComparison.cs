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
    private readonly VideoPairing _videos;

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
        RequireTruth();
        _videos = _options.VideosInOrder
            ? VideoPairing.InOrder(truth.Videos, predicted.Videos)
            : VideoPairing.Of(Used(truth), Used(predicted));
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

    /// <summary>Messages about nodes, videos and frames that are left out or paired by something else than name.</summary>
    public IReadOnlyCollection<string> Remarks =>
        [.. _nodes?.Remarks ?? [], .. _videos.Remarks.Select(remark => $"The video {remark}."), .. LeftOut()];

    /// <summary>Name of each video of the true labels.</summary>
    public Dictionary<Video, string> VideoNames { get; }

    /// <summary>The frames to compare, in the order of the true labels.</summary>
    public IEnumerable<ComparedFrame> Frames()
    {
        var byFrame = _predicted.FramesInOrder.ToDictionary(
            frame => (frame.Video, frame.FrameIndex),
            frame => frame.Instances
        );
        // Each side has its own reader: tracks of the same name in both files are one animal, and in one file they are
        // two.
        (InstanceReader truths, InstanceReader predictions) = (new(), new());
        foreach (var frame in _truth.FramesInOrder)
        {
            var labels = truths.Read(_options.TrueInstances.Of(frame.Instances), Skeleton, _nodes?.TruthNodes);
            if (labels.Count == 0 && !frame.IsNegative)
                continue;
            var found = _videos.Pairs.TryGetValue(frame.Video, out var video)
                ? byFrame.GetValueOrDefault((video, frame.FrameIndex))
                : null;
            // sleap-nn leaves out frames that are not in the predictions.
            if (found is null && _options.Rules == EvaluationRules.SleapNN)
                continue;
            yield return new ComparedFrame(
                frame.Video,
                frame.FrameIndex,
                labels,
                predictions.Read(
                    InstanceChoice.PredictedElseUser.Of(found ?? []),
                    _predictedSkeleton,
                    _nodes?.PredictedNodes
                )
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

    /// <summary>
    /// Frames whose predictions are not taken for labels, in one sentence; none if there is no such frame.
    /// </summary>
    private IEnumerable<string> LeftOut()
    {
        if (_options.TrueInstances != InstanceChoice.User)
            yield break;
        var frames = _truth.FramesInOrder.Count(frame =>
            frame.Instances.Count > 0 && frame.Instances.All(instance => instance.IsPredicted)
        );
        if (frames > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{frames} frames of the true labels hold only predictions and are left out; TrueInstances = "
                    + $"UserElsePredicted takes them."
            );
        }
    }

    private void RequireTruth()
    {
        if (
            _truth.Frames.Any(frame =>
                frame.IsNegative
                || _options
                    .TrueInstances.Of(frame.Instances)
                    .Any(instance => instance.Points.Any(point => !point.IsMissing))
            )
        )
        {
            return;
        }

        throw new InvalidDataException(
            _options.TrueInstances == InstanceChoice.User && _truth.Frames.Any(frame => frame.Instances.Count > 0)
                ? "There is nothing to compare with: the true labels have no instance with a visible node that a person "
                    + "labeled. To compare with predictions, set TrueInstances = UserElsePredicted."
                : "There is nothing to compare with: the true labels have no instance with a visible node."
        );
    }

    private static Video[] Used(Labels labels)
    {
        Video[] used = [.. labels.Frames.Select(frame => frame.Video).Distinct()];
        return used.Length > 0 ? used : [.. labels.Videos];
    }

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
}

/// <summary>The true and the predicted instances of one frame.</summary>
/// <param name="Video">The video of the true labels.</param>
/// <param name="FrameIndex">The frame number.</param>
/// <param name="Truth">True instances.</param>
/// <param name="Predicted">Predicted instances, their nodes in the order of the true skeleton.</param>
internal sealed record ComparedFrame(Video Video, int FrameIndex, InstanceArray Truth, InstanceArray Predicted);
