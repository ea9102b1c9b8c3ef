using System.Diagnostics;
using Sleap.IO;
using Xunit.Abstractions;

namespace Sleap.Studio.Tests;

/// <summary>Alone, because memory is that of the whole process.</summary>
[CollectionDefinition(nameof(LargeProjectTests), DisableParallelization = true)]
[Collection(nameof(LargeProjectTests))]
public sealed class LargeProjectTests(ITestOutputHelper output)
{
    /// <summary>An edit of a million predictions needs no more memory than one of a thousand.</summary>
    [Fact]
    public void AnEditCostsTheSameInALargeProject()
    {
        var small = BytesOfAnEdit(1_000);
        var large = BytesOfAnEdit(1_000_000);
        // A tree of a thousand edited frames is there in both; what grows is a search in sorted numbers.
        Assert.InRange(large, 0, (small * 1.2) + 1_000);
    }

    /// <summary>A bulk command of the whole project, its counts, undo, and the labels of a snapshot.</summary>
    [Fact]
    public void BulkCommandsGoOverAMillionPredictions()
    {
        var state = State(1_000_000);
        var watch = Stopwatch.StartNew();
        var step = EditStep.Of(new RenameTrack(0, "renamed"), state, 1);
        step = EditStep.Of(new RenameNode(0, 1, "renamed"), step.After, 2);
        output.WriteLine($"rename a track and a node: {watch.Elapsed.TotalMilliseconds:F1} ms");
        // Neither touches a frame.
        Assert.Empty(step.Frames);
        watch.Restart();
        step = EditStep.Of(new DeletePredictions(0, 100_000, 300_000), step.After, 3);
        output.WriteLine($"delete 200,001 predictions: {watch.Elapsed.TotalMilliseconds:F0} ms");
        Assert.Equal(799_999, step.After.Totals.Predictions);
        watch.Restart();
        var labels = step.After.ToLabels();
        Assert.Equal(799_999, labels.Frames.Count);
        Assert.Equal("renamed", labels.Frames[^1].Instances[0].Track!.Name);
        output.WriteLine($"snapshot: {watch.Elapsed.TotalMilliseconds:F0} ms");
        Assert.Equal(
            300_001,
            step.After.Keys(new FrameKey(0, 99_999), new FrameKey(0, int.MaxValue)).ElementAt(1).Frame
        );
    }

    /// <summary>Memory stays flat over 1,000 edits and 200 saves.</summary>
    [Fact]
    public void ALongSessionStaysFlat()
    {
        using var files = new EditFiles();
        using var session = EditSession.Open(files.Small());
        var sizes = new List<long>();
        var watch = Stopwatch.StartNew();
        for (var save = 1; save <= 200; save++)
        {
            for (var edit = 0; edit < 5; edit++)
                session.Apply(Program.EditOf((save * 5) + edit));
            Assert.True(session.Save());
            if (save % 50 == 0)
                sizes.Add(GC.GetTotalMemory(forceFullCollection: true));
        }

        output.WriteLine(
            $"1,000 edits and 200 saves: {watch.Elapsed.TotalSeconds:F1} s; bytes {string.Join(", ", sizes)}"
        );
        // What grows is the steps of undo, of which there are 1,000 at most: about 2 kB each.
        Assert.InRange(sizes[^1] - sizes[0], long.MinValue, 750 * 4_000);
        Assert.Equal(1 + 5, Directory.GetFiles(files.Folder, "*.bak").Length);
        Assert.InRange(new FileInfo(JournalFile.PathOf(session.Path)).Length, 1, 1_200 * 400);
    }

    private double BytesOfAnEdit(int predictions)
    {
        var state = State(predictions);
        var edit = 0;
        void Edit()
        {
            var frame = (int)(edit++ * 7919L % predictions);
            state = EditStep.Of(new ConvertPrediction(0, frame, 0), state, edit).After;
            state = EditStep.Of(new MoveInstance(0, frame, 1, 1, 1), state, edit).After;
        }

        for (var i = 0; i < 500; i++)
            Edit();
        var watch = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 400; i++)
            Edit();
        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / 800.0;
        output.WriteLine(
            $"{predictions:N0} predictions: {bytes:F0} bytes and {watch.Elapsed.TotalMicroseconds / 800:F1} us an edit"
        );
        return bytes;
    }

    /// <summary>The tables of a .slp with a prediction in each frame, without the file.</summary>
    private static ProjectState State(int predictions)
    {
        var skeleton = new Skeleton("s", ["a", "b"]);
        var track = new Track("t");
        var video = Video.FromFile("/videos/long.mp4");
        var tables = new SlpTables
        {
            File = "/long.slp",
            Frames =
            [
                .. Enumerable
                    .Range(0, predictions)
                    .Select(n => new SlpFrameRow((ulong)n, 0, (ulong)n, (ulong)n, (ulong)n + 1)),
            ],
            Instances =
            [
                .. Enumerable
                    .Range(0, predictions)
                    .Select(n => new SlpInstanceRow(
                        n,
                        1,
                        (ulong)n,
                        0,
                        0,
                        -1,
                        0.5f,
                        2 * (ulong)n,
                        (2 * (ulong)n) + 2,
                        0
                    )),
            ],
            Points = [],
            PredictedPoints = new SlpPredictedPointRow[2 * predictions],
            Skeletons = [skeleton],
            Tracks = [track],
            Videos = [video],
            VideoPositions = new Dictionary<uint, int> { [0] = 0 },
            Negatives = new HashSet<(int, int)>(),
            Identities = new SlpIdentities(),
            Shift = 0,
        };
        var parts = new LabelsParts(
            [video],
            [skeleton],
            [track],
            [],
            new Dictionary<string, System.Text.Json.Nodes.JsonNode?>(),
            []
        );
        return new ProjectState(new ProjectOrigin(new Labels(new SlpFrames(tables), parts), "/long.slp"));
    }
}
