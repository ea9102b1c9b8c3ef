using Sleap.Transforms;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Runs a network over images in overlapping tiles and assembles the maps of whole images from the inner parts of the
/// tiles. Decoding sees maps of the whole image, so an instance across a tile border is one instance. Thread-safe.
/// </summary>
/// <remarks>
/// Tiles start at multiples of the deepest map's stride, so that cells have the same positions as in the whole image;
/// tiles at the image's border include that border. If the overlap is twice the network's reach, the maps equal those
/// of the whole image.
/// </remarks>
internal sealed class FrameTiles(NetworkOptions options)
{
    private readonly int _stride = options.Backbone.Strides()[^1];
    private readonly int _batch = options.BatchSize;

    /// <summary>Returns the network's maps of whole images.</summary>
    /// <param name="network">The network.</param>
    /// <param name="images">(B, C, H, W), 0 to 1.</param>
    /// <returns>
    /// One tensor per head, (B, channels, ⌈H/stride⌉, ⌈W/stride⌉), owned by the caller's dispose scope.
    /// </returns>
    public Tensor[] Run(PoseNetwork network, Tensor images)
    {
        var (height, width) = ((int)images.size(2), (int)images.size(3));
        if (
            SideFor(height, width, (int)images.size(0), images.device) is not { } side
            || (height <= side && width <= side)
        )
        {
            return network.call(images);
        }

        using var scope = NewDisposeScope();
        var halo = Halo(options.Backbone, side, options.TileOverlap);
        var (rows, columns) = (Cut(RoundUp(height), side, halo), Cut(RoundUp(width), side, halo));
        var padded =
            RoundUp(height) == height && RoundUp(width) == width
                ? images
                : nn.functional.pad(
                    images,
                    (0, RoundUp(width) - width, 0, RoundUp(height) - height),
                    PaddingModes.Constant,
                    0
                );
        var maps = network.Heads.Select(head => Empty(images, head)).ToArray();
        var tiles =
            from image in Enumerable.Range(0, (int)images.size(0))
            from row in rows
            from column in columns
            select (image, row, column);
        foreach (var batch in tiles.Chunk(_batch))
        {
            using var inner = NewDisposeScope();
            var cut = cat(
                [
                    .. batch.Select(tile =>
                        padded
                            .narrow(0, tile.image, 1)
                            .narrow(2, tile.row.Start, tile.row.Length)
                            .narrow(3, tile.column.Start, tile.column.Length)
                    ),
                ],
                0
            );
            var outputs = network.call(ChannelsLast.Convert(cut));
            for (var head = 0; head < maps.Length; head++)
            {
                for (var tile = 0; tile < batch.Length; tile++)
                {
                    CopyPart(
                        outputs[head].narrow(0, tile, 1),
                        maps[head].narrow(0, batch[tile].image, 1),
                        batch[tile].row,
                        batch[tile].column,
                        network.Heads[head].OutputStride
                    );
                }
            }
        }
        return [.. maps.Select(map => map.MoveToOuterDisposeScope())];
    }

    /// <summary>Adds the faults of the sizes of tiles; call it only if the backbone's options have none.</summary>
    public static void Check(OptionFaults faults, NetworkOptions options)
    {
        faults.If(
            options is { TileOverlap: not null, TileSize: null },
            $"TileOverlap is {options.TileOverlap} and there is no TileSize; it goes with one"
        );
        if (options.TileSize is not { } size)
            return;
        var (stride, halo) = (options.Backbone.Strides()[^1], Halo(options.Backbone, size, options.TileOverlap));
        faults.Expect(
            size >= MinSize(options),
            nameof(options.TileSize),
            size,
            options.TileOverlap is null
                ? $"at least {MinSize(options)}: neighboring tiles share {2 * halo} pixels of the network input, so "
                    + "that peaks are those of whole frames. With a TileOverlap of your own, tiles may be smaller, and "
                    + "peaks near their seams differ"
                : $"at least {MinSize(options)}, more than TileOverlap ({2 * halo} when rounded up to twice the "
                    + $"network's stride of {stride})"
        );
    }

    /// <summary>
    /// Returns the smallest side of tiles for the overlap; call it only if the backbone's options have no faults.
    /// </summary>
    public static int MinSize(NetworkOptions options) =>
        2 * Halo(options.Backbone, options.TileSize ?? 0, options.TileOverlap) + options.Backbone.Strides()[^1];

    /// <summary>
    /// Returns starts and lengths of the tiles along one side of an image, and the range [From, To) that is used of
    /// each; the ranges cover the side without overlap.
    /// </summary>
    /// <param name="size">Length of the image's side in pixels, a multiple of the stride like the other values.</param>
    /// <param name="side">Length of a tile's side in pixels.</param>
    /// <param name="halo">Pixels at a tile's border that are not used.</param>
    internal IReadOnlyList<Part> Cut(int size, int side, int halo)
    {
        if (size <= side)
            return [new(0, size, 0, size)];
        var count = (size - side + side - 2 * halo - 1) / (side - 2 * halo) + 1;
        int[] starts = [.. Enumerable.Range(0, count).Select(i => Math.Min(i * (side - 2 * halo), size - side))];
        // A seam is in the middle of the overlap, at the maximum distance from both tile borders.
        int[] seams =
        [
            0,
            .. starts.Zip(starts.Skip(1), (left, right) => (right + left + side) / 2 / _stride * _stride),
            size,
        ];
        return [.. starts.Select((start, i) => new Part(start, side, seams[i], seams[i + 1]))];
    }

    /// <summary>
    /// Returns the number of pixels at a tile's border in which maps can differ from those of the whole image: a
    /// multiple of the stride.
    /// </summary>
    private static int Halo(BackboneOptions backbone, int side, int? overlap)
    {
        // Without an exact reach, a quarter of the tile at each side of a seam is a heuristic without guarantee.
        var wanted = overlap is { } shared ? (shared + 1) / 2 : NetworkSize.Reach(backbone) ?? side / 4;
        var stride = backbone.Strides()[^1];
        return (wanted + stride - 1) / stride * stride;
    }

    /// <summary>Returns the side of the tiles; null: whole images.</summary>
    private int? SideFor(int height, int width, int images, Device device)
    {
        if (options.TileSize is { } size)
            return RoundUp(size);
        // Tiles are chosen automatically only if they change nothing but the run time.
        if (device.type != DeviceType.CPU || NetworkSize.Reach(options.Backbone) is null)
            return null;
        long Bytes(int h, int w, int count) =>
            NetworkSize.ActivationBytes(options.Backbone, h, w, options.Backbone.OutputStride)
            * Math.Min(count, PoseNetwork.ImagesAtOnce(options.Backbone, device, h, w));
        var available = AvailableBytes;
        if (Bytes(height, width, images) <= available / 4 * 3)
            return null;
        var (halo, side) = (Halo(options.Backbone, 0, null), RoundUp(Math.Max(height, width)));
        var smallest = 4 * halo; // of a smaller tile less than half of the side would be used
        while (side > smallest && Bytes(side, side, _batch) > available / 4)
            side = Math.Max(smallest, RoundUp(side / 2));
        return Math.Max(side, 2 * halo + _stride);
    }

    /// <summary>Bytes of memory that the process may use.</summary>
    internal long AvailableBytes { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    private int RoundUp(int pixels) => (pixels + _stride - 1) / _stride * _stride;

    // In the memory order of the network's own outputs.
    private static Tensor Empty(Tensor images, HeadOptions head)
    {
        long Cells(long pixels) => (pixels + head.OutputStride - 1) / head.OutputStride;
        return empty(
                [images.size(0), Cells(images.size(2)), Cells(images.size(3)), head.Channels],
                ScalarType.Float32,
                images.device
            )
            .permute(0, 3, 1, 2);
    }

    /// <summary>Copies the used part of a tile's map into the image's map.</summary>
    private static void CopyPart(Tensor tile, Tensor map, Part row, Part column, int stride)
    {
        var (fromY, toY) = (row.From / stride, Math.Min(row.To / stride, map.size(2)));
        var (fromX, toX) = (column.From / stride, Math.Min(column.To / stride, map.size(3)));
        var (offsetY, offsetX) = (row.Start / stride, column.Start / stride);
        map.narrow(2, fromY, toY - fromY)
            .narrow(3, fromX, toX - fromX)
            .copy_(tile.narrow(2, fromY - offsetY, toY - fromY).narrow(3, fromX - offsetX, toX - fromX));
    }

    /// <summary>A tile along one side of an image.</summary>
    /// <param name="Start">The first pixel.</param>
    /// <param name="Length">The number of pixels.</param>
    /// <param name="From">The first pixel that is used.</param>
    /// <param name="To">The end of the used range, exclusive.</param>
    internal readonly record struct Part(int Start, int Length, int From, int To);
}
