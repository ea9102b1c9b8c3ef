namespace Sleap.IO;

/// <summary>
/// A movie read through ffmpeg. Reading on continues a running decoder; jumping starts one at the key frame before;
/// going back keeps what was decoded on the way.
/// </summary>
internal sealed class FfmpegFrameSource : IFrameSource
{
    /// <summary>Further ahead than this, seeking is cheaper than decoding on.</summary>
    private const int Reach = 48;
    private const int CacheBytes = 64 << 20;

    /// <summary>What encoders put between two key frames unless told otherwise.</summary>
    private const int MaxCached = 250;

    private readonly VideoProbe _probe;
    private readonly int _cacheFrames;
    private readonly Dictionary<int, Frame> _cache = [];
    private readonly Queue<int> _cacheOrder = [];
    private readonly HashSet<int> _damaged = [];
    private FfmpegStream? _stream;
    private int _next;
    private int _lastAsked = -1;
    private bool _canSeek = true;

    public FfmpegFrameSource(string path, bool? isGray)
    {
        _probe = VideoProbe.Of(path);
        _cacheFrames = Math.Clamp(
            CacheBytes / Math.Max(1, _probe.Width * _probe.Height * (isGray == true ? 1 : 3)),
            1,
            MaxCached
        );
        Channels = isGray is { } known ? (known ? 1 : 3) : 3;
        if (isGray is null && ImageDecoder.IsGray(FirstReadable().Pixels))
        {
            Channels = 1;
            Close();
            _cache.Clear();
            _cacheOrder.Clear();
        }
    }

    /// <summary>A source that nobody disposed takes its ffmpeg along.</summary>
    ~FfmpegFrameSource() => _stream?.Abandon();

    public int FrameCount => _probe.Times.Length;

    public int Height => _probe.Height;

    public int Width => _probe.Width;

    public int Channels { get; }

    public double FramesPerSecond => _probe.FramesPerSecond;

    /// <summary>How often ffmpeg was started for frames: what jumping costs.</summary>
    internal int Restarts { get; private set; }

    public bool Contains(int frameIndex) => frameIndex >= 0 && frameIndex < FrameCount;

    public Frame Read(int frameIndex) => Read(frameIndex, CancellationToken.None);

    public IEnumerable<FrameResult> ReadMany(
        IEnumerable<int> frameIndices,
        CancellationToken cancellationToken = default
    )
    {
        foreach (var index in frameIndices)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Frame? frame = null;
            Exception? error = null;
            try
            {
                frame = Read(index, cancellationToken);
            }
            catch (Exception fault) when (fault is PoseFormatException or ArgumentOutOfRangeException)
            {
                error = fault;
            }
            yield return new FrameResult(index, frame, error);
        }
    }

    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    private Frame FirstReadable()
    {
        for (var i = 0; i < Math.Min(FrameCount, Reach); i++)
        {
            if (TryRead(i, CancellationToken.None) is { } frame)
                return frame;
        }
        throw Undecodable(0);
    }

    private Frame Read(int index, CancellationToken cancellationToken)
    {
        if (!Contains(index))
        {
            throw new ArgumentOutOfRangeException(
                nameof(index),
                index,
                $"{_probe.Path} has the frames 0 to {FrameCount - 1}, and frame {index} was asked for."
            );
        }

        return TryRead(index, cancellationToken) ?? throw Undecodable(index);
    }

    private PoseFormatException Undecodable(int index) =>
        new(
            _probe.Path,
            $"frame {index}",
            _stream is { LastError.Length: > 0 }
                ? $"cannot be decoded; ffmpeg says: {_stream.LastError}"
                : "cannot be decoded."
        );

    private Frame? TryRead(int index, CancellationToken cancellationToken)
    {
        var isBackward = index < _lastAsked && _lastAsked - index <= _cacheFrames;
        _lastAsked = index;
        if (_cache.TryGetValue(index, out var kept))
            return kept;
        if (_damaged.Contains(index))
            return null;
        if (_stream is null || index < _next || (_canSeek && index - _next > Reach && _probe.KeyBefore(index) > _next))
        {
            // Going back, the frames before are likely to be asked for next.
            var start = isBackward ? Math.Max(_probe.KeyBefore(index), index - _cacheFrames + 1) : index;
            Restart(Math.Max(0, start), fromFront: !_canSeek);
        }
        var frame = Advance(index, cancellationToken);
        return _stream is { IsFromFront: false } && (frame is null || _stream.LastError.Length > 0)
            ? FromFront(index, frame, cancellationToken)
            : frame;
    }

    /// <summary>
    /// Reads a frame again from the front, where nothing is missed. After a jump a decoder that complains may have
    /// begun in the wrong place (key frames that need what lies before them, an index that leads astray) and gives
    /// images all the same.
    /// </summary>
    private Frame? FromFront(int index, Frame? jumped, CancellationToken cancellationToken)
    {
        _cache.Clear();
        _cacheOrder.Clear();
        Restart(index, fromFront: true);
        var frame = Advance(index, cancellationToken);
        // Equal images: the file is damaged there, and jumping does no harm.
        if (jumped is not null && frame is not null && !frame.Pixels.AsSpan().SequenceEqual(jumped.Pixels))
            _canSeek = false;
        return frame;
    }

    private void Restart(int first, bool fromFront)
    {
        Close();
        Restarts++;
        _stream = new FfmpegStream(_probe, first, Channels == 1, fromFront);
        _next = first;
    }

    /// <summary>Reads on to a frame; null when the decoder passes it by or ends.</summary>
    private Frame? Advance(int index, CancellationToken cancellationToken)
    {
        while (_next <= index && _stream!.TryNext(out var found, out var pixels, cancellationToken))
        {
            var frame = new Frame(found, Height, Width, Channels, pixels);
            Keep(frame);
            _next = found + 1;
            if (found == index)
                return frame;
        }
        // From the front nothing can be missed, so what is not there will never be.
        if (_stream!.IsFromFront)
            _damaged.Add(index);
        return null;
    }

    private void Keep(Frame frame)
    {
        if (!_cache.TryAdd(frame.FrameIndex, frame))
            return;
        _cacheOrder.Enqueue(frame.FrameIndex);
        if (_cacheOrder.Count > _cacheFrames)
            _cache.Remove(_cacheOrder.Dequeue());
    }

    private void Close()
    {
        _stream?.Dispose();
        _stream = null;
    }
}
