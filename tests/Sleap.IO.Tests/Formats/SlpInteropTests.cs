using System.Text.Json.Nodes;

namespace Sleap.IO.Tests;

/// <summary>What this project writes, read by h5py, which build.cs installs for the tests.</summary>
public sealed class SlpInteropTests
{
    [Theory]
    [InlineData("centered_pair_predictions.slp", "poses.slp")]
    [InlineData("small_robot_minimal.slp", "poses.slp")]
    [InlineData("small_robot_minimal.slp", "poses.pkg.slp")]
    [InlineData("minimal_instance.pkg.slp", "poses.pkg.slp")]
    public void AnotherReaderFindsEveryDatasetAsItShouldBe(string name, string written)
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Data(name));
        labels.Save(files.New(written));
        var found = Check(files.New(written));
        Assert.Equal(written.EndsWith(".pkg.slp") ? 1.4 : 1.3, (double)found["format_id"]!);
        Assert.Equal(
            labels.Skeletons.Select(s => string.Join(',', s.Nodes)),
            found["nodes"]!.AsArray().Select(s => string.Join(',', s!.AsArray().Select(n => (string)n!)))
        );
        var skeleton = labels.Skeletons.Single();
        Assert.Equal(
            skeleton.Edges.Select(e => (skeleton.Nodes[e.Source], skeleton.Nodes[e.Destination])),
            found["edges"]!.AsArray().Select(e => ((string)e![0]!, (string)e[1]!))
        );
        Assert.Equal(labels.Tracks.Select(t => t.Name), found["tracks"]!.AsArray().Select(t => (string)t!));
        Assert.Equal(labels.Frames.Select(f => f.FrameIndex), found["frame_idx"]!.AsArray().Select(f => (int)f!));
        var points = labels.Frames.SelectMany(f => f.Instances).SelectMany(i => i.Points).ToList();
        Assert.Equal(points.Where(p => !double.IsNaN(p.X)).Sum(p => p.X), (double)found["x_sum"]!, 1e-6);
        Assert.Equal(points.Count(p => p.Visible), (int)found["visible"]!);
        if (written.EndsWith(".pkg.slp"))
        {
            Assert.Equal(
                labels.Frames.Select(f => f.FrameIndex),
                found["pictures"]!["video0"]!.AsArray().Select(n => (int)n!)
            );
        }
    }

    [Fact]
    public void AFileWithoutAnythingIsWhole()
    {
        using var files = new TestFiles();
        new Labels([]).Save(files.New("empty.slp"));
        Assert.Equal(0, (int)Check(files.New("empty.slp"))["instances"]!);
        Assert.Empty(Labels.Load(files.New("empty.slp")).Frames);
    }

    /// <summary>The skeleton takes more than the 64 kB that an attribute usually has.</summary>
    [Fact]
    public void ASkeletonOfVeryManyNodesIsWhole()
    {
        using var files = new TestFiles();
        var skeleton = new Skeleton("city", Enumerable.Range(0, 3000).Select(i => $"the corner of house {i}"));
        new Labels([], skeletons: [skeleton]).Save(files.New("city.slp"));
        var found = Check(files.New("city.slp"));
        Assert.Equal(skeleton.Nodes, found["nodes"]![0]!.AsArray().Select(n => (string)n!));
        Assert.Equal(skeleton.Nodes.AsEnumerable(), Labels.Load(files.New("city.slp")).Skeletons[0].Nodes);
    }

    private static JsonNode Check(string path) => OtherProgram.Python("check_slp.py", path);
}
