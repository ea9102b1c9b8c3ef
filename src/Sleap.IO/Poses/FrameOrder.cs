using System.Collections;

namespace Sleap.IO;

/// <summary>
/// The frames of labels in the order of videos and frame numbers, each once. Files hold frames in the order of
/// labeling, and merged files can hold a frame twice; then its instances are put together.
/// </summary>
internal sealed class FrameOrder : IReadOnlyList<LabeledFrame>
{
    private readonly IReadOnlyList<LabeledFrame> _frames;
    private readonly int[] _order; // places in the file, in order
    private readonly int[] _starts; // where each frame begins in _order
    private readonly LabeledFrame?[] _merged;

    private FrameOrder(IReadOnlyList<LabeledFrame> frames, int[] order, int[] starts) =>
        (_frames, _order, _starts, _merged) = (frames, order, starts, new LabeledFrame?[starts.Length]);

    /// <summary>Returns the frames in order; the same list if it is in order already.</summary>
    public static IReadOnlyList<LabeledFrame> Of(IReadOnlyList<LabeledFrame> frames, IReadOnlyList<Video> videos)
    {
        var places = new Dictionary<Video, int>(ReferenceEqualityComparer.Instance);
        foreach (var video in videos)
            places.TryAdd(video, places.Count);
        var keys = new (int Video, int Frame)[frames.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            var (video, number) = KeyOf(frames, i);
            keys[i] = (places[video], number);
        }

        if (IsInOrder(keys))
            return frames;
        int[] order = [.. Enumerable.Range(0, keys.Length).OrderBy(place => keys[place])]; // keeps the order of equals
        List<int> starts = [];
        for (var i = 0; i < order.Length; i++)
        {
            if (i == 0 || keys[order[i]] != keys[order[i - 1]])
                starts.Add(i);
        }

        return new FrameOrder(frames, order, [.. starts]);
    }

    /// <summary>
    /// Video and number of a frame. Frames of a file are built when they are asked for, which this does not need.
    /// </summary>
    public static (Video Video, int FrameIndex) KeyOf(IReadOnlyList<LabeledFrame> frames, int index) =>
        frames switch
        {
            SlpFrames rows => rows.KeyOf(index),
            FrameOrder order => KeyOf(order._frames, order._order[order._starts[index]]),
            _ => (frames[index].Video, frames[index].FrameIndex),
        };

    /// <summary>The list that a frame is a row of, and its place there; these frames if it is put together.</summary>
    public static (IReadOnlyList<LabeledFrame> Frames, int Place) PlaceOf(IReadOnlyList<LabeledFrame> frames, int index)
    {
        if (frames is not FrameOrder order)
            return (frames, index);
        var (start, end) = order.RangeOf(index);
        return end == start + 1 ? (order._frames, order._order[start]) : (frames, index);
    }

    public int Count => _starts.Length;

    public LabeledFrame this[int index]
    {
        get
        {
            var (start, end) = RangeOf(index);
            if (end == start + 1)
                return _frames[_order[start]];
            // Two threads may put the frame together: the first one's is kept, because objects are identities here.
            return LazyInitializer.EnsureInitialized(
                ref _merged[index],
                () => Merged([.. _order[start..end].Select(place => _frames[place])])
            )!;
        }
    }

    public IEnumerator<LabeledFrame> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private (int Start, int End) RangeOf(int index) =>
        (_starts[index], index + 1 < _starts.Length ? _starts[index + 1] : _order.Length);

    private static bool IsInOrder((int Video, int Frame)[] keys)
    {
        for (var i = 1; i < keys.Length; i++)
        {
            if (keys[i - 1].CompareTo(keys[i]) >= 0)
                return false;
        }

        return true;
    }

    // An instance that is in both rows, as after merging a file with its copy, is kept once.
    private static LabeledFrame Merged(LabeledFrame[] rows)
    {
        List<Instance> kept = [];
        var copies = new Dictionary<Instance, Instance>(ReferenceEqualityComparer.Instance);
        foreach (var instance in rows.SelectMany(row => row.Instances))
        {
            if (kept.Find(other => other.HasValuesOf(instance)) is { } same)
                copies[instance] = same;
            else
                kept.Add(instance);
        }

        return new LabeledFrame
        {
            Video = rows[0].Video,
            FrameIndex = rows[0].FrameIndex,
            IsNegative = Array.Exists(rows, row => row.IsNegative),
            Instances =
            [
                .. kept.Select(instance =>
                    instance.FromPredicted is { } source && copies.TryGetValue(source, out var same)
                        ? instance.With(instance.Track, same)
                        : instance
                ),
            ],
        };
    }
}
