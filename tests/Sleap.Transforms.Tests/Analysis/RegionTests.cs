using Microsoft.ML;

namespace Sleap.Transforms.Tests;

public sealed class RegionTests
{
    private readonly MLContext _ml = new(1);

    [Fact]
    public void EntriesDwellAndLatency()
    {
        var n = float.NaN;
        // In the circle in frames 1, 2 (3 unseen) 4, and again in 6.
        var path = Poses.Path(_ml, (0, 50, 0), (1, 5, 0), (2, 5, 0), (3, n, n), (4, 5, 0), (5, 50, 0), (6, 5, 0));
        var view = _ml.Pose()
            .InRegions(
                "Keypoints",
                new()
                {
                    Regions =
                    [
                        Region.Circle("nest", 0, 0, 10),
                        Region.Polygon("right", (40, -10), (60, -10), (60, 10), (40, 10)),
                    ],
                    FramesPerSecond = 2,
                }
            )
            .Fit(path)
            .Transform(path);
        Assert.Equal([0, 1, 1, n, 1, 0, 1], Poses.Column<float[]>(view, "InRegion").Select(value => value[0]));
        Assert.Equal([0, 1, 1, 1, 1, 1, 2], Poses.Column<float[]>(view, "RegionEntries").Select(value => value[0]));
        Assert.Equal(
            [0, 0.5f, 1, 1, 1.5f, 1.5f, 2],
            Poses.Column<float[]>(view, "RegionDwell").Select(value => value[0])
        );
        Assert.Equal(
            [n, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f],
            Poses.Column<float[]>(view, "RegionLatency").Select(value => value[0])
        );
        Assert.Equal([1, 1, 1, 1, 1, 2, 2], Poses.Column<float[]>(view, "RegionEntries").Select(value => value[1]));
        Assert.Equal([0, 0, 0, 0, 0, 0, 0], Poses.Column<float[]>(view, "RegionLatency").Select(value => value[1]));
    }

    [Fact]
    public void AnimalsInTheSameRegion()
    {
        var herd = Herd.View(
            _ml,
            4,
            3,
            (frame, animal) => animal < frame ? [5, 5, 5, 5, 5, 5] : [50, 50, 50, 50, 50, 50]
        );
        var view = _ml.Pose()
            .InRegions("Keypoints", new() { Regions = [Region.Circle("nest", 5, 5, 1)], Node = "snout" })
            .Fit(herd)
            .Transform(herd);
        Assert.Equal([0, 1, 2, 3], Poses.Column<float[]>(view, "RegionOccupants").Select(value => value[0]));
        Assert.Equal([0, 0, 0, 1], Herd.Of(view, "RegionEntries", 2).Select(value => value![0]));
    }

    [Fact]
    public void AConcavePolygon()
    {
        var horseshoe = Region.Polygon("u", (0, 0), (30, 0), (30, 30), (20, 30), (20, 10), (10, 10), (10, 30), (0, 30));
        Assert.True(horseshoe.Contains(5, 20));
        Assert.True(horseshoe.Contains(25, 20));
        Assert.False(horseshoe.Contains(15, 20));
        Assert.False(horseshoe.Contains(-1, 5));
    }

    [Fact]
    public void AFileOfRegions()
    {
        using var folder = new TestFolder();
        Region.Save(
            [Region.Circle("nest", 1.5, 2, 3), Region.Polygon("arm", (0, 0), (1, 0), (1, 1))],
            folder["regions.json"]
        );
        var regions = Region.Load(folder["regions.json"]);
        Assert.Equal(["nest", "arm"], regions.Select(region => region.Name));
        Assert.Equal(3, regions[0].Radius);
        Assert.Equal([1.0, 1.0], regions[1].Corners![2]);
        Assert.Throws<FileNotFoundException>(() => Region.Load(folder["nowhere.json"]));
        foreach (
            (var text, var fault) in new[]
            {
                ("{", "does not hold regions"),
                ("[]", "no region"),
                ("[null]", "no region"),
                ("[{\"name\":\"x\"}]", "either corners"),
                ("[{\"name\":\"x\",\"corners\":[[0,0],[1,1]]}]", "2 corners"),
                ("[{\"name\":\"x\",\"center\":[0],\"radius\":1}]", "not two numbers"),
                ("[{\"name\":\"\",\"center\":[0,0],\"radius\":-1}]", "no name"),
            }
        )
        {
            File.WriteAllText(folder["bad.json"], text);
            var message = Assert.Throws<InvalidDataException>(() => Region.Load(folder["bad.json"])).Message;
            Assert.Contains(fault, message);
            Assert.Contains("bad.json", message);
        }
    }
}
