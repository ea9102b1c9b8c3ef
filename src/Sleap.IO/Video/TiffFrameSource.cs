using BitMiracle.LibTiff.Classic;

namespace Sleap.IO;

/// <summary>A TIFF file, one page a frame. Whether the video is gray is decided by its first page.</summary>
internal sealed class TiffFrameSource : IFrameSource
{
    private readonly TiffPages _pages;
    private readonly string _path;

    public TiffFrameSource(Video video, string path)
    {
        _path = path;
        _pages = new TiffPages(
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete),
            path
        );
        try
        {
            var first = _pages.Read(0, 0, video.IsGray);
            (Height, Width, Channels) = (first.Height, first.Width, first.Channels);
            FramesPerSecond = video.FramesPerSecond ?? double.NaN;
        }
        catch
        {
            _pages.Dispose();
            throw;
        }
    }

    public int FrameCount => _pages.Count;

    public int Height { get; }

    public int Width { get; }

    public int Channels { get; }

    public double FramesPerSecond { get; }

    public bool Contains(int frameIndex) => frameIndex >= 0 && frameIndex < FrameCount;

    public Frame Read(int frameIndex) =>
        Contains(frameIndex)
            ? _pages.Read(frameIndex, frameIndex, Channels == 1)
            : throw new ArgumentOutOfRangeException(
                nameof(frameIndex),
                frameIndex,
                $"{_path} has the frames 0 to {FrameCount - 1}, and frame {frameIndex} was asked for."
            );

    public void Dispose() => _pages.Dispose();
}

/// <summary>
/// The pages of a TIFF file as gray or RGB of 8 bits; of 16-bit samples the upper 8 are kept. Strips of 8 and 16 bits
/// are read as they are; tiles, palettes and other depths through the library's own conversion.
/// </summary>
internal sealed class TiffPages : IDisposable
{
    private const long MaxPartBytes = 1L << 28;

    private const string NoComplaint = "no reason is given";

    private readonly string _file;
    private readonly Stream _stream;
    private readonly Tiff _tiff;
    private string _complaint = NoComplaint;

    /// <summary>
    /// The library has one handler for the whole process: ours keeps what concerns our files and passes on the rest.
    /// </summary>
    static TiffPages()
    {
        var quiet = new Complaints();
        quiet.Next = Tiff.SetErrorHandler(quiet);
    }

    /// <summary>Opens a file; the stream is closed with it.</summary>
    /// <exception cref="PoseFormatException">It is no TIFF.</exception>
    public TiffPages(Stream stream, string file)
    {
        _file = file;
        _stream = stream;
        try
        {
            Count = Guarded(
                null,
                () =>
                    Matches(Start())
                        ? new TiffDirectories(stream, file).Count()
                        : throw new PoseFormatException(file, null, "the file is not TIFF by its first bytes.")
            );
            stream.Position = 0;
            _tiff = Guarded(
                null,
                () =>
                    Tiff.ClientOpen(file, "r", this, new Bytes())
                    ?? throw Fault(null, $"cannot be opened as TIFF ({_complaint})")
            );
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public int Count { get; }

    /// <summary>Whether bytes begin as a TIFF does.</summary>
    public static bool Matches(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith("II*\0"u8)
        || bytes.StartsWith("MM\0*"u8)
        || bytes.StartsWith("II+\0"u8)
        || bytes.StartsWith("MM\0+"u8);

    /// <summary>Width and height of a page.</summary>
    public (int Width, int Height) Size(int page) =>
        Guarded(
            page,
            () =>
            {
                _complaint = NoComplaint;
                if (page < 0 || page >= Count || !_tiff.SetDirectory((short)page))
                    throw Fault(page, "cannot be reached");
                var (width, height) = (Number(TiffTag.IMAGEWIDTH, 0), Number(TiffTag.IMAGELENGTH, 0));
                var parts = _tiff.IsTiled() ? _tiff.NumberOfTiles() : _tiff.NumberOfStrips();
                for (var i = 0; i < parts; i++)
                {
                    // The library takes as much memory as the file says a part has bytes.
                    if (_tiff.RawStripSize(i) is var size && size > _stream.Length)
                        throw Fault(page, $"declares a part of {size} bytes in a file of {_stream.Length}");
                }
                if (
                    (_tiff.IsTiled() ? _tiff.TileSize() : _tiff.StripSize()) is var unpacked
                    && unpacked > Math.Min(MaxPartBytes, (_stream.Length * 1100L) + (1 << 16))
                )
                {
                    throw Fault(page, $"declares a part of {unpacked} bytes unpacked in a file of {_stream.Length}");
                }

                ImageHeader.CheckSize(width, height, _stream.Length, _file, Place(page));
                return (width, height);
            }
        );

    /// <summary>One page.</summary>
    /// <param name="page">Zero-based.</param>
    /// <param name="frameIndex">Number the frame gets.</param>
    /// <param name="isGray">Whether the first channel is taken; null to go by the image.</param>
    public Frame Read(int page, int frameIndex, bool? isGray)
    {
        var (width, height) = Size(page);
        var rgb = Guarded(page, () => ReadPlain(width, height) ?? ReadConverted(page, width, height));
        return ImageDecoder.FromRgb(rgb, height, width, frameIndex, isGray, isBgr: false);
    }

    public void Dispose()
    {
        _tiff.Dispose();
        _stream.Dispose();
    }

    private byte[] Start()
    {
        var bytes = new byte[4];
        _stream.Position = 0;
        return bytes[.._stream.ReadAtLeast(bytes, 4, throwOnEndOfStream: false)];
    }

    /// <summary>Gray and RGB in strips, of 8 or 16 bits; null for anything else.</summary>
    private byte[]? ReadPlain(int width, int height)
    {
        var (bits, samples) = (Number(TiffTag.BITSPERSAMPLE, 1), Number(TiffTag.SAMPLESPERPIXEL, 1));
        var photometric = (Photometric)Number(TiffTag.PHOTOMETRIC, (int)Photometric.MINISBLACK);
        var isGray = photometric is Photometric.MINISBLACK or Photometric.MINISWHITE && samples is 1 or 2;
        var isPlain =
            bits is 8 or 16
            && !_tiff.IsTiled()
            && (isGray || (photometric == Photometric.RGB && samples is 3 or 4))
            && (samples == 1 || (PlanarConfig)Number(TiffTag.PLANARCONFIG, 1) == PlanarConfig.CONTIG)
            && (SampleFormat)Number(TiffTag.SAMPLEFORMAT, 1) == SampleFormat.UINT;
        if (!isPlain)
            return null;
        var row = new byte[_tiff.ScanlineSize()];
        if (row.Length < width * samples * bits / 8)
            throw Fault(null, "has rows shorter than its width");
        var rgb = new byte[checked(width * height * 3)];
        var flip = photometric == Photometric.MINISWHITE ? byte.MaxValue : (byte)0;
        for (var y = 0; y < height; y++)
        {
            if (!_tiff.ReadScanline(row, y))
                throw Fault(null, $"cannot be decoded in row {y} ({_complaint})");
            for (var x = 0; x < width; x++)
            {
                for (var c = 0; c < 3; c++)
                {
                    rgb[(((y * width) + x) * 3) + c] = (byte)(
                        Upper(row, (x * samples) + (isGray ? 0 : c), bits) ^ flip
                    );
                }
            }
        }
        return rgb;
    }

    /// <summary>The library gives samples of 16 bits in the order of the machine.</summary>
    private static byte Upper(byte[] row, int sample, int bits) =>
        bits == 8 ? row[sample] : row[(sample * 2) + (BitConverter.IsLittleEndian ? 1 : 0)];

    private byte[] ReadConverted(int page, int width, int height)
    {
        var pixels = new int[checked(width * height)];
        if (!_tiff.ReadRGBAImageOriented(width, height, pixels, Orientation.TOPLEFT, stopOnError: true))
            throw Fault(page, $"cannot be decoded ({_complaint})");
        var rgb = new byte[checked(pixels.Length * 3)];
        for (var i = 0; i < pixels.Length; i++)
        {
            (rgb[i * 3], rgb[(i * 3) + 1], rgb[(i * 3) + 2]) = (
                (byte)Tiff.GetR(pixels[i]),
                (byte)Tiff.GetG(pixels[i]),
                (byte)Tiff.GetB(pixels[i])
            );
        }

        return rgb;
    }

    private int Number(TiffTag tag, int otherwise) =>
        _tiff.GetFieldDefaulted(tag) is [var value, ..] ? value.ToInt() : otherwise;

    private T Guarded<T>(int? page, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception fault) when (fault is not PoseFormatException and not FileNotFoundException)
        {
            // What the library throws on damaged files is not documented: index, null, overflow, stream and its own
            // kinds were seen.
            throw new PoseFormatException(_file, Place(page), $"cannot be read as TIFF ({fault.Message}).", fault);
        }
    }

    private PoseFormatException Fault(int? page, string cause) => new(_file, Place(page), $"{cause}.");

    private static string? Place(int? page) => page is { } number ? $"page {number}" : null;

    /// <summary>The stream of the pages that a file was opened with.</summary>
    private sealed class Bytes : TiffStream
    {
        public override int Read(object clientData, byte[] buffer, int offset, int count) =>
            Of(clientData).ReadAtLeast(buffer.AsSpan(offset, count), count, throwOnEndOfStream: false);

        public override long Seek(object clientData, long offset, SeekOrigin origin) =>
            Of(clientData).Seek(offset, origin);

        public override long Size(object clientData) => Of(clientData).Length;

        public override void Close(object clientData)
        {
            // Closed with the pages.
        }

        private static Stream Of(object clientData) => ((TiffPages)clientData)._stream;
    }

    private sealed class Complaints : TiffErrorHandler
    {
        public TiffErrorHandler? Next { get; set; }

        public override void ErrorHandler(Tiff tif, string method, string format, params object[] args)
        {
            if (tif?.Clientdata() is TiffPages pages)
                pages._complaint = Text(format, args);
            else
                Next?.ErrorHandler(tif!, method, format, args);
        }

        public override void WarningHandler(Tiff tif, string method, string format, params object[] args)
        {
            if (tif?.Clientdata() is not TiffPages)
                Next?.WarningHandler(tif!, method, format, args);
        }

        private static string Text(string format, object[] args)
        {
            try
            {
                return string.Format(System.Globalization.CultureInfo.InvariantCulture, format, args);
            }
            catch (FormatException)
            {
                return format;
            }
        }
    }
}
