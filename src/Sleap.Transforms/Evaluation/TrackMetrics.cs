using System.Collections.Immutable;

namespace Sleap.Transforms;

/// <summary>
/// How well predicted tracks follow the true ones: the CLEAR MOT figures (Bernardin and Stiefelhagen 2008), the
/// identity figures (Ristani et al. 2016) and HOTA (Luiten et al., IJCV 2020), computed as TrackEval does, with object
/// keypoint similarity (OKS) as the similarity of a true and a predicted instance.
/// </summary>
/// <remarks>
/// True instances without a track are left out, and so is a second one of the same track in a frame, together with the
/// predictions that are most similar to one of these. A predicted instance without a track, and a second one of the
/// same track in a frame, counts as a track of its own of one frame. Tracks of different videos are different tracks.
/// Pairs are made at <see cref="EvaluationOptions.TrackOks"/> or more, those of HOTA at each of <see cref="Alphas"/>.
/// </remarks>
public sealed record TrackMetrics
{
    /// <summary>Number of true instances with a track.</summary>
    public required int TrueDetections { get; init; }

    /// <summary>Number of predicted instances, without those that are left out (see the remarks).</summary>
    public required int PredictedDetections { get; init; }

    /// <summary>Number of true tracks.</summary>
    public required int TrueTracks { get; init; }

    /// <summary>Number of predicted tracks.</summary>
    public required int PredictedTracks { get; init; }

    /// <summary>Number of true instances that are paired with a prediction.</summary>
    public required int TruePositives { get; init; }

    /// <summary>How often a true track is paired with another predicted track than the time before.</summary>
    public required int Switches { get; init; }

    /// <summary>How often a true track is paired again after frames in which it was not.</summary>
    public required int Fragmentations { get; init; }

    /// <summary>True tracks paired in more than 80 % of their frames.</summary>
    public required int MostlyTracked { get; init; }

    /// <summary>True tracks paired in 20 % to 80 % of their frames, both included.</summary>
    public required int PartlyTracked { get; init; }

    /// <summary>True tracks paired in less than 20 % of their frames.</summary>
    public required int MostlyLost { get; init; }

    /// <summary>Multiple object tracking precision: mean similarity of the pairs, 0 to 1; 0 without a pair.</summary>
    public required double MOTP { get; init; }

    /// <summary>
    /// Number of pairs when each true track is matched with at most one predicted track over all frames, so that there
    /// are as many pairs as possible.
    /// </summary>
    public required int IdentityTruePositives { get; init; }

    /// <summary>Mean over true tracks of the share of their frames in which they are paired, 0 to 1.</summary>
    public required double Coverage { get; init; }

    /// <summary>
    /// Share of the pairs whose true track is the one that their predicted track is paired with most, 0 to 1; NaN
    /// without a pair.
    /// </summary>
    public required double Purity { get; init; }

    /// <summary>The similarities at which HOTA is computed: 0.05, 0.10, … 0.95.</summary>
    public required ImmutableArray<double> Alphas { get; init; }

    /// <summary>Higher order tracking accuracy at each of <see cref="Alphas"/>, 0 to 1.</summary>
    public required ImmutableArray<double> HOTAs { get; init; }

    /// <summary>Detection accuracy at each of <see cref="Alphas"/>, 0 to 1.</summary>
    public required ImmutableArray<double> DetAs { get; init; }

    /// <summary>Association accuracy at each of <see cref="Alphas"/>, 0 to 1.</summary>
    public required ImmutableArray<double> AssAs { get; init; }

    /// <summary>
    /// Localization accuracy at each of <see cref="Alphas"/>, 0 to 1: the mean similarity of the pairs; 1 without a
    /// pair.
    /// </summary>
    public required ImmutableArray<double> LocAs { get; init; }

    /// <summary>True instances that are paired with no prediction.</summary>
    public int FalseNegatives => TrueDetections - TruePositives;

    /// <summary>Predictions that are paired with no true instance.</summary>
    public int FalsePositives => PredictedDetections - TruePositives;

    /// <summary>
    /// Multiple object tracking accuracy: 1 − (<see cref="FalseNegatives"/> + <see cref="FalsePositives"/> +
    /// <see cref="Switches"/>) / <see cref="TrueDetections"/>; at most 1, and can be below 0.
    /// </summary>
    public double MOTA => (double)(TruePositives - FalsePositives - Switches) / Math.Max(1, TrueDetections);

    /// <summary>Multiple object detection accuracy: <see cref="MOTA"/> without the switches.</summary>
    public double MODA => (double)(TruePositives - FalsePositives) / Math.Max(1, TrueDetections);

    /// <summary>Identity F1, 0 to 1: harmonic mean of <see cref="IDP"/> and <see cref="IDR"/>.</summary>
    public double IDF1 => 2.0 * IdentityTruePositives / Math.Max(1, TrueDetections + PredictedDetections);

    /// <summary>
    /// Identity precision, 0 to 1: <see cref="IdentityTruePositives"/> as a share of the predicted instances.
    /// </summary>
    public double IDP => (double)IdentityTruePositives / Math.Max(1, PredictedDetections);

    /// <summary>
    /// Identity recall, 0 to 1: <see cref="IdentityTruePositives"/> as a share of the true instances.
    /// </summary>
    public double IDR => (double)IdentityTruePositives / Math.Max(1, TrueDetections);

    /// <summary>Higher order tracking accuracy: mean of <see cref="HOTAs"/>.</summary>
    public double HOTA => HOTAs.Average();

    /// <summary>Detection accuracy, mean over the similarities.</summary>
    public double DetA => DetAs.Average();

    /// <summary>Association accuracy, mean over the similarities.</summary>
    public double AssA => AssAs.Average();

    /// <summary>Localization accuracy, mean over the similarities.</summary>
    public double LocA => LocAs.Average();
}
