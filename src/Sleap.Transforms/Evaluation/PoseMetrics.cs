using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Sleap.Transforms;

/// <summary>How well predicted poses agree with labels.</summary>
/// <remarks>
/// In each frame, true and predicted instances are paired so that the sum of the pairs' mean distances over shared
/// nodes is least (Hungarian method). There is no limit on the distance of a pair, but instances without a shared node
/// make none. True instances without a partner are missed, predicted ones spurious. Other pairings:
/// <see cref="EvaluationRules"/>, <see cref="CentroidMetrics"/>, <see cref="TrackMetrics"/>. Distances are pixels of
/// the full frame, shares are 0 to 1, and a figure without anything to compute from is NaN.
/// </remarks>
public sealed record PoseMetrics
{
    /// <summary>Number of frames that were compared.</summary>
    public required int Frames { get; init; }

    /// <summary>Number of true instances.</summary>
    public required int Instances { get; init; }

    /// <summary>Number of predicted instances.</summary>
    public required int Predicted { get; init; }

    /// <summary>Number of true instances without a partner.</summary>
    public required int Missed { get; init; }

    /// <summary>Number of predicted instances without a partner.</summary>
    public required int Spurious { get; init; }

    /// <summary>The radius of <see cref="ErrorSummary.Within"/>, in pixels.</summary>
    public required double Radius { get; init; }

    /// <summary>Which rules the metrics follow.</summary>
    public required EvaluationRules Rules { get; init; }

    /// <summary>Distances over all nodes.</summary>
    public required ErrorSummary All { get; init; }

    /// <summary>Distances by node, in the order of the skeleton.</summary>
    public required ImmutableArray<NodeError> Nodes { get; init; }

    /// <summary>Nodes that the labels have and the predictions do not; no figure counts them. Default: none.</summary>
    public ImmutableArray<string> NodesOnlyTrue { get; init; } = [];

    /// <summary>Nodes that the predictions have and the labels do not; no figure counts them. Default: none.</summary>
    public ImmutableArray<string> NodesOnlyPredicted { get; init; } = [];

    /// <summary>
    /// Average precision and recall by object keypoint similarity (OKS; Ronchi and Perona 2017, as in COCO's
    /// evaluation).
    /// </summary>
    public required AveragePrecision Oks { get; init; }

    /// <summary>
    /// Average precision and recall with another similarity than OKS: the share of an instance's nodes closer than a
    /// threshold, averaged over <see cref="EvaluationOptions.PckThresholds"/>.
    /// </summary>
    public required AveragePrecision Pck { get; init; }

    /// <summary>
    /// Mean OKS of the true instances with their partners, 0 to 1, where a missed one counts as 0; under
    /// <see cref="EvaluationRules.SleapNN"/> the mean over pairs. NaN without an instance to count.
    /// </summary>
    public required double MeanOks { get; init; }

    /// <summary>The share of nodes closer than each of <see cref="EvaluationOptions.PckThresholds"/>.</summary>
    public required PckCurve PckCurve { get; init; }

    /// <summary>Which nodes of paired instances are predicted, at any distance.</summary>
    public required VisibilityMetrics Visibility { get; init; }

    /// <summary>Which instances are found, by their centroids only.</summary>
    public required CentroidMetrics Centroids { get; init; }

    /// <summary>
    /// Whether paired instances have the right name (their track's); null when the labels and the predictions have no
    /// name in common.
    /// </summary>
    public required IdentityMetrics? Identities { get; init; }

    /// <summary>
    /// How well tracks are followed, whatever their names; null when the labels or the predictions have no tracks.
    /// </summary>
    public required TrackMetrics? Tracks { get; init; }

    /// <summary>The comparison of each frame, in the order of the labels or of the view's rows.</summary>
    public required ImmutableArray<FrameError> PerFrame { get; init; }

    /// <summary>Mean distance of found points in pixels; NaN when nothing was found.</summary>
    public double MeanError => All.Mean;

    /// <summary>Root of the mean squared distance of found points in pixels; NaN when nothing was found.</summary>
    public double Rmse => All.Rmse;

    /// <summary>The errors by the distance in time from the frames that the model was trained on.</summary>
    /// <param name="trained">
    /// The training frames: the video as <see cref="FrameError.Video"/> names it, and the zero-based frame number.
    /// </param>
    public SeparationErrors BySeparation(IEnumerable<(string Video, int FrameIndex)> trained)
    {
        ArgumentNullException.ThrowIfNull(trained);
        return SeparationErrors.Of(PerFrame, trained);
    }

    /// <summary>All figures but those of single frames, as a JSON object; what is not a number is null.</summary>
    public JsonObject ToJson() => MetricsJson.Of(this);

    /// <summary>The figures as text for a terminal, with a table of the nodes.</summary>
    public string ToTable() => MetricsText.Of(this);

    /// <summary>The metrics in one line.</summary>
    public override string ToString()
    {
        var leftOut = MetricsText.LeftOut(NodesOnlyTrue, NodesOnlyPredicted);
        return string.Create(
                CultureInfo.InvariantCulture,
                $"{All.Found}/{All.Visible} points found in {Frames} frames, mean {All.Mean:0.00} px, RMSE "
                    + $"{All.Rmse:0.00}, p50 {All.P50:0.00}, p90 {All.P90:0.00}, p95 {All.P95:0.00}, within "
                    + $"{Radius:0.#} px {All.Within:0.0%}, {Missed} missed, {Spurious} spurious"
            ) + (leftOut.Length > 0 ? "; nodes " + leftOut : "");
    }
}
