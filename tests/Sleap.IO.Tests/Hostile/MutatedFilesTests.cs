using System.Diagnostics;

namespace Sleap.IO.Tests;

public sealed class MutatedFilesTests
{
    private const int Times = 2000;

    [Theory]
    [InlineData("by-hand.slp", 1)]
    [InlineData("by-hand.pkg.slp", 2)]
    [InlineData("centered_pair.dlc.csv", 3)]
    [InlineData("analysis.matlab.h5", 4)]
    [InlineData("centered_pair.coco.json", 5)]
    public void EveryDamagedFileIsReadOrRefused(string name, int seed)
    {
        using var files = new TestFiles();
        Mutate(TestFiles.Golden(name), name, seed, files);
    }

    [Fact]
    public void EveryDamagedTidyTableIsReadOrRefused()
    {
        using var files = new TestFiles();
        var source = Path.Combine(Directory.CreateDirectory(files.New("source")).FullName, "poses.csv");
        Labels.Load(TestFiles.Golden("analysis.matlab.h5")).Save(source);
        Mutate(source, "poses.csv", 6, files);
    }

    [Fact]
    public void EveryDamagedDeepLabCutHdf5IsReadOrRefused()
    {
        using var files = new TestFiles();
        Mutate(Path.Combine(TestFiles.Root, "examples", "data", "openfield", "labeled-data", "m4s1", "CollectedData_Pranav.h5"), "labels.h5", 7, files);
    }

    private static void Mutate(string source, string name, int seed, TestFiles files)
    {
        var original = File.ReadAllBytes(source);
        var random = new Random(seed);
        var path = files.New(name);
        var (read, refused, slowest) = (0, 0, TimeSpan.Zero);
        for (var i = 0; i < Times; i++)
        {
            File.WriteAllBytes(path, Mutation.Of(original, random));
            var started = Stopwatch.GetTimestamp();
            try
            {
                Touch(Labels.Load(path));
                read++;
            }
            catch (PoseFormatException fault)
            {
                Assert.Contains(name, fault.Message);
                refused++;
            }
            var took = Stopwatch.GetElapsedTime(started);
            slowest = took > slowest ? took : slowest;
        }
        Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        // Both kinds must occur, or the damage was not what it should be.
        Assert.InRange(read, 1, Times - 1);
        Assert.Equal(Times, read + refused);
        Assert.Equal([path], Directory.GetFiles(files.Folder));
    }

    private static void Touch(Labels labels)
    {
        foreach (var frame in labels.Frames)
            Assert.All(frame.Instances, i => Assert.Equal(i.Skeleton.Nodes.Length, i.Points.Length));
        foreach (var video in labels.Videos.Where(v => v.Kind == VideoKind.Embedded && v.FoundPath is not null))
        {
            using var source = video.Open();
            foreach (var result in source.ReadMany([3, 7]))
                Assert.True(result.Frame is not null ^ result.Error is not null);
        }
    }
}
