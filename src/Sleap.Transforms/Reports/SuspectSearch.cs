using System.Globalization;

namespace Sleap.Transforms;

/// <summary>
/// Finds the poses that a person should look at: by low scores, missing nodes, and jumps much faster than the animal's
/// usual motion.
/// </summary>
internal static class SuspectSearch
{
    // Frames close to each other mostly have the same fault.
    private const int Apart = 15;

    public static IReadOnlyList<(SuspectFrame Frame, InstanceView Pose)> Find(
        IReadOnlyList<AnimalPath> paths,
        int count
    )
    {
        List<(double Badness, SuspectFrame Frame, InstanceView Pose)> found = [];
        foreach (var path in paths)
        {
            var usual = Usual(path);
            for (var i = 0; i < path.Frames.Length; i++)
            {
                if (Judge(path, i, usual) is { Badness: > 0 } judged)
                {
                    found.Add(
                        (judged.Badness, new SuspectFrame(path.Frames[i], path.Name, judged.Reason), path.Poses[i])
                    );
                }
            }
        }
        List<(SuspectFrame Frame, InstanceView Pose)> worst = [];
        foreach (
            (_, var frame, var pose) in found.OrderByDescending(one => one.Badness).ThenBy(one => one.Frame.FrameIndex)
        )
        {
            if (worst.Count == count)
                break;
            if (worst.TrueForAll(other => Math.Abs(other.Frame.FrameIndex - frame.FrameIndex) >= Apart))
                worst.Add((frame, pose));
        }
        return worst;
    }

    /// <summary>A speed that the animal itself hardly exceeds: twice the 99th percentile.</summary>
    private static double Usual(AnimalPath path)
    {
        double[] speeds = [.. path.Speeds.Where(double.IsFinite)];
        return 2 * Math.Max(1, ErrorSummary.Of(speeds, speeds.Length, 1).P99);
    }

    private static (double Badness, string Reason) Judge(AnimalPath path, int i, double usual)
    {
        var pose = path.Poses[i];
        int nodes = pose.Points.Length / 2,
            missing = nodes - pose.VisibleNodes.Count();
        float[] scores =
        [
            .. pose.PeakScores.ToArray().Where((score, node) => float.IsFinite(score) && pose.IsVisible(node)),
        ];
        var score = scores.Length == 0 ? double.NaN : scores.Average();
        var badness = (double)missing / nodes;
        List<string> reasons = [];
        if (missing > 0)
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{missing} of {nodes} nodes missing"));
        if (score < 0.5)
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"mean confidence {score:0.00}"));
        badness += double.IsFinite(score) ? Math.Clamp(1 - score, 0, 1) : 0;
        if (path.Speeds[i] > usual)
        {
            reasons.Insert(
                0,
                string.Create(CultureInfo.InvariantCulture, $"a jump of {path.Speeds[i]:0} pixels a frame")
            );
            badness += Math.Min(1, path.Speeds[i] / usual / 3);
        }
        return reasons.Count == 0 ? (0, "") : (badness, string.Join(", ", reasons));
    }
}
