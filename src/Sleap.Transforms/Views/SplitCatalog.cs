using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>
/// Splits frames into training and test sets. Both keep all columns, images included, and the order of rows.
/// </summary>
public static class SplitCatalog
{
    /// <summary>Splits at random by a fraction; the same seed always gives the same rows.</summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Rows to split, at least two.</param>
    /// <param name="testFraction">The fraction of test rows, between 0 and 1; it is rounded to whole rows, at least one
    /// in each set.</param>
    /// <param name="seed">Seed of the random numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is not between 0 and 1.</exception>
    /// <exception cref="ArgumentException">There are fewer than two rows.</exception>
    public static (IDataView TrainSet, IDataView TestSet) Split(
        this PoseCatalog pose,
        IDataView view,
        double testFraction = 0.2,
        int seed = 0
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(view);
        if (!(testFraction is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(testFraction),
                testFraction,
                "The share of test rows lies between 0 and 1."
            );
        }

        List<DataViewRowId> ids = [.. RowIds(view)];
        if (ids.Count < 2)
            throw new ArgumentException($"A split needs at least 2 rows, and the view has {ids.Count}.", nameof(view));
        int[] drawn = [.. Enumerable.Range(0, ids.Count)];
        // Random with a seed is the same algorithm on every machine and in every later version of .NET.
        new Random(seed).Shuffle(drawn);
        var isTest = new bool[ids.Count];
        foreach (var row in drawn.AsSpan(0, Math.Clamp((int)Math.Round(ids.Count * testFraction), 1, ids.Count - 1)))
            isTest[row] = true;
        return Divide(view, ids, isTest);
    }

    /// <summary>Splits by video and frame number, for instance whole videos or parts of one.</summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Rows to split.</param>
    /// <param name="isTest">From the video (as in the Video column) and the frame number: whether the row is a test
    /// row.</param>
    /// <param name="columns">The names of the columns; null for the defaults.</param>
    /// <returns>The rows that are no test rows, and the test rows; either can be empty. All rows of the view are read
    /// once, without their images.</returns>
    /// <exception cref="ArgumentException">The Video column is no text, or the FrameIndex column no Int32.</exception>
    public static (IDataView TrainSet, IDataView TestSet) Split(
        this PoseCatalog pose,
        IDataView view,
        Func<string, int, bool> isTest,
        PoseColumnOptions? columns = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(isTest);
        List<DataViewRowId> ids = [];
        List<bool> held = [];
        var frames = FrameColumns.Bind(view.Schema, (columns ?? new PoseColumnOptions()).Checked(), "Split");
        using var cursor = view.GetRowCursor(frames.Columns);
        var getId = cursor.GetIdGetter();
        var frame = frames.Open(cursor);
        DataViewRowId id = default;
        while (cursor.MoveNext())
        {
            getId(ref id);
            ids.Add(id);
            (var video, var index) = frame();
            held.Add(isTest(video, index));
        }
        return Divide(view, ids, [.. held]);
    }

    /// <summary>
    /// Splits by frame number: test frames are those whose number modulo <paramref name="every"/> is
    /// <paramref name="remainder"/>.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Rows to split.</param>
    /// <param name="every">The divisor, at least 2.</param>
    /// <param name="remainder">The remainder, from 0 to <paramref name="every"/> − 1.</param>
    /// <param name="columns">The names of the columns; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">The divisor or the remainder is out of range.</exception>
    public static (IDataView TrainSet, IDataView TestSet) SplitEvery(
        this PoseCatalog pose,
        IDataView view,
        int every,
        int remainder,
        PoseColumnOptions? columns = null
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(every, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(remainder);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(remainder, every);
        return pose.Split(view, (_, frame) => frame % every == remainder, columns);
    }

    private static (IDataView TrainSet, IDataView TestSet) Divide(
        IDataView view,
        List<DataViewRowId> ids,
        bool[] isTest
    ) =>
        (
            IRowSubset.Of(view, ids.Where((_, row) => !isTest[row]).ToHashSet()),
            IRowSubset.Of(view, ids.Where((_, row) => isTest[row]).ToHashSet())
        );

    private static IEnumerable<DataViewRowId> RowIds(IDataView view)
    {
        using var cursor = view.GetRowCursor([]);
        var getter = cursor.GetIdGetter();
        DataViewRowId id = default;
        while (cursor.MoveNext())
        {
            getter(ref id);
            yield return id;
        }
    }
}
