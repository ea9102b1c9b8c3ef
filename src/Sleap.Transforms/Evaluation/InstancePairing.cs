namespace Sleap.Transforms;

/// <summary>Pairs the true and the predicted instances of a frame.</summary>
internal static class InstancePairing
{
    // The cost of a pair without a shared node; such pairs are dropped after the assignment.
    private const double NoSharedNode = 1e6;

    /// <summary>
    /// The predicted instance of each true one, or −1: the pairing with the smallest sum of mean distances over shared
    /// nodes.
    /// </summary>
    public static int[] ByDistance(InstanceArray truth, InstanceArray predicted)
    {
        if (truth.Count == 0 || predicted.Count == 0)
            return [.. truth.Select(_ => -1)];
        var cost = new double[truth.Count, predicted.Count];
        for (var t = 0; t < truth.Count; t++)
        {
            for (var p = 0; p < predicted.Count; p++)
            {
                var distance = KeypointSimilarity.MeanDistance(truth[t].Points, predicted[p].Points);
                cost[t, p] = double.IsNaN(distance) ? NoSharedNode : distance;
            }
        }

        var partners = Assignment.Solve(cost);
        for (var t = 0; t < truth.Count; t++)
        {
            if (partners[t] >= 0 && cost[t, partners[t]] >= NoSharedNode)
                partners[t] = -1;
        }

        return partners;
    }

    /// <summary>
    /// The predicted instance of each true one, or −1: by falling score, each prediction takes the most similar true
    /// instance that is free, if it is above a similarity.
    /// </summary>
    /// <param name="scores">Scores of the predictions.</param>
    /// <param name="similarity">True × predicted.</param>
    /// <param name="above">The similarity that a pair must exceed.</param>
    public static int[] ByScore(IReadOnlyList<float> scores, double[,] similarity, double above)
    {
        int[] partners = [.. Enumerable.Repeat(-1, similarity.GetLength(0))];
        foreach (var prediction in RankedMatches.ByScore(scores))
        {
            var best = -1;
            for (var t = 0; t < partners.Length; t++)
            {
                if (
                    partners[t] < 0
                    && similarity[t, prediction] > above
                    && (best < 0 || similarity[t, prediction] > similarity[best, prediction])
                )
                {
                    best = t;
                }
            }

            if (best >= 0)
                partners[best] = prediction;
        }
        return partners;
    }
}
