using System.Numerics;

namespace Sleap.Transforms;

/// <summary>
/// A box along the axes, in pixels; all NaN where there is nothing to enclose. There are two ways to measure boxes: as
/// areas of the plane, and as sets of pixels, where a box from pixel 3 to pixel 5 is 3 wide and not 2. sleap-nn's
/// tracker counts pixels; COCO's evaluation and sleap-nn's filters do not.
/// </summary>
internal readonly record struct Box(double Left, double Top, double Right, double Bottom)
{
    private static readonly Box Nothing = new(double.NaN, double.NaN, double.NaN, double.NaN);

    /// <summary>Width times height; 0 where there is nothing.</summary>
    public double Area => Right >= Left && Bottom >= Top ? (Right - Left) * (Bottom - Top) : 0;

    /// <summary>Number of pixels, those of the border included.</summary>
    public double PixelCount => (Right - Left + 1) * (Bottom - Top + 1);

    /// <summary>The box around the nodes that have both coordinates.</summary>
    /// <param name="points">x and y of each node, NaN = missing.</param>
    public static Box Around<T>(ReadOnlySpan<T> points)
        where T : struct, IBinaryFloatingPointIeee754<T> => Around(points, wholePoints: true);

    /// <summary>
    /// The box around all coordinates: an x counts even where its y is missing. sleap-nn's tracker does so, by
    /// <c>nanmin</c> and <c>nanmax</c> (sleap_nn.tracking.utils).
    /// </summary>
    /// <param name="points">x and y of each node, NaN = missing.</param>
    public static Box AroundCoordinates<T>(ReadOnlySpan<T> points)
        where T : struct, IBinaryFloatingPointIeee754<T> => Around(points, wholePoints: false);

    /// <summary>Intersection over union of two areas, 0 to 1; 0 where they share none.</summary>
    public static double Iou(Box one, Box other)
    {
        var shared = Common(one, other).Area;
        return shared > 0 ? shared / (one.Area + other.Area - shared) : 0;
    }

    /// <summary>Intersection over union of two sets of pixels, 0 to 1; NaN where one encloses nothing.</summary>
    public static double PixelIou(Box one, Box other)
    {
        var shared = CommonPixels(one, other);
        return shared / (one.PixelCount + other.PixelCount - shared);
    }

    /// <summary>Number of pixels that two boxes share, those of the border included.</summary>
    public static double CommonPixels(Box one, Box other)
    {
        var common = Common(one, other);
        return Math.Max(0, common.Right - common.Left + 1) * Math.Max(0, common.Bottom - common.Top + 1);
    }

    private static Box Common(Box one, Box other) =>
        new(
            Math.Max(one.Left, other.Left),
            Math.Max(one.Top, other.Top),
            Math.Min(one.Right, other.Right),
            Math.Min(one.Bottom, other.Bottom)
        );

    private static Box Around<T>(ReadOnlySpan<T> points, bool wholePoints)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var (left, top) = (double.PositiveInfinity, double.PositiveInfinity);
        var (right, bottom) = (double.NegativeInfinity, double.NegativeInfinity);
        for (var i = 0; i + 1 < points.Length; i += 2)
        {
            double x = double.CreateChecked(points[i]),
                y = double.CreateChecked(points[i + 1]);
            if (wholePoints && (double.IsNaN(x) || double.IsNaN(y)))
                continue;
            if (!double.IsNaN(x))
                (left, right) = (Math.Min(left, x), Math.Max(right, x));
            if (!double.IsNaN(y))
                (top, bottom) = (Math.Min(top, y), Math.Max(bottom, y));
        }
        return right < left || bottom < top ? Nothing : new Box(left, top, right, bottom);
    }
}
