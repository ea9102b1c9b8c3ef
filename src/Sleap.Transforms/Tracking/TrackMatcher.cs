namespace Sleap.Transforms;

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
