using System.Globalization;

namespace Sleap.Transforms;

/// <summary>The charts of a comparison.</summary>
internal static class EvaluationCharts
{
    private const string Blue = "#3b6ea5";

    /// <summary>PCK over its thresholds.</summary>
    public static string Pck(PckCurve curve)
    {
        var chart = new SvgChart("Share of nodes within a distance (PCK)", (0, curve.Thresholds[^1]), (0, 1), 500, 300)
        {
            XLabel = "distance (px)",
            YLabel = "share",
        };
        chart.Line([(0, 0), .. curve.Thresholds.Zip(curve.Shares)], Blue, 2);
        foreach ((var threshold, var share) in curve.Thresholds.Zip(curve.Shares))
        {
            if (double.IsFinite(share))
                chart.Dot(threshold, share, 3.5, Blue, "#fff");
        }

        return chart.ToString();
    }

    /// <summary>Average precision and recall over the similarities.</summary>
    public static string Precision(AveragePrecision oks)
    {
        var chart = new SvgChart(
            "Precision and recall by OKS",
            (oks.Thresholds[0], oks.Thresholds[^1]),
            (0, 1),
            500,
            300
        )
        {
            XLabel = "OKS that counts as right",
        };
        chart.Line(oks.Thresholds.Zip(oks.AP), Blue, 2);
        chart.Line(oks.Thresholds.Zip(oks.AR), "#d98a1f", 2);
        chart.Legend([("average precision", Blue), ("recall", "#d98a1f")]);
        return chart.ToString();
    }

    /// <summary>
    /// The distances of each node: median, with the middle half as a box and the 95th percentile as the end.
    /// </summary>
    public static string Nodes(PoseMetrics metrics)
    {
        NodeError[] nodes = [.. metrics.Nodes.Where(node => node.Error.Found > 0)];
        var left = Math.Max(64, (metrics.Nodes.Max(node => node.Node.Length) * 6.6) + 16);
        var chart = new SvgChart(
            "Error by node: median, 75 %, 95 %",
            (0, Math.Max(1e-6, nodes.Select(node => node.Error.P95).DefaultIfEmpty(1).Max() * 1.05)),
            (Math.Max(1, nodes.Length), 0),
            1020,
            (Math.Max(1, nodes.Length) * 18) + 84,
            left
        )
        {
            XLabel = "distance (px)",
            Rows = [.. nodes.Select((node, i) => (node.Node, i + 0.5))],
        };
        for (var i = 0; i < nodes.Length; i++)
        {
            var error = nodes[i].Error;
            var tip = string.Create(
                CultureInfo.InvariantCulture,
                $"{nodes[i].Node}: median {error.P50:0.00}, 75 % {error.P75:0.00}, 95 % {error.P95:0.00} px"
            );
            chart.Box(0, i + 0.42, error.P95, i + 0.58, "#b9c9dd", tip);
            chart.Box(0, i + 0.25, error.P75, i + 0.75, "#7f9fc4", tip);
            chart.Box(0, i + 0.25, error.P50, i + 0.75, Blue, tip);
        }
        return chart.ToString();
    }

    /// <summary>The mean error of each frame of a video.</summary>
    public static string Frames(IReadOnlyList<FrameError> frames, string title)
    {
        var top = frames.Select(frame => frame.MeanError).Where(double.IsFinite).DefaultIfEmpty(1).Max();
        int first = frames.Min(frame => frame.FrameIndex),
            last = frames.Max(frame => frame.FrameIndex);
        var chart = new SvgChart(title, (first, Math.Max(last, first + 1)), (0, Math.Max(top * 1.05, 1e-6)), 1020, 240)
        {
            XLabel = "frame",
            YLabel = "mean error (px)",
        };
        foreach (var frame in frames.Where(frame => double.IsFinite(frame.MeanError)))
            chart.Dot(frame.FrameIndex, frame.MeanError, 2.6, Blue, "none");
        foreach (var frame in frames.Where(frame => frame.Missed + frame.Spurious > 0))
            chart.Dot(frame.FrameIndex, double.IsFinite(frame.MeanError) ? frame.MeanError : 0, 4, "none", "#c0392b");
        chart.Legend([("a frame", Blue), ("instances missed or spurious", "#c0392b")]);
        return chart.ToString();
    }
}
