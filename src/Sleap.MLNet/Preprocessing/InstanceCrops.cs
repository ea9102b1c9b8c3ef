using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Cuts equal windows around centroids out of frames; beyond a frame they are zero.</summary>
public static class InstanceCrops
{
    /// <summary>Cuts crops, all at once.</summary>
    /// <param name="frames">(B, C, H, W), any type of number.</param>
    /// <param name="centroids">(M, 2), x and y in pixels of the frame. NaN gives a crop of zeros whose origin is NaN.</param>
    /// <param name="samples">(M), Int64: which of the B frames each crop is of.</param>
    /// <param name="height">Height of the crops.</param>
    /// <param name="width">Width of the crops.</param>
    /// <param name="alignment">How a crop lies between pixels.</param>
    /// <returns>
    /// Crops (M, C, height, width) of the frames' type with channels-last strides, and origins (M, 2), float: a point of the crop plus its
    /// origin is the point of the frame.
    /// </returns>
    /// <exception cref="ArgumentException">The shapes are others.</exception>
    public static (Tensor Crops, Tensor Origins) Cut(Tensor frames, Tensor centroids, Tensor samples, int height, int width, CropAlignment alignment = CropAlignment.Exact)
    {
        ArgumentNullException.ThrowIfNull(frames);
        Check(frames, centroids, samples, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        using var _ = no_grad();
        using DisposeScope scope = NewDisposeScope();
        centroids = centroids.to(ScalarType.Float32);
        Tensor missing = centroids.isnan().any(1, false);                                                       // (M)
        (Tensor x, Tensor originX) = Start(centroids.select(1, 0), width, alignment);                           // (M)
        (Tensor y, Tensor originY) = Start(centroids.select(1, 1), height, alignment);
        Tensor columns = x.unsqueeze(-1) + arange(0, width, ScalarType.Int64, frames.device);                   // (M, width)
        Tensor rows = y.unsqueeze(-1) + arange(0, height, ScalarType.Int64, frames.device);                     // (M, height)
        Tensor outsideX = columns.lt(0).logical_or(columns.ge(frames.size(3))).logical_or(missing.unsqueeze(-1));
        Tensor outsideY = rows.lt(0).logical_or(rows.ge(frames.size(2)));
        Tensor crops = Pixels(frames, samples, rows, columns)
            .masked_fill_(outsideY.unsqueeze(-1).logical_or(outsideX.unsqueeze(-2)).unsqueeze(-1), 0);          // (M, height, width, C)
        Tensor origins = stack(new[] { originX, originY }, -1).masked_fill(missing.unsqueeze(-1), float.NaN);   // (M, 2)
        return (crops.permute(0, 3, 1, 2).MoveToOuterDisposeScope(), origins.MoveToOuterDisposeScope());
    }

    /// <summary>Pixels at rows (M, r) and columns (M, c) of each crop's frame, those beyond it taken from its border: (M, r, c, C).</summary>
    internal static Tensor Pixels(Tensor frames, Tensor samples, Tensor rows, Tensor columns)
    {
        long channels = frames.size(1), height = frames.size(2), width = frames.size(3);
        Tensor row = samples.to(ScalarType.Int64).unsqueeze(-1) * height + rows.clamp(0, height - 1);           // (M, r)
        Tensor pixel = row.unsqueeze(-1) * width + columns.clamp(0, width - 1).unsqueeze(-2);                   // (M, r, c)
        return frames.permute(0, 2, 3, 1).reshape(-1, channels).index_select(0, pixel.flatten()).view(pixel.size(0), pixel.size(1), pixel.size(2), channels);
    }

    internal static void Check(Tensor frames, Tensor places, Tensor samples, int numbers)
    {
        ArgumentNullException.ThrowIfNull(places);
        ArgumentNullException.ThrowIfNull(samples);
        if (frames.dim() != 4)
            throw new ArgumentException($"Frames have the shape ({string.Join(", ", frames.shape)}), expected (batch, channels, height, width).", nameof(frames));
        if (places.dim() != 2 || places.size(1) != numbers || samples.dim() != 1 || samples.size(0) != places.size(0))
            throw new ArgumentException($"Places and samples have the shapes ({string.Join(", ", places.shape)}) and ({string.Join(", ", samples.shape)}), expected (crops, {numbers}) and (crops).");
    }

    // First pixel along one axis, whole, and where the crop's pixel 0 is said to be.
    private static (Tensor First, Tensor Origin) Start(Tensor centroid, int size, CropAlignment alignment)
    {
        // The box's first pixel if it could start anywhere: its pixels' centres span size − 1.
        Tensor corner = centroid - size / 2.0 + 0.5;
        if (alignment == CropAlignment.Exact)
        {
            Tensor whole = (corner + 0.5).floor().nan_to_num(0);
            return (whole.to(ScalarType.Int64), whole);
        }

        int half = size / 2;
        return ((corner + half).trunc().nan_to_num(0).to(ScalarType.Int64) - half, corner);
    }
}
