using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// Finds symmetric nodes that changed sides from one frame to the next while the rest of the instance stayed.
/// </summary>
internal sealed class SwapSearch
{
    private static readonly SwapRepairOptions Limits = new();
    private readonly Dictionary<(Track, bool), (Video Video, int Frame, Instance Instance)> _last = [];

    /// <summary>The exchanged pairs of a tracked instance; frames come in order.</summary>
    public IEnumerable<(Symmetry Pair, int Since)> Next(LabeledFrame frame, Instance instance)
    {
        if (instance.Track is null || instance.Skeleton.Symmetries.IsEmpty)
            return [];
        var key = (instance.Track, instance.IsPredicted);
        var isKnown = _last.TryGetValue(key, out var last);
        _last[key] = (frame.Video, frame.FrameIndex, instance);
        return
            isKnown
            && ReferenceEquals(last.Video, frame.Video)
            && frame.FrameIndex - last.Frame <= Limits.ForgetAfter
            && instance.Skeleton.Equals(last.Instance.Skeleton)
            ? instance
                .Skeleton.Symmetries.Where(pair => IsExchanged(pair, instance, last.Instance))
                .Select(pair => (pair, last.Frame))
            : [];
    }

    // A turn of the whole animal exchanges sides too, but moves the nodes in the middle.
    private static bool IsExchanged(Symmetry pair, Instance now, Instance before)
    {
        Vector2D first = Of(now, pair.First),
            second = Of(now, pair.Second),
            lastFirst = Of(before, pair.First),
            lastSecond = Of(before, pair.Second);
        if (!first.IsVisible || !second.IsVisible || !lastFirst.IsVisible || !lastSecond.IsVisible)
            return false;
        var moved = (first - lastFirst).Length + (second - lastSecond).Length;
        var gain = SwapRepairComputation.Gain(first, second, lastFirst, lastSecond);
        if (gain <= Limits.MinGain || gain < 0.75 * moved)
            return false;
        double[] middle =
        [
            .. Enumerable
                .Range(0, now.Points.Length)
                .Where(node => now.Skeleton.Symmetries.All(other => other.First != node && other.Second != node))
                .Select(node => (Of(now, node) - Of(before, node)).Length)
                .Where(double.IsFinite),
        ];
        return middle.Length > 0 && middle.Max() < moved / 4;
    }

    private static Vector2D Of(Instance instance, int node)
    {
        var point = instance.Points[node];
        return InstanceRules.IsVisible(point) ? new Vector2D(point.X, point.Y) : Vector2D.Missing;
    }
}
