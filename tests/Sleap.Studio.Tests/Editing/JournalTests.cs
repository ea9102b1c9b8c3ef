using FsCheck.Xunit;
using Sleap.IO;

namespace Sleap.Studio.Tests;

public sealed class JournalTests
{
    /// <summary>Wherever the journal ends, the edits whose lines are whole are restored, and no others.</summary>
    [Property(MaxTest = 8)]
    public void AJournalThatWasCutAnywhereGivesTheAcknowledgedEdits(int[] choices) => CutEverywhere(choices, step: 37);

    /// <inheritdoc cref="AJournalThatWasCutAnywhereGivesTheAcknowledgedEdits"/>
    [Fact]
    public void AJournalThatWasCutAtAnyByteGivesTheAcknowledgedEdits() => CutEverywhere([2, 3, 5], step: 1);

    private static void CutEverywhere(int[] choices, int step)
    {
        using var files = new EditFiles();
        var path = files.Small();
        var journal = JournalFile.PathOf(path);
        var bytes = new List<byte[]>();
        byte[] whole;
        using (var session = EditSession.Open(path))
        {
            bytes.Add(files.Bytes(session.State));
            foreach (var choice in choices.Prepend(17).Take(8))
            {
                if (TryEdit(session, choice))
                    bytes.Add(files.Bytes(session.State));
            }

            // As it is when the process is killed.
            whole = bytes.Count == 1 ? [] : File.ReadAllBytes(journal);
        }

        if (bytes.Count == 1)
            return;
        var ends = Enumerable.Range(0, whole.Length).Where(i => whole[i] == '\n').Select(i => i + 1).ToList();
        Assert.Equal(bytes.Count, ends.Count);
        var labels = Labels.Load(path);
        var lengths = Enumerable.Range(0, whole.Length + 1).Where(length => length % step == 0);
        foreach (var length in lengths.Concat(ends.SelectMany(end => new[] { end - 2, end - 1, end })).Distinct())
        {
            File.WriteAllBytes(journal, whole[..length]);
            var expected = ends.Count(end => end <= length) - 1;
            var content = JournalFile.Read(journal);
            Assert.Equal(expected < 0 ? null : expected, content?.Records.Count);
            Assert.Equal(0, content?.Unreadable ?? 0);
            if (content is null || !(ends.Contains(length) || length % 111 == 0))
                continue;
            var replay = JournalReplay.Run(new ProjectState(new ProjectOrigin(labels, path)), content, 0);
            Assert.Null(replay.Fault);
            Assert.Equal(bytes[expected], files.Bytes(replay.History.Current));
        }
    }

    [Fact]
    public void ATornRecordIsCutOffBeforeTheNextOne()
    {
        using var files = new EditFiles();
        var path = files.Small();
        Edited(path, 1, 2, 3);
        var journal = JournalFile.PathOf(path);
        File.WriteAllBytes(journal, File.ReadAllBytes(journal)[..^5]);
        using (var session = EditSession.Open(path))
        {
            Assert.Equal((2, true), (session.Pending!.Edits, session.Pending.CanRestore));
            Assert.Empty(session.Pending.Problems);
            Assert.Empty(session.Restore());
            Assert.Equal(2, X(session));
            session.Apply(Program.EditOf(30));
        }

        using var again = EditSession.Open(path);
        again.Restore();
        Assert.Equal(30, X(again));
        again.Undo();
        Assert.Equal(2, X(again));
    }

    /// <summary>What comes before the damage is restored; the journal is kept as it was, too.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void DamageInTheMiddleIsReported(int line)
    {
        using var files = new EditFiles();
        var path = files.Small();
        Edited(path, 1, 2, 3, 4, 5);
        var journal = JournalFile.PathOf(path);
        var lines = File.ReadAllLines(journal);
        lines[line] = lines[line].Replace("setPoint", "setpoint");
        File.WriteAllText(journal, string.Join('\n', lines) + '\n');
        var damaged = File.ReadAllBytes(journal);
        using var session = EditSession.Open(path);
        Assert.Contains($"{6 - line} of its records", Assert.Single(session.Pending!.Problems));
        Assert.Equal(line - 1, session.Pending.Edits);
        Assert.Single(session.Restore());
        Assert.Equal(line - 1, X(session));
        var kept = Assert.Single(Directory.GetFiles(files.Folder, "*.journal.*.bak"));
        Assert.Equal(damaged, File.ReadAllBytes(kept));
        session.Apply(Program.EditOf(9));
    }

    [Theory]
    [InlineData("no journal at all\nmore\n")]
    [InlineData("0123456789abcdef {}\n")]
    [InlineData("\n\n")]
    public void WhatIsNoJournalIsSetAside(string text)
    {
        using var files = new EditFiles();
        var path = files.Small();
        File.WriteAllText(JournalFile.PathOf(path), text);
        using var session = EditSession.Open(path);
        Assert.Equal((0, false), (session.Pending!.Edits, session.Pending.CanRestore));
        Assert.Equal(EditFault.Invalid, Assert.Throws<EditException>(session.Restore).Fault);
        Assert.Equal(EditFault.Undecided, Assert.Throws<EditException>(() => session.Apply(Program.EditOf(1))).Fault);
        Assert.Equal(text, File.ReadAllText(session.Discard()));
        session.Apply(Program.EditOf(1));
        Assert.Equal(1, X(session));
    }

    [Fact]
    public void AJournalOfAnotherVersionIsNotRead()
    {
        using var files = new EditFiles();
        var path = files.Small();
        var header = new JournalHeader(JournalHeader.Version + 1, "small.slp", FileStamp.Of(path)!, []);
        using (var journal = JournalFile.Create(JournalFile.PathOf(path), header))
            journal.Append(new JournalRecord(1, JournalKind.Do, Program.EditOf(1)));
        using var session = EditSession.Open(path);
        Assert.Contains("version 2, expected 1", Assert.Single(session.Pending!.Problems));
        Assert.False(session.Pending.CanRestore);
    }

    /// <summary>A journal whose lines are in another order, or of which one is missing, is damaged there.</summary>
    [Fact]
    public void LinesThatWereMovedAreDamage()
    {
        using var files = new EditFiles();
        var path = files.Small();
        Edited(path, 1, 2, 3);
        var lines = File.ReadAllLines(JournalFile.PathOf(path));
        foreach (var order in new[] { "0132", "023", "0112" })
        {
            var text = string.Concat(order.Select(digit => lines[digit - '0'] + '\n'));
            File.WriteAllText(files.New("moved"), text);
            var content = JournalFile.Read(files.New("moved"))!;
            Assert.Equal(order[1] == '1' ? 1 : 0, content.Records.Count);
            Assert.True(content.Unreadable > 0);
        }
    }

    /// <summary>Edits are never offered for labels, or videos, that they are not of.</summary>
    [Fact]
    public void AJournalBelongsToItsLabels()
    {
        using var files = new EditFiles();
        var path = files.Small();
        Edited(path, 1, 2);
        var other = EditFiles.SmallLabels();
        new Labels(other.Frames.Reverse(), other.Videos.Reverse(), other.Skeletons, other.Tracks).Save(path);
        using var session = EditSession.Open(path);
        Assert.False(session.Pending!.CanRestore);
        Assert.Equal(2, session.Pending.Problems.Count);
        Assert.True(File.Exists(session.Discard()));
        Assert.Null(session.Pending);
    }

    [Fact]
    public void AVideoThatIsAnotherFileNowIsNamed()
    {
        using var files = new EditFiles();
        File.WriteAllText(files.New("one.mp4"), "video");
        var labels = EditFiles.SmallLabels();
        var video = Video.FromFile(files.New("one.mp4"));
        var frames = labels.Frames.Where(frame => frame.Video == labels.Videos[0]);
        new Labels([
            .. frames.Select(f => new LabeledFrame
            {
                Video = video,
                FrameIndex = f.FrameIndex,
                Instances = f.Instances,
            }),
        ]).Save(files.New("one.slp"));
        using (var session = EditSession.Open(files.New("one.slp")))
            session.Apply(new AddTrack("c"));
        File.WriteAllText(files.New("one.mp4"), "another video");
        using var again = EditSession.Open(files.New("one.slp"));
        Assert.Contains("one.mp4 is another file", Assert.Single(again.Pending!.Problems));
        Assert.True(again.Pending.CanRestore);
    }

    /// <summary>Undo goes on over a reopening, and after a save, too.</summary>
    [Fact]
    public void StepsAreUndoneInALaterSession()
    {
        using var files = new EditFiles();
        var path = files.Small();
        var start = File.ReadAllBytes(path);
        using (var session = EditSession.Open(path))
        {
            session.Apply(Program.EditOf(1));
            session.Apply(new DeletePredictions(0, 0, 100));
            session.Save();
            session.Apply(Program.EditOf(2));
            session.Undo();
            session.Undo();
            session.Redo();
            session.Save();
        }

        using (var session = EditSession.Open(path))
        {
            Assert.Null(session.Pending);
            Assert.False(session.IsDirty);
            Assert.IsType<DeletePredictions>(session.Steps.Undo);
            Assert.IsType<SetPoint>(session.Steps.Redo);
            session.Undo();
            Assert.Equal(24, session.State.Totals.Predictions);
            session.Undo();
            session.Save();
        }

        Assert.Equal(start, File.ReadAllBytes(path));
        using var last = EditSession.Open(path);
        Assert.Null(last.Steps.Undo);
        last.Redo();
        last.Redo();
        Assert.Equal((1, 0), (X(last), last.State.Totals.Predictions));
    }

    /// <summary>Edits since the last save do not need the backups, but undo beyond it does.</summary>
    [Fact]
    public void EditsAreRestoredWithoutTheBackups()
    {
        using var files = new EditFiles();
        var path = files.Small();
        using (var session = EditSession.Open(path))
        {
            session.Apply(new AddTrack("c"));
            session.Apply(new DeleteTrack(2));
            session.Apply(new AddTrack("d"));
            session.Apply(Program.EditOf(1));
            session.Save();
            session.Apply(Program.EditOf(2));
            session.Apply(new SetTrack(0, 3, 0, 3));
            session.Apply(new AddTrack("e"));
        }

        foreach (var backup in Directory.GetFiles(files.Folder, "*.bak"))
            File.Delete(backup);
        using (var session = EditSession.Open(path))
        {
            Assert.Equal((3, true), (session.Pending!.Edits, session.Pending.CanRestore));
            Assert.Empty(session.Restore());
            Assert.Equal(2, X(session));
            var instance = session.State.Frame(new FrameKey(0, 3))!.Instances[0];
            Assert.Equal("d", session.State.Structure.TrackOf(instance)!.Name);
            Assert.Equal([0, 1, 3, 4], session.State.Structure.Tracks.Select(track => track.Id));
            while (session.Steps.Undo is not null)
                session.Undo();
            Assert.Equal(1, X(session));
            session.Redo();
            session.Save();
        }

        using var again = EditSession.Open(path);
        Assert.Null(again.Pending);
        Assert.Equal(2, X(again));
    }

    private static void Edited(string path, params int[] numbers)
    {
        using var session = EditSession.Open(path);
        foreach (var number in numbers)
            session.Apply(Program.EditOf(number));
    }

    private static double X(EditSession session) => session.State.Frame(new FrameKey(1, 7))!.Instances[0].Points[0].X;

    private static bool TryEdit(EditSession session, int choice)
    {
        try
        {
            var number = session.Number;
            if (choice % 5 == 0 && session.Steps.Undo is not null)
                session.Undo();
            else
                session.Apply(new CommandMaker(session.State, choice).Next());
            return session.Number > number;
        }
        catch (EditException fault) when (fault.Fault == EditFault.Invalid)
        {
            return false;
        }
    }
}
