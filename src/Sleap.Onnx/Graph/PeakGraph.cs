using static Onnx.TensorProto.Types;

namespace Sleap.MLNet;

/// <summary>
/// Finds peaks of confidence maps inside a graph, by the rules of <see cref="ConfidenceMap"/>: the same cells, the same
/// plateaus and the same refinement.
/// </summary>
/// <param name="maps">(B, N, h, w). B images, N nodes.</param>
/// <param name="nodes">N</param>
/// <param name="options">Threshold, refinement and stride.</param>
internal sealed class PeakGraph(OnnxValue maps, int nodes, NetworkOptions options)
{
    // As in PeakPatch and ConfidenceMap.
    private const int Side = 5;
    private const double MaxOffset = 1,
        MinCurvature = 1e-4;
    private readonly OnnxGraph _graph = maps.Graph;
    private readonly OnnxValue _flat = maps.Reshape(-1),
        _height = maps.Size(2),
        _width = maps.Size(3),
        _cells = maps.Size(2) * maps.Size(3);

    /// <summary>The highest peak of each map.</summary>
    /// <returns>x and y in pixels of the network's input (B, N, 2), NaN below the threshold; values (B, N), 0 below
    /// it.</returns>
    public (OnnxValue Points, OnnxValue Values) Highest()
    {
        var flat = maps.Reshape(-1, _cells); // (P, cells), P = B · N
        var value = flat.Largest(1); // (P)
        var cell = _graph.Call("ArgMax", DataType.Int64, [flat], ("axis", 1), ("keepdims", 0)); // the first one
        OnnxValue x = cell % _width,
            y = cell / _width;
        var points = x.Unsqueeze(1).Concat(1, y.Unsqueeze(1)).As(DataType.Float); // (P, 2)
        if (options.Refinement != PeakRefinement.None)
            points += Offsets(value.Shape().Range(), x, y);
        var isLow = value < options.PeakThreshold;
        points = _graph.Scalar(float.NaN, DataType.Float).Where(isLow.Unsqueeze(1), points * options.HeadStride);
        value = _graph.Scalar(0, DataType.Float).Where(isLow, value);
        return (points.Reshape(-1, nodes, 2), value.Reshape(-1, nodes));
    }

    /// <summary>The highest local peaks of each map.</summary>
    /// <param name="count">Peaks of a map, K.</param>
    /// <returns>Highest first: x and y in pixels of the network's input (B, N, K, 2), values (B, N, K), both 0 where
    /// there is no peak, and whether there is one (B, N, K).</returns>
    public (OnnxValue Points, OnnxValue Values, OnnxValue Mask) Local(int count)
    {
        // Cells (4, C) that no neighbor exceeds. The first one is no candidate: no list is empty, and what has no peak
        // refers to it.
        var isHigh = maps.Is(maps.MaxPool(3, 1, 1)) & (maps > options.PeakThreshold);
        var found = _graph.Call("NonZero", DataType.Int64, [isHigh]);
        found = _graph.Constant(new long[4], 4, 1).Concat(1, found);
        OnnxValue plane = found.At(0, 0) * nodes + found.At(1, 0), // (C)
            y = found.At(2, 0),
            x = found.At(3, 0);
        var (points, values, isPeak) = Plateaus(plane, x, y);
        var number = plane.Shape().Range(); // (C)
        isPeak &= number > 0;
        if (options.Refinement != PeakRefinement.None)
        {
            points = points.Floor();
            points += Offsets(plane, points.At(0, 1).As(DataType.Int64), points.At(1, 1).As(DataType.Int64));
        }

        // A map of the peaks' values, and one of their numbers, with one cell more for the first one.
        var total = _flat.Size(0);
        var place = (plane * _cells + y * _width + x).Where(number > 0, total);
        var heights = Scattered(place, values.Where(isPeak, float.NegativeInfinity), float.NegativeInfinity, total);
        var numbers = Scattered(place, number, 0L, total);
        // (P, K)
        var (highest, cell) = WithRoom(heights, float.NegativeInfinity, count).Top(_graph.Vector((long)count));
        number = _graph.Call("GatherElements", DataType.Int64, [WithRoom(numbers, 0L, count), cell], ("axis", 1));
        var mask = highest > float.NegativeInfinity;
        points = (points * options.HeadStride).Gather(number).Where(mask.Unsqueeze(2), 0); // (P, K, 2)
        return (
            points.Reshape(-1, nodes, count, 2),
            highest.Where(mask, 0).Reshape(-1, nodes, count),
            mask.Reshape(-1, nodes, count)
        );
    }

    // As LocalPeakFinder: equal neighbors that fit into 2×2 cells are one peak at their mean. Points (C, 2) in cells,
    // values and whether each is a peak (C).
    private (OnnxValue Points, OnnxValue Values, OnnxValue IsPeak) Plateaus(OnnxValue plane, OnnxValue x, OnnxValue y)
    {
        var (window, isInside) = Patch(plane, x, y, [-2, -1, 0, 1, 2], [-1, 0, 1, 2]); // (C, 4, 5)
        window = window.Where(isInside, float.NegativeInfinity);
        var value = window.At(1, 1).At(2, 1); // (C)
        OnnxValue level = value.Unsqueeze(1, 2),
            equal = window.Is(level);
        // The cell itself, and the equal ones among the next cell and the three below.
        bool[] near = [.. Enumerable.Range(0, 20).Select(i => i is 7 or 8 or 11 or 12 or 13)];
        var members = equal & _graph.Constant(near, 4, 5);
        var isFirst = !(equal.Slice(0, 1, 1).Slice(1, 4, 2).Any(1, 2) | equal.At(1, 1).At(1, 1));
        OnnxValue left = members.At(2, 1).At(1, 1),
            right = members.Slice(3, 4, 2).Any(1, 2);
        var around = members.As(DataType.Float).Unsqueeze(1).MaxPool(3, 1, 1).Squeeze(1) > 0;
        var isAlone = !((left & right) | (around & !members & (window >= level)).Any(1, 2));
        var weights = members.As(DataType.Float);
        var size = weights.Sum(1, 2);
        OnnxValue across = (weights * _graph.Vector(-2f, -1, 0, 1, 2)).Sum(1, 2) / size,
            down = (weights * _graph.Constant([-1f, 0, 1, 2], 4, 1)).Sum(1, 2) / size;
        var points = (x.As(DataType.Float) + across).Unsqueeze(1).Concat(1, (y.As(DataType.Float) + down).Unsqueeze(1));
        return (points, value, isFirst & isAlone);
    }

    // As PeakPatch: offsets (P, 2) of peaks from their cells.
    private OnnxValue Offsets(OnnxValue plane, OnnxValue x, OnnxValue y)
    {
        long[] steps = [-2, -1, 0, 1, 2];
        var (patch, isInside) = Patch(plane, x, y, steps, steps); // (P, 5, 5)
        patch = patch.Where(isInside, 0);
        OnnxValue across = _graph.Vector(-2f, -1, 0, 1, 2),
            down = _graph.Constant([-2f, -1, 0, 1, 2], Side, 1),
            mass = patch.Sum(1, 2);
        OnnxValue offsetX = (patch * across).Sum(1, 2) / mass,
            offsetY = (patch * down).Sum(1, 2) / mass;
        if (options.Refinement == PeakRefinement.Gaussian)
        {
            var (fitX, isMaximumX) = Parabola(patch.Sum(1), Inside(x, _width));
            var (fitY, isMaximumY) = Parabola(patch.Sum(2), Inside(y, _height));
            var fits = isMaximumX & isMaximumY;
            (offsetX, offsetY) = (fitX.Where(fits, offsetX), fitY.Where(fits, offsetY));
        }

        return offsetX.Unsqueeze(1).Concat(1, offsetY.Unsqueeze(1));
    }

    // Weighted least squares of the logarithm, in double precision.
    private (OnnxValue Offset, OnnxValue IsMaximum) Parabola(OnnxValue profile, OnnxValue isInside)
    {
        var v = profile.As(DataType.Double).Max(1e-9).Min(1e9);
        var w = (v * v).Where(isInside, 0);
        var t = _graph.Vector(-2.0, -1, 0, 1, 2);
        OnnxValue wl = w * v.Do("Log"),
            t2 = t * t;
        OnnxValue s0 = w.Sum(1),
            s1 = (w * t).Sum(1),
            s2 = (w * t2).Sum(1),
            s3 = (w * t2 * t).Sum(1),
            s4 = (w * t2 * t2).Sum(1),
            r0 = wl.Sum(1),
            r1 = (wl * t).Sum(1),
            r2 = (wl * t2).Sum(1);
        var determinant = s0 * (s2 * s4 - s3 * s3) - s1 * (s1 * s4 - s2 * s3) + s2 * (s1 * s3 - s2 * s2);
        var b = s0 * (r1 * s4 - r2 * s3) - r0 * (s1 * s4 - s2 * s3) + s2 * (s1 * r2 - s2 * r1);
        var c = s0 * (s2 * r2 - s3 * r1) - s1 * (s1 * r2 - s2 * r1) + r0 * (s1 * s3 - s2 * s2);
        var offset = b / c * -0.5;
        return (offset.As(DataType.Float), (c < determinant * -MinCurvature) & (offset.Abs() <= MaxOffset));
    }

    // Values at some columns and rows around cells, (P, rows, columns), and which of them are inside the map; outside,
    // they are taken from its border.
    private (OnnxValue Values, OnnxValue IsInside) Patch(
        OnnxValue plane,
        OnnxValue x,
        OnnxValue y,
        long[] columns,
        long[] rows
    )
    {
        OnnxValue column = x.Unsqueeze(1) + _graph.Vector(columns), // (P, columns)
            row = y.Unsqueeze(1) + _graph.Vector(rows); // (P, rows)
        var isInside = ((row >= 0) & (row < _height)).Unsqueeze(2) & ((column >= 0) & (column < _width)).Unsqueeze(1);
        var line = plane.Unsqueeze(1) * _height + ImageGraph.Inside(row, _height);
        var cell = line.Unsqueeze(2) * _width + ImageGraph.Inside(column, _width).Unsqueeze(1);
        return (_flat.Gather(cell), isInside);
    }

    // (P, 5)
    private OnnxValue Inside(OnnxValue places, OnnxValue size)
    {
        var near = places.Unsqueeze(1) + _graph.Vector<long>(-2, -1, 0, 1, 2);
        return (near >= 0) & (near < size);
    }

    // A map (P, cells) of one value with other ones at some places.
    private OnnxValue Scattered<T>(OnnxValue places, OnnxValue values, T elsewhere, OnnxValue total)
        where T : unmanaged
    {
        var map = _graph.Vector(elsewhere).Expand(total + 1);
        map = _graph.Call("ScatterElements", values.Type, [map, places, values], ("axis", 0));
        return map.Slice(_graph.Vector(0L), total, 0).Reshape(-1, _cells);
    }

    // With more cells at the end of each row, so that the highest K exist on the smallest map.
    private OnnxValue WithRoom<T>(OnnxValue map, T elsewhere, int count)
        where T : unmanaged => map.Concat(1, _graph.Vector(elsewhere).Expand(map.Size(0), count));
}
