using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Rules about points and instances that the checks and the fixes of labels share.</summary>
internal static class InstanceRules
{
    /// <summary>Whether a point has a position that can be used.</summary>
    public static bool IsVisible(Point point) => !point.IsMissing && !IsNonFinite(point);

    /// <summary>
    /// Whether a visible point has an infinite coordinate or only one coordinate; a point without any is missing.
    /// </summary>
    public static bool IsNonFinite(Point point) =>
        point.Visible
        && !(double.IsFinite(point.X) && double.IsFinite(point.Y))
        && !(double.IsNaN(point.X) && double.IsNaN(point.Y));

    public static bool IsEmpty(Instance instance) => !instance.Points.Any(IsVisible);

    /// <summary>
    /// Whether two instances of a frame, both labeled or both predicted, lie on each other: half of their nodes are in
    /// both, on average at most half a pixel or 2 percent of the instance's diagonal apart.
    /// </summary>
    public static bool IsNearlySame(Instance one, Instance other)
    {
        if (one.IsPredicted != other.IsPredicted || !one.Skeleton.Equals(other.Skeleton))
            return false;
        var (first, second) = (one.Points, other.Points);
        int common = 0,
            larger = Math.Max(first.Count(IsVisible), second.Count(IsVisible));
        double sum = 0,
            left = double.PositiveInfinity,
            top = double.PositiveInfinity,
            right = double.NegativeInfinity,
            bottom = double.NegativeInfinity;
        for (var node = 0; node < first.Length; node++)
        {
            if (!IsVisible(first[node]) || !IsVisible(second[node]))
                continue;
            common++;
            sum += double.Hypot(first[node].X - second[node].X, first[node].Y - second[node].Y);
            (left, right) = (Math.Min(left, first[node].X), Math.Max(right, first[node].X));
            (top, bottom) = (Math.Min(top, first[node].Y), Math.Max(bottom, first[node].Y));
        }
        return common > 0
            && 2 * common >= larger
            && sum / common <= Math.Max(0.5, 0.02 * double.Hypot(right - left, bottom - top));
    }
}
