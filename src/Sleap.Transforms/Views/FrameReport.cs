using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Which frames of a loaded view could not be read so far.</summary>
/// <param name="Requested">Number of requested frames: the rows of the view.</param>
/// <param name="Unreadable">Frames that could not be read when a cursor came to them; their rows have no image, the
/// reason in FrameError, and no poses.</param>
public sealed record FrameReport(int Requested, IReadOnlyList<UnreadableFrame> Unreadable)
{
    /// <summary>How many frames could not be read.</summary>
    public int Failed => Unreadable.Count;
}

/// <summary>A frame that could not be read.</summary>
/// <param name="Video">The video, as the Video column names it.</param>
/// <param name="FrameIndex">Zero-based frame number.</param>
/// <param name="Reason">Why it could not be read, in words.</param>
public sealed record UnreadableFrame(string Video, int FrameIndex, string Reason);

/// <summary>A view that knows which of its frames could not be read, or that reads from one that does.</summary>
internal interface IFrameReporting
{
    /// <summary>The report, or null when no source of the view loads frames.</summary>
    FrameReport? Report();

    /// <summary>Whether a frame could not be read; known after a cursor has read it.</summary>
    bool IsUnreadable(string video, int frameIndex);
}

/// <summary>
/// Frames of a table that could not be read. Each is listed, and reported to <see cref="MLContext.Log"/> as a warning,
/// once for all cursors.
/// </summary>
internal sealed class FrameFailures(MLContext ml)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, UnreadableFrame> _byRow = [];
    private readonly HashSet<(string Video, int FrameIndex)> _frames = [];

    public void Add(int row, string video, int frame, Exception error)
    {
        lock (_lock)
        {
            if (!_byRow.TryAdd(row, new UnreadableFrame(video, frame, ReasonOf(error))))
                return;
            _frames.Add((video, frame));
        }
        PoseLog.Warn(
            ml,
            "Reading frames",
            [$"Frame {frame} of {video} cannot be read, and its row has no image: {ReasonOf(error)}"]
        );
    }

    /// <summary>
    /// The message of an error, without the " (Parameter 'name')" that .NET adds: it says nothing to a user who called
    /// no method.
    /// </summary>
    public static string ReasonOf(Exception error) =>
        error is ArgumentException { ParamName: { } name }
            ? error.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)
            : error.Message;

    /// <summary>Whether an exception means that a video is missing or cannot be read.</summary>
    public static bool IsVideoError(Exception error) =>
        error is IOException or PoseFormatException or InvalidOperationException or UnauthorizedAccessException;

    /// <summary>Whether a frame could not be read when a cursor came to it.</summary>
    public bool Contains(string video, int frame)
    {
        lock (_lock)
            return _frames.Count > 0 && _frames.Contains((video, frame));
    }

    /// <summary>The failures among <paramref name="rows"/>.</summary>
    public FrameReport Report(IReadOnlyCollection<int> rows)
    {
        lock (_lock)
            return new FrameReport(rows.Count, [.. rows.Where(_byRow.ContainsKey).Select(row => _byRow[row])]);
    }
}
