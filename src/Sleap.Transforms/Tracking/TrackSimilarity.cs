namespace Sleap.Transforms;

/// <summary>
/// How alike two animals are: higher is more alike, NaN is unknown. Formulas as in sleap-nn's tracker.
/// </summary>
internal static class PoseSimilarity
{
    // numpy.spacing(1), which keeps an animal without area from dividing by zero.
    private const double Epsilon = 2.220446049250313e-16;

    public static double Of(double[] current, double[] candidate, TrackingOptions options) =>
        options.Scoring switch
        {
            TrackScoring.Oks => Oks(current, candidate, options.OksStandardDeviation, ofAllNodes: false),
            TrackScoring.WeightedOks => Oks(current, candidate, options.OksStandardDeviation, ofAllNodes: true),
            TrackScoring.Iou => Iou(current, candidate),
            _ => -Distance(current, candidate),
        };

    /// <summary>
    /// Object keypoint similarity with the spread of COCO's evaluation: exp(−d² / (2 (2s)² area)), mean over the first
    /// animal's nodes, whose box is the area (Ronchi and Perona 2017), or over all nodes of the skeleton. A node that
    /// the second animal lacks counts 0.
    /// </summary>
    private static double Oks(double[] truth, double[] other, double deviation, bool ofAllNodes)
    {
        double left = double.PositiveInfinity,
            top = left,
            right = double.NegativeInfinity,
            bottom = right;
        for (var i = 0; i < truth.Length; i += 2)
        {
            // A coordinate counts for the box even when the other one is missing.
            if (!double.IsNaN(truth[i]))
                (left, right) = (Math.Min(left, truth[i]), Math.Max(right, truth[i]));
            if (!double.IsNaN(truth[i + 1]))
                (top, bottom) = (Math.Min(top, truth[i + 1]), Math.Max(bottom, truth[i + 1]));
        }
        var spread = 4 * deviation * deviation * 2 * (((right - left) * (bottom - top)) + Epsilon);
        double sum = 0;
        var visible = 0;
        for (var i = 0; i < truth.Length; i += 2)
        {
            if (double.IsNaN(truth[i]) || double.IsNaN(truth[i + 1]))
                continue;
            visible++;
            double dx = truth[i] - other[i],
                dy = truth[i + 1] - other[i + 1];
            var similarity = Math.Exp(-((dx * dx) + (dy * dy)) / spread);
            sum += double.IsNaN(similarity) ? 0 : similarity;
        }
        return visible == 0 ? double.NaN : sum / (ofAllNodes ? truth.Length / 2 : visible);
    }

    /// <summary>Intersection over union of boxes left, top, right, bottom whose border pixels count.</summary>
    public static double Iou(double[] a, double[] b)
    {
        var shared = Intersection(a, b);
        return shared / (Area(a) + Area(b) - shared);
    }

    public static double Intersection(double[] a, double[] b) =>
        Math.Max(0, Math.Min(a[2], b[2]) - Math.Max(a[0], b[0]) + 1)
        * Math.Max(0, Math.Min(a[3], b[3]) - Math.Max(a[1], b[1]) + 1);

    public static double Area(double[] box) => (box[2] - box[0] + 1) * (box[3] - box[1] + 1);

    public static double Distance(double[] a, double[] b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++)
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        return Math.Sqrt(sum);
    }

    /// <summary>One similarity of many, unknown ones left out; NaN when all are.</summary>
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
}

/// <summary>Pairs animals (rows) with tracks (columns) by cost; infinite costs are taken last.</summary>
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
        // Dearer than any sum of the others would save.
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
