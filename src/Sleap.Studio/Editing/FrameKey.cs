using System.Text.Json.Serialization;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>A frame of a project.</summary>
/// <param name="Video">Number of the video in <see cref="Structure.Videos"/>.</param>
/// <param name="Frame">Zero-based frame number.</param>
internal readonly record struct FrameKey(int Video, int Frame) : IComparable<FrameKey>
{
    /// <summary>The key as one number that sorts as the key does.</summary>
    [JsonIgnore]
    public long Packed => ((long)Video << 32) | (uint)Frame;

    /// <summary>The key of a packed number.</summary>
    public static FrameKey Of(long packed) => new((int)(packed >> 32), (int)packed);

    /// <inheritdoc/>
    public int CompareTo(FrameKey other) => Packed.CompareTo(other.Packed);
}

/// <summary>The frames of the labels that a project was opened with, found by their keys. Immutable.</summary>
internal sealed class BaseFrames
{
    private readonly long[] _keys; // rising
    private readonly int[] _rows; // the row of each key
    private readonly long[] _keysByRow;

    /// <param name="labels">The labels. Rows of one frame are put together where there are several.</param>
    public BaseFrames(Labels labels)
    {
        var videos = new Dictionary<Video, int>(ReferenceEqualityComparer.Instance);
        foreach (var video in labels.Videos)
            videos.TryAdd(video, videos.Count);
        Frames = labels.Frames;
        _keysByRow = KeysOf(Frames, videos);
        (_keys, _rows) = Sorted(_keysByRow);
        if (Enumerable.Range(1, Math.Max(0, _keys.Length - 1)).All(i => _keys[i] != _keys[i - 1]))
            return;
        Frames = labels.FramesInOrder;
        _keysByRow = KeysOf(Frames, videos);
        (_keys, _rows) = Sorted(_keysByRow);
    }

    /// <summary>The frames in the order of labeling.</summary>
    public IReadOnlyList<LabeledFrame> Frames { get; }

    /// <summary>The row of a frame; -1 when there is none.</summary>
    public int RowOf(FrameKey key) => Array.BinarySearch(_keys, key.Packed) is >= 0 and var place ? _rows[place] : -1;

    /// <summary>The key of a row.</summary>
    public FrameKey KeyOf(int row) => FrameKey.Of(_keysByRow[row]);

    /// <summary>Keys from one to another, both included, rising.</summary>
    public IEnumerable<FrameKey> Keys(FrameKey first, FrameKey last)
    {
        var place = Array.BinarySearch(_keys, first.Packed);
        for (place = place < 0 ? ~place : place; place < _keys.Length && _keys[place] <= last.Packed; place++)
            yield return FrameKey.Of(_keys[place]);
    }

    // Frames of a .slp are built when they are asked for, which their keys do not need.
    private static long[] KeysOf(IReadOnlyList<LabeledFrame> frames, Dictionary<Video, int> videos)
    {
        var keys = new long[frames.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            var (video, number) = frames is SlpFrames rows ? rows.KeyOf(i) : (frames[i].Video, frames[i].FrameIndex);
            keys[i] = new FrameKey(videos[video], number).Packed;
        }

        return keys;
    }

    private static (long[] Keys, int[] Rows) Sorted(long[] keysByRow)
    {
        var (keys, rows) = ((long[])keysByRow.Clone(), Enumerable.Range(0, keysByRow.Length).ToArray());
        Array.Sort(keys, rows);
        return (keys, rows);
    }
}
