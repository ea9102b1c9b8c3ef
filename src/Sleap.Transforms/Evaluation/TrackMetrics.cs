using System.Collections.Immutable;

namespace Sleap.Transforms;

/// <summary>
/// How well predicted tracks follow the true ones: the CLEAR MOT figures (Bernardin and Stiefelhagen 2008), the
/// identity figures (Ristani et al. 2016) and HOTA (Luiten et al., IJCV 2020), computed as TrackEval does, with object
/// keypoint similarity (OKS) as the similarity of a true and a predicted instance.
/// </summary>
/// <remarks>
/// True instances without a track are left out, and so are predictions that are theirs. A predicted instance without a
/// track, and a second one of the same track in a frame, counts as a track of its own of one frame. Tracks of different
/// videos are different tracks.
/// </remarks>
public sealed record TrackMetrics
{
    /// <summary>True instances with a track.</summary>
    public required int TrueDetections { get; init; }

    /// <summary>Predicted instances that count.</summary>
    public required int PredictedDetections { get; init; }

    /// <summary>True tracks.</summary>
    public required int TrueTracks { get; init; }

    /// <summary>Predicted tracks.</summary>
    public required int PredictedTracks { get; init; }

    /// <summary>True instances paired with a prediction.</summary>
    public required int TruePositives { get; init; }

    /// <summary>How often a true track is paired with another predicted track than the time before.</summary>
    public required int Switches { get; init; }

    /// <summary>How often a true track is paired again after frames in which it was not.</summary>
    public required int Fragmentations { get; init; }

    /// <summary>True tracks paired in more than 80 % of their frames.</summary>
    public required int MostlyTracked { get; init; }

    /// <summary>True tracks paired in 20 % to 80 % of their frames.</summary>
    public required int PartlyTracked { get; init; }

    /// <summary>True tracks paired in less than 20 % of their frames.</summary>
    public required int MostlyLost { get; init; }

    /// <summary>Mean similarity of the pairs; 0 without one.</summary>
    public required double MOTP { get; init; }

    /// <summary>
    /// Pairs that agree when each true track is given at most one predicted track, so that there are as many as can be.
    /// </summary>
    public required int IdentityTruePositives { get; init; }

    /// <summary>Mean over true tracks of the share of frames in which they are paired.</summary>
    public required double Coverage { get; init; }

    /// <summary>Share of the pairs that belong to the true track which their predicted track follows most.</summary>
    public required double Purity { get; init; }

    /// <summary>The similarities at which HOTA is computed: 0.05, 0.10, … 0.95.</summary>
    public required ImmutableArray<double> Alphas { get; init; }

    /// <summary>HOTA at each.</summary>
    public required ImmutableArray<double> HOTAs { get; init; }

    /// <summary>Detection accuracy at each.</summary>
    public required ImmutableArray<double> DetAs { get; init; }

    /// <summary>Association accuracy at each.</summary>
    public required ImmutableArray<double> AssAs { get; init; }

    /// <summary>Mean similarity of the pairs at each.</summary>
    public required ImmutableArray<double> LocAs { get; init; }

    /// <summary>True instances without a prediction.</summary>
    public int FalseNegatives => TrueDetections - TruePositives;

    /// <summary>Predictions that are no true instance's.</summary>
    public int FalsePositives => PredictedDetections - TruePositives;

    /// <summary>1 − (misses + false alarms + switches) / true instances; can be below 0.</summary>
    public double MOTA => (double)(TruePositives - FalsePositives - Switches) / Math.Max(1, TrueDetections);

    /// <summary>The same without switches.</summary>
    public double MODA => (double)(TruePositives - FalsePositives) / Math.Max(1, TrueDetections);

    /// <summary>Identity F1: harmonic mean of <see cref="IDP"/> and <see cref="IDR"/>.</summary>
    public double IDF1 => 2.0 * IdentityTruePositives / Math.Max(1, TrueDetections + PredictedDetections);

    /// <summary>Identity precision: share of predicted instances with the identity of their true track.</summary>
    public double IDP => (double)IdentityTruePositives / Math.Max(1, PredictedDetections);

    /// <summary>Identity recall: share of true instances with the identity of their predicted track.</summary>
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
