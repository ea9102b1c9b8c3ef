namespace Sleap.IO;

/// <summary>
/// Where one node of one animal is, in pixels of the full frame. Pixel centres are whole numbers: (0, 0) is the centre
/// of the top left pixel.
/// </summary>
/// <param name="X">Pixels to the right; NaN when missing.</param>
/// <param name="Y">Pixels down; NaN when missing.</param>
/// <param name="Visible">False when the node was marked as not seen; coordinates may be stored all the same.</param>
/// <param name="Complete">The labeler's "done" mark; false for predictions.</param>
/// <param name="Score">Confidence of a predicted point, usually in 0..1; NaN for points a person set.</param>
public readonly record struct Point(double X, double Y, bool Visible, bool Complete, float Score)
{
    /// <summary>A point that is not there: NaN coordinates, not visible, no score.</summary>
    public static Point Missing { get; } = new(double.NaN, double.NaN, false, false, float.NaN);

    /// <summary>A visible point as a person sets it, without a score.</summary>
    /// <param name="x">Pixels to the right.</param>
    /// <param name="y">Pixels down.</param>
    public Point(double x, double y)
        : this(x, y, true, false, float.NaN) { }

    /// <summary>Whether the point counts as missing: not visible, or without coordinates.</summary>
    public bool IsMissing => !Visible || double.IsNaN(X) || double.IsNaN(Y);
}
