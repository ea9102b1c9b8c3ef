using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sleap.MLNet;

/// <summary>The tiles of a map, image by image and row by row.</summary>
internal readonly unsafe struct WinogradTiles
{
    private readonly int _height,
        _width,
        _rows,
        _columns;

    public WinogradTiles(PixelMap map)
    {
        (_height, _width) = (map.Height, map.Width);
        (_rows, _columns) = (
            (_height + WinogradTransform.Side - 1) / WinogradTransform.Side,
            (_width + WinogradTransform.Side - 1) / WinogradTransform.Side
        );
        Count = map.Batch * _rows * _columns;
    }

    public int Count { get; }

    /// <summary>Transforms the patch under a tile, all channels, with zeros outside of the map.</summary>
    /// <param name="tile">Index of the tile.</param>
    /// <param name="from">The map.</param>
    /// <param name="patch">Room for 36 pixels.</param>
    /// <param name="factors">Gets the first channel of the first factor.</param>
    /// <param name="stride">Floats from factor to factor.</param>
    /// <param name="apart">Floats from one group of eight channels to the next; 0: all channels are adjacent. Where
    /// their number is not a multiple of eight the last group overlaps the one before.</param>
    public void Input(int tile, PixelMap from, float* patch, float* factors, nint stride, nint apart)
    {
        var pixels = Under(tile, from, patch, out var row);
        nint pixel = from.Channels;
        for (var channel = 0; channel < from.Channels; channel += WinogradTransform.Lanes)
        {
            var first = Math.Min(channel, from.Channels - WinogradTransform.Lanes);
            WinogradTransform.Input(
                pixels + first,
                row,
                pixel,
                factors + (apart == 0 ? first : channel / WinogradTransform.Lanes * apart),
                stride
            );
        }
    }

    /// <summary>The patch under a tile: its upper left pixel.</summary>
    /// <param name="tile">Index of the tile.</param>
    /// <param name="from">The map.</param>
    /// <param name="patch">Room for 36 pixels, for a patch that is partly outside of the map, where it is 0.</param>
    /// <param name="row">Floats from row to row.</param>
    public float* Under(int tile, PixelMap from, float* patch, out nint row)
    {
        var (image, y, x) = At(tile);
        (y, x) = (y - 1, x - 1);
        if (y >= 0 && x >= 0 && y + WinogradTransform.Patch <= _height && x + WinogradTransform.Patch <= _width)
        {
            row = from.Row;
            return from.At(image, y, x);
        }

        row = WinogradTransform.Patch * from.Channels;
        Copy(from, image, y, x, WinogradTransform.Patch, patch);
        return patch;
    }

    /// <summary>Transforms a tile of the output's gradient, all channels.</summary>
    /// <param name="tile">Index of the tile.</param>
    /// <param name="from">The gradient.</param>
    /// <param name="patch">Room for 16 pixels.</param>
    /// <param name="factors">Gets the first channel of the first factor.</param>
    /// <param name="stride">Floats from factor to factor.</param>
    /// <param name="apart">Floats from one group of sixteen channels to the next. Where their number is not a multiple
    /// of eight the last eight overlap the ones before.</param>
    public void Gradient(int tile, PixelMap from, float* patch, float* factors, nint stride, nint apart)
    {
        var (image, y, x) = At(tile);
        var isInside = y + WinogradTransform.Side <= _height && x + WinogradTransform.Side <= _width;
        if (!isInside)
            Copy(from, image, y, x, WinogradTransform.Side, patch);
        var pixels = isInside ? from.At(image, y, x) : patch;
        nint pixel = from.Channels,
            row = isInside ? from.Row : WinogradTransform.Side * pixel;
        for (var channel = 0; channel < from.Channels; channel += WinogradTransform.Lanes)
        {
            var first = Math.Min(channel, from.Channels - WinogradTransform.Lanes);
            WinogradTransform.OutputGradient(
                pixels + first,
                row,
                pixel,
                factors + channel / MatrixKernel.Columns * apart + channel % MatrixKernel.Columns,
                stride
            );
        }
    }

    /// <summary>A tile in the output's memory, and its rows and columns inside of the map.</summary>
    public float* Place(int tile, PixelMap to, out int rows, out int columns)
    {
        var (image, y, x) = At(tile);
        rows = Math.Min(WinogradTransform.Side, _height - y);
        columns = Math.Min(WinogradTransform.Side, _width - x);
        return to.At(image, y, x);
    }

    /// <summary>Eight channels of a tile in the output's memory.</summary>
    public OutputTile Output(int tile, PixelMap to, int channel)
    {
        var first = Place(tile, to, out var rows, out var columns);
        return new OutputTile(first + channel, to.Row, to.Channels, rows, columns, to.Channels - channel);
    }

    private (int Image, int Y, int X) At(int tile)
    {
        int row = tile / _columns,
            image = row / _rows;
        return (
            image,
            (row - image * _rows) * WinogradTransform.Side,
            (tile - row * _columns) * WinogradTransform.Side
        );
    }

    // Copies a square of the map, with zeros outside of the map.
    private void Copy(PixelMap from, int image, int top, int left, int side, float* patch)
    {
        int channels = from.Channels,
            first = Math.Max(0, left),
            count = Math.Min(_width, left + side) - first;
        new Span<float>(patch, side * side * channels).Clear();
        for (var y = Math.Max(0, top); y < Math.Min(_height, top + side); y++)
        {
            var row = new ReadOnlySpan<float>(from.At(image, y, first), count * channels);
            row.CopyTo(new Span<float>(patch + (nint)((y - top) * side + first - left) * channels, count * channels));
        }
    }
}

/// <summary>
/// Eight channels of a tile in the output's memory: 4×4 pixels, fewer at the lower and right border of the map.
/// </summary>
internal readonly unsafe struct OutputTile(float* first, nint row, nint pixel, int rows, int columns, int channels)
{
    private readonly Vector256<float> _mask = Vector256.LessThan(
        Vector256.Create(0f, 1f, 2f, 3f, 4f, 5f, 6f, 7f),
        Vector256.Create((float)channels)
    );

    public int Rows => rows;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int y, Vector256<float> x0, Vector256<float> x1, Vector256<float> x2, Vector256<float> x3)
    {
        var to = first + y * row;
        Store(to, x0);
        if (columns > 1)
            Store(to + pixel, x1);
        if (columns > 2)
            Store(to + 2 * pixel, x2);
        if (columns > 3)
            Store(to + 3 * pixel, x3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Store(float* to, Vector256<float> value)
    {
        if (channels >= WinogradTransform.Lanes)
            value.Store(to);
        else
            Avx.MaskStore(to, _mask, value);
    }
}
