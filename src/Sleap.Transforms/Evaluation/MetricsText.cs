using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Sleap.Transforms;

/// <summary>Metrics as text for a terminal: blocks of aligned columns.</summary>
internal static class MetricsText
{
    public static string Of(PoseMetrics metrics)
    {
        var culture = CultureInfo.InvariantCulture;
        var text = new StringBuilder();
        Row("frames").Append(culture, $"{metrics.Frames}");
        Row("instances")
            .Append(culture, $"{metrics.Instances} true, {metrics.Predicted} predicted: ")
            .Append(culture, $"{metrics.Missed} missed, {metrics.Spurious} spurious");
        if (!metrics.NodesOnlyTrue.IsEmpty || !metrics.NodesOnlyPredicted.IsEmpty)
            Row("nodes").Append(LeftOut(metrics.NodesOnlyTrue, metrics.NodesOnlyPredicted));
        Row("OKS")
            .Append(culture, $"mAP {metrics.Oks.MeanAP:0.000}  mAR {metrics.Oks.MeanAR:0.000}")
            .Append(culture, $"  mean {metrics.MeanOks:0.000}")
            .Append(metrics.Rules == EvaluationRules.SleapNN ? "  (sleap-nn's rules)" : "");
        Row("PCK")
            .Append(culture, $"mAP {metrics.Pck.MeanAP:0.000}  mAR {metrics.Pck.MeanAR:0.000}")
            .Append(culture, $"  mean {metrics.PckCurve.Mean:0.000}");
        var curve = metrics.PckCurve.Thresholds.Zip(
            metrics.PckCurve.Shares,
            (threshold, share) => string.Create(culture, $"{threshold:0.##} px {share:0.000}")
        );
        Row("PCK curve").AppendJoin("  ", curve);
        Row("visibility")
            .Append(culture, $"precision {metrics.Visibility.Precision:0.000}")
            .Append(culture, $"  recall {metrics.Visibility.Recall:0.000}");
        Row("centroids")
            .Append(culture, $"precision {metrics.Centroids.Precision:0.000}")
            .Append(culture, $"  recall {metrics.Centroids.Recall:0.000}  within {metrics.Centroids.Radius:0.##} px");
        if (metrics.Identities is { } names)
            Row("identity").Append(culture, $"accuracy {names.Accuracy:0.000} of {names.Pairs} pairs");
        if (metrics.Tracks is { } tracks)
        {
            Row("tracks")
                .Append(culture, $"HOTA {tracks.HOTA:0.000}  MOTA {tracks.MOTA:0.000}")
                .Append(culture, $"  MOTP {tracks.MOTP:0.000}  IDF1 {tracks.IDF1:0.000}");
            Row("")
                .Append(culture, $"{tracks.Switches} switches, {tracks.Fragmentations} fragmentations, ")
                .Append(culture, $"{tracks.PredictedTracks} tracks for {tracks.TrueTracks}");
        }
        text.Append("\n\n");
        Nodes(text, metrics);
        if (metrics.Identities is { } identities)
            Confusion(text, identities);
        return text.ToString();

        StringBuilder Row(string name) => text.Append(text.Length == 0 ? "" : "\n").Append(name.PadRight(12));
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

    private static void Nodes(StringBuilder text, PoseMetrics metrics)
    {
        var width = Math.Max(9, metrics.Nodes.Max(node => node.Node.Length));
        string Line(string name, ErrorSummary e) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name.PadRight(width)}  {$"{e.Found}/{e.Visible}", 13}  {e.Mean, 8:0.00}  {e.Rmse, 8:0.00}  "
                    + $"{e.P50, 8:0.00}  {e.P75, 8:0.00}  {e.P90, 8:0.00}  {e.P95, 8:0.00}  {e.P99, 8:0.00}  "
                    + $"{e.Within, 8:0.0%}\n"
            );
        text.Append(
            CultureInfo.InvariantCulture,
            $"{"node".PadRight(width)}  {"found/visible", 13}  {"mean px", 8}  {"RMSE", 8}  {"p50", 8}  "
                + $"{"p75", 8}  {"p90", 8}  {"p95", 8}  {"p99", 8}  {$"<={metrics.Radius:0.#}px", 8}\n"
        );
        foreach (var node in metrics.Nodes)
            text.Append(Line(node.Node, node.Error));
        text.Append(Line("all", metrics.All));
    }

    // With many broken tracks the table would be too large.
    private static void Confusion(StringBuilder text, IdentityMetrics identities)
    {
        if (identities.PredictedNames.Length > 12)
            return;
        string[] columns = [.. identities.PredictedNames, "none"];
        var width = identities.TrueNames.Max(name => name.Length);
        text.Append('\n')
            .Append("true".PadRight(width))
            .Append(string.Concat(columns.Select(name => "  " + name.PadLeft(7))))
            .Append('\n');
        foreach ((var name, var row) in identities.TrueNames.Zip(identities.Confusion))
        {
            text.Append(name.PadRight(width))
                .Append(
                    string.Concat(
                        row.Select(
                            (count, c) =>
                                "  "
                                + string.Create(CultureInfo.InvariantCulture, $"{count}")
                                    .PadLeft(Math.Max(7, columns[c].Length))
                        )
                    )
                )
                .Append('\n');
        }
    }
}
