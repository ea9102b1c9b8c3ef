using Sleap.IO;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Changes a batch of frames and their points by one and the same random map.
/// A point p goes to R·S·(p + t - c) + c with c the frame's centre: first moved, then scaled, then turned, as in SLEAP-NN.
/// Pixel centres are whole numbers for picture and points alike, so they stay together to the last fraction
/// (SLEAP-NN's points are up to half a pixel off their picture).
/// </summary>
internal sealed class Augmenter(AugmentationOptions options, Skeleton skeleton)
{
    // For each node the one it becomes in a mirror image.
    private readonly int[] _mirror = Mirror(skeleton);

    /// <param name="images">(B, C, H, W), 0..1.</param>
    /// <param name="points">B·N x, y pairs in pixels of the images, NaN = missing; changed in place. Nodes that leave the image become NaN.</param>
    /// <param name="random">What everything is drawn from.</param>
    /// <returns>(B, C, H, W), 0..1; the same tensor when there is nothing to change.</returns>
    public Tensor Apply(Tensor images, Span<float> points, Random random)
    {
        var (count, height, width) = ((int)images.shape[0], (int)images.shape[2], (int)images.shape[3]);
        if (options.ChangesGeometry)
        {
            var theta = new float[count * 6];
            var perFrame = points.Length / count;
            for (var i = 0; i < count; i++)
            {
                var map = Draw(random, height, width);
                MapPoints(map, points.Slice(i * perFrame, perFrame), height, width);
                WriteSampling(map, height, width, theta.AsSpan(i * 6, 6));
            }
            using var grid = nn.functional.affine_grid(tensor(theta, count, 2, 3), images.shape, false);
            images = nn.functional.grid_sample(images, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Zeros, false);
        }
        return options.ChangesIntensity ? ChangeIntensity(images, count, random) : images;
    }

    /// <summary>The map of points q = [A B; D E]·p + (C, F), pixel coordinates.</summary>
    internal readonly record struct Affine(float A, float B, float C, float D, float E, float F, bool Flipped)
    {
        public (float X, float Y) Apply(float x, float y) => (A * x + B * y + C, D * x + E * y + F);

        public Affine Inverse()
        {
            var det = A * E - B * D;
            var (a, b, d, e) = (E / det, -B / det, -D / det, A / det);
            return new(a, b, -(a * C + b * F), d, e, -(d * C + e * F), Flipped);
        }
    }

    internal Affine Draw(Random random, int height, int width)
    {
        var flipped = options.FlipProbability > 0 && random.NextSingle() < options.FlipProbability;
        var turned = random.NextSingle() < options.RotationProbability;
        var angle = turned ? Between(options.RotationMin, options.RotationMax) * MathF.PI / 180 : 0;
        var scale = Between(options.ScaleMin, options.ScaleMax);
        var (dx, dy) = (Between(-options.TranslateWidth, options.TranslateWidth) * width, Between(-options.TranslateHeight, options.TranslateHeight) * height);
        var (sin, cos) = (MathF.Sin(angle) * scale, MathF.Cos(angle) * scale);
        var (cx, cy) = ((width - 1) / 2f, (height - 1) / 2f);
        var side = flipped ? -1 : 1; // the mirror image comes first, about the same centre
        return new(cos * side, -sin, cos * (dx - side * cx) - sin * (dy - cy) + cx, sin * side, cos, sin * (dx - side * cx) + cos * (dy - cy) + cy, flipped);

        float Between(float low, float high) => low == high ? low : low + random.NextSingle() * (high - low);
    }

    internal void MapPoints(Affine map, Span<float> points, int height, int width)
    {
        for (var i = 0; i < points.Length; i += 2)
        {
            var (x, y) = map.Apply(points[i], points[i + 1]);
            var inside = x >= -0.5f && x <= width - 0.5f && y >= -0.5f && y <= height - 0.5f; // NaN is not inside
            (points[i], points[i + 1]) = inside ? (x, y) : (float.NaN, float.NaN);
        }
        if (!map.Flipped) return;
        var before = points.ToArray();
        for (var node = 0; node < _mirror.Length; node++)
            before.AsSpan(_mirror[node] * 2, 2).CopyTo(points[(node * 2)..]);
    }

    // grid_sample wants, for each output pixel, where to look in the input, in units where the image's edges are -1 and 1.
    private static void WriteSampling(Affine map, int height, int width, Span<float> theta)
    {
        var (w, h) = ((float)width, (float)height);
        var back = map.Inverse();
        theta[0] = back.A;
        theta[1] = back.B * h / w;
        theta[2] = (back.A * (w - 1) + back.B * (h - 1) + 2 * back.C + 1) / w - 1;
        theta[3] = back.D * w / h;
        theta[4] = back.E;
        theta[5] = (back.D * (w - 1) + back.E * (h - 1) + 2 * back.F + 1) / h - 1;
    }

    private Tensor ChangeIntensity(Tensor images, int count, Random random)
    {
        var (gain, shift) = (new float[count], new float[count]);
        for (var i = 0; i < count; i++)
        {
            var contrast = options.ContrastMin + random.NextSingle() * (options.ContrastMax - options.ContrastMin);
            var brightness = options.BrightnessMin + random.NextSingle() * (options.BrightnessMax - options.BrightnessMin);
            (gain[i], shift[i]) = (contrast * brightness, 0.5f * (1 - contrast) * brightness); // contrast first, then brightness
        }
        var changed = images.mul(tensor(gain, count, 1, 1, 1)).add(tensor(shift, count, 1, 1, 1));
        if (options.NoiseStandardDeviation > 0)
        {
            using var generator = new Generator((ulong)random.NextInt64());
            changed = changed.add(randn(images.shape, null, null, false, generator), options.NoiseStandardDeviation);
        }
        return changed.clamp_(0, 1);
    }

    private static int[] Mirror(Skeleton skeleton)
    {
        int[] mirror = [.. Enumerable.Range(0, skeleton.Nodes.Length)];
        foreach (var (first, second) in skeleton.Symmetries) (mirror[first], mirror[second]) = (second, first);
        return mirror;
    }
}
