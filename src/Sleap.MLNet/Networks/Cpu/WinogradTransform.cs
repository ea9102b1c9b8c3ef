using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sleap.MLNet;

/// <summary>
/// The transforms of Winograd's minimal filtering F(4×4, 3×3): of a 6×6 patch of the input, of a 3×3 filter, and from
/// the 36 products to 4×4 pixels of the output, for eight channels at once. They need 36 multiplications a channel
/// instead of 144.
/// </summary>
/// <remarks>
/// Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016 (arXiv:1509.09308), with the points 0, ±√½,
/// ±√2 and ∞ instead of 0, ±1, ±2 and ∞: the intermediate numbers have similar magnitudes, and the rounding error is
/// about twice that of the plain sum.
/// </remarks>
[SkipLocalsInit]
internal static unsafe class WinogradTransform
{
    /// <summary>Side of a tile of the output.</summary>
    public const int Side = 4;

    /// <summary>Side of the patch of the input that a tile depends on.</summary>
    public const int Patch = 6;

    /// <summary>Products a channel; as many as a patch has pixels.</summary>
    public const int Points = Patch * Patch;

    /// <summary>Channels that are computed at once.</summary>
    public const int Lanes = 8;

    // The points are 0, ±P, ±Q and ∞, and P·Q = 1.
    public const float P = 0.707106781f,
        Q = 1.414213562f,
        P2 = 0.5f,
        Q2 = 2f,
        P3 = P * P2,
        Q3 = Q * Q2;
    private const float FilterP = -2f / 3f,
        FilterQ = 1f / 6f; // 1 / (2P²(P² - Q²)), 1 / (2Q²(Q² - P²))

    /// <summary>Transforms a patch of the input to its 36 factors.</summary>
    /// <param name="patch">The eight channels of the upper left pixel.</param>
    /// <param name="row">Floats from row to row.</param>
    /// <param name="pixel">Floats from pixel to pixel.</param>
    /// <param name="factors">Gets the first factor.</param>
    /// <param name="stride">Floats from factor to factor.</param>
    public static void Input(float* patch, nint row, nint pixel, float* factors, nint stride)
    {
        var half = stackalloc float[Points * Lanes];
        for (var x = 0; x < Patch; x++)
        {
            var from = patch + x * pixel;
            InputLine(
                Vector256.Load(from),
                Vector256.Load(from + row),
                Vector256.Load(from + 2 * row),
                Vector256.Load(from + 3 * row),
                Vector256.Load(from + 4 * row),
                Vector256.Load(from + 5 * row),
                half + x * Lanes,
                Patch * Lanes
            );
        }

        for (var y = 0; y < Patch; y++)
        {
            var from = half + y * Patch * Lanes;
            InputLine(
                Vector256.Load(from),
                Vector256.Load(from + Lanes),
                Vector256.Load(from + 2 * Lanes),
                Vector256.Load(from + 3 * Lanes),
                Vector256.Load(from + 4 * Lanes),
                Vector256.Load(from + 5 * Lanes),
                factors + y * Patch * stride,
                stride
            );
        }
    }

    /// <summary>Transforms a filter of eight outputs to its 36 factors.</summary>
    /// <param name="filter">The eight outputs of the upper left place.</param>
    /// <param name="place">Floats from place to place of the filter, of which there are nine, row by row.</param>
    /// <param name="factors">Gets the first factor.</param>
    /// <param name="stride">Floats from factor to factor.</param>
    public static void Filter(float* filter, nint place, float* factors, nint stride)
    {
        var half = stackalloc float[Patch * 3 * Lanes];
        for (var x = 0; x < 3; x++)
        {
            FilterLine(
                Vector256.Load(filter + x * place),
                Vector256.Load(filter + (3 + x) * place),
                Vector256.Load(filter + (6 + x) * place),
                half + x * Lanes,
                3 * Lanes
            );
        }

        for (var y = 0; y < Patch; y++)
        {
            var from = half + y * 3 * Lanes;
            FilterLine(
                Vector256.Load(from),
                Vector256.Load(from + Lanes),
                Vector256.Load(from + 2 * Lanes),
                factors + y * Patch * stride,
                stride
            );
        }
    }

    /// <summary>Transforms 36 sums of products to a tile of the output.</summary>
    /// <param name="sums">The first of them, eight channels.</param>
    /// <param name="stride">Floats from sum to sum.</param>
    /// <param name="bias">Added to every pixel.</param>
    /// <param name="least">Lower limit of the output; NaN stays NaN.</param>
    /// <param name="tile">Gets the tile.</param>
    public static void Output(
        float* sums,
        nint stride,
        Vector256<float> bias,
        Vector256<float> least,
        in OutputTile tile
    )
    {
        var half = stackalloc float[Side * Patch * Lanes];
        for (var x = 0; x < Patch; x++)
        {
            var from = sums + x * stride;
            OutputLine(
                Vector256.Load(from),
                Vector256.Load(from + 6 * stride),
                Vector256.Load(from + 12 * stride),
                Vector256.Load(from + 18 * stride),
                Vector256.Load(from + 24 * stride),
                Vector256.Load(from + 30 * stride),
                out var y0,
                out var y1,
                out var y2,
                out var y3
            );
            var to = half + x * Lanes;
            y0.Store(to);
            y1.Store(to + 48);
            y2.Store(to + 96);
            y3.Store(to + 144);
        }

        for (var y = 0; y < tile.Rows; y++)
        {
            var from = half + y * Patch * Lanes;
            OutputLine(
                Vector256.Load(from),
                Vector256.Load(from + Lanes),
                Vector256.Load(from + 2 * Lanes),
                Vector256.Load(from + 3 * Lanes),
                Vector256.Load(from + 4 * Lanes),
                Vector256.Load(from + 5 * Lanes),
                out var x0,
                out var x1,
                out var x2,
                out var x3
            );
            // MaxNative gives its second operand where one is NaN.
            tile.Store(
                y,
                Vector256.MaxNative(least, x0 + bias),
                Vector256.MaxNative(least, x1 + bias),
                Vector256.MaxNative(least, x2 + bias),
                Vector256.MaxNative(least, x3 + bias)
            );
        }
    }

    /// <summary>
    /// Transforms a tile of the output's gradient to the gradients of the 36 sums: the transpose of
    /// <see cref="Output"/>.
    /// </summary>
    /// <param name="tile">The eight channels of the upper left pixel.</param>
    /// <param name="row">Floats from row to row.</param>
    /// <param name="pixel">Floats from pixel to pixel.</param>
    /// <param name="gradients">Gets the first of them.</param>
    /// <param name="stride">Floats from one to the next.</param>
    public static void OutputGradient(float* tile, nint row, nint pixel, float* gradients, nint stride)
    {
        var half = stackalloc float[Patch * Side * Lanes];
        for (var x = 0; x < Side; x++)
        {
            var from = tile + x * pixel;
            OutputGradientLine(
                Vector256.Load(from),
                Vector256.Load(from + row),
                Vector256.Load(from + 2 * row),
                Vector256.Load(from + 3 * row),
                half + x * Lanes,
                Side * Lanes
            );
        }

        for (var y = 0; y < Patch; y++)
        {
            var from = half + y * Side * Lanes;
            OutputGradientLine(
                Vector256.Load(from),
                Vector256.Load(from + Lanes),
                Vector256.Load(from + 2 * Lanes),
                Vector256.Load(from + 3 * Lanes),
                gradients + y * Patch * stride,
                stride
            );
        }
    }

    /// <summary>
    /// Transforms the gradients of a filter's 36 factors, of eight outputs, to those of the filter: the transpose of
    /// <see cref="Filter"/>.
    /// </summary>
    /// <param name="factors">The first of them.</param>
    /// <param name="stride">Floats from one to the next.</param>
    /// <param name="filter">Gets the upper left place of the first output's filter.</param>
    /// <param name="output">Floats from output to output.</param>
    /// <param name="place">Floats from place to place of the filter, row by row.</param>
    public static void FilterGradient(float* factors, nint stride, float* filter, nint output, nint place)
    {
        float* half = stackalloc float[3 * Patch * Lanes],
            lanes = stackalloc float[3 * Lanes];
        for (var x = 0; x < Patch; x++)
        {
            var from = factors + x * stride;
            FilterGradientLine(
                Vector256.Load(from),
                Vector256.Load(from + 6 * stride),
                Vector256.Load(from + 12 * stride),
                Vector256.Load(from + 18 * stride),
                Vector256.Load(from + 24 * stride),
                Vector256.Load(from + 30 * stride),
                half + x * Lanes,
                Patch * Lanes
            );
        }

        for (var y = 0; y < 3; y++)
        {
            var from = half + y * Patch * Lanes;
            FilterGradientLine(
                Vector256.Load(from),
                Vector256.Load(from + Lanes),
                Vector256.Load(from + 2 * Lanes),
                Vector256.Load(from + 3 * Lanes),
                Vector256.Load(from + 4 * Lanes),
                Vector256.Load(from + 5 * Lanes),
                lanes,
                Lanes
            );
            for (var x = 0; x < 3; x++)
            {
                for (var lane = 0; lane < Lanes; lane++)
                    filter[(3 * y + x) * place + lane * output] = lanes[x * Lanes + lane];
            }
        }
    }

    // Rows of Bᵀ: the polynomial x(x² - P²)(x² - Q²) without the factor of each point.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputLine(
        Vector256<float> d0,
        Vector256<float> d1,
        Vector256<float> d2,
        Vector256<float> d3,
        Vector256<float> d4,
        Vector256<float> d5,
        float* to,
        nint stride
    )
    {
        var sum = Vector256.Create(-(P2 + Q2));
        Vector256.FusedMultiplyAdd(sum, d2, d0 + d4).Store(to);
        var even = Vector256.FusedMultiplyAdd(Vector256.Create(-Q2), d2, d4);
        var odd = Vector256.FusedMultiplyAdd(Vector256.Create(-Q), d1, Vector256.Create(P) * d3); // P·Q² = Q
        (even + odd).Store(to + stride);
        (even - odd).Store(to + 2 * stride);
        even = Vector256.FusedMultiplyAdd(Vector256.Create(-P2), d2, d4);
        odd = Vector256.FusedMultiplyAdd(Vector256.Create(-P), d1, Vector256.Create(Q) * d3); // Q·P² = P
        (even + odd).Store(to + 3 * stride);
        (even - odd).Store(to + 4 * stride);
        Vector256.FusedMultiplyAdd(sum, d3, d1 + d5).Store(to + 5 * stride);
    }

    // Rows of G: 1, point, point², over the product of the distances to the other points.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FilterLine(
        Vector256<float> g0,
        Vector256<float> g1,
        Vector256<float> g2,
        float* to,
        nint stride
    )
    {
        g0.Store(to);
        var even = Vector256.Create(FilterP) * Vector256.FusedMultiplyAdd(Vector256.Create(P2), g2, g0);
        var odd = Vector256.Create(FilterP * P) * g1;
        (even + odd).Store(to + stride);
        (even - odd).Store(to + 2 * stride);
        even = Vector256.Create(FilterQ) * Vector256.FusedMultiplyAdd(Vector256.Create(Q2), g2, g0);
        odd = Vector256.Create(FilterQ * Q) * g1;
        (even + odd).Store(to + 3 * stride);
        (even - odd).Store(to + 4 * stride);
        g2.Store(to + 5 * stride);
    }

    // Rows of Aᵀ: the points to the power of 0 to 3.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputLine(
        Vector256<float> m0,
        Vector256<float> m1,
        Vector256<float> m2,
        Vector256<float> m3,
        Vector256<float> m4,
        Vector256<float> m5,
        out Vector256<float> y0,
        out Vector256<float> y1,
        out Vector256<float> y2,
        out Vector256<float> y3
    )
    {
        var (evenP, oddP, evenQ, oddQ) = (m1 + m2, m1 - m2, m3 + m4, m3 - m4);
        y0 = m0 + evenP + evenQ;
        y1 = Vector256.FusedMultiplyAdd(Vector256.Create(P), oddP, Vector256.Create(Q) * oddQ);
        y2 = Vector256.FusedMultiplyAdd(Vector256.Create(P2), evenP, Vector256.Create(Q2) * evenQ);
        y3 = Vector256.FusedMultiplyAdd(
            Vector256.Create(P3),
            oddP,
            Vector256.FusedMultiplyAdd(Vector256.Create(Q3), oddQ, m5)
        );
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputGradientLine(
        Vector256<float> y0,
        Vector256<float> y1,
        Vector256<float> y2,
        Vector256<float> y3,
        float* to,
        nint stride
    )
    {
        y0.Store(to);
        var even = Vector256.FusedMultiplyAdd(Vector256.Create(P2), y2, y0);
        var odd = Vector256.FusedMultiplyAdd(Vector256.Create(P3), y3, Vector256.Create(P) * y1);
        (even + odd).Store(to + stride);
        (even - odd).Store(to + 2 * stride);
        even = Vector256.FusedMultiplyAdd(Vector256.Create(Q2), y2, y0);
        odd = Vector256.FusedMultiplyAdd(Vector256.Create(Q3), y3, Vector256.Create(Q) * y1);
        (even + odd).Store(to + 3 * stride);
        (even - odd).Store(to + 4 * stride);
        y3.Store(to + 5 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FilterGradientLine(
        Vector256<float> u0,
        Vector256<float> u1,
        Vector256<float> u2,
        Vector256<float> u3,
        Vector256<float> u4,
        Vector256<float> u5,
        float* to,
        nint stride
    )
    {
        var (evenP, oddP) = (Vector256.Create(FilterP) * (u1 + u2), Vector256.Create(FilterP) * (u1 - u2));
        var (evenQ, oddQ) = (Vector256.Create(FilterQ) * (u3 + u4), Vector256.Create(FilterQ) * (u3 - u4));
        (u0 + evenP + evenQ).Store(to);
        Vector256.FusedMultiplyAdd(Vector256.Create(P), oddP, Vector256.Create(Q) * oddQ).Store(to + stride);
        Vector256
            .FusedMultiplyAdd(Vector256.Create(P2), evenP, Vector256.FusedMultiplyAdd(Vector256.Create(Q2), evenQ, u5))
            .Store(to + 2 * stride);
    }
}
