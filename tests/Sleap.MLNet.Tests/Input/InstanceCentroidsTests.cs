using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class InstanceCentroidsTests
{
    private static readonly GoldenCalls Calls = new("ops/targets_centroids.safetensors");

    // Other centroids of sleap-nn than the mean of the visible nodes are not offered here.
    public static TheoryData<string> Generated =>
        [
            .. Calls
                .Cases("generate_centroids")
                .Where(name =>
                    ((string?)(Calls.Argument(name, "fallback") ?? Calls.Argument(name, "method")) ?? "center_of_mass")
                    == "center_of_mass"
                ),
            "find_points_mean",
        ];

    [Theory, MemberData(nameof(Generated))]
    public void Centroids_equal_those_of_sleap_nn(string name)
    {
        using var scope = NewDisposeScope();
        var points = Calls.Tensor($"{name}/points"); // (..., nodes, 2)
        var centroids = InstanceCentroids.OfAll(
            Golden.Floats(points),
            (int)points.size(-2),
            (int?)Calls.Argument(name, "anchor_ind")
        );
        var expected = Calls.Tensor($"{name}/centroids");
        Assert.InRange(Golden.Difference(expected, tensor(centroids, expected.shape)), 0, 1e-5);
    }

    [Fact]
    public void The_anchor_is_the_centroid_where_it_is_visible_and_nothing_visible_gives_none()
    {
        float[] points = [1, 2, 30, 40, float.NaN, 6];
        Assert.Equal((30, 40), InstanceCentroids.Of(points, 1));
        Assert.Equal((15.5f, 16f), InstanceCentroids.Of(points, 2));
        Assert.Equal((float.NaN, float.NaN), InstanceCentroids.Of([float.NaN, float.NaN], 0));
    }

    [Fact]
    public void Centers_of_the_visible_nodes_are_mean_box_or_median()
    {
        float[] points = [0, 0, float.NaN, float.NaN, 10, 0, 0, 10, 0, 0, 0, 1];
        Assert.Equal((2, 2.2f), InstanceCentroids.Of(points, null, CentroidMethod.Mean));
        Assert.Equal((5, 5), InstanceCentroids.Of(points, 1, CentroidMethod.BoxCenter));
        var (x, y) = InstanceCentroids.Of(points, null, CentroidMethod.GeometricMedian);
        double Sum(float x, float y) =>
            points.Chunk(2).Where(p => !float.IsNaN(p[0])).Sum(p => double.Hypot(p[0] - x, p[1] - y));
        for (var angle = 0.0; angle < 6; angle += 0.5)
            Assert.True(Sum(x, y) <= Sum(x + (float)Math.Cos(angle) / 10, y + (float)Math.Sin(angle) / 10));
        float[] nothing = [float.NaN, float.NaN];
        Assert.All(
            Enum.GetValues<CentroidMethod>(),
            method => Assert.Equal((float.NaN, float.NaN), InstanceCentroids.Of(nothing, null, method))
        );
    }
}
