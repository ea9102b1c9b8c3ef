using System.Collections.Immutable;
using System.Globalization;

namespace Sleap.Transforms;

/// <summary>How predictions are compared with labels.</summary>
public sealed record EvaluationOptions
{
    /// <summary>
    /// The largest distance in pixels at which a node counts as right in <see cref="ErrorSummary.Within"/>; more than
    /// 0. Default 5.
    /// </summary>
    public double Radius { get; init; } = 5;

    /// <summary>Which rules the metrics follow. Default: every true instance and every prediction counts.</summary>
    public EvaluationRules Rules { get; init; } = EvaluationRules.Standard;

    /// <summary>
    /// The standard deviation of labels that object keypoint similarity (OKS) assumes, more than 0, as a share of the
    /// instance's size (the square root of its area). Default 0.025, the smallest of COCO's (the eyes of people) and
    /// sleap-nn's default; COCO's median is 0.072.
    /// </summary>
    public double OksStddev { get; init; } = 0.025;

    /// <summary>Another spread for some nodes, by name. Default: none.</summary>
    public ImmutableDictionary<string, double> NodeOksStddev { get; init; } = ImmutableDictionary<string, double>.Empty;

    /// <summary>
    /// The area in square pixels that stands for an instance's size in OKS, more than 0. Default null: the box around
    /// its visible true nodes. Where this box has no area, 1 − mean distance / 50 pixels (at least 0) stands for OKS,
    /// as in sleap-nn.
    /// </summary>
    public double? OksScale { get; init; }

    /// <summary>Under <see cref="EvaluationRules.SleapNN"/>, the OKS that a pair must exceed, from 0 to below 1.
    /// Default 0.</summary>
    public double PairOks { get; init; }

    /// <summary>
    /// The OKS that a pair of a true and a predicted instance must reach in the track metrics (HOTA has its own
    /// thresholds); more than 0 and at most 1. Default 0.5.
    /// </summary>
    public double TrackOks { get; init; } = 0.5;

    /// <summary>The distances in pixels of the PCK curve, more than 0 and rising. Default 1, 2, … 10.</summary>
    public ImmutableArray<double> PckThresholds { get; init; } = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

    /// <summary>
    /// The node that is an instance's position in the centroid metrics. Default null, and where it is missing: the mean
    /// of the visible nodes.
    /// </summary>
    public string? CentroidNode { get; init; }

    /// <summary>
    /// The largest distance in pixels at which a predicted centroid counts as the true one; more than 0. Default 50.
    /// </summary>
    public double CentroidRadius { get; init; } = 50;

    /// <summary>
    /// Which instances of the true labels count. Default: those that a person labeled, as in sleap-nn; predictions
    /// beside them are what is to be judged.
    /// </summary>
    public InstanceChoice TrueInstances { get; init; } = InstanceChoice.User;

    /// <summary>
    /// Whether the first video of the true labels is the first of the predicted ones, and so on. Default false: videos
    /// are paired by content and path, and an error names those that could be one of several.
    /// </summary>
    public bool VideosInOrder { get; init; }

    /// <summary>The names of the columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal EvaluationOptions Checked()
    {
        Columns.Checked();
        var faults = new OptionFaults("Evaluation options");
        Positive(nameof(Radius), Radius, "a distance");
        Positive(nameof(CentroidRadius), CentroidRadius, "a distance");
        Positive(nameof(OksStddev), OksStddev, "a spread");
        foreach ((var node, var value) in NodeOksStddev)
            Positive($"{nameof(NodeOksStddev)} of '{node}'", value, "a spread");
        if (OksScale is { } scale)
            Positive(nameof(OksScale), scale, "an area");
        faults
            .Defined(nameof(Rules), Rules)
            .Defined(nameof(TrueInstances), TrueInstances)
            .If(
                !(PairOks is >= 0 and < 1),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{nameof(PairOks)} is {PairOks}, expected 0 or more and less than 1"
                )
            )
            .If(
                !(TrackOks is > 0 and <= 1),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{nameof(TrackOks)} is {TrackOks}, expected more than 0 and at most 1"
                )
            )
            .If(
                PckThresholds.IsDefaultOrEmpty
                    || !PckThresholds.All(t => t > 0 && double.IsFinite(t))
                    || PckThresholds.Zip(PckThresholds.Skip(1)).Any(p => p.First >= p.Second),
                $"{nameof(PckThresholds)} must be distances above 0 that rise"
            )
            .If(CentroidNode == "", $"{nameof(CentroidNode)} is empty, expected a node or null")
            .Throw();
        return this;

        void Positive(string name, double value, string what) =>
            faults.If(
                !(value > 0) || !double.IsFinite(value),
                string.Create(CultureInfo.InvariantCulture, $"{name} is {value}, expected {what} above 0")
            );
    }

    /// <summary>The same, checked against a skeleton: the nodes that are named must be its.</summary>
    internal EvaluationOptions Checked(IO.Skeleton skeleton)
    {
        string[] unknown =
        [
            .. NodeOksStddev.Keys.Append(CentroidNode ?? skeleton.Nodes[0]).Where(node => skeleton.IndexOf(node) < 0),
        ];
        return unknown.Length == 0
            ? this
            : throw new ArgumentException(
                $"Evaluation options: there is no node {string.Join(", ", unknown)}. The "
                    + $"skeleton has {string.Join(", ", skeleton.Nodes)}."
            );
    }
}

/// <summary>Which rules the metrics follow where the field does not agree.</summary>
public enum EvaluationRules
{
    /// <summary>
    /// Every true instance and every prediction counts. Instances are paired for the least sum of distances; average
    /// precision is COCO's (at each threshold predictions take, by falling score, the best free true instance that
    /// reaches it, and a prediction that gets none is a false positive); PCK is over all visible true nodes, so that a
    /// missed instance lowers it; mean OKS counts a missed instance as 0.
    /// </summary>
    Standard,

    /// <summary>
    /// As sleap-nn 0.3.5 computes them, to compare with its metrics: instances are paired once, by falling score, with
    /// the best free true instance; predictions left over and frames that are not in the predicted labels do not count;
    /// PCK and mean OKS are over pairs, and a node that is missing in the labels counts as a miss. False positives do
    /// not lower these metrics.
    /// </summary>
    SleapNN,
}
