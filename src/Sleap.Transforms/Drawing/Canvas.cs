using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>RGB bytes to draw on, with soft edges. Coordinates are pixels; pixel centres are whole numbers.</summary>
internal sealed class Canvas
{
    private readonly byte[] _rgb;

    public Canvas(int width, int height, byte[]? rgb = null)
    {
        Width = width;
        Height = height;
        _rgb = rgb ?? new byte[width * height * 3];
    }

    public int Width { get; }

    public int Height { get; }

    public Rgb this[int x, int y]
    {
        get
        {
            int at = ((y * Width) + x) * 3;
            return new Rgb(_rgb[at], _rgb[at + 1], _rgb[at + 2]);
        }
    }

    /// <summary>A filled circle.</summary>
    public void Disc(double x, double y, double radius, Rgb color) =>
        Fill(x - radius, y - radius, x + radius, y + radius, color, (px, py) => radius - double.Hypot(px - x, py - y));

    /// <summary>A circle's line.</summary>
    public void Ring(double x, double y, double radius, double width, Rgb color) =>
        Fill(
            x - radius - width, y - radius - width, x + radius + width, y + radius + width, color,
            (px, py) => (width / 2) - Math.Abs(double.Hypot(px - x, py - y) - radius));

    /// <summary>A straight line with round ends.</summary>
    public void Line(double x1, double y1, double x2, double y2, double width, Rgb color)
    {
        double dx = x2 - x1, dy = y2 - y1, squared = (dx * dx) + (dy * dy), half = width / 2;
        Fill(
            Math.Min(x1, x2) - half, Math.Min(y1, y2) - half, Math.Max(x1, x2) + half, Math.Max(y1, y2) + half, color,
            (px, py) =>
            {
                double along = squared == 0 ? 0 : Math.Clamp((((px - x1) * dx) + ((py - y1) * dy)) / squared, 0, 1);
                return half - double.Hypot(px - x1 - (along * dx), py - y1 - (along * dy));
            });
    }

    /// <summary>Copies another canvas to a place on this one; what reaches over the border is left out.</summary>
    public void Paste(Canvas other, int left, int top)
    {
        int width = Math.Min(other.Width, Width - left);
        for (int row = 0; row < Math.Min(other.Height, Height - top); row++)
            other._rgb.AsSpan(row * other.Width * 3, width * 3).CopyTo(_rgb.AsSpan((((top + row) * Width) + left) * 3));
    }

    public MLImage ToImage()
    {
        var frame = new IO.Frame(0, Height, Width, 3, _rgb);
        return FrameImage.From(frame);
    }

    /// <summary>Blends a colour in by how far each pixel's centre is inside the shape; half a pixel around its border is soft.</summary>
    private void Fill(double left, double top, double right, double bottom, Rgb color, Func<double, double, double> inside)
    {
        int firstX = (int)Math.Max(0, Math.Floor(left - 1)), lastX = (int)Math.Min(Width - 1, Math.Ceiling(right + 1));
        int firstY = (int)Math.Max(0, Math.Floor(top - 1)), lastY = (int)Math.Min(Height - 1, Math.Ceiling(bottom + 1));
        for (int y = firstY; y <= lastY; y++)
            for (int x = firstX; x <= lastX; x++)
                Blend(x, y, color, Math.Clamp(inside(x, y) + 0.5, 0, 1));
    }

    private void Blend(int x, int y, Rgb color, double share)
    {
        Span<byte> pixel = _rgb.AsSpan(((y * Width) + x) * 3, 3);
        pixel[0] = Mix(pixel[0], color.Red, share);
        pixel[1] = Mix(pixel[1], color.Green, share);
        pixel[2] = Mix(pixel[2], color.Blue, share);
    }

    private static byte Mix(byte below, byte above, double share) => (byte)Math.Round(below + ((above - below) * share));
}
