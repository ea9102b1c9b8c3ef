namespace Sleap.Transforms;

/// <summary>Which predicted animal is which true one, within a frame.</summary>
internal static class AnimalPairing
{
    // Stands for "no shared node": such a pair is undone after the assignment.
    private const double NoSharedNode = 1e6;

    /// <summary>
    /// For each true animal the predicted one (or −1), so that the sum of mean distances over shared nodes is least.
    /// </summary>
    public static int[] ByDistance(IReadOnlyList<PoseInstance> truth, IReadOnlyList<PoseInstance> predicted)
    {
        if (truth.Count == 0 || predicted.Count == 0)
            return [.. truth.Select(_ => -1)];
        var cost = new double[truth.Count, predicted.Count];
        for (var t = 0; t < truth.Count; t++)
        {
            for (var p = 0; p < predicted.Count; p++)
                cost[t, p] = MeanDistance(truth[t], predicted[p]);
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
    /// For each true animal the predicted one (or −1): predictions choose by falling score, each the most similar free
    /// true animal above a similarity.
    /// </summary>
    public static int[] ByScore(IReadOnlyList<PoseInstance> predicted, double[,] similarity, double above)
    {
        int[] partners = [.. Enumerable.Repeat(-1, similarity.GetLength(0))];
        foreach (var prediction in RankedMatches.ByScore(predicted))
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

    private static double MeanDistance(PoseInstance a, PoseInstance b)
    {
        double sum = 0;
        var shared = 0;
        for (var node = 0; node < a.Points.Length / 2; node++)
        {
            if (!a.IsVisible(node) || !b.IsVisible(node))
                continue;
            sum += KeypointSimilarity.Distance(a, b, node);
            shared++;
        }
        return shared == 0 ? NoSharedNode : sum / shared;
    }
}
