namespace Sleap.Transforms;

/// <summary>A place in the plane, in pixels; NaN where it is missing.</summary>
internal readonly record struct Place(double X, double Y)
{
    public static Place Missing => new(double.NaN, double.NaN);

    public bool IsVisible => double.IsFinite(X) && double.IsFinite(Y);

    public double Length => double.Hypot(X, Y);

    /// <summary>Radians in (−π, π] from the x axis; NaN for no direction.</summary>
    public double Direction => X == 0 && Y == 0 ? double.NaN : Math.Atan2(Y, X);

    /// <summary>Where a node is; missing when either coordinate is.</summary>
    public static Place Of(ReadOnlySpan<float> points, int node)
    {
        var place = new Place(points[2 * node], points[(2 * node) + 1]);
        return place.IsVisible ? place : Missing;
    }

    /// <summary>A node, or the mean of the visible nodes for node −1.</summary>
    public static Place NodeOrCentroid(ReadOnlySpan<float> points, int node)
    {
        if (node >= 0)
            return Of(points, node);
        double x = 0,
            y = 0;
        var visible = 0;
        for (var other = 0; other < points.Length / 2; other++)
        {
            var place = Of(points, other);
            if (!place.IsVisible)
                continue;
            x += place.X;
            y += place.Y;
            visible++;
        }
        return visible == 0 ? Missing : new Place(x / visible, y / visible);
    }

    public static Place operator -(Place a, Place b) => new(a.X - b.X, a.Y - b.Y);

    public void CopyTo(Span<float> points, int node) =>
        (points[2 * node], points[(2 * node) + 1]) = ((float)X, (float)Y);
}
