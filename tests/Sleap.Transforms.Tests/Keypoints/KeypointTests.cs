namespace Sleap.Transforms.Tests;

public sealed class KeypointTests
{
    private const float Missing = float.NaN;

    [Fact]
    public void BoxesAreAreasOrSetsOfPixels()
    {
        Box one = new(0, 0, 10, 10),
            touching = new(10, 0, 20, 10);
        Assert.Equal((100, 121), (one.Area, one.PixelCount));
        Assert.Equal(0, Box.Iou(one, touching));
        // The 11 pixels of a common border.
        Assert.Equal(11, Box.CommonPixels(one, touching));
        Assert.Equal(11.0 / (121 + 121 - 11), Box.PixelIou(one, touching));
        Assert.Equal(25.0 / 175, Box.Iou(one, new Box(5, 5, 15, 15)));
    }

    [Fact]
    public void ABoxIsAroundNodesOrAroundCoordinates()
    {
        float[] points = [1, 2, 3, 4, 9, Missing];
        Assert.Equal(new Box(1, 2, 3, 4), Box.Around<float>(points));
        Assert.Equal(new Box(1, 2, 9, 4), Box.AroundCoordinates<float>(points));
        var nothing = Box.Around<float>([Missing, 1]);
        Assert.True(double.IsNaN(nothing.Left));
        Assert.Equal((0, 0), (nothing.Area, Box.Iou(nothing, new Box(0, 0, 10, 10))));
        Assert.True(double.IsNaN(Box.PixelIou(nothing, new Box(0, 0, 10, 10))));
    }

    [Fact]
    public void OksIsTheMeanOverTheNodesThatAreAskedFor()
    {
        float[] one = [0, 0, 10, 10, Missing, Missing, Missing, Missing],
            other = [0, 0, Missing, Missing, 5, 5, Missing, Missing];
        // One node agrees, of 2 that the first instance has, 1 that both have, and 4 of the skeleton.
        Assert.Equal(0.5, Oks(OksNodes.First));
        Assert.Equal(1, Oks(OksNodes.Shared));
        Assert.Equal(0.25, Oks(OksNodes.All));
        float[] none = [.. Enumerable.Repeat(Missing, 8)];
        foreach (var nodes in Enum.GetValues<OksNodes>())
            Assert.True(double.IsNaN(KeypointSimilarity.Oks<float>(none, other, [1], 1, nodes)));

        double Oks(OksNodes nodes) => KeypointSimilarity.Oks<float>(one, other, [0.01], 100, nodes);
    }

    [Fact]
    public void OksFallsWithTheDistanceInSharesOfTheSize()
    {
        // d² = 2 · (2σ)² · area gives 1 / e, for each node by its own σ.
        var variance = KeypointSimilarity.Variance(0.05);
        Assert.Equal(0.01, variance, 15);
        var distance = Math.Sqrt(2 * variance * 100);
        double[] one = [0, 0, 0, 0],
            other = [distance, 0, distance, 0];
        var oks = KeypointSimilarity.Oks<double>(one, other, [variance, 4 * variance], 100, OksNodes.First);
        Assert.Equal((Math.Exp(-1) + Math.Exp(-0.25)) / 2, oks, 12);
    }

    [Fact]
    public void DistancesLeaveOutMissingNodesOrAreUnknown()
    {
        float[] one = [0, 0, 10, 10, 1, 1],
            other = [3, 4, Missing, 10, 1, 2];
        Assert.Equal(5, KeypointSimilarity.Distance(one, other, 0));
        Assert.True(double.IsNaN(KeypointSimilarity.Distance(one, other, 1)));
        Assert.Equal(3, KeypointSimilarity.MeanDistance(one, other));
        Assert.True(double.IsNaN(KeypointSimilarity.MeanDistance(one, [.. Enumerable.Repeat(Missing, 6)])));
        Assert.Equal(13, KeypointSimilarity.EuclideanDistance([0, 0, 0], [3, 4, 12]));
    }

    [Fact]
    public void ACentroidIsANodeAMeanOrAMedian()
    {
        float[] points = [0, 0, 10, 20, Missing, 90];
        Assert.Equal((5, 10), Centroid.Mean(points));
        Assert.Equal((10, 20), Centroid.At(points, 1));
        Assert.Equal((5, 10), Centroid.At(points, 2));
        Assert.Equal((5, 20), Centroid.Median([0, 0, 10, 20, double.NaN, 90]));
        Assert.True(double.IsNaN(Centroid.Mean([Missing, 1]).X));
    }
}
