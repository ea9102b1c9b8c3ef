using System.Collections.Immutable;
using System.Globalization;

namespace Sleap.Transforms;

/// <summary>Charts of the nodes of poses.</summary>
internal static class NodeCharts
{
    /// <summary>How often each score occurs, over nodes found.</summary>
    public static string ScoreHistogram(IEnumerable<InstanceView> poses)
    {
        float[] scores = [.. poses.SelectMany(pose => pose.PeakScores.ToArray()).Where(float.IsFinite)];
        const int bins = 20;
        var counts = new int[bins];
        foreach (var score in scores)
            counts[Math.Clamp((int)(score * bins), 0, bins - 1)]++;
        var chart = new SvgChart("Confidence of the nodes", (0, 1), (0, Math.Max(1, counts.Max()) * 1.05), 370, 260)
        {
            XLabel = "score (1 = sure)",
            YLabel = "nodes",
        };
        for (var i = 0; i < bins; i++)
        {
            if (counts[i] > 0)
            {
                chart.Box(
                    ((double)i / bins) + 0.004,
                    0,
                    ((i + 1.0) / bins) - 0.004,
                    counts[i],
                    SvgChart.Heat(i / (bins - 1.0)),
                    string.Create(CultureInfo.InvariantCulture, $"{counts[i]} nodes")
                );
            }
        }

        return chart.ToString();
    }

    /// <summary>How often each node is missing.</summary>
    public static string MissingNodes(IReadOnlyCollection<InstanceView> poses, ImmutableArray<string> nodes)
    {
        double[] missing =
        [
            .. nodes.Select(
                (_, node) => poses.Count == 0 ? 0 : 100.0 * poses.Count(pose => !pose.IsVisible(node)) / poses.Count
            ),
        ];
        var left = Math.Max(64, (nodes.Max(node => node.Length) * 6.6) + 16);
        var chart = new SvgChart(
            "Missing nodes",
            (0, Math.Max(1, missing.Max() * 1.08)),
            (nodes.Length, 0),
            370,
            Math.Max(260, (nodes.Length * 16) + 80),
            left
        )
        {
            XLabel = "% of the instances",
            Rows = [.. nodes.Select((node, i) => (node, i + 0.5))],
        };
        for (var i = 0; i < nodes.Length; i++)
        {
            chart.Box(
                0,
                i + 0.15,
                missing[i],
                i + 0.85,
                "#7a8fb5",
                string.Create(CultureInfo.InvariantCulture, $"{missing[i]:0.0} %")
            );
        }

        return chart.ToString();
    }
}
