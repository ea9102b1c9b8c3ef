using System.Globalization;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// Finds labels that predictions of the same frames contradict. Distances are compared with those that the node usually
/// has between labels and predictions, so that a rough model doubts less than an exact one.
/// </summary>
internal sealed class LabelDoubts
{
    // Labels of one person differ by about this share of the instance's size, and by this many pixels.
    private const double LabelNoise = 0.01,
        LeastScale = 1;

    // A node this many times as far away as usual is as likely a fault of the label as of the model.
    private const double Doubtful = 6;
    private const double LeastDoubt = 0.5;

    // Mean distance of two labels of one instance, as a share of its size.
    private const double SameInstance = 0.25;

    // The size of an instance of one node, in pixels, and the least of any.
    private const double LeastSize = 20;

    // A node with fewer pairs of label and prediction is measured by the distances of all nodes.
    private const int MinPairs = 10;

    private readonly Skeleton _skeleton;
    private readonly List<ComparedFrame> _frames;
    private readonly Dictionary<ComparedFrame, int[]> _partners;
    private readonly Dictionary<(Video, int), int[]> _places;
    private readonly double[] _scales;
    private readonly double[] _scores;
    private readonly double _instanceScore;
    private readonly double _recall;
    private readonly List<(ComparedFrame Frame, float[] Shown, LabelFinding Finding)> _found = [];

    private LabelDoubts(Labels labels, Labels predictions)
    {
        // By these rules frames that were not predicted are left out.
        var comparison = new LabelsComparison(labels, predictions, new() { Rules = EvaluationRules.SleapNN });
        (_skeleton, _frames) = (comparison.Skeleton, [.. comparison.Frames()]);
        Remarks = comparison.Remarks;
        _places = labels.FramesInOrder.ToDictionary(
            frame => (frame.Video, frame.FrameIndex),
            frame =>
                (int[])
                    [
                        .. frame
                            .Instances.Index()
                            .Where(one => !one.Item.IsPredicted && one.Item.Points.Any(point => !point.IsMissing))
                            .Select(one => one.Index),
                    ]
        );
        _partners = _frames.ToDictionary(frame => frame, Partners);
        var pairs = _frames.SelectMany(Pairs).ToList();
        var errors = Enumerable
            .Range(0, _skeleton.Nodes.Length)
            .Select(node => pairs.Select(pair => pair.Error(node)).Where(double.IsFinite).Order().ToArray())
            .ToArray();
        double[] all = [.. errors.SelectMany(node => node).Order()];
        _scales = [.. errors.Select(node => ScaleOf(node.Length < MinPairs ? all : node))];
        _scores =
        [
            .. Enumerable
                .Range(0, _skeleton.Nodes.Length)
                .Select(node =>
                    Middle([.. pairs.Select(pair => (double)pair.Score(node)).Where(double.IsFinite).Order()])
                ),
        ];
        _instanceScore = Middle([.. pairs.Select(pair => (double)pair.Predicted.Score).Where(double.IsFinite).Order()]);
        _recall = (double)pairs.Count / Math.Max(1, _frames.Sum(frame => frame.Truth.Count));
    }

    /// <summary>Messages about nodes, videos and frames that are left out.</summary>
    public IReadOnlyCollection<string> Remarks { get; }

    /// <summary>Compares labels with predictions.</summary>
    /// <param name="labels">The labels.</param>
    /// <param name="predictions">What a model predicts in their frames.</param>
    public static LabelDoubts Find(Labels labels, Labels predictions)
    {
        var doubts = new LabelDoubts(labels, predictions);
        foreach (var frame in doubts._frames)
            doubts.Judge(frame);
        return doubts;
    }

    /// <summary>The findings, the most doubtful first.</summary>
    public IReadOnlyList<LabelFinding> Findings =>
        [
            .. _found
                .OrderByDescending(one => one.Finding.Doubt)
                .ThenBy(one => one.Finding.Video, StringComparer.Ordinal)
                .ThenBy(one => one.Finding.FrameIndex)
                .ThenBy(one => one.Finding.Instance)
                .Select(one => one.Finding),
        ];

    /// <summary>A page with the frames of the findings, the most doubtful first.</summary>
    /// <param name="most">The largest number of frames.</param>
    /// <param name="options">Title, drawing, the video.</param>
    public string Page(int most, ReportOptions options)
    {
        var frames = _found
            .GroupBy(one => one.Frame)
            .OrderByDescending(frame => frame.Max(one => one.Finding.Doubt))
            .ToList();
        var page = new FrameListPage(
            "Doubtful labels",
            $"{_found.Count} findings in {frames.Count} of {_frames.Count} frames"
                + (frames.Count > most ? $", of which the first {most} are shown" : ""),
            "White rings are the labels, colored dots what the model sees; lines lead from a label to the model's "
                + "place. The number is the doubt, 0 to 1: the model can be wrong too."
        );
        foreach (var frame in frames.Take(most))
        {
            page.Add(
                new(
                    frame.Key.Video,
                    frame.Key.FrameIndex,
                    frame.Key.Truth,
                    frame.Key.Predicted,
                    Box.AroundCoordinates<float>([.. frame.SelectMany(one => one.Shown)]),
                    $"Frame {frame.Key.FrameIndex}: "
                        + string.Join("; ", frame.OrderByDescending(one => one.Finding.Doubt).Select(Caption))
                )
            );
        }
        return page.Write(_skeleton, options);
    }

    private static string Caption((ComparedFrame Frame, float[] Shown, LabelFinding Finding) found)
    {
        var finding = found.Finding;
        var node = finding.Rule == CheckRule.DisplacedNode ? finding.Node + " is " : "";
        var rule = System
            .Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(finding.Rule.ToString())
            .Replace('-', ' ');
        return string.Create(CultureInfo.InvariantCulture, $"{finding.Doubt:0.00} {rule}: {node}{finding.Message}");
    }

    private void Judge(ComparedFrame frame)
    {
        var partners = _partners[frame];
        foreach (var pair in Pairs(frame))
        {
            var exchanged = JudgeExchange(frame, pair);
            JudgeNodes(frame, pair, exchanged);
        }
        for (var truth = 0; truth < partners.Length; truth++)
        {
            if (partners[truth] < 0)
                JudgeUnseen(frame, truth);
        }
        foreach (var predicted in frame.Predicted.Where(one => !partners.Contains(one.Index)))
            JudgeForgotten(frame, predicted);
    }

    // Two nodes of which each lies where the other is seen, or a whole side.
    private HashSet<int> JudgeExchange(ComparedFrame frame, Pair pair)
    {
        List<(int First, int Second, double Doubt)> exchanged = [];
        for (var a = 0; a < _skeleton.Nodes.Length; a++)
        {
            for (var b = a + 1; b < _skeleton.Nodes.Length; b++)
            {
                var (first, second) = (pair.Error(a) / Scale(pair, a), pair.Error(b) / Scale(pair, b));
                var across = (pair.Distance(a, b) + pair.Distance(b, a)) / (Scale(pair, a) + Scale(pair, b));
                if (!(Math.Min(first, second) > Doubtful / 2) || !double.IsFinite(across))
                    continue;
                var doubt =
                    Math.Min(Confidence(pair, a), Confidence(pair, b))
                    * Excess((first + second) / 2 / Math.Max(1, across));
                if (doubt > LeastDoubt)
                    exchanged.Add((a, b, doubt));
            }
        }
        HashSet<int> used = [];
        List<(int First, int Second, double Doubt)> kept = [];
        foreach (var one in exchanged.OrderByDescending(one => one.Doubt))
        {
            if (used.Contains(one.First) || used.Contains(one.Second))
                continue;
            used.UnionWith([one.First, one.Second]);
            kept.Add(one);
        }
        if (kept.Count > 0)
        {
            var names = kept.Select(one => $"{_skeleton.Nodes[one.First]} and {_skeleton.Nodes[one.Second]}");
            Add(
                CheckRule.ExchangedNodes,
                $"{string.Join(", ", names)}: each is labeled where the model sees the other",
                frame,
                pair.Truth.Points,
                pair.Truth.Index,
                _skeleton.Nodes[kept[0].First],
                kept[0].Doubt
            );
        }
        return used;
    }

    private void JudgeNodes(ComparedFrame frame, Pair pair, HashSet<int> exchanged)
    {
        for (var node = 0; node < _skeleton.Nodes.Length; node++)
        {
            var error = pair.Error(node);
            if (exchanged.Contains(node) || !double.IsFinite(error))
                continue;
            // Where the other nodes do not agree either, it is rather the model that is wrong.
            double[] others =
            [
                .. Enumerable
                    .Range(0, _skeleton.Nodes.Length)
                    .Where(other => other != node && double.IsFinite(pair.Error(other)))
                    .Select(other => pair.Error(other) / Scale(pair, other))
                    .Order(),
            ];
            var doubt =
                Confidence(pair, node)
                * Excess(error / Scale(pair, node) / Math.Max(1, others.Length > 0 ? Middle(others) : 1));
            if (doubt > LeastDoubt)
            {
                Add(
                    CheckRule.DisplacedNode,
                    $"{Pixels(error)} from where the model sees it",
                    frame,
                    pair.Truth.Points,
                    pair.Truth.Index,
                    _skeleton.Nodes[node],
                    doubt
                );
            }
        }
    }

    private void JudgeUnseen(ComparedFrame frame, int truth)
    {
        var label = frame.Truth[truth];
        var (nearest, distance) = frame
            .Truth.Where(other => other.Index != truth && _partners[frame][other.Index] >= 0)
            .Select(other => (other.Index, Distance: KeypointSimilarity.MeanDistance(label.Points, other.Points)))
            .Where(other => double.IsFinite(other.Distance))
            .OrderBy(other => other.Distance)
            .FirstOrDefault((-1, double.NaN));
        if (distance < SameInstance * Size(label))
        {
            Add(
                CheckRule.RepeatedInstance,
                $"on average {Pixels(distance)} from instance {Place(frame, nearest)}; the model sees one there",
                frame,
                label.Points,
                truth,
                "",
                _recall * (1 - distance / (2 * SameInstance * Size(label)))
            );
        }
        else
        {
            Add(
                CheckRule.UnseenInstance,
                "the model sees no instance here",
                frame,
                label.Points,
                truth,
                "",
                // As sure as the model finds instances.
                _recall * _recall
            );
        }
    }

    private void JudgeForgotten(ComparedFrame frame, InstanceView predicted)
    {
        var nearest = frame
            .Truth.Select(other => KeypointSimilarity.MeanDistance(predicted.Points, other.Points) / Size(other))
            .Where(double.IsFinite)
            .DefaultIfEmpty(double.PositiveInfinity)
            .Min();
        if (nearest < SameInstance)
            return;
        var share = (double)predicted.VisibleNodes.Count() / _skeleton.Nodes.Length;
        Add(
            CheckRule.ForgottenInstance,
            string.Create(
                CultureInfo.InvariantCulture,
                $"the model sees an instance at ({predicted.VisibleNodes.Average(node => predicted.X(node)):0}, "
                    + $"{predicted.VisibleNodes.Average(node => predicted.Y(node)):0}) with score {predicted.Score:0.00}"
            ),
            frame,
            predicted.Points,
            null,
            "",
            share * Math.Clamp(predicted.Score / _instanceScore, 0, 1)
        );
    }

    // Two instances farther apart than their size are not the same.
    private static int[] Partners(ComparedFrame frame)
    {
        var partners = InstancePairing.ByDistance(frame.Truth, frame.Predicted);
        for (var truth = 0; truth < partners.Length; truth++)
        {
            if (
                partners[truth] >= 0
                && KeypointSimilarity.MeanDistance(frame.Truth[truth].Points, frame.Predicted[partners[truth]].Points)
                    > Size(frame.Truth[truth])
            )
            {
                partners[truth] = -1;
            }
        }

        return partners;
    }

    private IEnumerable<Pair> Pairs(ComparedFrame frame) =>
        _partners[frame]
            .Index()
            .Where(pair => pair.Item >= 0)
            .Select(pair => new Pair(frame.Truth[pair.Index], frame.Predicted[pair.Item]));

    private double Scale(Pair pair, int node) => Math.Max(_scales[node], LabelNoise * Size(pair.Truth));

    private double Confidence(Pair pair, int node) =>
        double.IsFinite(pair.Score(node)) && _scores[node] > 0 ? Math.Min(1, pair.Score(node) / _scores[node]) : 1;

    // 0 to 1, and a half where a label is as likely wrong as the model.
    private static double Excess(double times) => times / (times + Doubtful);

    // The diagonal of the box.
    private static double Size(InstanceView instance)
    {
        var box = Box.Around(instance.Points);
        return Math.Max(LeastSize, double.Hypot(box.Right - box.Left, box.Bottom - box.Top));
    }

    // A node that the model often places far away says little when it is far away.
    private static double ScaleOf(double[] errors) =>
        errors.Length < MinPairs
            ? LeastScale
            : Math.Max(LeastScale, Math.Max(Middle(errors), errors[9 * errors.Length / 10] / 3));

    private static double Middle(double[] sorted) => sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];

    private int Place(ComparedFrame frame, int truth) => _places[(frame.Video, frame.FrameIndex)][truth];

    private void Add(
        CheckRule rule,
        string message,
        ComparedFrame frame,
        ReadOnlySpan<float> shown,
        int? truth,
        string node,
        double doubt
    )
    {
        if (doubt <= LeastDoubt)
            return;
        var finding = new LabelFinding(
            rule,
            IsWarning: false, // the model can be wrong
            message,
            rule == CheckRule.ForgottenInstance ? "Label it, if it is one." : "Look at the frame.",
            frame.Video.Path,
            frame.FrameIndex,
            truth is { } one ? Place(frame, one) : null,
            node
        )
        {
            Doubt = doubt,
        };
        _found.Add((frame, shown.ToArray(), finding));
    }

    private static string Pixels(double distance) =>
        distance.ToString(distance < 10 ? "0.0" : "0", CultureInfo.InvariantCulture) + " px";

    /// <summary>A label and the prediction of the same instance.</summary>
    private readonly record struct Pair(InstanceView Truth, InstanceView Predicted)
    {
        public double Error(int node) => Distance(node, node);

        public double Distance(int labeled, int predicted) =>
            double.Hypot(Truth.X(labeled) - Predicted.X(predicted), Truth.Y(labeled) - Predicted.Y(predicted));

        public float Score(int node) =>
            Predicted.IsVisible(node) && Predicted.PeakScores.Length > 0 ? Predicted.PeakScores[node] : float.NaN;
    }
}
