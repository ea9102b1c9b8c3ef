using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Applies random changes to a batch of images, and the same changes to its points.</summary>
/// <remarks>
/// A point p becomes R·S·(p + t - c) + c, where c is the center of the image before and after: it is moved, then
/// scaled, then rotated, as in sleap-nn. Pixel centers are whole numbers for images and points alike, so that points
/// stay exactly on their pixels (in sleap-nn they are up to half a pixel off).
/// </remarks>
internal sealed class Augmenter(AugmentationOptions options, Skeleton skeleton)
{
    // The node that each node becomes in a mirror image.
    private readonly int[] _mirror = Mirror(skeleton);
    private readonly PixelChanges _pixels = new(options);

    /// <summary>Changes nothing.</summary>
    public static Augmenter None { get; } = new(AugmentationOptions.None, new Skeleton("", []));

    /// <param name="images">(B, C, H, W), 0..1.</param>
    /// <param name="points">x and y of B · instances · nodes in pixels of the images, NaN = missing; changed in place.
    /// Nodes that leave the result become NaN, unless there are centers.</param>
    /// <param name="random">All random numbers come from it.</param>
    /// <param name="size">Size of the result; null: that of the images.</param>
    /// <param name="centers">The pixel of each image that is at the center of its result, where nodes outside of the
    /// result stay; null: the center of the image.</param>
    /// <returns>(B, C, height, width), 0..1; the same tensor when there is nothing to change.</returns>
    public Tensor Apply(
        Tensor images,
        Span<float> points,
        Random random,
        (int Height, int Width)? size = null,
        IReadOnlyList<(float X, float Y)>? centers = null
    )
    {
        var (count, channels) = ((int)images.size(0), images.size(1));
        (int Height, int Width) from = ((int)images.size(2), (int)images.size(3));
        var to = size ?? from;
        if (!options.ChangesGeometry && to == from && centers is null)
            return _pixels.Apply(images, random);
        var theta = new float[count * 6];
        var pointsEach = points.Length / count;
        for (var i = 0; i < count; i++)
        {
            var map = Draw(random, centers?[i] ?? CenterOf(from), to);
            MapPoints(map, points.Slice(i * pointsEach, pointsEach), centers is null ? to : null);
            WriteSampling(map, from, to, theta.AsSpan(i * 6, 6));
        }

        using var grid = nn.functional.affine_grid(
            tensor(theta, count, 2, 3),
            [count, channels, to.Height, to.Width],
            align_corners: false
        ); // (B, height, width, 2)
        images = nn.functional.grid_sample(
            images,
            grid,
            GridSampleMode.Bilinear,
            GridSamplePaddingMode.Zeros,
            align_corners: false
        ); // (B, C, height, width)
        return _pixels.Apply(images, random);
    }

    /// <summary>
    /// Returns the side of a square around a pixel of an image that holds all that a result with this center can show.
    /// </summary>
    public int Reach((int Height, int Width) size)
    {
        var (height, width) = (
            size.Height * (1 + 2 * options.TranslateHeight),
            size.Width * (1 + 2 * options.TranslateWidth)
        );
        var turned =
            options.RotationMin == 0 && options.RotationMax == 0 ? Math.Max(height, width) : float.Hypot(height, width);
        return (int)MathF.Ceiling(turned / Math.Min(1, options.ScaleMin)) + 2; // and pixels to interpolate with
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

    /// <summary>The center of an image, in its pixels.</summary>
    internal static (float X, float Y) CenterOf((int Height, int Width) image) =>
        ((image.Width - 1) / 2f, (image.Height - 1) / 2f);

    /// <summary>Draws the map of one image.</summary>
    /// <param name="random">All random numbers come from it.</param>
    /// <param name="center">The pixel of the image that is at the center of the result, before it is moved.</param>
    /// <param name="to">Size of the result.</param>
    internal Affine Draw(Random random, (float X, float Y) center, (int Height, int Width) to)
    {
        var flipped = options.FlipProbability > 0 && random.NextSingle() < options.FlipProbability;
        var rotated = random.NextSingle() < options.RotationProbability;
        var angle = rotated ? Between(options.RotationMin, options.RotationMax) * MathF.PI / 180 : 0;
        var scale = Happens(options.ScaleProbability) ? Between(options.ScaleMin, options.ScaleMax) : 1;
        var (dx, dy) = Happens(options.TranslateProbability)
            ? (
                Between(-options.TranslateWidth, options.TranslateWidth) * to.Width,
                Between(-options.TranslateHeight, options.TranslateHeight) * to.Height
            )
            : (0, 0);
        var (sin, cos) = (MathF.Sin(angle) * scale, MathF.Cos(angle) * scale);
        var (cx, cy) = center;
        var (tx, ty) = CenterOf(to);
        var side = flipped ? -1 : 1; // the mirror image comes first, about the same center
        return new(
            cos * side,
            -sin,
            cos * (dx - side * cx) - sin * (dy - cy) + tx,
            sin * side,
            cos,
            sin * (dx - side * cx) + cos * (dy - cy) + ty,
            flipped
        );

        bool Happens(float probability) => probability >= 1 || random.NextSingle() < probability;
        float Between(float low, float high) => low == high ? low : low + random.NextSingle() * (high - low);
    }

    // Points outside of the size become NaN; without a size all stay.
    private void MapPoints(Affine map, Span<float> points, (int Height, int Width)? to)
    {
        for (var i = 0; i < points.Length; i += 2)
        {
            var (x, y) = map.Apply(points[i], points[i + 1]);
            var isInside =
                to is not var (height, width) || (x >= -0.5f && x <= width - 0.5f && y >= -0.5f && y <= height - 0.5f); // NaN is not inside
            (points[i], points[i + 1]) = isInside ? (x, y) : (float.NaN, float.NaN);
        }

        if (!map.Flipped)
            return;
        var before = points.ToArray();
        var size = 2 * _mirror.Length;
        for (var i = 0; i < points.Length; i += 2)
            before.AsSpan(i / size * size + 2 * _mirror[i % size / 2], 2).CopyTo(points[i..]);
    }

    // affine_grid takes, for each image, the map from output to input pixels as a 2×3 matrix, both in units where the
    // edges of the image are -1 and 1.
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
