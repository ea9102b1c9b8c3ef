namespace Sleap.Transforms;

/// <summary>Chooses the instances of a frame that stay when there are more than allowed.</summary>
internal static class InstanceCulling
{
    /// <summary>
    /// Numbers of the instances that stay, rising. First overlapping instances are removed, if <paramref name="iou"/>
    /// is given, then those of the lowest scores.
    /// </summary>
    public static int[] Keep(IReadOnlyList<TrackedInstance> instances, int count, double? iou)
    {
        int[] all = [.. Enumerable.Range(0, instances.Count)];
        if (instances.Count <= count)
            return all;
        var kept =
            iou > 0
                ? Suppress([.. instances.Select(one => one.Box)], [.. instances.Select(Score)], iou.Value, count)
                : all;
        // Stable: of equal scores the later instance stays, as when sorted by rising score and cut at the front.
        return [.. kept.Order().OrderBy(index => Score(instances[index])).TakeLast(count).Order()];
    }

    /// <summary>
    /// Non-maximum suppression, by falling score: an instance is removed when the box of a better one covers more than
    /// <paramref name="threshold"/> of its box. If fewer than <paramref name="target"/> stay, the best of the removed
    /// ones are restored.
    /// </summary>
    public static int[] Suppress(Box[] boxes, double[] scores, double threshold, int? target)
    {
        if (boxes.Length < target)
            return [.. Enumerable.Range(0, boxes.Length)];
        List<int> left = [.. Enumerable.Range(0, boxes.Length).OrderBy(index => scores[index]).Reverse()];
        List<int> picked = [],
            suppressed = [];
        while (left.Count > 0)
        {
            var best = left[0];
            left.RemoveAt(0);
            picked.Add(best);
            suppressed.AddRange(left.Where(IsCovered));
            left.RemoveAll(IsCovered);

            bool IsCovered(int other) =>
                Box.CommonPixels(boxes[best], boxes[other]) / boxes[other].PixelCount > threshold;
        }
        if (picked.Count < target)
            picked.AddRange(suppressed.OrderByDescending(index => scores[index]).Take(target.Value - picked.Count));
        return [.. picked];
    }

    private static double Score(TrackedInstance instance) =>
        double.IsNaN(instance.Score) ? double.NegativeInfinity : instance.Score;
}

/// <summary>
/// Joins a new track to the one that it replaces, where exactly one track is new in a frame and exactly one is missing.
/// </summary>
internal sealed class SingleBreaks
{
    private readonly Dictionary<int, int> _renamed = [];
    private HashSet<int>? _lastGood;

    /// <summary>Renames tracks of the next frame in place; negative ones are none.</summary>
    public void Apply(int[] tracks)
    {
        var here = Present(tracks);
        _lastGood ??= here;
        for (var i = 0; i < tracks.Length; i++)
        {
            if (!_renamed.TryGetValue(tracks[i], out var before) || here.Contains(before))
                continue;
            tracks[i] = before;
            here = Present(tracks);
        }
        int[] extra = [.. here.Except(_lastGood)];
        int[] missing = [.. _lastGood.Except(here)];
        if (extra.Length == 1 && missing.Length == 1)
        {
            _renamed[extra[0]] = missing[0];
            tracks[Array.IndexOf(tracks, extra[0])] = missing[0];
        }
        else if (here.Count >= _lastGood.Count)
        {
            _lastGood = here;
        }
    }

    private static HashSet<int> Present(int[] tracks) => [.. tracks.Where(track => track >= 0)];
}
