namespace Sleap.IO;

/// <summary>Images inside an HDF5 file: encoded ones as in a .pkg.slp, or plain pixels.</summary>
internal sealed class EmbeddedFrameSource : IFrameSource
{
    // Memory of the place of a frame, about.
    private const int RowBytes = 64;

    private readonly Hdf5Reader _file;
    private readonly string _dataset;
    private readonly long[] _sizes;
    private readonly Dictionary<int, int> _rows;
    private readonly bool _isGray;
    private readonly bool _isChannelsFirst;

    private EmbeddedFrameSource(Hdf5Reader file, Video video, string dataset)
    {
        _file = file;
        _dataset = dataset;
        _sizes = file.Sizes(dataset);
        _isChannelsFirst =
            (video.SlpRow?["backend"]?["input_format"] ?? video.SlpRow?["input_format"])?.ToString()
            == "channels_first";
        Format = file.ReadTextAttribute(dataset, "format") ?? (_sizes.Length == 4 ? "hdf5" : "png");
        IsBgr = file.ReadTextAttribute(dataset, "channel_order") is { } order ? order == "BGR" : video.EmbeddedAsBgr;
        FramesPerSecond = file.ReadNumberAttribute(dataset, "fps") ?? video.FramesPerSecond ?? double.NaN;
        _rows = Rows(file, dataset, _sizes);
        (Height, Width, Channels) = Size(video);
        _isGray = Channels == 1;
    }

    public string Format { get; }

    /// <summary>Whether color images hold red and blue swapped, as OpenCV wrote them before format 1.4.</summary>
    public bool IsBgr { get; }

    public int FrameCount => _rows.Count;

    public int Height { get; }

    public int Width { get; }

    public int Channels { get; }

    public double FramesPerSecond { get; }

    public static EmbeddedFrameSource Open(Video video, string path)
    {
        var file = Hdf5Reader.Open(path);
        try
        {
            var dataset =
                video.Dataset
                ?? file.Members("/").FirstOrDefault(m => file.Contains($"{m}/video"))
                ?? throw new PoseFormatException(path, null, "the file holds no images (no dataset videoN/video).");
            return new EmbeddedFrameSource(file, video, video.Dataset ?? $"{dataset}/video");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public bool Contains(int frameIndex) => _rows.ContainsKey(frameIndex);

    public Frame Read(int frameIndex)
    {
        if (!_rows.TryGetValue(frameIndex, out var row))
        {
            throw new ArgumentOutOfRangeException(
                nameof(frameIndex),
                frameIndex,
                $"{_file.Path}, {_dataset}: there is no image of frame {frameIndex}."
            );
        }

        return Format == "hdf5" ? Plain(row, frameIndex) : Decode(row, frameIndex, _isGray);
    }

    /// <summary>The bytes of an encoded image as stored.</summary>
    public byte[] Encoded(int frameIndex) =>
        _file.ReadByteRow(_dataset, _rows[frameIndex]).AsSpan().TrimEnd((byte)0).ToArray();

    public void Dispose() => _file.Dispose();

    private static Dictionary<int, int> Rows(Hdf5Reader file, string dataset, long[] sizes)
    {
        var count = sizes.Length == 0 ? 0 : sizes[0];
        var group = dataset.Contains('/') ? dataset[..dataset.LastIndexOf('/')] : "";
        var numbersName = $"{group}/frame_numbers";
        if (count > int.MaxValue)
            throw new PoseFormatException(file.Path, dataset, $"declares {count} images.");
        file.Spend(count, RowBytes, dataset);
        if (group.Length == 0 || !file.Contains(numbersName))
            return Enumerable.Range(0, (int)Math.Min(count, int.MaxValue)).ToDictionary(i => i);
        var numbers = file.ReadNumbers<long>(numbersName);
        if (numbers.Length != count)
        {
            throw new PoseFormatException(file.Path, numbersName, $"has {numbers.Length} numbers for {count} images.");
        }

        var rows = new Dictionary<int, int>();
        for (var i = 0; i < numbers.Length; i++)
        {
            if (numbers[i] is < 0 or > int.MaxValue)
                throw new PoseFormatException(file.Path, numbersName, $"holds the frame number {numbers[i]}.");
            rows.TryAdd((int)numbers[i], i);
        }
        return rows;
    }

    private (int Height, int Width, int Channels) Size(Video video)
    {
        if (Format == "hdf5" && _sizes.Length != 4)
        {
            throw new PoseFormatException(_file.Path, _dataset, $"has {_sizes.Length} axes, and plain images have 4.");
        }

        if (Format == "hdf5")
        {
            return _isChannelsFirst
                ? ((int)_sizes[2], (int)_sizes[3], (int)_sizes[1])
                : ((int)_sizes[1], (int)_sizes[2], (int)_sizes[3]);
        }

        if (_rows.Count > 0)
        {
            var first = Decode(0, 0, video.IsGray);
            return (first.Height, first.Width, first.Channels);
        }
        return video.Shape is { } shape ? (shape.Height, shape.Width, shape.Channels) : (0, 0, 1);
    }

    private Frame Decode(int row, int frameIndex, bool? gray) =>
        ImageDecoder.Decode(
            _file.ReadByteRow(_dataset, row),
            frameIndex,
            gray,
            IsBgr,
            _file.Path,
            $"{_dataset}[{row}]"
        );

    private Frame Plain(int row, int frameIndex)
    {
        var bytes = _file.ReadByteRow(_dataset, row);
        if (Channels is not (1 or 3))
            throw new PoseFormatException(_file.Path, _dataset, $"has {Channels} channels, and 1 or 3 were expected.");
        if (!_isChannelsFirst || Channels == 1)
            return new Frame(frameIndex, Height, Width, Channels, bytes);
        var interleaved = new byte[bytes.Length];
        var plane = Height * Width;
        for (var i = 0; i < plane; i++)
        {
            for (var c = 0; c < 3; c++)
                interleaved[(i * 3) + c] = bytes[(c * plane) + i];
        }
        return new Frame(frameIndex, Height, Width, 3, interleaved);
    }
}
