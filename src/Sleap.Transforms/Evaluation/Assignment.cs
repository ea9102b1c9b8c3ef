namespace Sleap.Transforms;

/// <summary>
/// Pairs rows with columns so that the sum of costs is least (the Hungarian method, in the form with shortest augmenting paths and
/// potentials: Jonker and Volgenant 1987). Each row and column is paired at most once; the smaller side is paired whole.
/// </summary>
internal static class Assignment
{
    /// <summary>For each row the column it is paired with, or −1.</summary>
    /// <param name="cost">Costs, rows × columns; finite.</param>
    public static int[] Solve(double[,] cost)
    {
        int rows = cost.GetLength(0), columns = cost.GetLength(1);
        if (rows <= columns)
            return SolveWide(rows, columns, (row, column) => cost[row, column]);
        int[] rowOfColumn = SolveWide(columns, rows, (row, column) => cost[column, row]);
        var result = new int[rows];
        Array.Fill(result, -1);
        for (int column = 0; column < columns; column++)
            result[rowOfColumn[column]] = column;
        return result;
    }

    // Positions are counted from 1; column 0 holds the row that is being placed.
    private static int[] SolveWide(int rows, int columns, Func<int, int, double> cost)
    {
        var rowPotential = new double[rows + 1];
        var columnPotential = new double[columns + 1];
        var rowOf = new int[columns + 1];
        var before = new int[columns + 1];
        for (int row = 1; row <= rows; row++)
        {
            rowOf[0] = row;
            int free = FindPath(columns, cost, rowPotential, columnPotential, rowOf, before);
            while (free != 0)
            {
                rowOf[free] = rowOf[before[free]];
                free = before[free];
            }
        }
        var result = new int[rows];
        for (int column = 1; column <= columns; column++)
            if (rowOf[column] > 0)
                result[rowOf[column] - 1] = column - 1;
        return result;
    }

    /// <summary>Grows the tree of shortest paths from column 0 until it reaches a free column, which it returns.</summary>
    private static int FindPath(int columns, Func<int, int, double> cost, double[] rowPotential, double[] columnPotential, int[] rowOf, int[] before)
    {
        var shortest = new double[columns + 1];
        Array.Fill(shortest, double.PositiveInfinity);
        var reached = new bool[columns + 1];
        int at = 0;
        do
        {
            reached[at] = true;
            double step = double.PositiveInfinity;
            int next = 0;
            for (int column = 1; column <= columns; column++)
            {
                if (reached[column])
                    continue;
                double reduced = cost(rowOf[at] - 1, column - 1) - rowPotential[rowOf[at]] - columnPotential[column];
                if (reduced < shortest[column])
                    (shortest[column], before[column]) = (reduced, at);
                if (shortest[column] < step)
                    (step, next) = (shortest[column], column);
            }
            for (int column = 0; column <= columns; column++)
            {
                if (reached[column])
                    (rowPotential[rowOf[column]], columnPotential[column]) = (rowPotential[rowOf[column]] + step, columnPotential[column] - step);
                else
                    shortest[column] -= step;
            }
            at = next;
        }
        while (rowOf[at] != 0);
        return at;
    }
}
