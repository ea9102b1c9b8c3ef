using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// A map of twice the size, by bilinear interpolation, behind the channels of another one, in one pass on a CPU; and
/// back. libtorch joins in a pass of its own, and takes the gradient of what it joined apart in an order of memory that
/// makes that of the interpolation several times slower.
/// </summary>
internal static unsafe class UpJoin
{
    private const int Lanes = WinogradTile.Lanes;

    // What the neighbours at -1, 0, 1 and 2 half steps give to an input: those outside of the map give theirs to the
    // one at the rim.
    private static readonly float[] Inner = [0.25f, 0.75f, 0.75f, 0.25f];

    /// <summary>Whether it can be done here; the numbers are libtorch's but for rounding.</summary>
    /// <param name="x">(B, C, h, w)</param>
    /// <param name="skip">(B, S, H, W)</param>
    public static bool Takes(Tensor x, Tensor skip) =>
        skip.size(2) == 2 * x.size(2)
        && skip.size(3) == 2 * x.size(3)
        && x.size(1) >= Lanes
        && skip.dtype == ScalarType.Float32
        && PixelMap.Takes(x, skip.size(1) + x.size(1), skip.size(2), skip.size(3));

    /// <summary>
    /// The channels of <paramref name="skip"/>, then those of <paramref name="x"/> at twice the size, pixel corners not
    /// aligned.
    /// </summary>
    /// <param name="x">(B, C, h, w)</param>
    /// <param name="skip">(B, S, 2h, 2w)</param>
    /// <returns>(B, S + C, 2h, 2w), in channels-last order</returns>
    public static Tensor Join(Tensor x, Tensor skip)
    {
        var result = ChannelsLast.Empty(skip.size(0), skip.size(1) + x.size(1), skip.size(2), skip.size(3));
        using var pixels = new PixelSource(x);
        using var skips = new PixelSource(skip);
        PixelMap from = pixels.Map,
            beside = skips.Map,
            to = PixelMap.Of(result);
        TorchThreads.Share(
            to.Batch * to.Height,
            row =>
            {
                int image = row / to.Height,
                    y = row % to.Height,
                    near = y / 2,
                    far = Math.Clamp(near + (y % 2 == 0 ? -1 : 1), 0, from.Height - 1);
                float* left = beside.At(image, y, 0),
                    target = to.At(image, y, 0);
                float* nearRow = from.At(image, near, 0),
                    farRow = from.At(image, far, 0);
                for (var column = 0; column < to.Width; column++, left += beside.Channels, target += to.Channels)
                {
                    new ReadOnlySpan<float>(left, beside.Channels).CopyTo(new Span<float>(target, beside.Channels));
                    int x0 = column / 2,
                        x1 = Math.Clamp(x0 + (column % 2 == 0 ? -1 : 1), 0, from.Width - 1);
                    Blend(
                        nearRow + x0 * from.Channels,
                        nearRow + x1 * from.Channels,
                        farRow + x0 * from.Channels,
                        farRow + x1 * from.Channels,
                        target + beside.Channels,
                        from.Channels
                    );
                }
            }
        );
        return result;
    }

    /// <summary>The gradients of what was joined.</summary>
    /// <param name="gradient">(B, S + C, 2h, 2w)</param>
    /// <param name="skipChannels">S.</param>
    /// <returns>(B, C, h, w) and (B, S, 2h, 2w), both in channels-last order</returns>
    public static (Tensor X, Tensor Skip) Part(Tensor gradient, int skipChannels)
    {
        var x = ChannelsLast.Empty(
            gradient.size(0),
            gradient.size(1) - skipChannels,
            gradient.size(2) / 2,
            gradient.size(3) / 2
        );
        var skip = ChannelsLast.Empty(gradient.size(0), skipChannels, gradient.size(2), gradient.size(3));
        using var gradients = new PixelSource(gradient);
        PixelMap from = gradients.Map,
            up = PixelMap.Of(x),
            beside = PixelMap.Of(skip);
        TorchThreads.Share(
            up.Batch * up.Height,
            row =>
            {
                int image = row / up.Height,
                    y = row % up.Height;
                for (var half = 2 * y; half < 2 * y + 2; half++)
                {
                    float* source = from.At(image, half, 0),
                        target = beside.At(image, half, 0);
                    for (var column = 0; column < from.Width; column++, source += from.Channels, target += skipChannels)
                        new ReadOnlySpan<float>(source, skipChannels).CopyTo(new Span<float>(target, skipChannels));
                }

                float* rowWeights = stackalloc float[4],
                    columnWeights = stackalloc float[4];
                Weigh(rowWeights, y, up.Height);
                for (var column = 0; column < up.Width; column++)
                {
                    Weigh(columnWeights, column, up.Width);
                    Gather(
                        from.At(image, 2 * y - 1, 2 * column - 1) + skipChannels,
                        from.Row,
                        from.Channels,
                        rowWeights,
                        columnWeights,
                        up.At(image, y, column),
                        up.Channels
                    );
                }
            }
        );
        return (x, skip);
    }

    private static void Blend(float* near, float* nearSide, float* far, float* farSide, float* to, int channels)
    {
        for (var channel = 0; channel < channels; channel += Lanes)
        {
            var first = Math.Min(channel, channels - Lanes); // the last eight begin earlier
            var inRow = Vector256.FusedMultiplyAdd(
                Vector256.Create(0.25f),
                Vector256.Load(nearSide + first),
                Vector256.Create(0.75f) * Vector256.Load(near + first)
            );
            var otherRow = Vector256.FusedMultiplyAdd(
                Vector256.Create(0.25f),
                Vector256.Load(farSide + first),
                Vector256.Create(0.75f) * Vector256.Load(far + first)
            );
            Vector256
                .FusedMultiplyAdd(Vector256.Create(0.25f), otherRow, Vector256.Create(0.75f) * inRow)
                .Store(to + first);
        }
    }

    private static void Weigh(float* weights, int index, int count)
    {
        Inner.CopyTo(new Span<float>(weights, 4));
        if (index == 0)
            (weights[0], weights[1]) = (0, 1);
        if (index == count - 1)
            (weights[2], weights[3]) = (1, 0);
    }

    // 4×4 pixels from an upper left one; those of weight 0 may lie outside of the map.
    private static void Gather(
        float* corner,
        nint row,
        nint pixel,
        float* rows,
        float* columns,
        float* to,
        int channels
    )
    {
        for (var channel = 0; channel < channels; channel += Lanes)
        {
            var first = Math.Min(channel, channels - Lanes);
            var sum = Vector256<float>.Zero;
            for (var y = 0; y < 4; y++)
            {
                var line = corner + y * row + first;
                for (var x = 0; x < 4; x++)
                {
                    var weight = rows[y] * columns[x];
                    if (weight != 0)
                    {
                        sum = Vector256.FusedMultiplyAdd(
                            Vector256.Create(weight),
                            Vector256.Load(line + x * pixel),
                            sum
                        );
                    }
                }
            }

            sum.Store(to + first);
        }
    }
}
