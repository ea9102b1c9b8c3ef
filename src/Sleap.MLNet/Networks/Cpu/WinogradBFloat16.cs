using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// The convolutions of <see cref="Winograd"/> with the factors of the products rounded to bfloat16. Maps, transforms and
/// sums stay in single precision.
/// </summary>
[SkipLocalsInit]
internal static unsafe class WinogradBFloat16
{
    /// <summary>Channels that are transformed at once.</summary>
    private const int Lanes = 16;

    private const int PanelColumns = BFloat16Factors.PanelColumns,
        CacheBytes = 640 << 10,
        MaxTiles = 64,
        MinTiles = 16;

    [ThreadStatic]
    private static NativeScratch? _scratch;

    /// <summary>Whether the convolution can be computed here; see <see cref="Winograd.Takes"/>.</summary>
    public static bool Takes(Tensor x, Tensor weight) =>
        BFloat16Products.IsSupported && weight.size(0) >= Lanes && weight.size(1) >= Lanes && Winograd.Takes(x, weight);

    /// <summary>A convolution with zeros around the map, its bias, and a ReLU.</summary>
    /// <param name="x">(B, C, H, W)</param>
    /// <param name="factors">The transformed weight.</param>
    /// <param name="bias">(filters)</param>
    /// <returns>(B, filters, H, W), channels-last</returns>
    public static Tensor ConvolveRelu(Tensor x, BFloat16Factors factors, Tensor bias)
    {
        var result = ChannelsLast.Empty(x.size(0), factors.Outputs, x.size(2), x.size(3));
        using var pixels = new PixelSource(x);
        fixed (byte* first = bias.bytes)
            ConvolveRelu(pixels.Map, factors, (float*)first, PixelMap.Of(result));
        GC.KeepAlive(factors);
        return result;
    }

    private static void ConvolveRelu(PixelMap from, BFloat16Factors factors, float* bias, PixelMap to)
    {
        const int points = WinogradTransform.Points;
        var tiles = new WinogradTiles(to);
        int depth = factors.Depth,
            columns = factors.ColumnsOf(factors.Panels - 1),
            threads = get_num_threads(),
            panels = factors.Panels,
            atOnce = Math.Clamp(
                (CacheBytes / points / (sizeof(ushort) * depth + sizeof(float) * columns)) & ~7,
                MinTiles,
                MaxTiles
            );
        atOnce = Math.Clamp((tiles.Count + threads - 1) / threads, MinTiles, atOnce);
        // Where there are fewer blocks of tiles than threads, the outputs are divided among threads too.
        int blocks = (tiles.Count + atOnce - 1) / atOnce,
            groups = Math.Min(panels, Math.Max(1, threads / blocks)),
            panelsEach = (panels + groups - 1) / groups;
        // A cache line more than needed, so that equal places of all points are in different sets of the cache.
        nint inputStride = (nint)atOnce * depth + 32,
            sumStride = (nint)atOnce * columns + 16,
            patchLength = (nint)points * from.Channels,
            length = points * (inputStride / 2 + sumStride) + patchLength;
        TorchThreads.Share(
            blocks * groups,
            part =>
            {
                int block = part / groups,
                    first = block * atOnce,
                    count = Math.Min(atOnce, tiles.Count - first);
                var sums = (_scratch ??= new()).Of(length);
                var patch = sums + points * sumStride;
                var inputs = (ushort*)(patch + patchLength);
                for (var i = 0; i < count; i++)
                    Input(tiles, first + i, from, patch, inputs + (nint)i * depth, inputStride, depth);
                var firstPanel = part % groups * panelsEach;
                for (var panel = firstPanel; panel < Math.Min(panels, firstPanel + panelsEach); panel++)
                {
                    var outputs = factors.ColumnsOf(panel);
                    var weights = factors.Panel(panel);
                    for (var point = 0; point < points; point++)
                    {
                        BFloat16Products.Multiply(
                            count,
                            outputs,
                            depth,
                            inputs + point * inputStride,
                            weights + (nint)point * depth * outputs,
                            sums + point * sumStride
                        );
                    }

                    for (var i = 0; i < count; i++)
                    {
                        var at = tiles.Place(first + i, to, out var rows, out var cells);
                        for (var channel = 0; channel < outputs; channel += Lanes)
                        {
                            var lane = Math.Min(channel, outputs - Lanes);
                            var output = panel * PanelColumns + lane;
                            Output(
                                sums + (nint)i * outputs + lane,
                                sumStride,
                                Vector512.Load(bias + output),
                                at + output,
                                to.Row,
                                to.Channels,
                                rows,
                                cells
                            );
                        }
                    }
                }
            }
        );
    }

    // The 36 factors of the patch under a tile, all channels, and a zero where their number is odd.
    private static void Input(
        WinogradTiles tiles,
        int tile,
        PixelMap from,
        float* patch,
        ushort* factors,
        nint stride,
        int depth
    )
    {
        var pixels = tiles.Under(tile, from, patch, out var row);
        for (var channel = 0; channel < from.Channels; channel += Lanes)
        {
            var first = Math.Min(channel, from.Channels - Lanes);
            Input(pixels + first, row, from.Channels, factors + first, stride);
        }

        if (depth > from.Channels)
        {
            for (var point = 0; point < WinogradTransform.Points; point++)
                factors[point * stride + from.Channels] = 0;
        }
    }

    private static void Input(float* patch, nint row, nint pixel, ushort* factors, nint stride)
    {
        const int side = WinogradTransform.Patch;
        var half = stackalloc float[WinogradTransform.Points * Lanes];
        for (var x = 0; x < side; x++)
        {
            var from = patch + x * pixel;
            var to = half + x * Lanes;
            InputLine(
                Vector512.Load(from),
                Vector512.Load(from + row),
                Vector512.Load(from + 2 * row),
                Vector512.Load(from + 3 * row),
                Vector512.Load(from + 4 * row),
                Vector512.Load(from + 5 * row),
                out var y0,
                out var y1,
                out var y2,
                out var y3,
                out var y4,
                out var y5
            );
            y0.Store(to);
            y1.Store(to + side * Lanes);
            y2.Store(to + 2 * side * Lanes);
            y3.Store(to + 3 * side * Lanes);
            y4.Store(to + 4 * side * Lanes);
            y5.Store(to + 5 * side * Lanes);
        }

        for (var y = 0; y < side; y++)
        {
            var from = half + y * side * Lanes;
            var to = factors + y * side * stride;
            InputLine(
                Vector512.Load(from),
                Vector512.Load(from + Lanes),
                Vector512.Load(from + 2 * Lanes),
                Vector512.Load(from + 3 * Lanes),
                Vector512.Load(from + 4 * Lanes),
                Vector512.Load(from + 5 * Lanes),
                out var x0,
                out var x1,
                out var x2,
                out var x3,
                out var x4,
                out var x5
            );
            Round(x0).Store(to);
            Round(x1).Store(to + stride);
            Round(x2).Store(to + 2 * stride);
            Round(x3).Store(to + 3 * stride);
            Round(x4).Store(to + 4 * stride);
            Round(x5).Store(to + 5 * stride);
        }
    }

    // To the nearest bfloat16, away from zero in the middle.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Round(Vector512<float> value) =>
        Avx512F.ConvertToVector256UInt16((value.AsUInt32() + Vector512.Create(0x8000u)) >>> 16);

    // See WinogradTransform, which has the same for eight channels.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputLine(
        Vector512<float> d0,
        Vector512<float> d1,
        Vector512<float> d2,
        Vector512<float> d3,
        Vector512<float> d4,
        Vector512<float> d5,
        out Vector512<float> u0,
        out Vector512<float> u1,
        out Vector512<float> u2,
        out Vector512<float> u3,
        out Vector512<float> u4,
        out Vector512<float> u5
    )
    {
        var sum = Vector512.Create(-(WinogradTransform.P2 + WinogradTransform.Q2));
        u0 = Vector512.FusedMultiplyAdd(sum, d2, d0 + d4);
        var even = Vector512.FusedMultiplyAdd(Vector512.Create(-WinogradTransform.Q2), d2, d4);
        var odd = Vector512.FusedMultiplyAdd(
            Vector512.Create(-WinogradTransform.Q),
            d1,
            Vector512.Create(WinogradTransform.P) * d3
        );
        u1 = even + odd;
        u2 = even - odd;
        even = Vector512.FusedMultiplyAdd(Vector512.Create(-WinogradTransform.P2), d2, d4);
        odd = Vector512.FusedMultiplyAdd(
            Vector512.Create(-WinogradTransform.P),
            d1,
            Vector512.Create(WinogradTransform.Q) * d3
        );
        u3 = even + odd;
        u4 = even - odd;
        u5 = Vector512.FusedMultiplyAdd(sum, d3, d1 + d5);
    }

    private static void Output(
        float* sums,
        nint stride,
        Vector512<float> bias,
        float* tile,
        nint row,
        nint pixel,
        int rows,
        int columns
    )
    {
        const int patch = WinogradTransform.Patch;
        var half = stackalloc float[WinogradTransform.Side * patch * Lanes];
        for (var x = 0; x < patch; x++)
        {
            var from = sums + x * stride;
            OutputLine(
                Vector512.Load(from),
                Vector512.Load(from + patch * stride),
                Vector512.Load(from + 2 * patch * stride),
                Vector512.Load(from + 3 * patch * stride),
                Vector512.Load(from + 4 * patch * stride),
                Vector512.Load(from + 5 * patch * stride),
                out var y0,
                out var y1,
                out var y2,
                out var y3
            );
            var to = half + x * Lanes;
            y0.Store(to);
            y1.Store(to + patch * Lanes);
            y2.Store(to + 2 * patch * Lanes);
            y3.Store(to + 3 * patch * Lanes);
        }

        for (var y = 0; y < rows; y++)
        {
            var from = half + y * patch * Lanes;
            OutputLine(
                Vector512.Load(from),
                Vector512.Load(from + Lanes),
                Vector512.Load(from + 2 * Lanes),
                Vector512.Load(from + 3 * Lanes),
                Vector512.Load(from + 4 * Lanes),
                Vector512.Load(from + 5 * Lanes),
                out var x0,
                out var x1,
                out var x2,
                out var x3
            );
            var to = tile + y * row;
            Relu(x0 + bias).Store(to);
            if (columns > 1)
                Relu(x1 + bias).Store(to + pixel);
            if (columns > 2)
                Relu(x2 + bias).Store(to + 2 * pixel);
            if (columns > 3)
                Relu(x3 + bias).Store(to + 3 * pixel);
        }
    }

    // MaxNative gives its second operand where one is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Relu(Vector512<float> value) => Vector512.MaxNative(Vector512<float>.Zero, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputLine(
        Vector512<float> m0,
        Vector512<float> m1,
        Vector512<float> m2,
        Vector512<float> m3,
        Vector512<float> m4,
        Vector512<float> m5,
        out Vector512<float> y0,
        out Vector512<float> y1,
        out Vector512<float> y2,
        out Vector512<float> y3
    )
    {
        var (evenP, oddP, evenQ, oddQ) = (m1 + m2, m1 - m2, m3 + m4, m3 - m4);
        y0 = m0 + evenP + evenQ;
        y1 = Vector512.FusedMultiplyAdd(
            Vector512.Create(WinogradTransform.P),
            oddP,
            Vector512.Create(WinogradTransform.Q) * oddQ
        );
        y2 = Vector512.FusedMultiplyAdd(
            Vector512.Create(WinogradTransform.P2),
            evenP,
            Vector512.Create(WinogradTransform.Q2) * evenQ
        );
        y3 = Vector512.FusedMultiplyAdd(
            Vector512.Create(WinogradTransform.P3),
            oddP,
            Vector512.FusedMultiplyAdd(Vector512.Create(WinogradTransform.Q3), oddQ, m5)
        );
    }
}
