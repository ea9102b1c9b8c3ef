using System.Globalization;

namespace Sleap.Transforms;

/// <summary>One animal along a video: where it is, how fast, how sure.</summary>
internal sealed class AnimalPath
{
    // Over a longer gap nobody knows the way.
    private const int MaxGap = 5;

    private AnimalPath(string name, int number, List<(int Frame, PoseInstance Pose)> seen, int node)
    {
        Name = name;
        Number = number;
        Frames = [.. seen.Select(one => one.Frame)];
        Poses = [.. seen.Select(one => one.Pose)];
        Places = [.. seen.Select(one => PlaceOf(one.Pose, node))];
        Speeds =
        [
            .. Enumerable.Range(0, seen.Count).Select(i => i == 0 ? double.NaN : Speed(seen[i - 1], seen[i], node)),
        ];
    }

    /// <summary>The track, or "animal 1" and so on by the place in the frame.</summary>
    public string Name { get; }

    /// <summary>Its number among all, which says its colour.</summary>
    public int Number { get; }

    /// <summary>The frames it is seen in, rising.</summary>
    public int[] Frames { get; }

    public PoseInstance[] Poses { get; }

    /// <summary>Its place in each, in pixels.</summary>
    public (double X, double Y)[] Places { get; }

    /// <summary>
    /// Pixels a frame since it was seen before: the mean motion of the nodes visible in both; NaN after a gap.
    /// </summary>
    public double[] Speeds { get; }

    /// <summary>Pixels: the sum of all steps that are known.</summary>
    public double Length =>
        Enumerable
            .Range(1, Math.Max(0, Frames.Length - 1))
            .Where(i => double.IsFinite(Speeds[i]))
            .Sum(i => Speeds[i] * (Frames[i] - Frames[i - 1]));

    /// <summary>Stretches of frames without a gap.</summary>
    public IEnumerable<(int First, int Last)> Stretches()
    {
        for (int i = 0, start = 0; i < Frames.Length; i++)
        {
            if (i + 1 == Frames.Length || Frames[i + 1] != Frames[i] + 1)
            {
                yield return (Frames[start], Frames[i]);
                start = i + 1;
            }
        }
    }

    /// <summary>
    /// The animals of a video: its tracks, or the places in the frame where it has none. Animals without a track beside
    /// tracks are left out.
    /// </summary>
    public static IReadOnlyList<AnimalPath> Of(PosedVideo video, string? node)
    {
        var place = node is null ? -1 : video.Skeleton.IndexOf(node);
        if (node is not null && place < 0)
        {
            throw new ArgumentException(
                $"There is no node '{node}'. The skeleton has {string.Join(", ", video.Skeleton.Nodes)}."
            );
        }

        OrderedDictionary<string, List<(int Frame, PoseInstance Pose)>> seen = [];
        foreach (var track in video.Tracks)
            seen.Add(track, []);
        foreach ((var frame, var animals) in video.Frames)
        {
            foreach (var animal in animals)
            {
                var name =
                    video.Tracks.Count > 0
                        ? animal.Track
                        : string.Create(CultureInfo.InvariantCulture, $"animal {animal.Place + 1}");
                if (name is null)
                    continue;
                if (!seen.TryGetValue(name, out var own))
                    seen.Add(name, own = []);
                // A second animal of the same track in a frame is a fault of the tracking; the first one counts.
                if (own.Count == 0 || own[^1].Frame != frame)
                    own.Add((frame, animal));
            }
        }

        return [.. seen.Index().Select(one => new AnimalPath(one.Item.Key, one.Index, one.Item.Value, place))];
    }

    private static (double X, double Y) PlaceOf(PoseInstance pose, int node)
    {
        if (node >= 0 && pose.IsVisible(node))
            return (pose.Points[2 * node], pose.Points[(2 * node) + 1]);
        (double x, double y, var count) = (0, 0, 0);
        for (var n = 0; n < pose.Points.Length / 2; n++)
        {
            if (pose.IsVisible(n))
                (x, y, count) = (x + pose.Points[2 * n], y + pose.Points[(2 * n) + 1], count + 1);
        }

        return (x / count, y / count);
    }

    private static double Speed((int Frame, PoseInstance Pose) before, (int Frame, PoseInstance Pose) now, int node)
    {
        if (now.Frame - before.Frame > MaxGap)
            return double.NaN;
        (double x, double y, var count) = (0, 0, 0);
        for (var n = 0; n < now.Pose.Points.Length / 2; n++)
        {
            if ((node < 0 || n == node) && now.Pose.IsVisible(n) && before.Pose.IsVisible(n))
            {
                (x, y, count) = (
                    x + now.Pose.Points[2 * n] - before.Pose.Points[2 * n],
                    y + now.Pose.Points[(2 * n) + 1] - before.Pose.Points[(2 * n) + 1],
                    count + 1
                );
            }
        }

        return count == 0 ? double.NaN : double.Hypot(x / count, y / count) / (now.Frame - before.Frame);
    }
}
