using Microsoft.ML;

namespace Sleap.Transforms;

/// <summary>Frames of a table that could not be read, each once however often cursors come by; each is reported to <see cref="MLContext.Log"/> as a warning.</summary>
internal sealed class FrameFailures(MLContext ml)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, UnreadableFrame> _byRow = [];

    public void Add(int row, string video, int frame, Exception error)
    {
        lock (_lock)
        {
            if (!_byRow.TryAdd(row, new UnreadableFrame(video, frame, error.Message)))
                return;
        }
        PoseLog.Warn(ml, "Reading frames", [$"Frame {frame} of {video} cannot be read and is left out: {error.Message}"]);
    }

    /// <summary>The failures among <paramref name="rows"/>.</summary>
    public FrameReport Report(IReadOnlyCollection<int> rows)
    {
        lock (_lock)
            return new FrameReport(rows.Count, [.. rows.Where(_byRow.ContainsKey).Select(row => _byRow[row])]);
    }
}
