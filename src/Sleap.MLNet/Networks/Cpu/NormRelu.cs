using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// A scale and a shift of each channel, followed by a ReLU, with the sums that batch normalization needs, on a CPU.
/// </summary>
/// <remarks>Each pass reads a map once. Rows are added in order, so that the number of threads changes no
/// sum.</remarks>
internal static unsafe class NormRelu
{
    private const int Lanes = WinogradTransform.Lanes;

    /// <summary>Whether a map can be normalized here.</summary>
    /// <param name="x">(B, C, H, W)</param>
    public static bool Takes(Tensor x) => x.size(1) >= Lanes && PixelMap.Takes(x, x.size(1), x.size(2), x.size(3));

    /// <summary>The mean and the variance of each channel.</summary>
    /// <param name="x">(B, C, H, W)</param>
    /// <returns>Two tensors (C).</returns>
    public static (Tensor Mean, Tensor Variance) Statistics(Tensor x)
    {
        using var source = new PixelSource(x);
        var map = source.Map;
        // Sums of the differences to a pixel: squares of values far from zero would cancel.
        var origin = map.At(0, map.Height / 2, map.Width / 2);
        var sums = RowSums(
            map,
            (row, to) =>
            {
                var pixel = map.At(0, row, 0);
                for (var i = 0; i < map.Width; i++, pixel += map.Channels)
                {
                    for (var channel = 0; channel < map.Channels; channel += Lanes)
                    {
                        var first = First(channel, map.Channels, out var counts);
                        var difference = (Vector256.Load(pixel + first) - Vector256.Load(origin + first)) & counts;
                        Add(to + first, difference);
                        AddProduct(to + map.Channels + first, difference, difference);
                    }
                }
            }
        );
        var count = (double)map.Batch * map.Height * map.Width;
        float[] mean = new float[map.Channels],
            variance = new float[map.Channels];
        for (var channel = 0; channel < map.Channels; channel++)
        {
            var shift = sums[channel] / count;
            mean[channel] = (float)(origin[channel] + shift);
            variance[channel] = (float)Math.Max(0, sums[map.Channels + channel] / count - shift * shift);
        }

        return (tensor(mean), tensor(variance));
    }

    /// <summary>max(0, scale · x + shift)</summary>
    /// <param name="x">(B, C, H, W)</param>
    /// <param name="scale">(C)</param>
    /// <param name="shift">(C)</param>
    /// <returns>(B, C, H, W), channels-last</returns>
    public static Tensor Apply(Tensor x, Tensor scale, Tensor shift)
    {
        var result = ChannelsLast.Empty(x.size(0), x.size(1), x.size(2), x.size(3));
        using var source = new PixelSource(x);
        PixelMap from = source.Map,
            to = PixelMap.Of(result);
        fixed (byte* scales = scale.bytes)
        fixed (byte* shifts = shift.bytes)
        {
            float* a = (float*)scales,
                b = (float*)shifts;
            TorchThreads.Share(
                from.Batch * from.Height,
                row =>
                {
                    float* pixel = from.At(0, row, 0),
                        target = to.At(0, row, 0);
                    for (var i = 0; i < from.Width; i++, pixel += from.Channels, target += from.Channels)
                    {
                        for (var channel = 0; channel < from.Channels; channel += Lanes)
                        {
                            var first = Math.Min(channel, from.Channels - Lanes);
                            var scaled = Vector256.FusedMultiplyAdd(
                                Vector256.Load(a + first),
                                Vector256.Load(pixel + first),
                                Vector256.Load(b + first)
                            );
                            // MaxNative gives its second operand where one is NaN.
                            Vector256.MaxNative(Vector256<float>.Zero, scaled).Store(target + first);
                        }
                    }
                }
            );
        }

        return result;
    }

    /// <summary>
    /// The gradients of <see cref="Apply"/> where scale and shift are those of the batch normalization of
    /// <paramref name="x"/>: scale = weight · deviation⁻¹, shift = bias - mean · scale.
    /// </summary>
    /// <param name="gradient">(B, C, H, W), gradient of the output.</param>
    /// <param name="x">(B, C, H, W), the input.</param>
    /// <param name="mean">(C)</param>
    /// <param name="inverse">(C), 1 over the deviation that x was divided by.</param>
    /// <param name="scale">(C)</param>
    /// <param name="shift">(C)</param>
    /// <returns>Gradients of x, (B, C, H, W), channels-last; of weight (C); of bias (C).</returns>
    public static (Tensor X, Tensor Weight, Tensor Bias) Gradients(
        Tensor gradient,
        Tensor x,
        Tensor mean,
        Tensor inverse,
        Tensor scale,
        Tensor shift
    )
    {
        var result = ChannelsLast.Empty(x.size(0), x.size(1), x.size(2), x.size(3));
        using var gradients = new PixelSource(gradient);
        using var source = new PixelSource(x);
        PixelMap given = gradients.Map,
            from = source.Map,
            to = PixelMap.Of(result);
        float[] means = mean.Values<float>(),
            inverses = inverse.Values<float>(),
            weight = new float[from.Channels],
            bias = new float[from.Channels],
            slope = new float[from.Channels],
            offset = new float[from.Channels];
        fixed (byte* scales = scale.bytes)
        fixed (byte* shifts = shift.bytes)
        fixed (float* m = means)
        fixed (float* slopes = slope)
        fixed (float* offsets = offset)
        {
            float* a = (float*)scales,
                b = (float*)shifts,
                origin = m,
                c = slopes,
                d = offsets;
            var sums = RowSums(
                from,
                (row, sum) =>
                {
                    float* pixel = from.At(0, row, 0),
                        g = given.At(0, row, 0);
                    for (var i = 0; i < from.Width; i++, pixel += from.Channels, g += from.Channels)
                    {
                        for (var channel = 0; channel < from.Channels; channel += Lanes)
                        {
                            var first = First(channel, from.Channels, out var counts);
                            var value = Vector256.Load(pixel + first);
                            var passed = Passed(g + first, value, a + first, b + first) & counts;
                            Add(sum + first, passed);
                            AddProduct(sum + from.Channels + first, passed, value - Vector256.Load(origin + first));
                        }
                    }
                }
            );
            var count = (double)from.Batch * from.Height * from.Width;
            for (var channel = 0; channel < from.Channels; channel++)
            {
                bias[channel] = (float)sums[channel];
                weight[channel] = (float)(sums[from.Channels + channel] * inverses[channel]);
                slope[channel] = (float)(-a[channel] * (double)inverses[channel] * weight[channel] / count);
                offset[channel] = (float)(
                    -a[channel] * sums[channel] / count - (double)slope[channel] * means[channel]
                );
            }

            TorchThreads.Share(
                from.Batch * from.Height,
                row =>
                {
                    float* pixel = from.At(0, row, 0),
                        g = given.At(0, row, 0),
                        target = to.At(0, row, 0);
                    for (
                        var i = 0;
                        i < from.Width;
                        i++, pixel += from.Channels, g += from.Channels, target += from.Channels
                    )
                    {
                        for (var channel = 0; channel < from.Channels; channel += Lanes)
                        {
                            var first = Math.Min(channel, from.Channels - Lanes);
                            var value = Vector256.Load(pixel + first);
                            var passed = Passed(g + first, value, a + first, b + first);
                            var rest = Vector256.FusedMultiplyAdd(
                                Vector256.Load(c + first),
                                value,
                                Vector256.Load(d + first)
                            );
                            Vector256.FusedMultiplyAdd(Vector256.Load(a + first), passed, rest).Store(target + first);
                        }
                    }
                }
            );
        }

        return (result, tensor(weight), tensor(bias));
    }

    private delegate void Row(int row, float* sums);

    // The sums over all rows of two numbers a channel; each row is added up in single precision.
    private static double[] RowSums(PixelMap map, Row add)
    {
        int rows = map.Batch * map.Height,
            each = 2 * map.Channels;
        var total = new double[each];
        var parts = new float[rows * each];
        fixed (float* first = parts)
        {
            var memory = first;
            TorchThreads.Share(rows, row => add(row, memory + (nint)row * each));
        }

        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < each; i++)
                total[i] += parts[row * each + i];
        }

        return total;
    }

    // The gradient where the ReLU lets it through, else 0.
    private static Vector256<float> Passed(float* gradient, Vector256<float> value, float* scale, float* shift) =>
        Vector256.Load(gradient)
        & Vector256.GreaterThan(
            Vector256.FusedMultiplyAdd(Vector256.Load(scale), value, Vector256.Load(shift)),
            Vector256<float>.Zero
        );

    private static void Add(float* to, Vector256<float> value) => (Vector256.Load(to) + value).Store(to);

    private static void AddProduct(float* to, Vector256<float> left, Vector256<float> right) =>
        Vector256.FusedMultiplyAdd(left, right, Vector256.Load(to)).Store(to);

    // The last eight channels overlap the ones before; those that have been counted already are left out.
    private static int First(int channel, int channels, out Vector256<float> counts)
    {
        if (channel + Lanes <= channels)
        {
            counts = Vector256<float>.AllBitsSet;
            return channel;
        }

        var first = channels - Lanes;
        counts = Vector256
            .GreaterThanOrEqual(
                Vector256.Create(first) + Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7),
                Vector256.Create(channel)
            )
            .AsSingle();
        return first;
    }
}
