using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// Finds the cells of maps that are higher than their eight neighbours. Equal neighbours that together fit into 2×2
/// cells, also diagonal ones, are one peak at their mean; a larger plateau is none. Beyond the map everything is lower.
/// </summary>
internal static class LocalPeakFinder
{
    // The neighbourhood that decides: rows -1 to 2 and columns -2 to 2 around a plateau's first cell in reading order.
    private const int Rows = 4,
        Columns = 5;

    /// <param name="maps">(B, N, h, w), float.</param>
    /// <param name="threshold">Peaks above this value are kept.</param>
    /// <returns>Places (P, 2) in cells, whole but for plateaus, and value, sample and channel of each (P).</returns>
    public static (Tensor Points, Tensor Values, Tensor Samples, Tensor Channels) Find(Tensor maps, float threshold)
    {
        var highest = maps.eq(functional.max_pool2d(maps, 3, 1, 1)).logical_and(maps.gt(threshold)); // (B, N, h, w)
        // (C, 4): sample, row, column, channel
        var cells = highest.permute(0, 2, 3, 1).nonzero();
        Tensor sample = cells.select(1, 0),
            y = cells.select(1, 1),
            x = cells.select(1, 2),
            channel = cells.select(1, 3);
        var window = Window(maps, sample, channel, x, y); // (C, 4, 5)
        var value = window.select(1, 1).select(1, 2); // (C)
        var equal = window.eq(value.unsqueeze(-1).unsqueeze(-1)); // (C, 4, 5)
        // (C, 4, 5): the plateau
        var members = Members(equal);
        // (P)
        var kept = IsFirst(equal)
            .logical_and(IsAlone(window.ge(value.unsqueeze(-1).unsqueeze(-1)), members))
            .nonzero()
            .squeeze(-1);

        var plateau = members.index_select(0, kept).to(ScalarType.Float32); // (P, 4, 5)
        var size = plateau.sum(1, 2); // (P)
        Tensor across = arange(-2, 3, ScalarType.Float32, maps.device),
            down = arange(-1, 3, ScalarType.Float32, maps.device);
        var px = x.index_select(0, kept) + (plateau * across).sum(1, 2) / size;
        var py = y.index_select(0, kept) + (plateau * down.unsqueeze(-1)).sum(1, 2) / size;
        return (
            stack(new[] { px, py }, -1),
            value.index_select(0, kept),
            sample.index_select(0, kept),
            channel.index_select(0, kept)
        );
    }

    // The values around cells, minus infinity beyond the map. (C, 4, 5)
    private static Tensor Window(Tensor maps, Tensor sample, Tensor channel, Tensor x, Tensor y)
    {
        var columns = x.unsqueeze(-1) + arange(-2, 3, ScalarType.Int64, maps.device); // (C, 5)
        var rows = y.unsqueeze(-1) + arange(-1, 3, ScalarType.Int64, maps.device); // (C, 4)
        var inside = rows.ge(0)
            .logical_and(rows.lt(maps.size(2)))
            .unsqueeze(-1)
            .logical_and(columns.ge(0).logical_and(columns.lt(maps.size(3))).unsqueeze(-2)); // (C, 4, 5)
        return PeakPatch
            .Cut(maps, sample, channel, columns, rows)
            .masked_fill(inside.logical_not(), float.NegativeInfinity);
    }

    // The cell itself and those of equal value among the next one, and the three below.
    private static Tensor Members(Tensor equal)
    {
        var near = zeros(new long[] { Rows, Columns }, ScalarType.Bool, equal.device);
        using (
            Tensor two = near.narrow(0, 1, 1).narrow(1, 2, 2),
                three = near.narrow(0, 2, 1).narrow(1, 1, 3)
        )
        {
            two.fill_(true);
            three.fill_(true);
        }

        return equal.logical_and(near);
    }

    // No equal cell before it in reading order: the others of a plateau are not counted again. None is higher, as the
    // pooling said.
    private static Tensor IsFirst(Tensor equal) =>
        equal
            .narrow(1, 0, 1)
            .narrow(2, 1, 3)
            .flatten(1)
            .any(1, false)
            .logical_or(equal.select(1, 1).select(1, 1))
            .logical_not();

    // The plateau is at most two cells wide, and no cell beside it is as high or higher.
    private static Tensor IsAlone(Tensor high, Tensor members)
    {
        var left = members.select(1, 2).select(1, 1);
        var right = members.narrow(2, 3, 1).flatten(1).any(1, false);
        var beside = functional
            .max_pool2d(members.to(ScalarType.Float32).unsqueeze(1), 3, 1, 1)
            .squeeze(1)
            .gt(0)
            .logical_and(members.logical_not());
        return left.logical_and(right).logical_or(beside.logical_and(high).flatten(1).any(1, false)).logical_not();
    }
}
