using System.Runtime.InteropServices;

namespace Sleap.Transforms;

/// <summary>
/// Pairs rows with columns so that the sum of costs is smallest (the Hungarian method by shortest augmenting paths:
/// Jonker and Volgenant 1987, in the rectangular form of Crouse 2016). Each row and column is paired at most once; all
/// of the smaller side are paired.
/// </summary>
/// <remarks>
/// Of pairings with the same sum the result is that of scipy's <c>linear_sum_assignment</c>, because costs are often
/// equal by design (a limit, or a large number for infinity): free columns come before taken ones, and a constant
/// matrix gives the identity.
/// </remarks>
internal static class Assignment
{
    /// <summary>For each row the column it is paired with, or −1.</summary>
    /// <param name="cost">Costs, rows × columns; finite.</param>
    public static int[] Solve(double[,] cost)
    {
        int rows = cost.GetLength(0),
            columns = cost.GetLength(1);
        if (rows <= columns)
            return new Search(cost).Run();
        var transposed = new double[columns, rows];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
                transposed[column, row] = cost[row, column];
        }

        var rowOfColumn = new Search(transposed).Run();
        var result = new int[rows];
        Array.Fill(result, -1);
        for (var column = 0; column < columns; column++)
            result[rowOfColumn[column]] = column;
        return result;
    }

    /// <summary>
    /// The assignment of no more rows than columns. Rows are added one by one, each along its shortest augmenting path.
    /// </summary>
    private sealed class Search(double[,] cost)
    {
        private readonly int _rows = cost.GetLength(0),
            _columns = cost.GetLength(1);
        private readonly double[] _rowPotential = new double[cost.GetLength(0)],
            _columnPotential = new double[cost.GetLength(1)];
        private readonly int[] _columnOf = Filled(cost.GetLength(0)),
            _rowOf = Filled(cost.GetLength(1));
        private readonly double[] _shortest = new double[cost.GetLength(1)];
        private readonly int[] _before = new int[cost.GetLength(1)]; // the row from which each column is reached
        private readonly int[] _remaining = new int[cost.GetLength(1)]; // columns that are not in the tree
        private readonly bool[] _rowReached = new bool[cost.GetLength(0)],
            _columnReached = new bool[cost.GetLength(1)];

        public int[] Run()
        {
            for (var row = 0; row < _rows; row++)
            {
                (var sink, var length) = Grow(row);
                UpdatePotentials(row, length);
                Augment(row, sink);
            }
            return _columnOf;
        }

        /// <summary>Grows the tree of shortest paths from a row until it reaches a free column.</summary>
        private (int Sink, double Length) Grow(int from)
        {
            Array.Fill(_shortest, double.PositiveInfinity);
            Array.Clear(_rowReached);
            Array.Clear(_columnReached);
            var left = _columns;
            for (var i = 0; i < left; i++)
                _remaining[i] = left - 1 - i;
            (var row, var length) = (from, 0.0);
            while (true)
            {
                _rowReached[row] = true;
                var costs = MemoryMarshal.CreateReadOnlySpan(ref cost[row, 0], _columns);
                (var nearest, var least) = (-1, double.PositiveInfinity);
                for (var i = 0; i < left; i++)
                {
                    var to = _remaining[i];
                    var reduced = length + costs[to] - _rowPotential[row] - _columnPotential[to];
                    if (reduced < _shortest[to])
                        (_shortest[to], _before[to]) = (reduced, row);
                    if (_shortest[to] < least || (_shortest[to] == least && _rowOf[to] < 0))
                        (least, nearest) = (_shortest[to], i);
                }
                if (nearest < 0)
                    throw new ArgumentException("A cost is not a finite number.", nameof(cost));
                (length, var column) = (least, _remaining[nearest]);
                _columnReached[column] = true;
                _remaining[nearest] = _remaining[--left];
                if (_rowOf[column] < 0)
                    return (column, length);
                row = _rowOf[column];
            }
        }

        private void UpdatePotentials(int from, double length)
        {
            _rowPotential[from] += length;
            for (var row = 0; row < _rows; row++)
            {
                if (_rowReached[row] && row != from)
                    _rowPotential[row] += length - _shortest[_columnOf[row]];
            }

            for (var column = 0; column < _columns; column++)
            {
                if (_columnReached[column])
                    _columnPotential[column] -= length - _shortest[column];
            }
        }

        private void Augment(int from, int sink)
        {
            for (int column = sink, row = -1; row != from; )
            {
                row = _before[column];
                _rowOf[column] = row;
                (_columnOf[row], column) = (column, _columnOf[row]);
            }
        }

        private static int[] Filled(int count)
        {
            var values = new int[count];
            Array.Fill(values, -1);
            return values;
        }
    }
}
