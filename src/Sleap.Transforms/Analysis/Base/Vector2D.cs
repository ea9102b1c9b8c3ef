namespace Sleap.Transforms;

/// <summary>A position or a displacement in the image plane, in pixels; NaN where it is missing.</summary>
internal readonly record struct Vector2D(double X, double Y)
{
    public static Vector2D Missing => new(double.NaN, double.NaN);

    public bool IsVisible => double.IsFinite(X) && double.IsFinite(Y);

    public double Length => double.Hypot(X, Y);

    /// <summary>Radians in (−π, π] from the x axis; NaN for a displacement without length.</summary>
    public double Direction => X == 0 && Y == 0 ? double.NaN : Math.Atan2(Y, X);

    /// <summary>The position of a node; missing when either coordinate is.</summary>
    public static Vector2D Of(ReadOnlySpan<float> points, int node)
    {
        var position = new Vector2D(points[2 * node], points[(2 * node) + 1]);
        return position.IsVisible ? position : Missing;
    }

    /// <summary>The position of a node, or the mean of the visible nodes for node −1.</summary>
    public static Vector2D NodeOrCentroid(ReadOnlySpan<float> points, int node) =>
        node >= 0 ? Of(points, node) : Centroid(points);

    /// <summary>The mean of the visible nodes.</summary>
    public static Vector2D Centroid(ReadOnlySpan<float> points)
    {
        double x = 0,
            y = 0;
        var visible = 0;
        for (var node = 0; node < points.Length / 2; node++)
        {
            var position = Of(points, node);
            if (!position.IsVisible)
                continue;
            x += position.X;
            y += position.Y;
            visible++;
        }
        return visible == 0 ? Missing : new Vector2D(x / visible, y / visible);
    }

    /// <summary>The turn from one direction to another, the shorter way: radians in (−π, π].</summary>
    public static double Turn(double from, double to)
    {
        var turn = Math.IEEERemainder(to - from, 2 * Math.PI);
        return turn <= -Math.PI ? turn + (2 * Math.PI) : turn;
    }

    public static Vector2D operator -(Vector2D a, Vector2D b) => new(a.X - b.X, a.Y - b.Y);

    public static Vector2D operator *(double factor, Vector2D a) => new(factor * a.X, factor * a.Y);

    /// <summary>Writes the position of a node.</summary>
    public void CopyTo(Span<float> points, int node) =>
        (points[2 * node], points[(2 * node) + 1]) = ((float)X, (float)Y);
}
