namespace Sleap.Transforms.Tests;

internal static class CanvasPixels
{
    /// <summary>The color of a pixel.</summary>
    public static Rgb At(this Canvas canvas, int x, int y)
    {
        var pixel = canvas.Pixels.Slice(4 * ((y * canvas.Width) + x), 3);
        return new Rgb(pixel[0], pixel[1], pixel[2]);
    }
}
