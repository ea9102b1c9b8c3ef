using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Reads the frames of rows in order; consecutive rows of one video are one sequential read. At most a few videos stay open.</summary>
internal sealed class FrameStream(FrameTable table, int[] rows) : IDisposable
{
    private const int MostOpen = 4;

    private readonly CancellationTokenSource _stop = new();
    private readonly List<(int Video, IFrameSource Source)> _open = [];
    private IEnumerator<FrameResult>? _run;
    private int _runVideo = -1;

    /// <summary>The frame of the row at <paramref name="place"/>; called for every place, in order.</summary>
    public FrameResult Next(int place)
    {
        int video = table.Rows[rows[place]].Video;
        if (_run is null || video != _runVideo)
            StartRun(place, video);
        int frame = table.Rows[rows[place]].FrameIndex;
        return _run!.MoveNext()
            ? _run.Current
            : new FrameResult(frame, null, new EndOfStreamException($"The video ends before frame {frame}."));
    }

    public void Dispose()
    {
        _stop.Cancel();
        _run?.Dispose();
        foreach ((_, IFrameSource source) in _open)
            source.Dispose();
        _open.Clear();
        _stop.Dispose();
    }

    private void StartRun(int place, int video)
    {
        _run?.Dispose();
        int end = place;
        while (end < rows.Length && table.Rows[rows[end]].Video == video)
            end++;
        IEnumerable<int> frames = rows[place..end].Select(row => table.Rows[row].FrameIndex);
        _run = Open(video).ReadMany(frames, _stop.Token).GetEnumerator();
        _runVideo = video;
    }

    private IFrameSource Open(int video)
    {
        int known = _open.FindIndex(open => open.Video == video);
        if (known < 0 && _open.Count == MostOpen)
        {
            _open[0].Source.Dispose();
            _open.RemoveAt(0);
        }
        (int, IFrameSource Source) entry = known < 0 ? (video, table.Videos[video].Open()) : _open[known];
        if (known >= 0)
            _open.RemoveAt(known);
        // The one used last is at the end.
        _open.Add(entry);
        return entry.Source;
    }
}
