using static Onnx.TensorProto.Types;

namespace Sleap.MLNet;

/// <summary>
/// Brings images to a network's input inside a graph, to the same gray levels as <see cref="FrameResampler"/>. Images
/// are whole numbers from 0 to 255 (Int32).
/// </summary>
internal static class ImageGraph
{
    /// <summary>Scales, pads and divides images by 255.</summary>
    /// <param name="images">(B, C, H, W)</param>
    /// <param name="channels">C</param>
    /// <param name="options">Options of the network.</param>
    /// <param name="asBytes">
    /// Whether color becomes gray rounded down to whole numbers and before it is scaled, else by the network.
    /// </param>
    /// <returns>(B, InChannels, H', W'), 0 to 1.</returns>
    public static OnnxValue Input(OnnxValue images, int channels, NetworkOptions options, bool asBytes)
    {
        var wanted = options.Backbone.InChannels;
        if (asBytes && channels > wanted)
            (images, channels) = (ToGray(images), 1);
        if (options.Scale != 1)
        {
            // The scale as it was written, as in FrameGeometry.
            var scale = (double)(decimal)options.Scale;
            foreach (var axis in (int[])[3, 2])
                images = Resize(images, axis, (images.Size(axis).As(DataType.Double) * scale).As(DataType.Int64));
        }

        var stride = options.Backbone.MaxStride;
        OnnxValue Missing(int axis) => (images.Size(axis) * -1 % stride + stride) % stride;
        var input = images.PadEnds(0, 0, Missing(2), Missing(3)).As(DataType.Float) / 255;
        return channels == wanted ? input : WithChannels(input, wanted);
    }

    /// <summary>Cuts squares of pixels out of images; pixels outside are 0, as in <see cref="CropWindow"/>.</summary>
    /// <param name="images">(B, C, H, W)</param>
    /// <param name="image">Number of each square's image (K).</param>
    /// <param name="centers">x and y of each square's center (K, 2).</param>
    /// <param name="channels">C</param>
    /// <param name="size">Side of the squares.</param>
    /// <param name="alignment">How they are aligned to pixels.</param>
    /// <returns>(K, C, size, size), and the x and y that lead from square to image (K, 2).</returns>
    public static (OnnxValue Crops, OnnxValue Origins) Cut(
        OnnxValue images,
        OnnxValue image,
        OnnxValue centers,
        int channels,
        int size,
        CropAlignment alignment
    )
    {
        var graph = images.Graph;
        OnnxValue first,
            origins;
        if (alignment == CropAlignment.SleapNN)
        {
            origins = centers - size / 2f + 0.5;
            first = (origins + size / 2).As(DataType.Int64) - size / 2; // (K, 2)
        }
        else
        {
            origins = (centers - (size - 1) / 2f).Round();
            first = origins.As(DataType.Int64);
        }

        var steps = graph.Vector([.. Enumerable.Range(0, size).Select(step => (long)step)]);
        OnnxValue x = first.At(0, 1).Unsqueeze(1) + steps, // (K, size)
            y = first.At(1, 1).Unsqueeze(1) + steps;
        OnnxValue width = images.Size(3),
            height = images.Size(2);
        // (K, 1, size, size)
        var isInside = ((y >= 0) & (y < height)).Unsqueeze(1, 3) & ((x >= 0) & (x < width)).Unsqueeze(1, 2);
        var channel = graph.Vector([.. Enumerable.Range(0, channels).Select(number => (long)number)]);
        var plane = image.Unsqueeze(1) * channels + channel; // (K, C)
        var row = plane.Unsqueeze(2) * height + Inside(y, height).Unsqueeze(1); // (K, C, size)
        var pixel = row.Unsqueeze(3) * width + Inside(x, width).Unsqueeze(1, 2); // (K, C, size, size)
        return (images.Reshape(-1).Gather(pixel).Where(isInside, 0), origins);
    }

    /// <summary>Whole numbers from 0 to before a size.</summary>
    public static OnnxValue Inside(OnnxValue places, OnnxValue size) => places.Max(0).Min(size - 1);

    /// <summary>
    /// Resizes one axis with antialiasing: the sums of <see cref="ResampleTaps"/>, in whole numbers.
    /// </summary>
    private static OnnxValue Resize(OnnxValue images, int axis, OnnxValue target)
    {
        var graph = images.Graph;
        var source = images.Size(axis);
        var step = source.As(DataType.Double) / target.As(DataType.Double); // (1)
        var support = step.Max(1);
        var center = ((target.Range().As(DataType.Double) + 0.5) * step).Unsqueeze(1); // (T, 1)
        OnnxValue start = (center - support + 0.5).As(DataType.Int64).Max(0), // (T, 1)
            end = (center + support + 0.5).As(DataType.Int64).Min(source),
            count = support.Do("Ceil").As(DataType.Int64) * 2 + 1; // taps
        var tap = start + count.Range(); // (T, taps)
        var distance = ((tap.As(DataType.Double) - center + 0.5) / support).Abs();
        var share = (distance * -1 + 1).Max(0).Where(tap < end, 0); // (T, taps)
        share /= share.Sum(1).Unsqueeze(1);
        // As many binary places as keep the largest weight within 16 bits, and one more weight of 2^22 at most.
        double[] powers = [.. Enumerable.Range(0, 23).Select(places => (double)(1 << places))];
        var fits = (share.Largest() * graph.Vector(powers[1..]) + 0.5).Floor() < 1 << 15; // (22)
        var one = graph.Vector(powers).Gather(fits.As(DataType.Int64).Sum(0)); // 2^places
        var weight = (share * one + 0.5).As(DataType.Int32); // (T, taps)
        var taps = images.Gather(Inside(tap, source), axis); // (B, C, H, T, taps), or (B, C, T, taps, W)
        var sums = axis == 3 ? (taps * weight).Sum(4) : (taps * weight.Unsqueeze(2)).Sum(3);
        var unit = one.As(DataType.Int32);
        return ((sums + unit / 2) / unit).Min(255);
    }

    // 0.2989, 0.587 and 0.114 in units of 2^-22, rounded down, as in FrameResampler.
    private static OnnxValue ToGray(OnnxValue rgb)
    {
        var weights = rgb.Graph.Constant([1253678, 2462057, 478151], 3, 1, 1);
        return (rgb * weights).Sum(1).Unsqueeze(1) / (1 << 22);
    }

    // As NetworkInput.WithChannels.
    private static OnnxValue WithChannels(OnnxValue images, int channels) =>
        channels == 3
            ? images.Concat(1, images, images)
            : (images * images.Graph.Constant([0.2989f, 0.587f, 0.114f], 3, 1, 1)).Sum(1).Unsqueeze(1);
}
