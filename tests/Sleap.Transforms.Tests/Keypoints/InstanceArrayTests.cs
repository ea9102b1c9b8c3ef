namespace Sleap.Transforms.Tests;

public sealed class InstanceArrayTests
{
    private static readonly InstanceArray Three = new(nodes: 2, count: 3)
    {
        Points = [1, 2, 3, 4, float.NaN, float.NaN, 5, float.NaN, 7, 8, float.NaN, float.NaN],
        PeakScores = [0.1f, 0.2f, 0, 0, 0.5f, 0],
        Scores = [0.3f, 0.9f, 0.6f],
        Tracks = [2, 0, 1],
        TrackNames = ["x", "y"],
        ClassProbabilities = [0.1f, 0.9f, 0.5f, 0.5f, 0.8f, 0.2f],
    };

    [Fact]
    public void InstancesAreViewsOfTheArrays()
    {
        Assert.Equal(["y", null, "x"], Three.Select(instance => instance.Track));
        Assert.Equal([2, 0, 1], Three.Select(instance => instance.VisibleNodes.Count()));
        Assert.Equal((7, 8, 0.6f), (Three[2].X(0), Three[2].Y(0), Three[2].Score));
        Assert.Equal([0.5f, 0], Three[2].PeakScores);
        // A node with one coordinate only is missing.
        Assert.False(Three[1].IsVisible());
    }

    [Fact]
    public void InstancesWithoutAVisibleNodeAreLeftOut()
    {
        var visible = Three.WhereVisible();
        Assert.Equal([0.3f, 0.6f], visible.Scores);
        Assert.Equal([7, 8], visible[1].Points[..2]);
        Assert.Equal([0.1f, 0.9f, 0.8f, 0.2f], visible.ClassProbabilities);
        Assert.Equal(["y", "x"], visible.Select(instance => instance.Track));
        Assert.Same(visible, visible.WhereVisible());
    }

    [Fact]
    public void NodesAreTakenInAnyOrder()
    {
        var turned = Three.SelectNodes([1, 0]);
        Assert.Equal([3, 4, 1, 2], turned[0].Points);
        Assert.Equal([0.2f, 0.1f], turned[0].PeakScores);
        Assert.Equal([8], [Three.SelectNodes([0])[2].Y(0)]);
        Assert.Same(Three, Three.SelectNodes([0, 1]));
    }

    [Fact]
    public void CoordinatesAreMapped()
    {
        var moved = Three.Map(x => 2 * x, y => y - 1);
        Assert.Equal([2, 1, 6, 3], moved[0].Points);
        Assert.True(float.IsNaN(moved[1].X(0)));
        Assert.Equal(Three.Scores, moved.Scores);
    }

    [Fact]
    public void InstancesWithoutPeakScoresHaveNone()
    {
        var bare = new InstanceArray(1, 2) { Points = [1, 1, 2, 2], PeakScores = [] };
        Assert.Equal(0, bare[1].PeakScores.Length);
        Assert.Empty(bare.Select([1]).PeakScores);
        Assert.Equal([2, 2], bare.Select([1]).Points);
    }
}
