namespace Sleap.Transforms;

/// <summary>Options of <see cref="AnalysisCatalog.Interpolate"/>: which gaps are filled, and how.</summary>
public sealed record InterpolationOptions : AnalysisOptions
{
    /// <summary>The method. Default: linear.</summary>
    public InterpolationMethod Method { get; init; } = InterpolationMethod.Linear;

    /// <summary>
    /// The longest gap that is filled, in frames without the point, 1 to 10000; nothing of a longer one is filled.
    /// Frames without a row count too. Default 5.
    /// </summary>
    public int MaxGap { get; init; } = 5;

    /// <summary>
    /// Output: the keypoints, those that are not filled as they were. Null (default) replaces the input column.
    /// </summary>
    public string? OutputColumn { get; init; }

    internal override string Component => "Interpolate";

    internal override int RowsBehind => RowsAhead;

    // To the end of the gap, and from there to the next point, which may lie behind another gap.
    internal override int RowsAhead => Method == InterpolationMethod.Linear ? MaxGap : (2 * MaxGap) + 1;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(string inputColumn, InstanceColumn? input) =>
        [new(OutputColumn ?? inputColumn, OutputKind.AsInput)];

    internal override AnalysisComputation CreateComputation(InstanceColumn input) => new InterpolationComputation(this);

    private protected override void AddFaults(OptionFaults faults) =>
        faults
            .Defined(nameof(Method), Method)
            .AtLeast(nameof(MaxGap), MaxGap, 1)
            .If(MaxGap > 10_000, $"{nameof(MaxGap)} is {MaxGap}, expected at most 10000: twice as many rows are held")
            .OutputName(OutputColumn);
}

/// <summary>
/// How a gap is filled. <see cref="Cubic"/> and <see cref="Pchip"/> use one more point on each side, unless a gap
/// longer than <see cref="InterpolationOptions.MaxGap"/> lies between; without any such point they are linear.
/// </summary>
public enum InterpolationMethod
{
    /// <summary>A straight line from one side of the gap to the other.</summary>
    Linear,

    /// <summary>
    /// A cubic whose slope at each side of the gap is that of the parabola through this point and its two neighbors (a
    /// Bessel spline; with equal steps a Catmull–Rom spline). It is smooth and may go beyond the two sides.
    /// </summary>
    Cubic,

    /// <summary>
    /// A monotone cubic (Fritsch and Butland 1984, as SciPy's PchipInterpolator): smooth, never beyond the two sides.
    /// </summary>
    Pchip,
}

/// <summary>
/// Fills gaps from the nearest points on both sides, and from one more on each side for the slopes. A longer gap ends a
/// piece of the track: points beyond it are not used, so that the window has a limit.
/// </summary>
internal sealed class InterpolationComputation(InterpolationOptions options) : AnalysisComputation
{
    public override void Compute(AnalysisWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        row.Values.CopyTo(outputs[0], 0);
        for (var instance = 0; instance < row.Count; instance++)
        {
            ReadOnlySpan<int> found = default;
            for (var node = 0; node < row.Width / 2; node++)
            {
                if (Vector2D.Of(row.ValuesOf(instance), node).IsVisible)
                    continue;
                if (found.IsEmpty)
                    found = window.Follow(instance);
                Fill(window, found, node).CopyTo(outputs[0].AsSpan(instance * row.Width, row.Width), node);
            }
        }
    }

    private Vector2D Fill(AnalysisWindow window, ReadOnlySpan<int> found, int node)
    {
        if (
            Next(window, found, node, window.Current, -1) is not { } left
            || Next(window, found, node, window.Current, 1) is not { } right
            || right.Frame - left.Frame - 1 > options.MaxGap
        )
        {
            return Vector2D.Missing;
        }
        Knot? before = null,
            after = null;
        if (options.Method != InterpolationMethod.Linear)
        {
            before = Within(Next(window, found, node, left.Row, -1), left);
            after = Within(Next(window, found, node, right.Row, 1), right);
        }
        double frame = window.Row.FrameIndex;
        return new Vector2D(
            Value(frame, before, left, right, after, position => position.X),
            Value(frame, before, left, right, after, position => position.Y)
        );
    }

    private Knot? Within(Knot? knot, Knot side) =>
        knot is { } found && Math.Abs((long)found.Frame - side.Frame) - 1 <= options.MaxGap ? found : null;

    private double Value(
        double frame,
        Knot? before,
        Knot left,
        Knot right,
        Knot? after,
        Func<Vector2D, double> coordinate
    )
    {
        double length = right.Frame - left.Frame,
            t = (frame - left.Frame) / length;
        double from = coordinate(left.Position),
            to = coordinate(right.Position),
            slope = (to - from) / length;
        if (options.Method == InterpolationMethod.Linear || (before is null && after is null))
            return from + (t * (to - from));
        (double Length, double Slope)? previous = before is { } b
            ? (left.Frame - b.Frame, (from - coordinate(b.Position)) / (left.Frame - b.Frame))
            : null;
        (double Length, double Slope)? next = after is { } a
            ? (a.Frame - right.Frame, (coordinate(a.Position) - to) / (a.Frame - right.Frame))
            : null;
        double atLeft = Slope(previous, (length, slope), next),
            atRight = Slope(next, (length, slope), previous);
        var u = 1 - t;
        return (from * u * u * (1 + (2 * t)))
            + (to * t * t * (3 - (2 * t)))
            + (length * t * u * ((atLeft * u) - (atRight * t)));
    }

    // The slope at the side between `outer` and `inner`; without an outer neighbor, from `inner` and the interval
    // beyond it.
    private double Slope(
        (double Length, double Slope)? outer,
        (double Length, double Slope) inner,
        (double Length, double Slope)? beyond
    ) =>
        options.Method switch
        {
            InterpolationMethod.Cubic => outer is { } o
                ? ((inner.Length * o.Slope) + (o.Length * inner.Slope)) / (o.Length + inner.Length)
                : EndSlope(inner, beyond!.Value),
            _ => outer is { } o ? HarmonicSlope(o, inner) : LimitedEndSlope(inner, beyond!.Value),
        };

    private static double EndSlope((double Length, double Slope) end, (double Length, double Slope) next) =>
        ((((2 * end.Length) + next.Length) * end.Slope) - (end.Length * next.Slope)) / (end.Length + next.Length);

    private static double HarmonicSlope((double Length, double Slope) outer, (double Length, double Slope) inner)
    {
        if (outer.Slope * inner.Slope <= 0)
            return 0;
        double ofOuter = outer.Length + (2 * inner.Length),
            ofInner = (2 * outer.Length) + inner.Length;
        return (ofOuter + ofInner) / ((ofOuter / outer.Slope) + (ofInner / inner.Slope));
    }

    private static double LimitedEndSlope((double Length, double Slope) end, (double Length, double Slope) next)
    {
        var slope = EndSlope(end, next);
        if (Math.Sign(slope) != Math.Sign(end.Slope))
            return 0;
        return Math.Sign(end.Slope) != Math.Sign(next.Slope) && Math.Abs(slope) > 3 * Math.Abs(end.Slope)
            ? 3 * end.Slope
            : slope;
    }

    /// <summary>The nearest point before or after a row; null where there is none in the window.</summary>
    private static Knot? Next(AnalysisWindow window, ReadOnlySpan<int> found, int node, int start, int step)
    {
        for (var row = start + step; row >= 0 && row < window.Rows.Count; row += step)
        {
            if (found[row] < 0)
                continue;
            var other = window.Rows[row];
            var position = Vector2D.Of(other.ValuesOf(found[row]), node);
            if (position.IsVisible)
                return new Knot(row, other.FrameIndex, position);
        }
        return null;
    }

    private readonly record struct Knot(int Row, int Frame, Vector2D Position);
}
