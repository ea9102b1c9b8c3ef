using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Doubles the size of a map by bilinear interpolation and appends its channels to those of another map, in one pass
/// on a CPU.
/// </summary>
/// <remarks>
/// libtorch takes a second pass to join the maps, and splits the joined gradient in an order of memory that makes the
/// gradient of the interpolation several times slower.
/// </remarks>
internal static unsafe class UpJoin
{
    private const int Lanes = WinogradTransform.Lanes;

    // Weights of the outputs 2i - 1, 2i, 2i + 1 and 2i + 2 in the gradient of input i, away from the border. At the
    // border the weight of an output outside of the map goes to the one beside it.
    private static readonly float[] InnerWeights = [0.25f, 0.75f, 0.75f, 0.25f];

    /// <summary>Whether these maps can be joined here. The result is libtorch's except for rounding.</summary>
    /// <param name="x">(B, C, h, w)</param>
    /// <param name="skip">(B, S, H, W)</param>
    public static bool Takes(Tensor x, Tensor skip) =>
        skip.size(2) == 2 * x.size(2)
        && skip.size(3) == 2 * x.size(3)
        && x.size(1) >= Lanes
        && skip.dtype == ScalarType.Float32
        && PixelMap.Takes(x, skip.size(1) + x.size(1), skip.size(2), skip.size(3));

    /// <summary>
    /// Joins the channels of <paramref name="skip"/> and those of <paramref name="x"/> at twice the size (pixel corners
    /// not aligned).
    /// </summary>
    /// <param name="x">(B, C, h, w)</param>
    /// <param name="skip">(B, S, 2h, 2w)</param>
    /// <returns>(B, S + C, 2h, 2w), channels-last</returns>
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

    /// <summary>The gradients of the joined maps.</summary>
    /// <param name="gradient">(B, S + C, 2h, 2w)</param>
    /// <param name="skipChannels">S.</param>
    /// <returns>(B, C, h, w) and (B, S, 2h, 2w), both channels-last</returns>
    public static (Tensor X, Tensor Skip) Gradients(Tensor gradient, int skipChannels)
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
            var first = Math.Min(channel, channels - Lanes); // the last eight channels overlap the ones before
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
        InnerWeights.CopyTo(new Span<float>(weights, 4));
        if (index == 0)
            (weights[0], weights[1]) = (0, 1);
        if (index == count - 1)
            (weights[2], weights[3]) = (1, 0);
    }

    // The weighted sum of 4×4 pixels, given the upper left one; those of weight 0 may lie outside of the map.
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
