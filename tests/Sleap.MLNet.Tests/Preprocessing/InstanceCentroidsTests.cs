using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class InstanceCentroidsTests
{
    private static readonly GoldenCalls Calls = new("ops/targets_centroids.safetensors");

    public static TheoryData<string> Generated => [.. Calls.Cases("generate_centroids")];

    [Theory, MemberData(nameof(Generated))]
    public void Centroids_equal_those_of_sleap_nn(string name)
    {
        using var scope = NewDisposeScope();
        var fallback = ((string?)(Calls.Argument(name, "fallback") ?? Calls.Argument(name, "method"))) switch
        {
            "bbox_center" => CentroidFallback.BoxCenter,
            "geometric_median" => CentroidFallback.GeometricMedian,
            _ => CentroidFallback.CenterOfMass,
        };
        Check(name, (int?)Calls.Argument(name, "anchor_ind"), fallback);
    }

    [
        Theory,
        InlineData("find_points_mean", CentroidFallback.CenterOfMass),
        InlineData("find_points_bbox_midpoint", CentroidFallback.BoxCenter),
        InlineData("find_points_geometric_median", CentroidFallback.GeometricMedian)
    ]
    public void Middles_equal_those_of_sleap_nn(string name, CentroidFallback fallback)
    {
        using var scope = NewDisposeScope();
        Check(name, null, fallback);
    }

    [Fact]
    public void The_anchor_is_the_centroid_where_it_is_visible_and_nothing_visible_gives_none()
    {
        float[] points = [1, 2, 30, 40, float.NaN, 6];
        Assert.Equal((30, 40), InstanceCentroids.Of(points, 1));
        Assert.Equal((15.5f, 16f), InstanceCentroids.Of(points, 2));
        Assert.Equal(
            (float.NaN, float.NaN),
            InstanceCentroids.Of([float.NaN, float.NaN], 0, CentroidFallback.GeometricMedian)
        );
        Assert.Throws<ArgumentOutOfRangeException>(() => InstanceCentroids.Of(points, 3));
        Assert.Throws<ArgumentException>(() => InstanceCentroids.Of([1f], 0));
    }

    private static void Check(string name, int? anchor, CentroidFallback fallback)
    {
        // sleap-nn stops its iteration for the median earlier.
        var tolerance = fallback == CentroidFallback.GeometricMedian ? 1e-4 : 1e-5;
        Assert.InRange(
            Golden.Difference(
                Calls.Tensor($"{name}/centroids"),
                InstanceCentroids.Of(Calls.Tensor($"{name}/points"), anchor, fallback)
            ),
            0,
            tolerance
        );
    }
}
