using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// 3×3 convolutions of unchanged size on a CPU, in single precision, with a quarter of the multiplications
/// (<see cref="WinogradTransform"/>).
/// </summary>
/// <remarks>
/// A few tiles at a time, so that the intermediate numbers stay in the processor's cache. The result of a tile does not
/// depend on the other tiles, nor on the number of threads.
/// </remarks>
internal static unsafe class Winograd
{
    private const int TilesAtOnce = 24,
        CacheBytes = 2 << 20;

    [ThreadStatic]
    private static NativeScratch? _factors,
        _tiles;

    /// <summary>
    /// Whether the convolution can be computed here. The result is libtorch's except for rounding.
    /// </summary>
    /// <param name="x">(B, C, H, W)</param>
    /// <param name="weight">(filters, C, height, width)</param>
    public static bool Takes(Tensor x, Tensor weight) =>
        weight.size(2) == 3
        && weight.size(3) == 3
        && weight.size(0) >= WinogradTransform.Lanes
        && weight.size(1) >= WinogradTransform.Lanes
        && weight.dtype == ScalarType.Float32
        && PixelMap.Takes(x, Math.Max(x.size(1), weight.size(0)), x.size(2), x.size(3));

    /// <summary>A convolution with zeros around the map, its bias, and an optional ReLU.</summary>
    /// <param name="x">(B, C, H, W)</param>
    /// <param name="weight">(filters, C, 3, 3)</param>
    /// <param name="bias">(filters), or null for none.</param>
    /// <param name="relu">Whether negative numbers become 0.</param>
    /// <param name="kept">The transformed weight, if it is known; null: it is computed.</param>
    /// <returns>(B, filters, H, W), channels-last</returns>
    public static Tensor Convolve(Tensor x, Tensor weight, Tensor? bias, bool relu, WinogradFactors? kept)
    {
        using var weights = new PixelSource(weight);
        fixed (byte* first = bias is null ? [] : bias.bytes)
        {
            var result = Convolve(x, new WinogradFilters(weights.Map), kept, (float*)first, relu);
            GC.KeepAlive(kept);
            return result;
        }
    }

    /// <summary>The gradient of the input, from that of the output.</summary>
    /// <param name="gradient">(B, filters, H, W)</param>
    /// <param name="weight">(filters, C, 3, 3)</param>
    /// <returns>(B, C, H, W), channels-last</returns>
    public static Tensor InputGradient(Tensor gradient, Tensor weight)
    {
        using var weights = new PixelSource(weight);
        return Convolve(gradient, new WinogradFilters(weights.Map).Transposed, null, null, relu: false);
    }

    /// <summary>The gradient of the filters, from that of the output.</summary>
    /// <param name="x">(B, C, H, W)</param>
    /// <param name="gradient">(B, filters, H, W)</param>
    /// <returns>(filters, C, 3, 3), channels-last</returns>
    public static Tensor WeightGradient(Tensor x, Tensor gradient)
    {
        var result = ChannelsLast.Empty(gradient.size(1), x.size(1), 3, 3);
        using var pixels = new PixelSource(x);
        using var gradients = new PixelSource(gradient);
        PixelMap from = pixels.Map,
            to = gradients.Map;
        var tiles = new WinogradTiles(to);
        int inputs = RoundUp(from.Channels, WinogradTransform.Lanes),
            outputs = RoundUp(to.Channels, MatrixKernel.Columns);
        var atOnce = Math.Min(
            RoundUp(tiles.Count, TilesAtOnce),
            Math.Max(
                4 * TilesAtOnce,
                CacheBytes / (sizeof(float) * WinogradTransform.Points * (inputs + outputs)) / TilesAtOnce * TilesAtOnce
            )
        );
        nint inputStride = (nint)atOnce * inputs + 16,
            outputStride = (nint)atOnce * outputs + 16,
            productStride = (nint)inputs * outputs + 16;
        var inputFactors = (_factors ??= new()).Of(
            WinogradTransform.Points * (inputStride + outputStride + productStride)
        );
        float* outputFactors = inputFactors + WinogradTransform.Points * inputStride,
            products = outputFactors + WinogradTransform.Points * outputStride;
        nint inputsApart = (nint)atOnce * WinogradTransform.Lanes,
            outputsApart = (nint)atOnce * MatrixKernel.Columns;
        var patchLength = WinogradTransform.Points * Math.Max(from.Channels, to.Channels);
        for (var first = 0; first < tiles.Count; first += atOnce)
        {
            int begin = first,
                count = Math.Min(atOnce, tiles.Count - first);
            // Transform the tiles of x and of the gradient.
            TorchThreads.Share(
                (count + TilesAtOnce - 1) / TilesAtOnce,
                part =>
                {
                    var patch = (_tiles ??= new()).Of(patchLength);
                    for (var i = part * TilesAtOnce; i < Math.Min(count, (part + 1) * TilesAtOnce); i++)
                    {
                        tiles.Input(
                            begin + i,
                            from,
                            patch,
                            inputFactors + (nint)i * WinogradTransform.Lanes,
                            inputStride,
                            inputsApart
                        );
                        tiles.Gradient(
                            begin + i,
                            to,
                            patch,
                            outputFactors + (nint)i * MatrixKernel.Columns,
                            outputStride,
                            outputsApart
                        );
                    }
                }
            );
            // For each of the 36 points add (inputs, tiles)·(tiles, outputs) to the products.
            TorchThreads.Share(
                WinogradTransform.Points,
                point =>
                {
                    for (var output = 0; output < to.Channels; output += MatrixKernel.Columns)
                    {
                        var b = outputFactors + point * outputStride + output / MatrixKernel.Columns * outputsApart;
                        for (var input = 0; input < inputs; input += WinogradTransform.Lanes)
                        {
                            MatrixKernel.MultiplyTransposed(
                                inputFactors + point * inputStride + input / WinogradTransform.Lanes * inputsApart,
                                b,
                                products + point * productStride + (nint)input * outputs + output,
                                outputs,
                                count,
                                to.Channels - output,
                                begin > 0
                            );
                        }
                    }
                }
            );
        }

        // Transform the products to filters.
        var weights = PixelMap.Of(result);
        TorchThreads.Share(
            inputs,
            row =>
            {
                var input =
                    Math.Min(
                        row / WinogradTransform.Lanes * WinogradTransform.Lanes,
                        weights.Channels - WinogradTransform.Lanes
                    )
                    + row % WinogradTransform.Lanes;
                for (var output = 0; output < weights.Batch; output += WinogradTransform.Lanes)
                {
                    WinogradTransform.FilterGradient(
                        products + (nint)row * outputs + output,
                        productStride,
                        weights.At(Math.Min(output, weights.Batch - WinogradTransform.Lanes), 0, 0) + input,
                        9 * weights.Channels,
                        weights.Channels
                    );
                }
            }
        );
        return result;
    }

    /// <summary>The gradient of a ReLU's input, and that of the bias.</summary>
    /// <param name="gradient">(B, C, H, W), gradient of the ReLU's output.</param>
    /// <param name="output">(B, C, H, W), the ReLU's output.</param>
    /// <returns>(B, C, H, W), channels-last, 0 where the output is 0; and its sums (C).</returns>
    public static (Tensor Gradient, Tensor Bias) ReluGradient(Tensor gradient, Tensor output)
    {
        var result = ChannelsLast.Empty(output.size(0), output.size(1), output.size(2), output.size(3));
        using var gradients = new PixelSource(gradient);
        using var outputs = new PixelSource(output);
        PixelMap given = gradients.Map,
            seen = outputs.Map,
            to = PixelMap.Of(result);
        // The sums of rows are added in order, so that the number of threads does not change them.
        int channels = to.Channels,
            rows = to.Batch * to.Height;
        using var sums = empty([rows, channels], ScalarType.Float32);
        fixed (byte* first = sums.bytes)
        {
            var sum = (float*)first;
            TorchThreads.Share(
                rows,
                row =>
                    ReluGradient(
                        given.At(0, row, 0),
                        seen.At(0, row, 0),
                        to.At(0, row, 0),
                        sum + (nint)row * channels,
                        channels,
                        to.Width
                    )
            );
        }

        return (result, sums.sum([0L]));
    }

    private static void ReluGradient(float* gradient, float* output, float* to, float* sums, int channels, int pixels)
    {
        new Span<float>(sums, channels).Clear();
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            var channel = 0;
            for (; channel + WinogradTransform.Lanes <= channels; channel += WinogradTransform.Lanes)
            {
                var masked =
                    Vector256.Load(gradient + channel)
                    & Vector256.GreaterThan(Vector256.Load(output + channel), Vector256<float>.Zero);
                masked.Store(to + channel);
                (Vector256.Load(sums + channel) + masked).Store(sums + channel);
            }

            for (; channel < channels; channel++)
            {
                to[channel] = output[channel] > 0 ? gradient[channel] : 0;
                sums[channel] += to[channel];
            }

            gradient += channels;
            output += channels;
            to += channels;
        }
    }

    private static Tensor Convolve(Tensor x, WinogradFilters filters, WinogradFactors? kept, float* bias, bool relu)
    {
        var result = ChannelsLast.Empty(x.size(0), filters.Outputs, x.size(2), x.size(3));
        using var pixels = new PixelSource(x);
        var factors = kept is null ? (_factors ??= new()).Of(filters.FactorCount) : kept.Memory;
        if (kept is null)
            Transform(filters, factors);
        Convolve(pixels.Map, filters, factors, bias, relu, PixelMap.Of(result));
        return result;
    }

    /// <summary>Transforms all filters.</summary>
    public static void Transform(WinogradFilters filters, float* factors) =>
        TorchThreads.Share(filters.Panels, panel => filters.Transform(factors, panel));

    private static void Convolve(
        PixelMap from,
        WinogradFilters filters,
        float* factors,
        float* bias,
        bool relu,
        PixelMap to
    )
    {
        var tiles = new WinogradTiles(to);
        int inputs = filters.Inputs,
            threads = get_num_threads(),
            panels = filters.Panels;
        // Where there are fewer blocks of tiles than threads, the outputs are divided among threads too.
        int blocks = (tiles.Count + TilesAtOnce - 1) / TilesAtOnce,
            groups = Math.Min(panels, Math.Max(1, threads / blocks)),
            panelsEach = (panels + groups - 1) / groups;
        var least = relu ? Vector256<float>.Zero : Vector256.Create(float.NegativeInfinity);
        // A cache line more than needed, so that equal places of all factors are in different sets of the cache.
        nint inputStride = (nint)TilesAtOnce * inputs + 16,
            sumStride = TilesAtOnce * MatrixKernel.Columns + 16,
            patchLength = (nint)WinogradTransform.Points * inputs;
        TorchThreads.Share(
            blocks * groups,
            part =>
            {
                int block = part / groups,
                    first = block * TilesAtOnce,
                    count = Math.Min(TilesAtOnce, tiles.Count - first),
                    rows = RoundUp(count, MatrixKernel.Rows);
                var memory = (_tiles ??= new()).Of(WinogradTransform.Points * (inputStride + sumStride) + patchLength);
                float* sums = memory + WinogradTransform.Points * inputStride,
                    patch = sums + WinogradTransform.Points * sumStride;
                for (var i = 0; i < count; i++)
                    tiles.Input(first + i, from, patch, memory + (nint)i * inputs, inputStride, 0);
                var firstPanel = part % groups * panelsEach;
                for (var panel = firstPanel; panel < Math.Min(panels, firstPanel + panelsEach); panel++)
                {
                    int output = panel * MatrixKernel.Columns,
                        columns = filters.ColumnsOf(panel);
                    var weights = factors + filters.Panel(panel);
                    var pointStride = filters.PointStride(columns);
                    for (var point = 0; point < WinogradTransform.Points; point++)
                    {
                        MatrixKernel.Multiply(
                            memory + point * inputStride,
                            inputs,
                            weights + point * pointStride,
                            sums + point * sumStride,
                            rows,
                            inputs,
                            columns
                        );
                    }

                    for (var channel = output; channel < output + columns; channel += WinogradTransform.Lanes)
                    {
                        var add = bias is null
                            ? Vector256<float>.Zero
                            : Some(bias + channel, filters.Outputs - channel);
                        for (var i = 0; i < count; i++)
                        {
                            WinogradTransform.Output(
                                sums + i * MatrixKernel.Columns + (channel - output),
                                sumStride,
                                add,
                                least,
                                tiles.Output(first + i, to, channel)
                            );
                        }
                    }
                }
            }
        );
    }

    private static Vector256<float> Some(float* first, int count)
    {
        if (count >= WinogradTransform.Lanes)
            return Vector256.Load(first);
        var eight = stackalloc float[WinogradTransform.Lanes];
        new Span<float>(eight, WinogradTransform.Lanes).Clear();
        new Span<float>(first, count).CopyTo(new Span<float>(eight, count));
        return Vector256.Load(eight);
    }

    private static int RoundUp(int value, int step) => (value + step - 1) / step * step;
}
