namespace Sleap.MLNet;

/// <summary>
/// The head that connects nodes to animals, and how connections are made of it; SLEAP-NN's <c>pafs</c>.
/// </summary>
public sealed record PartAffinityOptions
{
    /// <summary>How far the fields reach beside an edge, in pixels of the network input. Default 15.</summary>
    public float Sigma { get; init; } = 15;

    /// <summary>
    /// Stride of the fields in pixels of the network input; null (default): twice that of the confidence maps.
    /// </summary>
    public int? OutputStride { get; init; }

    /// <summary>
    /// What this head's loss is multiplied by before it is added to that of the confidence maps. Default 0.1: at 1,
    /// SLEAP-NN's default, the network learns fields at the cost of where nodes are. More of it where nodes are right
    /// and yet go to the wrong animal.
    /// </summary>
    public float LossWeight { get; init; } = 0.1f;

    /// <summary>
    /// Longest edge without a penalty, as a share of the largest side of the network input. Default 0.25; SLEAP-NN's
    /// <c>max_edge_length_ratio</c>.
    /// </summary>
    public float MaxEdgeLengthRatio { get; init; } = 0.25f;

    /// <summary>
    /// What the penalty for longer edges is multiplied by. Default 1; SLEAP-NN's <c>dist_penalty_weight</c>.
    /// </summary>
    public float DistancePenaltyWeight { get; init; } = 1;

    /// <summary>Places along a line where the field is read. Default 10; SLEAP-NN's <c>n_points</c>.</summary>
    public int LinePoints { get; init; } = 10;

    /// <summary>Least score of a connection, −1 to 1. Default 0.25; SLEAP-NN's <c>min_line_scores</c>.</summary>
    public float MinLineScore { get; init; } = 0.25f;

    /// <summary>
    /// Least number of found nodes of an animal: a whole number, or below 1 a share of the nodes. Default 0; SLEAP-NN's
    /// <c>min_instance_peaks</c>.
    /// </summary>
    public float MinInstancePeaks { get; init; }

    /// <summary>
    /// How connections become animals. Default <see cref="GroupingRule.StrongestFirst"/>; models of sleap-nn are
    /// grouped as there.
    /// </summary>
    public GroupingRule Grouping { get; init; } = GroupingRule.StrongestFirst;

    internal HeadOptions Head(int edges, int stride) =>
        new PartAffinityHeadOptions
        {
            Edges = edges,
            Sigma = Sigma,
            OutputStride = OutputStride ?? 2 * stride,
            LossWeight = LossWeight,
        };

    internal IEnumerable<string> Faults()
    {
        if (!(MaxEdgeLengthRatio > 0))
            yield return $"PartAffinity.MaxEdgeLengthRatio is {MaxEdgeLengthRatio}; above 0.";
        if (!(DistancePenaltyWeight >= 0))
            yield return $"PartAffinity.DistancePenaltyWeight is {DistancePenaltyWeight}; 0 or more.";
        if (LinePoints < 1)
            yield return $"PartAffinity.LinePoints is {LinePoints}; at least 1.";
        if (MinLineScore is not (>= -1 and <= 1))
            yield return $"PartAffinity.MinLineScore is {MinLineScore}; -1 to 1.";
        if (!Enum.IsDefined(Grouping))
        {
            yield return $"PartAffinity.Grouping is {(int)Grouping}, which is none of "
                + $"{string.Join(", ", Enum.GetNames<GroupingRule>())}.";
        }

        if (!(MinInstancePeaks >= 0))
            yield return $"PartAffinity.MinInstancePeaks is {MinInstancePeaks}; 0 or more.";
    }
}
