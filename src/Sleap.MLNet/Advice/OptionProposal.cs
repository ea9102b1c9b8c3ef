using System.Globalization;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// Chooses a kind of model and combines the options of its networks, which come from <see cref="NetworkProposal"/>.
/// </summary>
internal sealed class OptionProposal
{
    // Fraction of overlapping instances above which crops give worse results than bottom-up grouping.
    private const double ManyOverlap = 0.25;

    // Maximum distance of an anchor node from the center of the instances, as a fraction of their length.
    private const double NearMiddle = 0.25;

    private readonly LabeledRows _rows;
    private readonly LabelStatistics _labels;
    private readonly (int Height, int Width, int Channels) _frame;
    private readonly PoseColumnOptions _columns;
    private readonly List<OptionReason> _reasons = [];

    /// <param name="rows">The labels.</param>
    /// <param name="columns">Names of the columns.</param>
    public OptionProposal(LabeledRows rows, PoseColumnOptions columns)
    {
        (_rows, _frame, _columns) = (rows, rows.FirstImage(), columns);
        _labels = new LabelStatistics(rows.Rows, rows.Skeleton);
    }

    /// <summary>Returns the proposal.</summary>
    /// <param name="wanted">The requested kind; null: choose one.</param>
    /// <exception cref="ArgumentException">The labels cannot train the requested kind.</exception>
    public AutoOptions Make(PoseModelKind? wanted)
    {
        if (wanted is { } asked && Fault(asked) is { } fault)
            throw new ArgumentException($"{ModelTypes.NameOf(asked)}: {fault}");
        var (kind, why) = wanted is { } given ? (given, Asked(given)) : Choose();
        AddReason("Type", ModelTypes.NameOf(kind), why);
        PoseModelOptions options = kind switch
        {
            PoseModelKind.SingleInstance => Network(ModelType.SingleInstance).Whole(new SingleInstanceOptions()),
            PoseModelKind.Centroid => Network(ModelType.Centroid).Centroid(),
            PoseModelKind.BottomUp => BottomUp(),
            PoseModelKind.BottomUpId => Network(ModelType.BottomUpId)
                .Whole(new BottomUpIdOptions { Classes = Classes() }),
            PoseModelKind.TopDownId => TopDownId(),
            _ => TopDown(),
        };
        var subject = new PoseSubject(_rows.Skeleton, options.Needs.Tracks ? _rows.Tracks : []);
        return new AutoOptions(kind, options, subject, (_frame.Height, _frame.Width), _labels, _reasons);
    }

    private (PoseModelKind Kind, string Reason) Choose()
    {
        var (most, overlapping) = (_labels.MostInAFrame, _labels.Overlapping());
        if (most <= 1)
            return (PoseModelKind.SingleInstance, "no labeled frame has more than one instance.");
        var several = $"up to {most} instances in a frame";
        if (_rows.Skeleton.Nodes.Length == 1)
        {
            return (PoseModelKind.Centroid, $"{several}, of one node each: their centers are all there is to find.");
        }
        // A model with classes is useful only if instances look different, which labels do not show.
        var named =
            _rows.Tracks.Count > 1
                ? $" If animals look different and their names matter "
                    + $"({string.Join(", ", _rows.Tracks.Take(3))}), take the ID type of it."
                : "";
        if (_rows.Skeleton.Edges.Length == 0)
        {
            return (
                PoseModelKind.TopDown,
                $"{several}, and a skeleton without "
                    + $"edges, along which a bottom-up model would connect nodes.{named}"
            );
        }

        if (overlapping > ManyOverlap)
        {
            return (
                PoseModelKind.BottomUp,
                $"{several}, and {P(overlapping)} of the "
                    + $"instances lie over another one: crops would hold parts of two.{named}"
            );
        }

        var crop = Network(ModelType.CenteredInstance).CropSide(Anchor());
        var crops = (double)most * crop * crop / ((double)_frame.Height * _frame.Width);
        return crops > 1
            ? (
                PoseModelKind.BottomUp,
                $"{several}, whose crops would be {F(crops)} times as large as the frame: all "
                    + $"nodes at once are less work.{named}"
            )
            : (
                PoseModelKind.TopDown,
                $"{several}, {P(overlapping)} of which lie over another one: a crop shows one "
                    + $"of them, in full size.{named}"
            );
    }

    private static string Asked(PoseModelKind kind) =>
        kind is PoseModelKind.BottomUpId
            ? "it was asked for. On the recording that both were measured on, top-down-id found nodes more exactly, "
                + "and "
                + "names as well."
            : "it was asked for.";

    private string? Fault(PoseModelKind kind) =>
        kind switch
        {
            PoseModelKind.SingleInstance when _labels.MostInAFrame > 1 =>
                $"the labels have up to {_labels.MostInAFrame} instances in a frame. Use top-down or bottom-up.",
            PoseModelKind.BottomUp when _rows.Skeleton.Edges.Length == 0 => "the skeleton has no edges, along which a "
                + "bottom-up model connects nodes. Use top-down, or add edges.",
            PoseModelKind.TopDownId or PoseModelKind.BottomUpId when _rows.Tracks.Count == 0 =>
                "no labeled instance has a track, whose names are what an ID model learns. Use top-down or "
                    + "bottom-up.",
            _ => null,
        };

    private BottomUpOptions BottomUp()
    {
        var network = Network(ModelType.BottomUp);
        return network.Whole(new BottomUpOptions { MaxInstances = network.MaxInstances() });
    }

    private TopDownOptions TopDown()
    {
        var anchor = ProposeAnchor();
        return new()
        {
            AnchorPart = anchor,
            Columns = _columns,
            Centroid = Network(ModelType.Centroid).Centroid(),
            CenteredInstance = Network(ModelType.CenteredInstance).CenteredInstance(anchor),
        };
    }

    private TopDownIdOptions TopDownId()
    {
        var (anchor, classes) = (ProposeAnchor(), Classes());
        return new()
        {
            AnchorPart = anchor,
            Classes = classes,
            Columns = _columns,
            Centroid = Network(ModelType.Centroid).Centroid(),
            CenteredInstance = Network(ModelType.TopDownId).CenteredInstance(anchor),
        };
    }

    private IReadOnlyList<string> Classes()
    {
        AddReason(
            "Classes",
            string.Join(", ", _rows.Tracks),
            $"the {_rows.Tracks.Count} tracks of the labels. They must "
                + $"be the animals' names, the same in all frames, and not numbers that a tracker gave."
        );
        return _rows.Tracks;
    }

    private string? Anchor() =>
        _labels.MiddleNode() is { Distance: < NearMiddle } middle ? _rows.Skeleton.Nodes[middle.Node] : null;

    private string? ProposeAnchor()
    {
        var anchor = Anchor();
        AddReason(
            "AnchorPart",
            anchor ?? "null",
            anchor is null
                ? "no node is nearly always seen and near the middle of the instances: the mean of the visible nodes is "
                    + "taken."
                : $"seen in {P(_labels.MiddleNode()!.Value.VisibleShare)} of the instances, and nearest to their "
                    + "middle."
        );
        return anchor;
    }

    private NetworkProposal Network(ModelType type) => new(type, _labels, _frame, _columns, _reasons);

    private void AddReason(string option, string value, string reason) => _reasons.Add(new("", option, value, reason));

    private static string F(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string P(double share) => (100 * share).ToString("0", CultureInfo.InvariantCulture) + " %";
}
