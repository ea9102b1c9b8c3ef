namespace Sleap.IO.Tests;

/// <summary>What a format cannot hold is said when it is written, whatever the format.</summary>
public sealed class LossesTests
{
    [Theory]
    [InlineData("all.h5", "suggestions", "complete", "not visible", "videos without", "tracks without")]
    [InlineData(
        "all.json",
        "suggestions",
        "symmetries",
        "provenance",
        "tracking scores",
        "complete",
        "not visible",
        "videos without",
        "tracks without",
        "corrected|predictions they were made from"
    )]
    [InlineData(
        "all.csv",
        "suggestions",
        "edges and symmetries",
        "provenance",
        "complete",
        "not visible",
        "videos without",
        "tracks without"
    )]
    [InlineData(
        "all.dlc.csv",
        "suggestions",
        "edges and symmetries",
        "provenance",
        "tracking scores",
        "complete",
        "not visible",
        "videos without",
        "tracks without",
        "Instance scores",
        "no instance"
    )]
    [InlineData(
        "all.nwb",
        "suggestions",
        "symmetries",
        "provenance",
        "tracking scores",
        "complete",
        "not visible",
        "videos without",
        "tracks without",
        "nstance scores"
    )]
    [InlineData("yolo/data.yaml", "suggestions", "tracks", "scores", "provenance", "complete", "numbered anew")]
    [InlineData("all.slp")]
    public void EachIsNamed(string name, params string[] named)
    {
        using var files = new TestFiles();
        var remarks = Made().Save(files.New(name));
        foreach (var word in named)
        {
            Assert.True(
                remarks.Any(r => word.Split('|').Any(r.Contains)),
                $"'{word}' is not in: {string.Join(" ", remarks)}"
            );
        }

        if (named.Length == 0)
            Assert.Empty(remarks);
    }

    [Fact]
    public void DataBeyondPosesIsNamedByFormatsThatCannotCopyIt()
    {
        using var files = new TestFiles();
        using (var poses = Hdf5Reader.Open(TestFiles.Golden("by-hand.slp")))
        using (var target = Hdf5Writer.Create(files.New("rois.slp")))
        {
            var copy = new Hdf5Copy(poses, target);
            foreach (var member in poses.Members("/"))
                copy.Copy(member);
            target.Numbers<double>("rois", [1, 2, 3], [3]);
            target.Complete();
        }
        Assert.Contains(
            Labels.Load(files.New("rois.slp")).Save(files.New("rois.csv")),
            r => r.StartsWith("rois of rois.slp", StringComparison.Ordinal)
        );
    }

    private static Labels Made()
    {
        var skeleton = new Skeleton("m", ["a", "b"], [new Edge(0, 1)], [new Symmetry(0, 1)]);
        var (video, idle) = (Video.FromFile(TestFiles.Data("small_robot.mp4")), Video.FromFile("idle.mp4"));
        var (track, unused) = (new Track("t"), new Track("unused"));
        var predicted = new Instance
        {
            Skeleton = skeleton,
            IsPredicted = true,
            Score = 0.5f,
            TrackingScore = 0.25f,
            Track = track,
            Points = [new Point(10, 20, true, false, 0.5f), new Point(5, 5, false, false, 0.1f)],
        };
        var user = new Instance
        {
            Skeleton = skeleton,
            FromPredicted = predicted,
            TrackingScore = float.NaN,
            Points = [new Point(11, 21) { Complete = true }, Point.Missing],
        };
        return new Labels(
            [
                new LabeledFrame
                {
                    Video = video,
                    FrameIndex = 1,
                    Instances = [predicted, user],
                },
                new LabeledFrame
                {
                    Video = video,
                    FrameIndex = 2,
                    IsNegative = true,
                },
            ],
            [video, idle],
            [skeleton],
            [track, unused],
            [new SuggestedFrame(video, 9)],
            [new("by", "me")]
        );
    }
}
