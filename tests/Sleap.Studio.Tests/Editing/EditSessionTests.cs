using System.Diagnostics;
using Sleap.IO;

namespace Sleap.Studio.Tests;

public sealed class EditSessionTests
{
    private static readonly FrameKey Labeled = new(1, 7);

    [Fact]
    public void AnEditOfAStaleFrameIsRefused()
    {
        using var files = new EditFiles();
        using var session = EditSession.Open(files.Small());
        Assert.Equal(0, session.State.RevisionOf(Labeled));
        Assert.Equal(1, session.Apply(Program.EditOf(1), frameRevision: 0).Number);
        Assert.Equal(1, session.State.RevisionOf(Labeled));
        var fault = Assert.Throws<EditException>(() => session.Apply(Program.EditOf(2), frameRevision: 0));
        Assert.Equal((EditFault.Stale, 1), (fault.Fault, X(session)));
        // Other frames are as they were, and an undone frame is as it was before.
        session.Apply(new ConvertPrediction(0, 3, 0), frameRevision: 0);
        session.Undo();
        session.Undo();
        Assert.Equal(0, session.State.RevisionOf(Labeled));
        session.Apply(Program.EditOf(3), frameRevision: 0, revision: 0);
        Assert.Equal(5, session.State.RevisionOf(Labeled));
        fault = Assert.Throws<EditException>(() => session.Apply(new AddTrack("c"), revision: 0));
        Assert.Equal(EditFault.Stale, fault.Fault);
    }

    [Fact]
    public void ASnapshotStaysAsItWas()
    {
        using var files = new EditFiles();
        using var session = EditSession.Open(files.Small());
        var labels = session.State.ToLabels();
        session.Apply(new DeletePredictions(0, 0, 100));
        session.Apply(new RenameTrack(0, "renamed"));
        Assert.Equal(24, labels.Frames.Sum(frame => frame.Instances.Count(instance => instance.IsPredicted)));
        Assert.Equal(["a", "b"], labels.Tracks.Select(track => track.Name));
        Assert.Equal(["renamed", "b"], session.State.ToLabels().Tracks.Select(track => track.Name));
    }

    /// <summary>One thread edits, others read: each state that is read is whole.</summary>
    [Fact]
    public async Task ReadersSeeWholeStates()
    {
        using var files = new EditFiles();
        using var session = EditSession.Open(files.Small());
        using var end = new CancellationTokenSource();
        var readers = Enumerable
            .Range(0, 3)
            .Select(_ =>
                Task.Run(() =>
                {
                    while (!end.IsCancellationRequested)
                    {
                        var state = session.State;
                        var labels = state.ToLabels();
                        Assert.Equal(state.Totals.Frames, labels.Frames.Count);
                        Assert.Equal(
                            state.Totals.Predictions,
                            labels.Frames.Sum(f => f.Instances.Count(i => i.IsPredicted))
                        );
                    }
                })
            )
            .ToList();
        for (var i = 0; i < 100; i++)
        {
            session.Apply(new DeletePredictions(0, i % 12, i % 12));
            session.Apply(new AddInstance(0, 20 + i, EditFiles.Points(1, 2, 3, 4, 5, 6, 7, 8)));
            if (i % 3 == 0)
                session.Undo();
        }

        await end.CancelAsync();
        await Task.WhenAll(readers);
    }

    [Fact]
    public void ASecondSessionIsForReading()
    {
        using var files = new EditFiles();
        var path = files.Small();
        using var first = EditSession.Open(path);
        first.Apply(Program.EditOf(1));
        using (var second = EditSession.Open(path))
        {
            Assert.Contains($"process {Environment.ProcessId} on ", second.ReadOnlyBecause);
            Assert.Null(second.Pending);
            Assert.Equal(0, X(second));
            Assert.Equal(EditFault.ReadOnly, Assert.Throws<EditException>(() => second.Apply(Program.EditOf(1))).Fault);
            Assert.Equal(SaveFault.ReadOnly, Assert.Throws<SaveException>(() => second.Save()).Fault);
            // A copy can be made, and edited.
            second.SaveAs(files.New("copy.slp"));
            second.Apply(Program.EditOf(7));
        }

        first.Apply(Program.EditOf(2));
        first.Save();
        first.Dispose();
        using var third = EditSession.Open(path);
        Assert.Null(third.ReadOnlyBecause);
        Assert.Equal(2, X(third));
    }

    [Fact]
    public void TheLockOfAProcessThatEndedIsTakenOver()
    {
        using var files = new EditFiles();
        var path = files.Small();
        using (var other = Started("hold", path))
        {
            Assert.Equal("held", other.StandardOutput.ReadLine());
            using (var session = EditSession.Open(path))
                Assert.Contains($"process {other.Id} on ", session.ReadOnlyBecause);
            other.Kill();
            other.WaitForExit();
        }

        Assert.True(File.Exists(SessionLock.PathOf(path)));
        using (var session = EditSession.Open(path))
            Assert.Null(session.ReadOnlyBecause);
        Assert.False(File.Exists(SessionLock.PathOf(path)));
    }

    [Theory]
    [InlineData("""{"host":"elsewhere","process":1,"started":"2026-01-01T00:00:00Z","session":"$session"}""", false)]
    [InlineData("""{"host":"$host","process":$process,"started":"2020-01-01T00:00:00Z","session":"$session"}""", true)]
    [InlineData("""{"host":"$host","process":1,"started":"2020-01-01T00:00:00Z","session":"$session"}""", true)]
    [InlineData("damaged", true)]
    [InlineData("", true)]
    public void ALockIsWorthWhatItSays(string content, bool isFree)
    {
        using var files = new EditFiles();
        var path = files.Small();
        content = content
            .Replace("$session", $"{Guid.Empty}")
            .Replace("$process", $"{Environment.ProcessId}")
            .Replace("$host", Environment.MachineName);
        File.WriteAllText(SessionLock.PathOf(path), content);
        using var session = EditSession.Open(path);
        Assert.Equal(isFree, session.ReadOnlyBecause is null);
        Assert.True(isFree || session.ReadOnlyBecause!.Contains("elsewhere"));
    }

    [Fact]
    public void AVideoBecomesNewLabels()
    {
        using var files = new EditFiles();
        var video = files.Copy(EditFiles.Data("small_robot.mp4"));
        using (var session = EditSession.Open(video))
        {
            session.Apply(new AddSkeleton("robot", ["a", "b"], [new NodePair(0, 1)], []));
            session.Apply(new AddInstance(0, 5, EditFiles.Points(1, 2, 3, 4)));
            Assert.Equal(SaveFault.WrongFormat, Assert.Throws<SaveException>(() => session.Save()).Fault);
        }

        using (var session = EditSession.Open(video))
        {
            Assert.Equal(2, session.Pending!.Edits);
            session.Restore();
            session.SaveAs(files.New("robot.slp"));
            Assert.Equal((files.New("robot.slp"), false), (session.Path, session.IsDirty));
            session.Apply(new AddTrack("r"));
            session.Save();
        }

        var labels = Labels.Load(files.New("robot.slp"));
        Assert.Equal((video, "r"), (labels.Videos[0].FoundPath, labels.Tracks[0].Name));
        Assert.False(File.Exists(JournalFile.PathOf(video)));
        using var again = EditSession.Open(video);
        Assert.Null(again.Pending);
    }

    /// <summary>Shells end the name of a folder with a separator; its journal and lock are those without.</summary>
    [Fact]
    public void AFolderHasOneJournalHoweverItIsSpelled()
    {
        using var files = new EditFiles();
        var folder = Directory.CreateDirectory(files.New("images")).FullName;
        foreach (var name in new[] { "1.png", "2.png" })
            File.WriteAllBytes(Path.Combine(folder, name), []);
        using (var session = EditSession.Open($"{folder}{Path.DirectorySeparatorChar}"))
        {
            session.Apply(new AddTrack("a"));
            using var other = EditSession.Open(folder);
            Assert.NotNull(other.ReadOnlyBecause);
        }

        Assert.Equal(2, Directory.GetFiles(folder).Length);
        using var again = EditSession.Open(folder);
        Assert.Equal((1, true), (again.Pending!.Edits, again.Pending.CanRestore));
    }

    [Fact]
    public void OtherFormatsAreSavedAsSlp()
    {
        using var files = new EditFiles();
        EditFiles.SmallLabels().Save(files.New("poses.csv"));
        using var session = EditSession.Open(files.New("poses.csv"));
        var before = session.State.Totals;
        session.Apply(new AddTrack("c"));
        var fault = Assert.Throws<SaveException>(() => session.Save());
        Assert.Equal(SaveFault.WrongFormat, fault.Fault);
        Assert.Contains("poses.csv", fault.Message);
        Assert.Equal(
            SaveFault.WrongFormat,
            Assert.Throws<SaveException>(() => session.SaveAs(files.New("other.csv"))).Fault
        );
        session.SaveAs(files.New("poses.slp"));
        Assert.Equal(before, session.State.Totals);
        Assert.Equal(SaveFault.Taken, Assert.Throws<SaveException>(() => session.SaveAs(files.New("poses.slp"))).Fault);
    }

    [Fact]
    public void WhatIsNotThereIsNoProject()
    {
        using var files = new EditFiles();
        Assert.Throws<FileNotFoundException>(() => EditSession.Open(files.New("none.slp")));
        File.WriteAllText(files.New("bad.slp"), "bad");
        Assert.Throws<PoseFormatException>(() => EditSession.Open(files.New("bad.slp")));
        Assert.Single(Directory.GetFiles(files.Folder));
    }

    /// <summary>Looking at labels leaves nothing behind.</summary>
    [Fact]
    public void ASessionWithoutEditsLeavesNoFiles()
    {
        using var files = new EditFiles();
        var path = files.Small();
        using (var session = EditSession.Open(path))
        {
            session.Preview(new DeletePredictions(0, 0, 100));
            Assert.False(session.Apply(new DeletePredictions(0, 90, 100)).Step.IsChange);
            Assert.False(session.Save());
        }

        Assert.Equal([path], Directory.GetFiles(files.Folder));
    }

    public static Process Started(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    private static double X(EditSession session) => session.State.Frame(Labeled)!.Instances[0].Points[0].X;
}
