using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Changes a batch of frames and their points by one and the same random map. A point p goes to R·S·(p + t - c) + c, c
/// being the centre of the picture before and after: first moved, then scaled, then turned, as in SLEAP-NN. Pixel
/// centres are whole numbers for picture and points alike, so they stay together to the last fraction (SLEAP-NN's
/// points are up to half a pixel off their picture).
/// </summary>
internal sealed class Augmenter(AugmentationOptions options, Skeleton skeleton)
{
    // For each node the one it becomes in a mirror image.
    private readonly int[] _mirror = Mirror(skeleton);
    private readonly PictureChanges _pictures = new(options);

    /// <summary>Changes nothing.</summary>
    public static Augmenter None { get; } = new(AugmentationOptions.None, new Skeleton("", []));

    /// <param name="images">(B, C, H, W), 0..1.</param>
    /// <param name="points">x, y pairs of B · animals · N nodes in pixels of the images, NaN = missing; changed in
    /// place. Nodes that leave the result become NaN.</param>
    /// <param name="random">What everything is drawn from.</param>
    /// <param name="height">Rows of the result, which shows the middle of the changed image; null: those of the
    /// images.</param>
    /// <param name="width">Its columns.</param>
    /// <returns>(B, C, height, width), 0..1; the same tensor when there is nothing to change.</returns>
    public Tensor Apply(Tensor images, Span<float> points, Random random, int? height = null, int? width = null)
    {
        var (count, from) = ((int)images.shape[0], ((int)images.shape[2], (int)images.shape[3]));
        var to = (height ?? from.Item1, width ?? from.Item2);
        if (options.ChangesGeometry || to != from)
        {
            var theta = new float[count * 6];
            var perFrame = points.Length / count;
            for (var i = 0; i < count; i++)
            {
                var map = Draw(random, from, to);
                MapPoints(map, points.Slice(i * perFrame, perFrame), to);
                WriteSampling(map, from, to, theta.AsSpan(i * 6, 6));
            }
            using var grid = nn.functional.affine_grid(
                tensor(theta, count, 2, 3),
                [count, images.shape[1], to.Item1, to.Item2],
                false
            );
            images = nn.functional.grid_sample(
                images,
                grid,
                GridSampleMode.Bilinear,
                GridSamplePaddingMode.Zeros,
                false
            );
        }
        return _pictures.Apply(images, random);
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

    internal Affine Draw(Random random, (int Height, int Width) from, (int Height, int Width) to)
    {
        var flipped = options.FlipProbability > 0 && random.NextSingle() < options.FlipProbability;
        var turned = random.NextSingle() < options.RotationProbability;
        var angle = turned ? Between(options.RotationMin, options.RotationMax) * MathF.PI / 180 : 0;
        var scale = Between(options.ScaleMin, options.ScaleMax);
        var (dx, dy) = (
            Between(-options.TranslateWidth, options.TranslateWidth) * to.Width,
            Between(-options.TranslateHeight, options.TranslateHeight) * to.Height
        );
        var (sin, cos) = (MathF.Sin(angle) * scale, MathF.Cos(angle) * scale);
        var (cx, cy) = ((from.Width - 1) / 2f, (from.Height - 1) / 2f);
        var (tx, ty) = ((to.Width - 1) / 2f, (to.Height - 1) / 2f);
        var side = flipped ? -1 : 1; // the mirror image comes first, about the same centre
        return new(
            cos * side,
            -sin,
            cos * (dx - side * cx) - sin * (dy - cy) + tx,
            sin * side,
            cos,
            sin * (dx - side * cx) + cos * (dy - cy) + ty,
            flipped
        );

        float Between(float low, float high) => low == high ? low : low + random.NextSingle() * (high - low);
    }

    internal void MapPoints(Affine map, Span<float> points, (int Height, int Width) to)
    {
        for (var i = 0; i < points.Length; i += 2)
        {
            var (x, y) = map.Apply(points[i], points[i + 1]);
            var inside = x >= -0.5f && x <= to.Width - 0.5f && y >= -0.5f && y <= to.Height - 0.5f; // NaN is not inside
            (points[i], points[i + 1]) = inside ? (x, y) : (float.NaN, float.NaN);
        }
        if (!map.Flipped)
            return;
        var before = points.ToArray();
        var size = 2 * _mirror.Length;
        for (var i = 0; i < points.Length; i += 2)
            before.AsSpan(i / size * size + 2 * _mirror[i % size / 2], 2).CopyTo(points[i..]);
    }

    // grid_sample wants, for each output pixel, where to look in the input, both in units where the image's edges are
    // -1 and 1.
    private static void WriteSampling(
        Affine map,
        (int Height, int Width) from,
        (int Height, int Width) to,
        Span<float> theta
    )
    {
        var ((h, w), (th, tw)) = (((float)from.Height, (float)from.Width), ((float)to.Height, (float)to.Width));
        var back = map.Inverse();
        theta[0] = back.A * tw / w;
        theta[1] = back.B * th / w;
        theta[2] = (back.A * (tw - 1) + back.B * (th - 1) + 2 * back.C + 1) / w - 1;
        theta[3] = back.D * tw / h;
        theta[4] = back.E * th / h;
        theta[5] = (back.D * (tw - 1) + back.E * (th - 1) + 2 * back.F + 1) / h - 1;
    }

    private static int[] Mirror(Skeleton skeleton)
    {
        int[] mirror = [.. Enumerable.Range(0, skeleton.Nodes.Length)];
        foreach (var (first, second) in skeleton.Symmetries)
            (mirror[first], mirror[second]) = (second, first);
        return mirror;
    }
}
