using System.Globalization;
using System.Text.Json.Nodes;

namespace Sleap.Transforms;

/// <summary>Metrics as a JSON object; a figure that is not a number is null.</summary>
internal static class MetricsJson
{
    public static JsonObject Of(PoseMetrics metrics)
    {
        var json = new JsonObject
        {
            ["rules"] = metrics.Rules == EvaluationRules.SleapNN ? "sleap-nn" : "standard",
            ["frames"] = metrics.Frames,
            ["instances"] = metrics.Instances,
            ["predicted"] = metrics.Predicted,
            ["missed"] = metrics.Missed,
            ["spurious"] = metrics.Spurious,
            ["oks_mAP"] = Number(metrics.Oks.MeanAP),
            ["oks_mAR"] = Number(metrics.Oks.MeanAR),
            ["oks_AP"] = ByThreshold(metrics.Oks.Thresholds, metrics.Oks.AP),
            ["oks_AR"] = ByThreshold(metrics.Oks.Thresholds, metrics.Oks.AR),
            ["mOKS"] = Number(metrics.MeanOks),
            ["pck_mAP"] = Number(metrics.Pck.MeanAP),
            ["pck_mAR"] = Number(metrics.Pck.MeanAR),
            ["mPCK"] = Number(metrics.PckCurve.Mean),
            ["pck"] = ByThreshold(metrics.PckCurve.Thresholds, metrics.PckCurve.Shares),
            ["distances"] = Distances(metrics.All, metrics.Radius),
            ["nodes"] = new JsonObject(
                metrics.Nodes.Zip(
                    metrics.PckCurve.NodeMeans,
                    (node, pck) =>
                    {
                        var figures = Distances(node.Error, metrics.Radius);
                        figures["mPCK"] = Number(pck);
                        return KeyValuePair.Create(node.Node, (JsonNode?)figures);
                    }
                )
            ),
            ["visibility"] = new JsonObject
            {
                ["precision"] = Number(metrics.Visibility.Precision),
                ["recall"] = Number(metrics.Visibility.Recall),
                ["tp"] = metrics.Visibility.TruePositives,
                ["fp"] = metrics.Visibility.FalsePositives,
                ["tn"] = metrics.Visibility.TrueNegatives,
                ["fn"] = metrics.Visibility.FalseNegatives,
            },
            ["centroids"] = Centroids(metrics.Centroids),
        };
        if (!metrics.NodesOnlyTrue.IsEmpty)
            json["nodes_only_true"] = Names(metrics.NodesOnlyTrue);
        if (!metrics.NodesOnlyPredicted.IsEmpty)
            json["nodes_only_predicted"] = Names(metrics.NodesOnlyPredicted);
        if (metrics.Identities is { } identities)
            json["identity"] = Identities(identities);
        if (metrics.Tracks is { } tracks)
            json["tracks"] = Tracks(tracks);
        return json;
    }

    private static JsonArray Names(IEnumerable<string> names) => new([.. names.Select(name => (JsonNode)name)]);

    private static JsonNode? Number(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;

    private static JsonObject ByThreshold(IEnumerable<double> thresholds, IEnumerable<double> values) =>
        new(
            thresholds.Zip(
                values,
                (threshold, value) =>
                    KeyValuePair.Create(string.Create(CultureInfo.InvariantCulture, $"{threshold:0.##}"), Number(value))
            )
        );

    private static JsonObject Distances(ErrorSummary error, double radius) =>
        new()
        {
            ["visible"] = error.Visible,
            ["found"] = error.Found,
            ["mean_px"] = Number(error.Mean),
            ["rmse_px"] = Number(error.Rmse),
            ["p50_px"] = Number(error.P50),
            ["p75_px"] = Number(error.P75),
            ["p90_px"] = Number(error.P90),
            ["p95_px"] = Number(error.P95),
            ["p99_px"] = Number(error.P99),
            ["within_px"] = radius,
            ["within"] = Number(error.Within),
        };

    private static JsonObject Centroids(CentroidMetrics centroids) =>
        new()
        {
            ["radius_px"] = centroids.Radius,
            ["precision"] = Number(centroids.Precision),
            ["recall"] = Number(centroids.Recall),
            ["f1"] = Number(centroids.F1),
            ["tp"] = centroids.TruePositives,
            ["fp"] = centroids.FalsePositives,
            ["fn"] = centroids.FalseNegatives,
            ["mean_px"] = Number(centroids.Error.Mean),
            ["p50_px"] = Number(centroids.Error.P50),
            ["p95_px"] = Number(centroids.Error.P95),
        };

    private static JsonObject Identities(IdentityMetrics identities) =>
        new()
        {
            ["accuracy"] = Number(identities.Accuracy),
            ["pairs"] = identities.Pairs,
            ["true_names"] = Names(identities.TrueNames),
            ["predicted_names"] = Names(identities.PredictedNames),
            ["confusion"] = new JsonArray([
                .. identities.Confusion.Select(row => new JsonArray([.. row.Select(count => (JsonNode)count)])),
            ]),
        };

    private static JsonObject Tracks(TrackMetrics tracks) =>
        new()
        {
            ["MOTA"] = Number(tracks.MOTA),
            ["MOTP"] = Number(tracks.MOTP),
            ["IDF1"] = Number(tracks.IDF1),
            ["IDP"] = Number(tracks.IDP),
            ["IDR"] = Number(tracks.IDR),
            ["HOTA"] = Number(tracks.HOTA),
            ["DetA"] = Number(tracks.DetA),
            ["AssA"] = Number(tracks.AssA),
            ["LocA"] = Number(tracks.LocA),
            ["switches"] = tracks.Switches,
            ["fragmentations"] = tracks.Fragmentations,
            ["mostly_tracked"] = tracks.MostlyTracked,
            ["partly_tracked"] = tracks.PartlyTracked,
            ["mostly_lost"] = tracks.MostlyLost,
            ["true_tracks"] = tracks.TrueTracks,
            ["predicted_tracks"] = tracks.PredictedTracks,
            ["tp"] = tracks.TruePositives,
            ["fp"] = tracks.FalsePositives,
            ["fn"] = tracks.FalseNegatives,
            ["coverage"] = Number(tracks.Coverage),
            ["purity"] = Number(tracks.Purity),
        };
}
