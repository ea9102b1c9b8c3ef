namespace Sleap.MLNet;

/// <summary>The tiles of a map, image by image, row by row.</summary>
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
            (_height + WinogradTile.Side - 1) / WinogradTile.Side,
            (_width + WinogradTile.Side - 1) / WinogradTile.Side
        );
        Count = map.Batch * _rows * _columns;
    }

    public int Count { get; }

    /// <summary>The factors of the patch under a tile, of all channels; outside of the map there are zeros.</summary>
    /// <param name="tile">Which.</param>
    /// <param name="from">The map.</param>
    /// <param name="patch">Room for 36 pixels.</param>
    /// <param name="factors">Where the first factor's first channel goes.</param>
    /// <param name="stride">Numbers from factor to factor.</param>
    /// <param name="apart">Numbers from one eight channels to the next eight; 0: all channels lie side by side. Where
    /// their number is no multiple of eight the last eight begin earlier.</param>
    public void Input(int tile, PixelMap from, float* patch, float* factors, nint stride, nint apart)
    {
        var (image, y, x) = At(tile);
        (y, x) = (y - 1, x - 1);
        var isInside = y >= 0 && x >= 0 && y + WinogradTile.Patch <= _height && x + WinogradTile.Patch <= _width;
        if (!isInside)
            Copy(from, image, y, x, WinogradTile.Patch, patch);
        var pixels = isInside ? from.At(image, y, x) : patch;
        nint pixel = from.Channels,
            row = isInside ? from.Row : WinogradTile.Patch * pixel;
        for (var channel = 0; channel < from.Channels; channel += WinogradTile.Lanes)
        {
            var first = Math.Min(channel, from.Channels - WinogradTile.Lanes);
            WinogradTile.Input(
                pixels + first,
                row,
                pixel,
                factors + (apart == 0 ? first : channel / WinogradTile.Lanes * apart),
                stride
            );
        }
    }

    /// <summary>The factors of a tile of the output's gradient, of all channels.</summary>
    /// <param name="tile">Which.</param>
    /// <param name="from">The gradient.</param>
    /// <param name="patch">Room for 16 pixels.</param>
    /// <param name="factors">Where the first factor's first channel goes.</param>
    /// <param name="stride">Numbers from factor to factor.</param>
    /// <param name="apart">Numbers from one sixteen channels to the next sixteen. Where their number is no multiple of
    /// eight the last eight begin earlier.</param>
    public void Gradient(int tile, PixelMap from, float* patch, float* factors, nint stride, nint apart)
    {
        var (image, y, x) = At(tile);
        var isInside = y + WinogradTile.Side <= _height && x + WinogradTile.Side <= _width;
        if (!isInside)
            Copy(from, image, y, x, WinogradTile.Side, patch);
        var pixels = isInside ? from.At(image, y, x) : patch;
        nint pixel = from.Channels,
            row = isInside ? from.Row : WinogradTile.Side * pixel;
        for (var channel = 0; channel < from.Channels; channel += WinogradTile.Lanes)
        {
            var first = Math.Min(channel, from.Channels - WinogradTile.Lanes);
            WinogradTile.OutputGradient(
                pixels + first,
                row,
                pixel,
                factors + channel / MatrixKernel.Columns * apart + channel % MatrixKernel.Columns,
                stride
            );
        }
    }

    /// <summary>Where eight channels of a tile go.</summary>
    public OutputTile Output(int tile, PixelMap to, int channel)
    {
        var (image, y, x) = At(tile);
        return new OutputTile(
            to.At(image, y, x) + channel,
            to.Row,
            to.Channels,
            Math.Min(WinogradTile.Side, _height - y),
            Math.Min(WinogradTile.Side, _width - x),
            to.Channels - channel
        );
    }

    private (int Image, int Y, int X) At(int tile)
    {
        int row = tile / _columns,
            image = row / _rows;
        return (image, (row - image * _rows) * WinogradTile.Side, (tile - row * _columns) * WinogradTile.Side);
    }

    // A square of the map, with zeros outside of it.
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
