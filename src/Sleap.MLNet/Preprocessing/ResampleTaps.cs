namespace Sleap.MLNet;

/// <summary>
/// Which pixels of a line make each pixel of the resized line, and with which weights: a triangle as wide as the larger
/// of the two pixel sizes, which is bilinear interpolation with antialiasing, as Pillow and torchvision have it.
/// Weights are 16-bit fixed point.
/// </summary>
internal sealed class ResampleTaps
{
    /// <summary>
    /// What <see cref="Width"/> is a multiple of where the line is long enough, so that a whole vector can be read.
    /// </summary>
    public const int Lanes = 8;

    public ResampleTaps(int source, int target)
    {
        double step = (double)source / target,
            support = Math.Max(step, 1);
        int needed = (int)Math.Ceiling(support) * 2 + 1,
            whole = (needed + Lanes - 1) / Lanes * Lanes;
        Width = whole <= source ? whole : Math.Min(needed, source);
        First = new int[target];
        var weights = new double[target * Width];
        for (var i = 0; i < target; i++)
        {
            var centre = (i + 0.5) * step;
            int start = Math.Max((int)(centre - support + 0.5), 0),
                end = Math.Min((int)(centre + support + 0.5), source);
            // The last pixels have a whole window too: it starts further left, with weights of zero.
            First[i] = Math.Min(start, source - Width);
            var mine = weights.AsSpan(i * Width, Width);
            double sum = 0;
            for (var x = start; x < end; x++)
                sum += mine[x - First[i]] = Math.Max(0, 1 - Math.Abs((x - centre + 0.5) / support));
            for (var x = 0; x < Width; x++)
                mine[x] /= sum;
        }

        Precision = PrecisionFor(weights.Max());
        Weights = [.. weights.Select(weight => (int)(0.5 + weight * (1 << Precision)))];
    }

    /// <summary>Pixels of the resized line.</summary>
    public int Count => First.Length;

    /// <summary>First source pixel of each.</summary>
    public int[] First { get; }

    /// <summary>Source pixels a pixel, those of weight zero included.</summary>
    public int Width { get; }

    /// <summary>Weights, <see cref="Width"/> a pixel, in units of 1/2^<see cref="Precision"/>.</summary>
    public int[] Weights { get; }

    /// <summary>Binary places of the weights.</summary>
    public int Precision { get; }

    // As many binary places as keep the largest weight within 16 bits.
    private static int PrecisionFor(double largest)
    {
        var precision = 0;
        while (precision < 22 && (int)(0.5 + largest * (1 << (precision + 1))) < 1 << 15)
            precision++;
        return precision;
    }
}
