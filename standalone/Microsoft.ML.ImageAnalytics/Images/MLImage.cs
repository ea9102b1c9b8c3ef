namespace Microsoft.ML.Data;

/// <summary>An image of four bytes a pixel. Decoded files are <see cref="MLPixelFormat.Bgra32"/>, colours multiplied by alpha.</summary>
public sealed class MLImage : IDisposable
{
    private const int BytesPerPixel = 4, JpegQuality = 100;

    private readonly int _width, _height;
    private readonly MLPixelFormat _format;
    private readonly bool _opaque;
    private byte[] _pixels;
    private string _tag;

    private MLImage(int width, int height, MLPixelFormat format, byte[] pixels, bool opaque)
    {
        _width = width;
        _height = height;
        _format = format;
        _pixels = pixels;
        _opaque = opaque;
    }

    public static MLImage CreateFromStream(Stream imageStream)
    {
        ArgumentNullException.ThrowIfNull(imageStream);
        using var copy = new MemoryStream();
        imageStream.CopyTo(copy);
        return Decode(copy.GetBuffer().AsSpan(0, (int)copy.Length)) ?? throw new ArgumentException("Invalid input stream contents", nameof(imageStream));
    }

    public static MLImage CreateFromFile(string imagePath)
    {
        ArgumentNullException.ThrowIfNull(imagePath);
        // The real one says no more of a file that is not there than of one that is no image.
        return (File.Exists(imagePath) ? Decode(File.ReadAllBytes(imagePath)) : null) ?? throw new ArgumentException("Invalid path", nameof(imagePath));
    }

    public static MLImage CreateFromPixels(int width, int height, MLPixelFormat pixelFormat, ReadOnlySpan<byte> imagePixelData)
    {
        if (pixelFormat is not (MLPixelFormat.Bgra32 or MLPixelFormat.Rgba32))
            throw new ArgumentException("Unsupported pixel format", nameof(pixelFormat));
        if (width <= 0)
            throw new ArgumentException("Invalid width value.", nameof(width));
        if (height <= 0)
            throw new ArgumentException("Invalid height value.", nameof(height));
        if (imagePixelData.Length != (long)width * height * BytesPerPixel)
            throw new ArgumentException($"Invalid {nameof(imagePixelData)} buffer size.");
        return new MLImage(width, height, pixelFormat, imagePixelData.ToArray(), opaque: false);
    }

    public MLPixelFormat PixelFormat => OfLiving(_format);

    public int Width => OfLiving(_width);

    public int Height => OfLiving(_height);

    public int BitsPerPixel => OfLiving(BytesPerPixel * 8);

    public ReadOnlySpan<byte> Pixels => Living();

    public string Tag
    {
        get => OfLiving(_tag);
        set
        {
            Living();
            _tag = value;
        }
    }

    /// <summary>Three bytes a pixel, colours divided by alpha again. A copy each time it is asked for.</summary>
    public byte[] GetBGRPixels => Unmultiplied(withAlpha: false, blueFirst: true);

    public void Save(string imagePath)
    {
        byte[] pixels = Living();
        string ending = Path.GetExtension(imagePath)?.ToLowerInvariant();
        byte[] file = ending switch
        {
            ".png" => PngCodec.Encode(Unmultiplied(!_opaque, blueFirst: false), _width, _height, !_opaque),
            ".jpg" or ".jpeg" => JpegCodec.Encode(pixels, _width, _height, _format, JpegQuality),
            ".webp" => throw new ArgumentException("Saving image with the format '.webp' needs the real Microsoft.ML.ImageAnalytics; this stand-in writes `Jpeg` and `Png`.", nameof(imagePath)),
            ".bmp" or ".gif" or ".ico" or ".astc" or ".avif" or ".dng" or ".heif" or ".ktx" or ".pkm" or ".wbmp" =>
                throw new ArgumentException($"Saving image with the format '{ending}' is not supported. Try save it with `Jpeg`, `Png`, or `Webp` format.", nameof(imagePath)),
            _ => throw new ArgumentException("Path has invalid image file extension.", nameof(imagePath)),
        };
        File.WriteAllBytes(imagePath, file);
    }

    public void Dispose() => _pixels = null;

    internal MLImage CloneWithResizing(int width, int height, ImageResizeMode mode)
    {
        byte[] pixels = Living();
        // Filling keeps format and opacity; the other two draw onto a new opaque image.
        return mode == ImageResizeMode.Fill
            ? new MLImage(width, height, _format, ImageResampling.Nearest(pixels, _width, _height, width, height), _opaque)
            : new MLImage(width, height, MLPixelFormat.Bgra32, ImageResampling.Drawn(BgraPixels(), _width, _height, width, height, mode), opaque: true);
    }

    internal MLImage CloneWithGrayscale() => new(_width, _height, MLPixelFormat.Bgra32, ImageResampling.Gray(BgraPixels()), opaque: true);

    private static MLImage Decode(ReadOnlySpan<byte> file)
    {
        DecodedImage decoded = PngCodec.Recognizes(file) ? PngCodec.Decode(file) : JpegCodec.Recognizes(file) ? JpegCodec.Decode(file) : null;
        return decoded == null ? null : new MLImage(decoded.Width, decoded.Height, MLPixelFormat.Bgra32, decoded.Pixels, decoded.Opaque);
    }

    private byte[] BgraPixels()
    {
        byte[] pixels = Living();
        if (_format == MLPixelFormat.Bgra32)
            return pixels;
        var swapped = (byte[])pixels.Clone();
        for (int i = 0; i < swapped.Length; i += BytesPerPixel)
            (swapped[i], swapped[i + 2]) = (swapped[i + 2], swapped[i]);
        return swapped;
    }

    private byte[] Unmultiplied(bool withAlpha, bool blueFirst)
    {
        byte[] pixels = Living();
        int channels = withAlpha ? 4 : 3;
        var result = new byte[_width * _height * channels];
        // The byte of the pixel that goes first.
        int first = (_format == MLPixelFormat.Bgra32) == blueFirst ? 0 : 2;
        for (int from = 0, to = 0; from < pixels.Length; from += BytesPerPixel, to += channels)
        {
            byte alpha = _opaque ? (byte)255 : pixels[from + 3];
            result[to] = Color(pixels[from + first], alpha);
            result[to + 1] = Color(pixels[from + 1], alpha);
            result[to + 2] = Color(pixels[from + 2 - first], alpha);
            if (withAlpha)
                result[to + 3] = alpha;
        }
        return result;
    }

    private static byte Color(byte color, byte alpha) => alpha == 255 ? color : Alpha.Divide(color, alpha);

    private byte[] Living() => _pixels ?? throw new InvalidOperationException("Object is disposed.");

    private T OfLiving<T>(T value)
    {
        Living();
        return value;
    }
}
