namespace Sleap.IO;

/// <summary>A movie read through ffmpeg. Reading on continues a running decoder; jumping starts one at the key frame before; going back keeps what was decoded on the way.</summary>
internal sealed class FfmpegFrameSource : IFrameSource
{
    /// <summary>Further ahead than this, seeking is cheaper than decoding on.</summary>
    private const int Reach = 48;
    private const int CacheBytes = 64 << 20;

    /// <summary>What encoders put between two key frames unless told otherwise.</summary>
    private const int MostCached = 250;

    private readonly VideoProbe probe;
    private readonly int cacheFrames;
    private readonly Dictionary<int, Frame> cache = [];
    private readonly Queue<int> cacheOrder = [];
    private readonly HashSet<int> damaged = [];
    private FfmpegStream? stream;
    private int next;
    private int lastAsked = -1;
    private bool canSeek = true;

    public FfmpegFrameSource(string path, bool? isGray)
    {
        probe = VideoProbe.Of(path);
        cacheFrames = Math.Clamp(CacheBytes / Math.Max(1, probe.Width * probe.Height * (isGray == true ? 1 : 3)), 1, MostCached);
        Channels = isGray is { } known ? (known ? 1 : 3) : 3;
        if (isGray is null && PictureDecoder.IsGray(FirstPicture().Pixels))
        {
            Channels = 1;
            Close();
            cache.Clear();
            cacheOrder.Clear();
        }
    }

    /// <summary>A source that nobody disposed takes its ffmpeg along.</summary>
    ~FfmpegFrameSource() => stream?.Abandon();

    public int FrameCount => probe.Times.Length;

    public int Height => probe.Height;

    public int Width => probe.Width;

    public int Channels { get; }

    public double FramesPerSecond => probe.FramesPerSecond;

    /// <summary>How often ffmpeg was started for frames: what jumping costs.</summary>
    internal int Restarts { get; private set; }

    public bool Contains(int frameIndex) => frameIndex >= 0 && frameIndex < FrameCount;

    public Frame Read(int frameIndex) => Read(frameIndex, CancellationToken.None);

    public IEnumerable<FrameResult> ReadMany(IEnumerable<int> frameIndices, CancellationToken cancellationToken = default)
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

    private Frame FirstPicture()
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
            throw new ArgumentOutOfRangeException(nameof(index), index, $"{probe.Path} has the frames 0 to {FrameCount - 1}, and frame {index} was asked for.");
        return TryRead(index, cancellationToken) ?? throw Undecodable(index);
    }

    private PoseFormatException Undecodable(int index) =>
        new(probe.Path, $"frame {index}", stream is { LastError.Length: > 0 } ? $"cannot be decoded; ffmpeg says: {stream.LastError}" : "cannot be decoded.");

    private Frame? TryRead(int index, CancellationToken cancellationToken)
    {
        var isBackward = index < lastAsked && lastAsked - index <= cacheFrames;
        lastAsked = index;
        if (cache.TryGetValue(index, out var kept))
            return kept;
        if (damaged.Contains(index))
            return null;
        if (stream is null || index < next || (canSeek && index - next > Reach && probe.KeyBefore(index) > next))
        {
            // Going back, the frames before are likely to be asked for next.
            var start = isBackward ? Math.Max(probe.KeyBefore(index), index - cacheFrames + 1) : index;
            Restart(Math.Max(0, start), fromFront: !canSeek);
        }
        var frame = Advance(index, cancellationToken);
        return stream is { IsFromFront: false } && (frame is null || stream.LastError.Length > 0)
            ? FromFront(index, frame, cancellationToken)
            : frame;
    }

    /// <summary>
    /// Reads a frame again from the front, where nothing is missed. After a jump a decoder that complains may have begun in the wrong
    /// place (key frames that need what lies before them, an index that leads astray) and gives pictures all the same.
    /// </summary>
    private Frame? FromFront(int index, Frame? jumped, CancellationToken cancellationToken)
    {
        cache.Clear();
        cacheOrder.Clear();
        Restart(index, fromFront: true);
        var frame = Advance(index, cancellationToken);
        // Equal pictures: the file is damaged there, and jumping does no harm.
        if (jumped is not null && frame is not null && !frame.Pixels.AsSpan().SequenceEqual(jumped.Pixels))
            canSeek = false;
        return frame;
    }

    private void Restart(int first, bool fromFront)
    {
        Close();
        Restarts++;
        stream = new FfmpegStream(probe, first, Channels == 1, fromFront);
        next = first;
    }

    /// <summary>Reads on to a frame; null when the decoder passes it by or ends.</summary>
    private Frame? Advance(int index, CancellationToken cancellationToken)
    {
        while (next <= index && stream!.TryNext(out var found, out var pixels, cancellationToken))
        {
            var frame = new Frame(found, Height, Width, Channels, pixels);
            Keep(frame);
            next = found + 1;
            if (found == index)
                return frame;
        }
        // From the front nothing can be missed, so what is not there will never be.
        if (stream!.IsFromFront)
            damaged.Add(index);
        return null;
    }

    private void Keep(Frame frame)
    {
        if (!cache.TryAdd(frame.FrameIndex, frame))
            return;
        cacheOrder.Enqueue(frame.FrameIndex);
        if (cacheOrder.Count > cacheFrames)
            cache.Remove(cacheOrder.Dequeue());
    }

    private void Close()
    {
        stream?.Dispose();
        stream = null;
    }
}
