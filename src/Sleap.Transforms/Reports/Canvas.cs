using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>RGB bytes to draw on, with soft edges. Coordinates are pixels; pixel centers are whole numbers.</summary>
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
            var at = ((y * Width) + x) * 3;
            return new Rgb(_rgb[at], _rgb[at + 1], _rgb[at + 2]);
        }
    }

    /// <summary>A filled circle.</summary>
    public void Disc(double x, double y, double radius, Rgb color) =>
        Fill(x - radius, y - radius, x + radius, y + radius, color, (px, py) => radius - double.Hypot(px - x, py - y));

    /// <summary>A circle's line.</summary>
    public void Ring(double x, double y, double radius, double width, Rgb color) =>
        Fill(
            x - radius - width,
            y - radius - width,
            x + radius + width,
            y + radius + width,
            color,
            (px, py) => (width / 2) - Math.Abs(double.Hypot(px - x, py - y) - radius)
        );

    /// <summary>A straight line with round ends; without a length it is a dot.</summary>
    public void Line(double x1, double y1, double x2, double y2, double width, Rgb color, double opacity = 1)
    {
        double dx = x2 - x1,
            dy = y2 - y1,
            squared = (dx * dx) + (dy * dy),
            half = width / 2;
        Fill(
            Math.Min(x1, x2) - half,
            Math.Min(y1, y2) - half,
            Math.Max(x1, x2) + half,
            Math.Max(y1, y2) + half,
            color,
            (px, py) =>
            {
                var along = squared == 0 ? 0 : Math.Clamp((((px - x1) * dx) + ((py - y1) * dy)) / squared, 0, 1);
                return half - double.Hypot(px - x1 - (along * dx), py - y1 - (along * dy));
            },
            opacity
        );
    }

    /// <summary>A line of text with a dark rim, so that it can be read on any picture.</summary>
    /// <param name="text">The text; letters that the font lacks are boxes.</param>
    /// <param name="x">Its middle; moved so that the text stays on the canvas.</param>
    /// <param name="y">Its base line.</param>
    /// <param name="height">The height of a capital letter in pixels.</param>
    /// <param name="color">The color of the letters.</param>
    public void Text(string text, double x, double y, double height, Rgb color)
    {
        double cell = height / StrokeFont.CapHeight,
            length = ((text.Length * StrokeFont.Advance) - 2) * cell;
        double left = Math.Max(2 * cell, Math.Min(x - (length / 2), Width - length - (2 * cell))),
            top = Math.Clamp(y, height + (2 * cell), Math.Max(height + (2 * cell), Height - (4 * cell))) - height;
        foreach ((var ink, var width) in new[] { (default(Rgb), 2.6 * cell), (color, 1.1 * cell) })
        {
            for (var i = 0; i < text.Length; i++)
            {
                foreach ((var x1, var y1, var x2, var y2) in StrokeFont.Strokes(text[i]))
                {
                    var at = left + (i * StrokeFont.Advance * cell);
                    Line(at + (x1 * cell), top + (y1 * cell), at + (x2 * cell), top + (y2 * cell), width, ink);
                }
            }
        }
    }

    /// <summary>A smaller copy: each pixel is the mean of those it stands for.</summary>
    public Canvas Downscaled(int factor)
    {
        var small = new Canvas(Math.Max(1, Width / factor), Math.Max(1, Height / factor));
        for (var y = 0; y < small.Height; y++)
        {
            for (var i = 0; i < small.Width * 3; i++)
            {
                var sum = 0;
                for (var row = 0; row < factor; row++)
                {
                    for (var column = 0; column < factor; column++)
                        sum += _rgb[((((y * factor) + row) * Width) + (i / 3 * factor) + column) * 3 + (i % 3)];
                }

                small._rgb[(y * small.Width * 3) + i] = (byte)(sum / (factor * factor));
            }
        }

        return small;
    }

    /// <summary>A larger copy: each pixel becomes a square.</summary>
    public Canvas Upscaled(int factor)
    {
        var large = new Canvas(Width * factor, Height * factor);
        for (var y = 0; y < large.Height; y++)
        {
            for (var x = 0; x < large.Width; x++)
            {
                _rgb.AsSpan((((y / factor) * Width) + (x / factor)) * 3, 3)
                    .CopyTo(large._rgb.AsSpan(((y * large.Width) + x) * 3));
            }
        }

        return large;
    }

    /// <summary>A part of it.</summary>
    public Canvas Part(int left, int top, int width, int height)
    {
        var part = new Canvas(width, height);
        for (var row = 0; row < height; row++)
            _rgb.AsSpan((((top + row) * Width) + left) * 3, width * 3).CopyTo(part._rgb.AsSpan(row * width * 3));
        return part;
    }

    /// <summary>The bytes, red, green, blue, rows first.</summary>
    public ReadOnlySpan<byte> Pixels => _rgb;

    /// <summary>A canvas with a frame on it; gray becomes red = green = blue.</summary>
    public static Canvas Of(IO.Frame frame)
    {
        if (frame.Channels == 3)
            return new Canvas(frame.Width, frame.Height, [.. frame.Pixels]);
        var rgb = new byte[frame.Pixels.Length * 3];
        for (int from = 0, to = 0; to < rgb.Length; from++, to += 3)
            rgb[to] = rgb[to + 1] = rgb[to + 2] = frame.Pixels[from];
        return new Canvas(frame.Width, frame.Height, rgb);
    }

    /// <summary>Copies another canvas to a place on this one; the part outside is left out.</summary>
    public void Paste(Canvas other, int left, int top)
    {
        var width = Math.Min(other.Width, Width - left);
        for (var row = 0; row < Math.Min(other.Height, Height - top); row++)
            other._rgb.AsSpan(row * other.Width * 3, width * 3).CopyTo(_rgb.AsSpan((((top + row) * Width) + left) * 3));
    }

    public MLImage ToImage()
    {
        var frame = new IO.Frame(0, Height, Width, 3, _rgb);
        return FrameImage.From(frame);
    }

    /// <summary>
    /// Blends a color in by how far each pixel's center is inside the shape; half a pixel around its border is soft.
    /// </summary>
    private void Fill(
        double left,
        double top,
        double right,
        double bottom,
        Rgb color,
        Func<double, double, double> inside,
        double opacity = 1
    )
    {
        int firstX = (int)Math.Max(0, Math.Floor(left - 1)),
            lastX = (int)Math.Min(Width - 1, Math.Ceiling(right + 1));
        int firstY = (int)Math.Max(0, Math.Floor(top - 1)),
            lastY = (int)Math.Min(Height - 1, Math.Ceiling(bottom + 1));
        for (var y = firstY; y <= lastY; y++)
        {
            for (var x = firstX; x <= lastX; x++)
                Blend(x, y, color, Math.Clamp(inside(x, y) + 0.5, 0, 1) * opacity);
        }
    }

    private void Blend(int x, int y, Rgb color, double share)
    {
        if (share == 0)
            return;
        var pixel = _rgb.AsSpan(((y * Width) + x) * 3, 3);
        pixel[0] = Mix(pixel[0], color.Red, share);
        pixel[1] = Mix(pixel[1], color.Green, share);
        pixel[2] = Mix(pixel[2], color.Blue, share);
    }

    private static byte Mix(byte below, byte above, double share) =>
        (byte)Math.Round(below + ((above - below) * share));
}
