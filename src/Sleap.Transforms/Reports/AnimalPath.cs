using System.Globalization;

namespace Sleap.Transforms;

/// <summary>One animal over the frames of a video: its positions, speeds and poses.</summary>
internal sealed class AnimalPath
{
    // The path over a longer gap is not known.
    private const int MaxGap = 5;

    private AnimalPath(string name, int number, List<(int Frame, InstanceView Pose)> seen, int node)
    {
        Name = name;
        Number = number;
        Frames = [.. seen.Select(one => one.Frame)];
        Poses = [.. seen.Select(one => one.Pose)];
        Places = [.. seen.Select(one => Centroid.At(one.Pose.Points, node))];
        Speeds =
        [
            .. Enumerable.Range(0, seen.Count).Select(i => i == 0 ? double.NaN : Speed(seen[i - 1], seen[i], node)),
        ];
    }

    /// <summary>The track; without tracks "animal 1" and so on, by the number in the frame.</summary>
    public string Name { get; }

    /// <summary>Its number among all animals, for its color.</summary>
    public int Number { get; }

    /// <summary>The frames it is seen in, rising.</summary>
    public int[] Frames { get; }

    public InstanceView[] Poses { get; }

    /// <summary>Its position in each of them, in pixels.</summary>
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
    /// The animals of a video: its tracks, or where it has none, the numbers of instances in their frame. Instances
    /// without a track in a video with tracks are left out.
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

        OrderedDictionary<string, List<(int Frame, InstanceView Pose)>> seen = [];
        foreach (var track in video.Tracks)
            seen.Add(track, []);
        foreach ((var frame, var instances) in video.Frames)
        {
            foreach (var instance in instances)
            {
                var name =
                    video.Tracks.Count > 0
                        ? instance.Track
                        : string.Create(CultureInfo.InvariantCulture, $"animal {instance.Index + 1}");
                if (name is null)
                    continue;
                if (!seen.TryGetValue(name, out var own))
                    seen.Add(name, own = []);
                // A second instance of the same track in a frame is a tracking error; the first one counts.
                if (own.Count == 0 || own[^1].Frame != frame)
                    own.Add((frame, instance));
            }
        }

        return [.. seen.Index().Select(one => new AnimalPath(one.Item.Key, one.Index, one.Item.Value, place))];
    }

    private static double Speed((int Frame, InstanceView Pose) before, (int Frame, InstanceView Pose) now, int node)
    {
        if (now.Frame - before.Frame > MaxGap)
            return double.NaN;
        (double x, double y, var count) = (0, 0, 0);
        foreach (var n in now.Pose.VisibleNodes)
        {
            if ((node < 0 || n == node) && before.Pose.IsVisible(n))
            {
                (x, y, count) = (x + now.Pose.X(n) - before.Pose.X(n), y + now.Pose.Y(n) - before.Pose.Y(n), count + 1);
            }
        }

        return count == 0 ? double.NaN : double.Hypot(x / count, y / count) / (now.Frame - before.Frame);
    }
}
