namespace Sleap.IO.Tests;

public sealed class PoseTypesTests
{
    private static readonly Skeleton Two = new("two", ["a", "b"], [new Edge(0, 1)]);

    [Fact]
    public void ASkeletonListsAllItsFaultsAtOnce()
    {
        var fault = Assert.Throws<ArgumentException>(() =>
            new Skeleton(
                "s",
                ["a", "", "a"],
                [new Edge(0, 3), new Edge(1, 1), new Edge(0, 1), new Edge(0, 1)],
                [new Symmetry(2, 2)]
            )
        );
        foreach (var part in new[] { "node 1", "'a'", "0 -> 3", "1 -> 1", "twice", "2 - 2" })
            Assert.Contains(part, fault.Message);
    }

    [Fact]
    public void SkeletonsAreEqualByContentAndSymmetriesHaveNoDirection()
    {
        var one = new Skeleton("s", ["a", "b"], [new Edge(1, 0)], [new Symmetry(1, 0), new Symmetry(0, 1)]);
        Assert.Equal(new Skeleton("s", ["a", "b"], [new Edge(1, 0)], [new Symmetry(0, 1)]), one);
        Assert.Equal(
            one.GetHashCode(),
            new Skeleton("s", ["a", "b"], [new Edge(1, 0)], [new Symmetry(0, 1)]).GetHashCode()
        );
        Assert.NotEqual(new Skeleton("s", ["b", "a"], [new Edge(1, 0)], [new Symmetry(0, 1)]), one);
        Assert.Equal((1, -1), (one.IndexOf("b"), one.IndexOf("B")));
    }

    [Fact]
    public void AnInstanceNeedsOnePointANodeInWhateverOrderItIsGiven()
    {
        Assert.Throws<ArgumentException>(() => new Instance { Skeleton = Two, Points = [Point.Missing] });
        Assert.Throws<ArgumentException>(() => new Instance { Points = [Point.Missing], Skeleton = Two });
        Assert.Throws<ArgumentException>(() => new Instance { Skeleton = Two, Points = default });
        var user = new Instance { Skeleton = Two, Points = [Point.Missing, new Point(1, 2)] };
        Assert.Throws<ArgumentException>(() =>
            new Instance
            {
                Skeleton = Two,
                Points = user.Points,
                FromPredicted = user,
            }
        );
    }

    [Theory]
    [InlineData(1, 2, true, false)]
    [InlineData(1, 2, false, true)]
    [InlineData(double.NaN, 2, true, true)]
    [InlineData(1, double.NaN, true, true)]
    public void AMissingPointIsNotVisibleOrHasNoCoordinates(double x, double y, bool visible, bool missing) =>
        Assert.Equal(missing, new Point(x, y, visible, false, float.NaN).IsMissing);

    [Fact]
    public void AFrameRefusesPixelsThatDoNotFit()
    {
        Assert.Throws<ArgumentException>(() => new Frame(0, 2, 2, 2, new byte[8]));
        Assert.Throws<ArgumentException>(() => new Frame(0, 2, 2, 3, new byte[8]));
        Assert.Throws<ArgumentException>(() => new Frame(0, int.MaxValue, int.MaxValue, 3, new byte[8]));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new LabeledFrame { Video = Video.FromFile("v.mp4"), FrameIndex = -1 }
        );
    }

    [Fact]
    public void LabelsGatherWhatTheirFramesUse()
    {
        var (first, second, track) = (Video.FromFile("1.mp4"), Video.FromFile("2.mp4"), new Track("t"));
        var instance = new Instance
        {
            Skeleton = Two,
            Points = [Point.Missing, Point.Missing],
            Track = track,
        };
        var labels = new Labels(
            [
                new LabeledFrame
                {
                    Video = second,
                    FrameIndex = 0,
                    Instances = [instance],
                },
            ],
            videos: [first]
        );
        Assert.Equal([first, second], labels.Videos);
        Assert.Equal([Two], labels.Skeletons);
        Assert.Equal([track], labels.Tracks);
    }
}
