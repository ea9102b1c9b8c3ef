using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using SkiaSharp;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// An image to draw on by Skia, antialiased and opaque. Coordinates are pixels; pixel centers are whole numbers.
/// </summary>
internal sealed class Canvas : IDisposable
{
    private readonly SKBitmap _bitmap;
    private readonly SKCanvas _canvas;
    private readonly SKPaint _paint = new()
    {
        IsAntialias = true,
        StrokeCap = SKStrokeCap.Round,
        StrokeJoin = SKStrokeJoin.Round,
    };

    /// <summary>A black image.</summary>
    public Canvas(int width, int height)
        : this(width, height, SKColorType.Rgba8888) => _canvas.Clear(SKColors.Black);

    private Canvas(int width, int height, SKColorType type)
    {
        _bitmap = new SKBitmap(new SKImageInfo(width, height, type, SKAlphaType.Opaque));
        _canvas = new SKCanvas(_bitmap);
        // In Skia the corners of pixels are whole numbers.
        _canvas.Translate(0.5f, 0.5f);
    }

    public int Width => _bitmap.Width;

    public int Height => _bitmap.Height;

    /// <summary>The bytes, 4 a pixel: red, green, blue and one without a meaning; rows first.</summary>
    public ReadOnlySpan<byte> Pixels => _bitmap.GetPixelSpan();

    /// <summary>A canvas with a frame on it; gray becomes red = green = blue.</summary>
    public static Canvas Of(Frame frame)
    {
        var canvas = new Canvas(frame.Width, frame.Height, SKColorType.Rgba8888);
        var pixels = new byte[canvas._bitmap.ByteCount];
        ImageEncoder.FillRgba(frame, pixels);
        Marshal.Copy(pixels, 0, canvas._bitmap.GetPixels(), pixels.Length);
        return canvas;
    }

    /// <summary>A canvas with an image on it, without its alpha.</summary>
    public static Canvas Of(MLImage image) => Of(new Frame(0, image.Height, image.Width, 3, FrameImage.ToRgb(image)));

    /// <summary>A filled circle.</summary>
    public void Disc(double x, double y, double radius, Rgb color) =>
        _canvas.DrawCircle((float)x, (float)y, (float)radius, Fill(color));

    /// <summary>A circle's line.</summary>
    public void Ring(double x, double y, double radius, double width, Rgb color) =>
        _canvas.DrawCircle((float)x, (float)y, (float)radius, Stroke(color, width));

    /// <summary>A straight line with round ends; without a length it is a dot.</summary>
    public void Line(double x1, double y1, double x2, double y2, double width, Rgb color, double opacity = 1) =>
        _canvas.DrawLine((float)x1, (float)y1, (float)x2, (float)y2, Stroke(color, width, opacity));

    /// <summary>A line of text with a dark rim, so that it can be read on any image.</summary>
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
        using var letters = StrokeFont.Path(text, (float)left, (float)top, (float)cell);
        _canvas.DrawPath(letters, Stroke(default, 2.6 * cell));
        _canvas.DrawPath(letters, Stroke(color, 1.1 * cell));
    }

    /// <summary>A smaller copy, whose pixels are means over areas of this one.</summary>
    public Canvas Downscaled(int factor)
    {
        var (width, height) = (Math.Max(1, Width / factor), Math.Max(1, Height / factor));
        return Copy(SKRect.Create(width * factor, height * factor), width, height, SKFilterQuality.Medium);
    }

    /// <summary>A copy of a part of it, each pixel as a square of the given side.</summary>
    public Canvas Part(int left, int top, int width, int height, int zoom) =>
        Copy(SKRect.Create(left, top, width, height), width * zoom, height * zoom, SKFilterQuality.None);

    /// <summary>Copies another canvas to a place on this one; the part outside is left out.</summary>
    public void Paste(Canvas other, int left, int top) =>
        _canvas.DrawBitmap(other._bitmap, left - 0.5f, top - 0.5f, Fill(default));

    /// <summary>Writes it as a PNG or JPEG file, by the ending of the path.</summary>
    /// <exception cref="ArgumentException">The path has another ending.</exception>
    public void Save(string path)
    {
        using var picture = _bitmap.PeekPixels();
        var encoded = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".png" => ImageEncoder.Png(picture),
            ".jpg" or ".jpeg" => ImageEncoder.Jpeg(picture),
            _ => throw new ArgumentException($"'{path}' is no .png, .jpg or .jpeg file, which images are saved as."),
        };
        AtomicFile.Write(path, stream => stream.Write(encoded));
    }

    /// <summary>The image as a data URI of a JPEG file.</summary>
    public string ToDataUri()
    {
        using var picture = _bitmap.PeekPixels();
        return "data:image/jpeg;base64," + Convert.ToBase64String(ImageEncoder.Jpeg(picture));
    }

    public void Dispose()
    {
        _paint.Dispose();
        _canvas.Dispose();
        _bitmap.Dispose();
    }

    private Canvas Copy(SKRect part, int width, int height, SKFilterQuality quality)
    {
        var copy = new Canvas(width, height);
        copy._paint.FilterQuality = quality;
        copy._canvas.DrawBitmap(_bitmap, part, SKRect.Create(-0.5f, -0.5f, width, height), copy.Fill(default));
        return copy;
    }

    private SKPaint Fill(Rgb color)
    {
        _paint.Style = SKPaintStyle.Fill;
        _paint.Color = new SKColor(color.Red, color.Green, color.Blue);
        return _paint;
    }

    private SKPaint Stroke(Rgb color, double width, double opacity = 1)
    {
        _paint.Style = SKPaintStyle.Stroke;
        _paint.StrokeWidth = (float)width;
        _paint.Color = new SKColor(color.Red, color.Green, color.Blue, (byte)Math.Round(255 * opacity));
        return _paint;
    }
}
