using System.Collections.Immutable;
using System.Globalization;

namespace Sleap.Transforms;

/// <summary>How well predicted poses agree with labels.</summary>
/// <remarks>
/// In each frame, true and predicted animals are paired so that the sum of mean distances over shared nodes is least (Hungarian method).
/// True animals without a partner are missed, predicted ones spurious. This is the measure of SLEAP-NN's own evaluation on pixel distances,
/// without a limit on the distance of a pair.
/// </remarks>
public sealed record PoseMetrics
{
    /// <summary>Frames compared.</summary>
    public required int Frames { get; init; }

    /// <summary>True animals.</summary>
    public required int Instances { get; init; }

    /// <summary>Predicted animals.</summary>
    public required int Predicted { get; init; }

    /// <summary>True animals without a partner.</summary>
    public required int Missed { get; init; }

    /// <summary>Predicted animals without a partner.</summary>
    public required int Spurious { get; init; }

    /// <summary>The radius of <see cref="ErrorSummary.Within"/>, in pixels.</summary>
    public required double Radius { get; init; }

    /// <summary>Distances over all nodes.</summary>
    public required ErrorSummary All { get; init; }

    /// <summary>Distances by node, in the order of the skeleton.</summary>
    public required ImmutableArray<NodeError> Nodes { get; init; }

    /// <summary>Share of paired animals whose predicted track has the name of the true one; NaN when no pair has both.</summary>
    public required double TrackAccuracy { get; init; }

    /// <summary>Mean distance of found points in pixels.</summary>
    public double MeanError => All.Mean;

    /// <summary>Root of the mean squared distance of found points in pixels.</summary>
    public double Rmse => All.Rmse;

    /// <summary>The figures in one line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{All.Found}/{All.Visible} points found in {Frames} frames, mean {All.Mean:0.00} px, RMSE {All.Rmse:0.00}, p50 {All.P50:0.00}, p90 {All.P90:0.00}, p95 {All.P95:0.00}, within {Radius:0.#} px {All.Within:0.0%}, {Missed} missed, {Spurious} spurious");
}
