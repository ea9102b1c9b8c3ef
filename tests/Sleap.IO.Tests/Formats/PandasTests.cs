using System.Text;

namespace Sleap.IO.Tests;

/// <summary>Tables of DeepLabCut in the layouts of pandas.</summary>
public sealed class PandasTests
{
    private static readonly string Fixed = TestFiles.Data("cases/dlc_fixed_h5");

    [Fact]
    public void TheFixedLayoutReadsAsTheCsv() => AssertReadsAsCsv("CollectedData_me");

    /// <summary>Flags of bits, values that are pickled, a block for each type, and another key than usual.</summary>
    [Theory]
    [InlineData("objects")]
    [InlineData("blocks-table")]
    [InlineData("blocks-fixed")]
    [InlineData("empty")]
    public void EachLayoutReadsAsTheCsv(string name) => AssertReadsAsCsv(name);

    [Fact]
    public void ThePredictionsOfAVideoAreNumbered()
    {
        var labels = Labels.Load(Path.Combine(Fixed, "videoDLC_resnet50_fixed.h5"));
        Assert.Equal(["a", "b"], labels.Skeletons.Single().Nodes.AsEnumerable());
        Assert.Equal([0, 1, 2], labels.Frames.Select(f => f.FrameIndex));
        Assert.Equal(
            [new Point(1, 2, true, false, 0.9f), new Point(3, 4, true, false, 0.8f)],
            labels.Frames[0].Instances.Single().Points.AsEnumerable()
        );
        Assert.True(labels.Frames[1].Instances.Single().Points[1].IsMissing);
        Assert.Equal("video", labels.Videos.Single().Path);
        Assert.Empty(labels.Tracks);
    }

    [Fact]
    public void SeveralIndividualsHaveTheirOwnBodyParts()
    {
        var labels = Labels.Load(Path.Combine(Fixed, "videoDLC_ma_unique_fixed.h5"));
        Assert.Equal(["n", "t", "c1", "c2"], labels.Skeletons.Single().Nodes.AsEnumerable());
        Assert.Equal(["m1", "m2", "single"], labels.Tracks.Select(t => t.Name));
        Assert.Equal([3, 3, 2, 3], labels.Frames.Select(f => f.Instances.Count));
        var m2 = labels.Frames[2].Instances.Single(i => i.Track!.Name == "m2");
        Assert.Equal(new Point(202.25, 202.5, true, false, 0.9f), m2.Points[0]);
        Assert.Equal(new Point(302.25, 302.5, true, false, 0.9f), m2.Points[1]);
        Assert.True(m2.Points[2].IsMissing);
    }

    [Fact]
    public void NamesKeepLettersOfOtherAlphabets() =>
        Assert.Equal(
            ["queue é", "\U0001F400", 2.5, true, null],
            PythonPickle.ReadList(
                Encoding.Latin1.GetBytes("(lp0\nVqueue \u00e9\naV\\U0001f400\naF2.5\naI01\naNa."),
                cause => new PoseFormatException("file.h5", "column", cause)
            )
        );

    [Theory]
    [InlineData("strings", "holds 'fast' in the columns me c x")]
    [InlineData("no-points", "(a, b), and (scorer, individual, bodypart, coordinate) was expected")]
    public void TablesOfOtherThingsNameThem(string name, string named) =>
        Assert.Contains(
            named,
            Assert.Throws<PoseFormatException>(() => Labels.Load(Path.Combine(Fixed, $"{name}.h5"))).Message
        );

    [Theory]
    [InlineData("project")]
    [InlineData("project/config.yaml")]
    [InlineData("project/labeled-data/v")]
    public void AProjectMayHaveHdf5TablesOnly(string name)
    {
        var labels = Labels.Load(TestFiles.Data($"cases/dlc_project_only_h5/{name}"));
        Assert.Equal([0, 1], labels.Frames.Select(f => f.FrameIndex));
        Assert.Equal(new Point(3, 4), labels.Frames[0].Instances.Single().Points[1]);
        Assert.Equal(name.EndsWith('v') ? 0 : 1, labels.Skeletons.Single().Edges.Length);
        using var source = labels.Videos.Single().Open();
        Assert.Equal(2, source.FrameCount);
    }

    [Fact]
    public void TheCsvIsTakenWhereBothAreThere()
    {
        using var files = new TestFiles();
        File.Copy(Path.Combine(Fixed, "CollectedData_me.h5"), files.New("CollectedData_me.h5"));
        File.WriteAllText(
            files.New("CollectedData_other.csv"),
            "scorer,o,o\nbodyparts,n,n\ncoords,x,y\nlabeled-data/v/img3.png,1,2"
        );
        Assert.Equal(["n"], Labels.Load(files.Folder).Skeletons.Single().Nodes.AsEnumerable());
    }

    private static void AssertReadsAsCsv(string name)
    {
        var (csv, hdf5) = (
            Labels.Load(Path.Combine(Fixed, $"{name}.csv")),
            Labels.Load(Path.Combine(Fixed, $"{name}.h5"))
        );
        Assert.Equal(
            csv.Skeletons.Select(s => string.Join(',', s.Nodes)),
            hdf5.Skeletons.Select(s => string.Join(',', s.Nodes))
        );
        LabelsComparison.AssertSame(csv, hdf5);
        Assert.Equal(csv.Videos.SelectMany(v => v.ImagePaths), hdf5.Videos.SelectMany(v => v.ImagePaths));
    }
}
