namespace Sleap.Transforms;

/// <summary>
/// How similar two instances are: higher is more similar, NaN is unknown. Formulas as in sleap-nn 0.3.5,
/// sleap_nn.tracking.
/// </summary>
internal static class TrackSimilarity
{
    // numpy.spacing(1), which sleap-nn adds to an area so that none is 0.
    private const double Epsilon = 2.220446049250313e-16;

    /// <summary>Similarity of two features, see <see cref="TrackedInstance.Feature"/>.</summary>
    /// <param name="current">That of an instance of the new frame.</param>
    /// <param name="area">Its <see cref="Area"/>, which is the same for all candidates.</param>
    /// <param name="candidate">That of an instance of a track.</param>
    /// <param name="options">How they are compared.</param>
    public static double Of(double[] current, double area, double[] candidate, TrackingOptions options) =>
        options.Scoring switch
        {
            TrackScoring.Oks => Oks(current, area, candidate, options.OksStandardDeviation, OksNodes.First),
            TrackScoring.WeightedOks => Oks(current, area, candidate, options.OksStandardDeviation, OksNodes.All),
            TrackScoring.Iou => Box.PixelIou(BoxOf(current), BoxOf(candidate)),
            _ => -KeypointSimilarity.EuclideanDistance(current, candidate),
        };

    /// <summary>Reduces several similarities to one. Unknown ones are left out; NaN when all are unknown.</summary>
    public static double Reduce(List<double> scores, TrackingOptions options)
    {
        scores.RemoveAll(double.IsNaN);
        if (scores.Count == 0)
            return double.NaN;
        if (options.Reduction == ScoreReduction.Mean)
            return scores.Sum() / scores.Count;
        if (options.Reduction == ScoreReduction.Max)
            return scores.Max();
        scores.Sort();
        var place = options.RobustQuantile * (scores.Count - 1);
        var below = (int)place;
        return scores[below] + ((place - below) * (scores[Math.Min(below + 1, scores.Count - 1)] - scores[below]));
    }

    /// <summary>Area of the box around the coordinates of a feature, above 0, by which OKS scales distances.</summary>
    public static double Area(double[] feature) => Box.AroundCoordinates<double>(feature).Area + Epsilon;

    private static double Oks(double[] current, double area, double[] candidate, double deviation, OksNodes nodes) =>
        KeypointSimilarity.Oks<double>(current, candidate, [KeypointSimilarity.Variance(deviation)], area, nodes);

    private static Box BoxOf(double[] feature) => new(feature[0], feature[1], feature[2], feature[3]);
}

/// <summary>Pairs instances (rows) with tracks (columns) by cost; infinite costs are taken last.</summary>
internal static class TrackMatcher
{
    /// <summary>For each row its column, or −1.</summary>
    public static int[] Match(double[,] cost, TrackMatching method) =>
        method == TrackMatching.Greedy ? Greedy(cost) : Hungarian(cost);

    private static int[] Hungarian(double[,] cost)
    {
        double largest = 0;
        var anyFinite = false;
        foreach (var value in cost)
        {
            if (double.IsFinite(value))
                (largest, anyFinite) = (Math.Max(largest, Math.Abs(value)), true);
        }
        // More than any sum of the other costs, so that such a pair is made only when no other is left.
        var fill = anyFinite ? (10 * largest) + 1 : 1e6;
        var filled = (double[,])cost.Clone();
        for (var row = 0; row < filled.GetLength(0); row++)
        {
            for (var column = 0; column < filled.GetLength(1); column++)
            {
                if (!double.IsFinite(filled[row, column]))
                    filled[row, column] = fill;
            }
        }

        return Assignment.Solve(filled);
    }

    private static int[] Greedy(double[,] cost)
    {
        int rows = cost.GetLength(0),
            columns = cost.GetLength(1);
        var result = new int[rows];
        Array.Fill(result, -1);
        var taken = new bool[columns];
        // OrderBy is stable: equal costs go by row, then column.
        foreach (var pair in Enumerable.Range(0, rows * columns).OrderBy(pair => cost[pair / columns, pair % columns]))
        {
            int row = pair / columns,
                column = pair % columns;
            if (result[row] >= 0 || taken[column])
                continue;
            result[row] = column;
            taken[column] = true;
        }
        return result;
    }
}
