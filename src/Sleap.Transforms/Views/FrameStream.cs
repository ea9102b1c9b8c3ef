using System.Collections.Concurrent;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// Reads the frames of rows in order, on its own thread and a few frames ahead, so that frames are decoded while others
/// are used. Consecutive rows of one video are one sequential read. At most a few videos are open.
/// </summary>
internal sealed class FrameStream : IDisposable
{
    private const int MaxOpenVideos = 4;
    private const int MaxFramesAhead = 8;

    private readonly FrameTable _table;
    private readonly int[] _rows;
    private readonly CancellationTokenSource _stop = new();
    private readonly BlockingCollection<FrameResult> _read = new(MaxFramesAhead);
    private readonly List<(int Video, IFrameSource Source)> _open = [];
    private Task? _reader;

    public FrameStream(FrameTable table, int[] rows)
    {
        _table = table;
        _rows = rows;
    }

    /// <summary>The frame of the next row.</summary>
    public FrameResult Next()
    {
        _reader ??= Task.Factory.StartNew(
            ReadAll,
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
        if (_read.TryTake(out var result, Timeout.Infinite))
            return result;
        // The reader stopped early: its exception is thrown here.
        _reader.GetAwaiter().GetResult();
        throw new InvalidOperationException("All frames were read.");
    }

    public void Dispose()
    {
        _stop.Cancel();
        // Waits without throwing: Next has thrown the exception, or nobody asked for those frames.
        if (_reader is not null)
            Task.WaitAny(_reader);
        _read.Dispose();
        _stop.Dispose();
    }

    private void ReadAll()
    {
        try
        {
            for (var place = 0; place < _rows.Length; )
                place = ReadRun(place);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed before the end.
        }
        finally
        {
            _read.CompleteAdding();
            foreach ((_, var source) in _open)
                source.Dispose();
        }
    }

    /// <summary>Reads the following rows of one video; returns the place of the next row.</summary>
    private int ReadRun(int place)
    {
        var video = _table.Rows[_rows[place]].Video;
        var end = place;
        while (end < _rows.Length && _table.Rows[_rows[end]].Video == video)
            end++;
        int[] frames = [.. _rows[place..end].Select(row => _table.Rows[row].FrameIndex)];
        var read = 0;
        foreach (var result in Open(video).ReadMany(frames, _stop.Token))
        {
            _read.Add(result, _stop.Token);
            read++;
        }
        foreach (var frame in frames.AsSpan(read))
        {
            _read.Add(
                new FrameResult(frame, null, new EndOfStreamException($"The video ends before frame {frame}.")),
                _stop.Token
            );
        }

        return end;
    }

    private IFrameSource Open(int video)
    {
        var known = _open.FindIndex(open => open.Video == video);
        if (known < 0 && _open.Count == MaxOpenVideos)
        {
            _open[0].Source.Dispose();
            _open.RemoveAt(0);
        }
        (int, IFrameSource Source) entry = known < 0 ? (video, _table.Videos[video].Open()) : _open[known];
        if (known >= 0)
            _open.RemoveAt(known);
        // The most recently used one is at the end.
        _open.Add(entry);
        return entry.Source;
    }
}
