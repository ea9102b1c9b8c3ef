using System.Globalization;

namespace Sleap.Transforms;

/// <summary>
/// Finds the poses that a person should look at: by low scores, missing nodes, and jumps much faster than the animal
/// usually moves.
/// </summary>
internal static class SuspectSearch
{
    // Frames close to each other mostly have the same fault.
    private const int MinFramesApart = 15;

    public static IReadOnlyList<(SuspectFrame Frame, InstanceView Pose)> Find(
        IReadOnlyList<AnimalPath> paths,
        int count
    )
    {
        List<(double Severity, SuspectFrame Frame, InstanceView Pose)> found = [];
        foreach (var path in paths)
        {
            var speedLimit = SpeedLimit(path);
            for (var i = 0; i < path.Frames.Length; i++)
            {
                if (Judge(path, i, speedLimit) is { Severity: > 0 } judged)
                {
                    found.Add(
                        (judged.Severity, new SuspectFrame(path.Frames[i], path.Name, judged.Reason), path.Poses[i])
                    );
                }
            }
        }
        List<(SuspectFrame Frame, InstanceView Pose)> worst = [];
        foreach (
            (_, var frame, var pose) in found.OrderByDescending(one => one.Severity).ThenBy(one => one.Frame.FrameIndex)
        )
        {
            if (worst.Count == count)
                break;
            if (worst.TrueForAll(other => Math.Abs(other.Frame.FrameIndex - frame.FrameIndex) >= MinFramesApart))
                worst.Add((frame, pose));
        }
        return worst;
    }

    /// <summary>A speed that the animal itself hardly exceeds: twice the 99th percentile.</summary>
    private static double SpeedLimit(AnimalPath path)
    {
        double[] speeds = [.. path.Speeds.Where(double.IsFinite)];
        return 2 * Math.Max(1, ErrorSummary.Of(speeds, speeds.Length, 1).P99);
    }

    private static (double Severity, string Reason) Judge(AnimalPath path, int i, double speedLimit)
    {
        var pose = path.Poses[i];
        int nodes = pose.Points.Length / 2,
            missing = nodes - pose.VisibleNodes.Count();
        float[] scores =
        [
            .. pose.PeakScores.ToArray().Where((score, node) => float.IsFinite(score) && pose.IsVisible(node)),
        ];
        var score = scores.Length == 0 ? double.NaN : scores.Average();
        var severity = (double)missing / nodes;
        List<string> reasons = [];
        if (missing > 0)
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{missing} of {nodes} nodes missing"));
        if (score < 0.5)
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"mean confidence {score:0.00}"));
        severity += double.IsFinite(score) ? Math.Clamp(1 - score, 0, 1) : 0;
        if (path.Speeds[i] > speedLimit)
        {
            reasons.Insert(
                0,
                string.Create(CultureInfo.InvariantCulture, $"a jump of {path.Speeds[i]:0} pixels a frame")
            );
            severity += Math.Min(1, path.Speeds[i] / speedLimit / 3);
        }
        return reasons.Count == 0 ? (0, "") : (severity, string.Join(", ", reasons));
    }
}
