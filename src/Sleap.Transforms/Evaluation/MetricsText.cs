using System.Collections.Immutable;
using System.Globalization;

namespace Sleap.Transforms;

/// <summary>Metrics as text for a terminal: blocks of aligned columns.</summary>
internal static class MetricsText
{
    /// <summary>Heads of the columns of a node's errors, in pixels.</summary>
    public static readonly ImmutableArray<string> ErrorHeads = ["mean px", "RMSE", "p50", "p75", "p90", "p95", "p99"];

    public static string Of(PoseMetrics metrics) =>
        string.Join("\n", Tables(metrics).Select(table => string.Concat(Lines(table).Select(line => line + "\n"))));

    /// <summary>The figures, those of each node, and which names were taken for which.</summary>
    public static IEnumerable<MetricsTable> Tables(PoseMetrics metrics)
    {
        yield return new([], [.. Figures(metrics)]);
        yield return Nodes(metrics);
        // With many broken tracks the table would be too large.
        if (metrics.Identities is { PredictedNames.Length: <= 12 } identities)
            yield return Confusion(identities);
    }

    /// <summary>Which nodes are not compared, in words.</summary>
    public static string LeftOut(ImmutableArray<string> onlyTrue, ImmutableArray<string> onlyPredicted)
    {
        List<string> parts = [];
        if (!onlyTrue.IsEmpty)
            parts.Add($"left out because the predictions do not have them: {string.Join(", ", onlyTrue)}");
        if (!onlyPredicted.IsEmpty)
            parts.Add($"left out because the labels do not have them: {string.Join(", ", onlyPredicted)}");
        return string.Join("; ", parts);
    }

    private static IEnumerable<string[]> Figures(PoseMetrics metrics)
    {
        yield return ["frames", Text($"{metrics.Frames}")];
        yield return
        [
            "instances",
            Text($"{metrics.Instances} true, {metrics.Predicted} predicted: ")
                + Text($"{metrics.Missed} missed, {metrics.Spurious} spurious"),
        ];
        if (!metrics.NodesOnlyTrue.IsEmpty || !metrics.NodesOnlyPredicted.IsEmpty)
            yield return ["nodes", LeftOut(metrics.NodesOnlyTrue, metrics.NodesOnlyPredicted)];
        yield return
        [
            "OKS",
            Text($"mAP {metrics.Oks.MeanAP:0.000}  mAR {metrics.Oks.MeanAR:0.000}  mean {metrics.MeanOks:0.000}")
                + (metrics.Rules == EvaluationRules.SleapNN ? "  (sleap-nn's rules)" : ""),
        ];
        yield return
        [
            "PCK",
            Text($"mAP {metrics.Pck.MeanAP:0.000}  mAR {metrics.Pck.MeanAR:0.000}  mean {metrics.PckCurve.Mean:0.000}"),
        ];
        var curve = metrics.PckCurve.Thresholds.Zip(
            metrics.PckCurve.Shares,
            (threshold, share) => Text($"{threshold:0.##} px {share:0.000}")
        );
        yield return ["PCK curve", string.Join("  ", curve)];
        yield return
        [
            "visibility",
            Text($"precision {metrics.Visibility.Precision:0.000}  recall {metrics.Visibility.Recall:0.000}"),
        ];
        yield return
        [
            "centroids",
            Text($"precision {metrics.Centroids.Precision:0.000}  recall {metrics.Centroids.Recall:0.000}")
                + Text($"  within {metrics.Centroids.Radius:0.##} px"),
        ];
        if (metrics.Identities is { } names)
            yield return ["identity", Text($"accuracy {names.Accuracy:0.000} of {names.Pairs} pairs")];
        if (metrics.Tracks is not { } tracks)
            yield break;
        yield return
        [
            "tracks",
            Text(
                $"HOTA {tracks.HOTA:0.000}  MOTA {tracks.MOTA:0.000}  MOTP {tracks.MOTP:0.000}  IDF1 {tracks.IDF1:0.000}"
            ),
        ];
        yield return
        [
            "",
            Text($"{tracks.Switches} switches, {tracks.Fragmentations} fragmentations, ")
                + Text($"{tracks.PredictedTracks} tracks for {tracks.TrueTracks}"),
        ];
    }

    private static MetricsTable Nodes(PoseMetrics metrics)
    {
        static string[] Row(string name, ErrorSummary e) =>
            [
                name,
                Text($"{e.Found}/{e.Visible}"),
                .. new[] { e.Mean, e.Rmse, e.P50, e.P75, e.P90, e.P95, e.P99 }.Select(pixels => Text($"{pixels:0.00}")),
                Text($"{e.Within:0.0%}"),
            ];
        return new(
            ["node", "found/visible", .. ErrorHeads, Text($"<={metrics.Radius:0.#}px")],
            [.. metrics.Nodes.Select(node => Row(node.Node, node.Error)), Row("all", metrics.All)]
        );
    }

    private static MetricsTable Confusion(IdentityMetrics identities) =>
        new(
            ["true", .. identities.PredictedNames, "none"],
            [
                .. identities.TrueNames.Zip(
                    identities.Confusion,
                    (name, row) => (string[])[name, .. row.Select(count => Text($"{count}"))]
                ),
            ]
        );

    // The first column is aligned to the left, and those of numbers, which have headers, to the right.
    private static IEnumerable<string> Lines(MetricsTable table)
    {
        string[][] rows = table.Headers.Length == 0 ? [.. table.Rows] : [table.Headers, .. table.Rows];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        return rows.Select(row =>
            string.Join(
                    "  ",
                    row.Select(
                        (cell, i) =>
                            i == 0 || table.Headers.Length == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i])
                    )
                )
                .TrimEnd()
        );
    }

    private static string Text(FormattableString value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Cells of a table; columns after the first are numbers if there are headers.</summary>
/// <param name="Headers">The headers; empty for rows of a name and a text.</param>
/// <param name="Rows">The rows, each with as many cells as there are columns.</param>
internal sealed record MetricsTable(string[] Headers, IReadOnlyList<string[]> Rows);
