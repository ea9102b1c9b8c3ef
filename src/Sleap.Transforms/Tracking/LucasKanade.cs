namespace Sleap.Transforms;

/// <summary>
/// Where points of one image are in the next one: iterative Lucas and Kanade in pyramids (Bouguet 2000, "Pyramidal
/// implementation of the affine Lucas Kanade feature tracker"), with the gradients, thresholds and stopping rules of
/// OpenCV's <c>calcOpticalFlowPyrLK</c>, in single precision and without its rounding to fixed point.
/// </summary>
internal static class LucasKanade
{
    private const int MaxSteps = 30;
    private const double SmallestStep = 0.01;

    // OpenCV's default minEigThreshold of 1e-4 in its units, in which gradients are 32 times as large and sums are
    // divided by 2²⁰.
    private const double SmallestEigenvalue = 1e-4 * (1 << 20) / (32 * 32);

    /// <summary>
    /// The points moved; NaN where there is nothing to follow, where they left the image, and where they were NaN.
    /// </summary>
    /// <param name="from">The image that the points are in.</param>
    /// <param name="to">The image to find them in, of the same size.</param>
    /// <param name="points">x and y of each, in pixels of the images as they were given.</param>
    /// <param name="scale">What the images were scaled by.</param>
    /// <param name="side">Pixels of the window's side.</param>
    public static double[] Follow(FlowImage from, FlowImage to, IReadOnlyList<double> points, double scale, int side)
    {
        var moved = new double[points.Count];
        var patch = new Patch(side);
        for (var i = 0; i < moved.Length; i += 2)
        {
            var found =
                double.IsNaN(points[i]) || double.IsNaN(points[i + 1])
                    ? null
                    : Follow(from, to, points[i] * scale, points[i + 1] * scale, patch);
            (moved[i], moved[i + 1]) = found is { } place
                ? (place.X / scale, place.Y / scale)
                : (double.NaN, double.NaN);
        }
        return moved;
    }

    private static (double X, double Y)? Follow(FlowImage from, FlowImage to, double x, double y, Patch patch)
    {
        double dx = 0,
            dy = 0;
        for (var level = Math.Min(from.Levels.Count, to.Levels.Count) - 1; level >= 0; level--)
        {
            var share = Math.Pow(0.5, level);
            (dx, dy) = (2 * dx, 2 * dy);
            var found =
                patch.Read(from.Levels[level], x * share, y * share)
                && Step(to.Levels[level], x * share, y * share, ref dx, ref dy, patch);
            // A point that cannot be followed on a coarse level may be followed on a finer one.
            if (!found && level == 0)
                return null;
        }
        return (x + dx, y + dy);
    }

    // Newton's steps until they are small; false where the window leaves the image.
    private static bool Step(FlowImage.Level to, double x, double y, ref double dx, ref double dy, Patch patch)
    {
        var (lastX, lastY) = (0.0, 0.0);
        for (var step = 0; step < MaxSteps; step++)
        {
            if (!patch.Difference(to, x + dx, y + dy, out var stepX, out var stepY))
                return false;
            (dx, dy) = (dx + stepX, dy + stepY);
            if ((stepX * stepX) + (stepY * stepY) <= SmallestStep * SmallestStep)
                break;
            if (step > 0 && Math.Abs(stepX + lastX) < SmallestStep && Math.Abs(stepY + lastY) < SmallestStep)
            {
                // It alternates between two points: the middle is taken.
                (dx, dy) = (dx - (stepX / 2), dy - (stepY / 2));
                break;
            }
            (lastX, lastY) = (stepX, stepY);
        }
        return Patch.Reaches(to, x + dx, y + dy, patch.Side);
    }

    /// <summary>The window around a point: its values and gradients.</summary>
    private sealed class Patch(int side)
    {
        private readonly float[] _values = new float[side * side];
        private readonly float[] _gradientX = new float[side * side];
        private readonly float[] _gradientY = new float[side * side];

        // The window and one more pixel for interpolation, and a border for the gradients.
        private readonly float[] _pixels = new float[(side + 3) * (side + 3)];
        private readonly float[] _slopesX = new float[(side + 1) * (side + 1)];
        private readonly float[] _slopesY = new float[(side + 1) * (side + 1)];
        private double _xx,
            _xy,
            _yy;

        public int Side => side;

        /// <summary>Whether a window around a point overlaps the image.</summary>
        public static bool Reaches(FlowImage.Level image, double x, double y, int side)
        {
            double left = Math.Floor(x - ((side - 1) / 2.0)),
                top = Math.Floor(y - ((side - 1) / 2.0));
            return left >= -side && top >= -side && left < image.Width && top < image.Height;
        }

        /// <summary>
        /// Reads the window around a point; false where the image has no structure in two directions there.
        /// </summary>
        public bool Read(FlowImage.Level image, double x, double y)
        {
            if (!Reaches(image, x, y, side))
                return false;
            Span<float> weights = stackalloc float[4];
            var (left, top) = Corner(x, y, weights);
            image.Copy(top - 1, left - 1, side + 3, _pixels);
            Slopes(image, top, left);
            (_xx, _xy, _yy) = (0, 0, 0);
            for (int row = 0, i = 0; row < side; row++)
            {
                for (var column = 0; column < side; column++, i++)
                {
                    _values[i] = Interpolate(_pixels, side + 3, row + 1, column + 1, weights);
                    float gx = Interpolate(_slopesX, side + 1, row, column, weights),
                        gy = Interpolate(_slopesY, side + 1, row, column, weights);
                    (_gradientX[i], _gradientY[i]) = (gx, gy);
                    _xx += gx * gx;
                    _xy += gx * gy;
                    _yy += gy * gy;
                }
            }
            var smallest = (_xx + _yy - Math.Sqrt(((_xx - _yy) * (_xx - _yy)) + (4 * _xy * _xy))) / (2.0 * side * side);
            return smallest >= SmallestEigenvalue;
        }

        /// <summary>
        /// The step that makes the window around a point of another image most similar to what was read; false outside
        /// of the image.
        /// </summary>
        public bool Difference(FlowImage.Level image, double x, double y, out double stepX, out double stepY)
        {
            (stepX, stepY) = (0, 0);
            if (!Reaches(image, x, y, side))
                return false;
            Span<float> weights = stackalloc float[4];
            var (left, top) = Corner(x, y, weights);
            image.Copy(top, left, side + 1, _pixels);
            double bx = 0,
                by = 0;
            for (int row = 0, i = 0; row < side; row++)
            {
                for (var column = 0; column < side; column++, i++)
                {
                    var difference = Interpolate(_pixels, side + 1, row, column, weights) - _values[i];
                    bx += difference * _gradientX[i];
                    by += difference * _gradientY[i];
                }
            }
            var determinant = (_xx * _yy) - (_xy * _xy);
            (stepX, stepY) = (((_xy * by) - (_yy * bx)) / determinant, ((_xy * bx) - (_xx * by)) / determinant);
            return true;
        }

        // Scharr's filters at each pixel, divided so that a slope of 1 gives 1. Beyond the image's border there is no
        // gradient.
        private void Slopes(FlowImage.Level image, int top, int left)
        {
            var width = side + 3;
            for (int row = 0, i = 0; row <= side; row++)
            {
                for (var column = 0; column <= side; column++, i++)
                {
                    var inside = (uint)(top + row) < (uint)image.Height && (uint)(left + column) < (uint)image.Width;
                    ReadOnlySpan<float> above = _pixels.AsSpan((row * width) + column, 3),
                        here = _pixels.AsSpan(((row + 1) * width) + column, 3),
                        below = _pixels.AsSpan(((row + 2) * width) + column, 3);
                    _slopesX[i] = inside
                        ? ((3 * (above[2] - above[0])) + (10 * (here[2] - here[0])) + (3 * (below[2] - below[0]))) / 32
                        : 0;
                    _slopesY[i] = inside
                        ? ((3 * (below[0] - above[0])) + (10 * (below[1] - above[1])) + (3 * (below[2] - above[2])))
                            / 32
                        : 0;
                }
            }
        }

        private (int Left, int Top) Corner(double x, double y, Span<float> weights)
        {
            double left = x - ((side - 1) / 2.0),
                top = y - ((side - 1) / 2.0);
            var (column, row) = ((int)Math.Floor(left), (int)Math.Floor(top));
            var (right, down) = ((float)(left - column), (float)(top - row));
            (weights[0], weights[1], weights[2], weights[3]) = (
                (1 - down) * (1 - right),
                (1 - down) * right,
                down * (1 - right),
                down * right
            );
            return (column, row);
        }

        private static float Interpolate(float[] block, int width, int row, int column, ReadOnlySpan<float> weights)
        {
            var at = (row * width) + column;
            return (weights[0] * block[at])
                + (weights[1] * block[at + 1])
                + (weights[2] * block[at + width])
                + (weights[3] * block[at + width + 1]);
        }
    }
}
