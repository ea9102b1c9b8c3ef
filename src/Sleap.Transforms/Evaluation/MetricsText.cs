using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Sleap.Transforms;

/// <summary>Metrics as text for a terminal: blocks of aligned columns.</summary>
internal static class MetricsText
{
    public static string Of(PoseMetrics metrics)
    {
        var text = new StringBuilder();
        Row(text, "frames", string.Create(CultureInfo.InvariantCulture, $"{metrics.Frames}"));
        Row(
            text,
            "animals",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{metrics.Instances} true, {metrics.Predicted} predicted: {metrics.Missed} missed, "
                    + $"{metrics.Spurious} spurious"
            )
        );
        if (!metrics.NodesOnlyTrue.IsEmpty || !metrics.NodesOnlyPredicted.IsEmpty)
        {
            Row(
                text,
                "nodes",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{LeftOut(metrics.NodesOnlyTrue, metrics.NodesOnlyPredicted)}"
                )
            );
        }

        Row(
            text,
            "OKS",
            string.Create(
                CultureInfo.InvariantCulture,
                $"mAP {metrics.Oks.MeanAP:0.000}  mAR {metrics.Oks.MeanAR:0.000}  mean "
                    + $"{metrics.MeanOks:0.000}{(metrics.Rules == EvaluationRules.SleapNN ? "  (sleap-nn's rules)" : "")}"
            )
        );
        Row(
            text,
            "PCK",
            string.Create(
                CultureInfo.InvariantCulture,
                $"mAP {metrics.Pck.MeanAP:0.000}  mAR {metrics.Pck.MeanAR:0.000}  mean "
                    + $"{metrics.PckCurve.Mean:0.000}"
            )
        );
        Row(
            text,
            "PCK curve",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{string.Join("  ", metrics.PckCurve.Thresholds.Zip(metrics.PckCurve.Shares, (t, share) => string.Create(CultureInfo.InvariantCulture, $"{t:0.##} px {share:0.000}")))}"
            )
        );
        Row(
            text,
            "visibility",
            string.Create(
                CultureInfo.InvariantCulture,
                $"precision {metrics.Visibility.Precision:0.000}  recall {metrics.Visibility.Recall:0.000}"
            )
        );
        Row(
            text,
            "centroids",
            string.Create(
                CultureInfo.InvariantCulture,
                $"precision {metrics.Centroids.Precision:0.000}  recall "
                    + $"{metrics.Centroids.Recall:0.000}  within {metrics.Centroids.Radius:0.##} px"
            )
        );
        if (metrics.Identities is { } names)
        {
            Row(
                text,
                "identity",
                string.Create(CultureInfo.InvariantCulture, $"accuracy {names.Accuracy:0.000} of {names.Pairs} pairs")
            );
        }

        if (metrics.Tracks is { } tracks)
        {
            Row(
                text,
                "tracks",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"HOTA {tracks.HOTA:0.000}  MOTA {tracks.MOTA:0.000}  MOTP {tracks.MOTP:0.000}  IDF1 "
                        + $"{tracks.IDF1:0.000}"
                )
            );
            Row(
                text,
                "",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{tracks.Switches} switches, {tracks.Fragmentations} fragmentations, "
                        + $"{tracks.PredictedTracks} tracks for {tracks.TrueTracks}"
                )
            );
        }
        text.Append('\n');
        Nodes(text, metrics);
        if (metrics.Identities is { } identities)
            Confusion(text, identities);
        return text.ToString();
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
            string.Create(
                CultureInfo.InvariantCulture,
                $"{"node".PadRight(width)}  {"found/visible", 13}  {"mean px", 8}  {"RMSE", 8}  {"p50", 8}  "
                    + $"{"p75", 8}  {"p90", 8}  {"p95", 8}  {"p99", 8}  {$"<={metrics.Radius:0.#}px", 8}\n"
            )
        );
        foreach (var node in metrics.Nodes)
            text.Append(Line(node.Node, node.Error));
        text.Append(Line("all", metrics.All));
    }

    // A few hundred broken tracks make no table.
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

    private static void Row(StringBuilder text, string name, string value) =>
        text.Append(name.PadRight(12)).Append(value).Append('\n');
}
