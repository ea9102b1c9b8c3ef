using System.Text.Json.Nodes;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

public sealed class InstanceFilterTests
{
    private static readonly JsonNode Table = Golden.Json("ops/filters.json");

    private static InstanceArray Animals =>
        Of(Numbers(Table["poses"]!), Numbers(Table["point_scores"]!), Numbers(Table["scores"]!));

    private static InstanceArray Of(float[] points, float[] peakScores, float[] scores) =>
        new(peakScores.Length / scores.Length, scores.Length)
        {
            Points = points,
            PeakScores = peakScores,
            Scores = scores,
        };

    [Theory, InlineData("iou", InstanceSimilarity.Iou), InlineData("oks", InstanceSimilarity.Oks)]
    public void Similarities_equal_those_of_sleap_nn(string name, InstanceSimilarity method)
    {
        double[] expected =
        [
            .. Table["pairwise"]![name]!.AsArray().SelectMany(row => row!.AsArray()).Select(number => (double)number!),
        ];
        double[] found =
        [
            .. Enumerable.Range(0, 49).Select(i => InstanceFilter.Similarity(Pose(i / 7), Pose(i % 7), method)),
        ];
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void Filters_of_labels_keep_what_sleap_nn_keeps()
    {
        foreach (var row in Table["labels_filters"]!.AsArray())
        {
            var args = row!["args"]!;
            var options = new InstanceFilterOptions
            {
                OverlapThreshold = (float?)args["threshold"],
                OverlapMethod = (string?)args["method"] == "oks" ? InstanceSimilarity.Oks : InstanceSimilarity.Iou,
                MinVisibleNodes = (int?)args["min_visible_nodes"] ?? 0,
                MinVisibleNodeFraction = (float?)args["min_visible_node_fraction"] ?? 0,
                MinMeanNodeScore = (float?)args["min_mean_node_score"] ?? 0,
                MinInstanceScore = (float?)args["min_instance_score"] ?? 0,
            };
            // sleap-nn puts overlapping ones in the order of their scores; here the order stays.
            int[] expected =
            [
                .. row["kept"]!
                    .AsArray()
                    .Where(kept => kept!.GetValueKind() == System.Text.Json.JsonValueKind.Number)
                    .Select(kept => (int)kept!)
                    .Order(),
            ];
            Assert.Equal(expected, Kept(options));
        }
    }

    [Fact]
    public void Filters_of_predictions_give_what_sleap_nn_gives()
    {
        foreach (var row in Table["pipeline"]!.AsArray().Where(row => row!["pred_keypoints"] is not null))
        {
            var config = row!["config"]!;
            var options = new InstanceFilterOptions
            {
                MinPeakValue = (float?)config["min_peak_value"] ?? 0,
                MinVisibleNodes = (int?)config["min_visible_nodes"] ?? 0,
                MinVisibleNodeFraction = (float?)config["min_visible_node_fraction"] ?? 0,
                MinInstanceScore = (float?)config["min_instance_score"] ?? 0,
                MinMeanNodeScore = (float?)config["min_mean_node_score"] ?? 0,
                OverlapThreshold = (float?)config["overlapping_threshold"],
                OverlapMethod =
                    (string?)config["overlapping_method"] == "oks" ? InstanceSimilarity.Oks : InstanceSimilarity.Iou,
            };
            // sleap-nn leaves an empty slot for what it drops.
            float[] poses = Numbers(row["pred_keypoints"]!),
                scores = Numbers(row["instance_scores"]!);
            int[] full =
            [
                .. Enumerable
                    .Range(0, 7)
                    .Where(animal => poses.Skip(animal * 8).Take(8).Any(number => !float.IsNaN(number))),
            ];
            var found = new InstanceFilter(options).Apply(Animals);
            Assert.Equal(full.SelectMany(animal => poses.Skip(animal * 8).Take(8)), found.Points);
            Assert.Equal(full.Select(animal => scores[animal]), found.Scores);
            Assert.All(
                Enumerable
                    .Range(0, found.PeakScores.Length)
                    .Where(i => float.IsNaN(found.Points[2 * i]) && options.MinPeakValue > 0),
                i => Assert.True(found.PeakScores[i] == 0 || Animals.PeakScores.Contains(found.PeakScores[i]))
            );
        }
    }

    [Fact]
    public void Centroids_too_close_give_way_to_the_higher_one()
    {
        foreach (var row in Table["pipeline"]!.AsArray().Where(row => row!["pred_centroids"] is not null))
        {
            var expected = Numbers(row!["pred_centroids"]!);
            var kept = InstanceFilter.ApartCentroids(
                Numbers(row["in_centroids"]!),
                Numbers(row["in_values"]!),
                (float)row["config"]!["min_centroid_distance"]!
            );
            Assert.Equal(Enumerable.Range(0, 5).Where(i => !float.IsNaN(expected[2 * i])), kept);
        }
    }

    [Fact]
    public void The_best_are_kept_in_their_order_and_all_faults_are_told_at_once()
    {
        Assert.Equal([0, 1, 6], Kept(new() { MaxInstances = 3 }));
        var error = Assert.Throws<ArgumentException>(() =>
            new InstanceFilter(new() { MaxInstances = 0, OverlapThreshold = 2 })
        );
        Assert.Contains("MaxInstances is 0", error.Message);
        Assert.Contains("OverlapThreshold is 2", error.Message);
        Assert.Empty(
            new InstanceFilter(
                new()
                {
                    MinVisibleNodes = 1,
                    OverlapThreshold = 0.5f,
                    MinPeakValue = 0.1f,
                }
            ).Apply(new InstanceArray(0, 0))
        );
    }

    // Numbers of the animals that are kept; each has a score of its own.
    private static IEnumerable<int> Kept(InstanceFilterOptions options) =>
        new InstanceFilter(options).Apply(Animals).Scores.Select(score => Array.IndexOf(Animals.Scores, score));

    private static ReadOnlySpan<float> Pose(int animal) => Animals.Points.AsSpan(animal * 8, 8);

    private static float[] Numbers(JsonNode? node) =>
        node switch
        {
            null => [float.NaN],
            JsonArray array => [.. array.SelectMany(Numbers)],
            _ => [(float)node],
        };
}
