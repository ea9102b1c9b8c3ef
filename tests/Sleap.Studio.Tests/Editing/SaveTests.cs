using Sleap.IO;

namespace Sleap.Studio.Tests;

public sealed class SaveTests
{
    /// <summary>After edits that move no row, all that the file holds beside them is there, byte for byte.</summary>
    [Fact]
    public void ARichFileKeepsEverything()
    {
        using var files = new EditFiles();
        var path = files.Copy(EditFiles.Golden("rich.slp"));
        var before = Labels.Load(path);
        using (var session = EditSession.Open(path))
        {
            var key = session.State.Keys().First(k => session.State.Frame(k)!.Instances.Any(i => !i.IsPredicted));
            var place = session.State.Frame(key)!.Instances.ToList().FindIndex(i => !i.IsPredicted);
            for (var i = 0; i < 3; i++)
            {
                session.Apply(new MoveInstance(key.Video, key.Frame, place, 1.5, 0));
                session.Apply(new AddSuggestions([new Suggestion(0, 600 + i)]));
                Assert.True(session.Save());
            }
        }

        var after = Labels.Load(path);
        Assert.Equal(before.Bouts, after.Bouts);
        Assert.Equal(before.Identities.Select(i => i.Name), after.Identities.Select(i => i.Name));
        Assert.Equal(before.Extras!.Sessions, after.Extras!.Sessions);
        Assert.Equal(before.Extras.Names.Order(), after.Extras.Names.Order());
        Assert.Equal(before.Suggestions.Count + 3, after.Suggestions.Count);
        using var one = Hdf5Reader.Open(EditFiles.Golden("rich.slp"));
        using var other = Hdf5Reader.Open(path);
        foreach (var name in before.Extras.Names.SelectMany(name => Datasets(one, name)))
        {
            var (raw, now) = (one.ReadRaw(name), other.ReadRaw(name));
            Assert.Equal(raw.Bytes, now.Bytes);
            Assert.Equal(raw.Items, now.Items);
        }
    }

    /// <summary>An edit that moves rows: what would be lost is said, and only then left out.</summary>
    [Fact]
    public void WhatCannotBeKeptIsSaidBeforeItIsLost()
    {
        using var files = new EditFiles();
        var path = files.Copy(EditFiles.Golden("rich.slp"));
        var bytes = File.ReadAllBytes(path);
        using var session = EditSession.Open(path);
        session.Apply(new DeleteTrack(0, Instances: true, IncludeUser: true));
        var fault = Assert.Throws<SaveException>(() => session.Save());
        Assert.Equal(SaveFault.Losses, fault.Fault);
        Assert.NotEmpty(fault.Losses);
        Assert.Equal(bytes, File.ReadAllBytes(path));
        Assert.True(session.IsDirty);
        Assert.True(session.Save(new SaveOptions { AcceptLosses = true }));
        Assert.Equal(bytes, File.ReadAllBytes(Assert.Single(Directory.GetFiles(files.Folder, "*.bak"))));
        // Undone, all of it comes back from the version that was opened.
        session.Undo();
        Assert.True(session.Save());
        Assert.Equal(
            Labels.Load(EditFiles.Golden("rich.slp")).Extras!.Names.Order(),
            Labels.Load(path).Extras!.Names.Order()
        );
    }

    /// <summary>A renamed track renames the events of its animal.</summary>
    [Fact]
    public void ARenamedTrackRenamesItsEvents()
    {
        using var files = new EditFiles();
        var path = files.Copy(EditFiles.Golden("rich.slp"));
        using (var session = EditSession.Open(path))
        {
            session.Apply(new RenameTrack(0, "Zoe"));
            Assert.Contains(session.State.ToLabels().Bouts, bout => bout.Subject == "Zoe");
            session.Save();
        }

        var labels = Labels.Load(path);
        Assert.Equal("Zoe", labels.Tracks[0].Name);
        Assert.Contains(labels.Bouts, bout => bout.Subject == "Zoe");
        Assert.DoesNotContain(labels.Bouts, bout => bout.Subject == "a");
    }

    /// <summary>The images of a package stay, byte for byte, also of frames that lose their labels.</summary>
    [Theory]
    [InlineData("minimal_instance.pkg.slp", "minimal_instance.pkg.slp")]
    [InlineData("minimal_instance.pkg.slp", "renamed.slp")]
    [InlineData("by-hand.pkg.slp", "by-hand.pkg.slp")]
    public void APackageKeepsItsImages(string source, string name)
    {
        using var files = new EditFiles();
        var from = source[0] == 'm' ? EditFiles.Data(source) : EditFiles.Golden(source);
        var path = files.Copy(from, name);
        var expected = Images(from);
        Assert.NotEmpty(expected);
        using (var session = EditSession.Open(path))
        {
            var key = session.State.Keys().First();
            for (var i = 0; i < 2; i++)
            {
                foreach (var _ in session.State.Frame(key)?.Instances ?? [])
                    session.Apply(new DeleteInstance(key.Video, key.Frame, 0));
                session.Apply(new AddTrack($"t{i}"));
                session.Save(new SaveOptions { AcceptLosses = true });
                Assert.Equal(expected, Images(path));
            }
        }

        // A later session goes on from the backup, whose images are the same.
        using (var again = EditSession.Open(path))
        {
            while (again.Steps.Undo is not null)
                again.Undo();
            Assert.True(again.Save());
            again.SaveAs(files.New("copy.pkg.slp"));
            Assert.Equal(expected, Images(files.New("copy.pkg.slp")));
            again.Apply(new AddTrack("last"));
            again.Save();
        }

        Assert.Equal(expected, Images(files.New("copy.pkg.slp")));
        Assert.Equal(expected, Images(path));
        Assert.Equal(Labels.Load(from).Frames.Count, Labels.Load(path).Frames.Count);
        Assert.All(Labels.Load(path).Videos, video => Assert.Equal(".", video.Path));
    }

    /// <summary>Labels of a video become a package, which is edited and keeps its images.</summary>
    [Fact]
    public void LabelsBecomeAPackage()
    {
        using var files = new EditFiles();
        using var session = EditSession.Open(files.Copy(EditFiles.Data("small_robot.mp4")));
        session.Apply(new AddSkeleton("robot", ["a", "b"], [], []));
        foreach (var frame in new[] { 9, 4 })
            session.Apply(new AddInstance(0, frame, EditFiles.Points(1, 2, 3, 4)));
        session.SaveAs(files.New("robot.pkg.slp"));
        var images = Images(session.Path);
        Assert.NotEmpty(images);
        session.Apply(new DeleteInstance(0, 9, 0));
        session.Save();
        Assert.Equal(images, Images(session.Path));
        using var source = Labels.Load(session.Path).Videos[0].Open();
        Assert.Equal(source.Read(9).Height, source.Height);
    }

    [Fact]
    public void AFileThatAnotherProgramChangedIsNotReplaced()
    {
        using var files = new EditFiles();
        var path = files.Small();
        using (var session = EditSession.Open(path))
        {
            session.Apply(Program.EditOf(4));
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(1)); // not a change
            Assert.True(session.Save());
            session.Apply(Program.EditOf(5));
            File.Copy(EditFiles.Golden("by-hand.slp"), path, overwrite: true);
            var theirs = File.ReadAllBytes(path);
            Assert.Equal(SaveFault.Changed, Assert.Throws<SaveException>(() => session.Save()).Fault);
            Assert.Equal(theirs, File.ReadAllBytes(path));
            session.SaveAs(files.New("mine.slp"));
        }

        Assert.Equal(5, Labels.Load(files.New("mine.slp")).Frames[2].Instances[0].Points[0].X);
        File.Delete(path);
        using var other = EditSession.Open(files.New("mine.slp"));
        File.Delete(other.Path);
        other.Apply(Program.EditOf(6));
        Assert.Equal(SaveFault.Changed, Assert.Throws<SaveException>(() => other.Save()).Fault);
        Assert.True(other.Save(new SaveOptions { Overwrite = true }));
        Assert.Equal(6, Labels.Load(other.Path).Frames[2].Instances[0].Points[0].X);
    }

    /// <summary>Images that another program put in the place of ours are not taken for those that were labeled.</summary>
    [Fact]
    public void ImagesOfAnotherPackageAreNotGrafted()
    {
        using var files = new EditFiles();
        var path = files.Copy(EditFiles.Data("minimal_instance.pkg.slp"));
        using var session = EditSession.Open(path);
        session.Apply(new AddTrack("c"));
        File.Copy(EditFiles.Golden("by-hand.pkg.slp"), path, overwrite: true);
        var options = new SaveOptions { AcceptLosses = true, Overwrite = true };
        Assert.Equal(SaveFault.Changed, Assert.Throws<SaveException>(() => session.Save(options)).Fault);
        Assert.Equal(
            SaveFault.Changed,
            Assert.Throws<SaveException>(() => session.SaveAs(files.New("copy.pkg.slp"), options)).Fault
        );
        Assert.False(File.Exists(files.New("copy.pkg.slp")));
        Assert.False(File.Exists(SessionLock.PathOf(files.New("copy.pkg.slp"))));
    }

    [Fact]
    public void AReplacedFileBecomesABackup()
    {
        using var files = new EditFiles();
        var path = files.Small();
        using var session = EditSession.Open(path);
        session.Apply(Program.EditOf(4));
        File.Copy(EditFiles.Golden("by-hand.slp"), path, overwrite: true);
        session.Save(new SaveOptions { Overwrite = true });
        var backup = Assert.Single(Directory.GetFiles(files.Folder, "*.bak"));
        Assert.Equal(File.ReadAllBytes(EditFiles.Golden("by-hand.slp")), File.ReadAllBytes(backup));
        Assert.True(session.Undo().IsUndo);
    }

    /// <summary>Edits of a session that ended wait beside a file that another program has changed since.</summary>
    [Fact]
    public void EditsOfAnEarlierVersionAreSavedUnderAnotherName()
    {
        using var files = new EditFiles();
        var path = files.Small();
        using (var session = EditSession.Open(path))
        {
            session.Apply(Program.EditOf(1));
            session.Save();
            session.Apply(Program.EditOf(2));
        }

        File.Copy(EditFiles.Golden("by-hand.slp"), path, overwrite: true);
        using var again = EditSession.Open(path);
        Assert.Equal((2, true), (again.Pending!.Edits, again.Pending.CanRestore));
        Assert.Contains("another program", Assert.Single(again.Pending.Problems));
        Assert.Equal(SaveFault.ReadOnly, Assert.Throws<SaveException>(() => again.Save()).Fault);
        again.Restore();
        Assert.Equal(2, again.State.Frame(new FrameKey(1, 7))!.Instances[0].Points[0].X);
        Assert.Equal(SaveFault.Changed, Assert.Throws<SaveException>(() => again.Save()).Fault);
        again.SaveAs(files.New("mine.slp"));
        Assert.Equal(2, Labels.Load(files.New("mine.slp")).Frames[2].Instances[0].Points[0].X);
    }

    [Fact]
    public void TheNewestVersionsAreKept()
    {
        using var files = new EditFiles();
        var path = files.Small();
        var start = File.ReadAllBytes(path);
        using var session = EditSession.Open(path, new EditOptions { Backups = 2 });
        for (var i = 1; i <= 6; i++)
        {
            session.Apply(Program.EditOf(i));
            session.Save();
        }

        var kept = Directory.GetFiles(files.Folder, "*.bak").Order().Select(File.ReadAllBytes).ToList();
        // That of the beginning stays for undo, and the last two.
        Assert.Equal(3, kept.Count);
        Assert.Equal(start, kept[0]);
        File.WriteAllBytes(files.New("last.slp"), kept[2]);
        Assert.Equal(5, Labels.Load(files.New("last.slp")).Frames[2].Instances[0].Points[0].X);
    }

    /// <summary>What is edited while a save is written is in the journal, and not lost for the file.</summary>
    [Fact]
    public async Task EditsWhileSavingAreInTheNextSave()
    {
        using var files = new EditFiles();
        var path = files.Small();
        using (var session = EditSession.Open(path))
        {
            session.Apply(Program.EditOf(1));
            var saves = Task.Run(() =>
            {
                for (var i = 0; i < 10; i++)
                    session.Save();
            });
            for (var i = 2; i <= 60; i++)
                session.Apply(Program.EditOf(i));
            await saves;
        }

        using var again = EditSession.Open(path);
        if (again.Pending is not null)
            again.Restore();
        Assert.Equal(60, again.State.Frame(new FrameKey(1, 7))!.Instances[0].Points[0].X);
    }

    /// <summary>What was written is compared with the state: every kind of difference is found.</summary>
    [Fact]
    public void ADifferenceIsFound()
    {
        using var files = new EditFiles();
        var state = new ProjectState(new ProjectOrigin(EditFiles.SmallLabels(), "/labels.slp"));
        var read = Labels.Load(files.Small());
        Assert.Null(SaveCheck.Difference(state.ToLabels(), null, read, files.New("small.slp"), hasLosses: false));
        EditCommand[] edits =
        [
            Program.EditOf(1),
            new SetPoint(1, 7, 0, 2, new PlacedPoint(1, 1)),
            new DeleteInstance(0, 4, 2),
            new SetTrack(0, 3, 0, null),
            new SetTrack(0, 3, 0, 1),
            new SetNegative(1, 9, false),
            new SetNegative(1, 11, true),
            new ConvertPrediction(0, 2, 0),
            new RenameTrack(0, "c"),
            new AddTrack("c"),
            new AddNode(0, "more"),
            new RenameNode(0, 0, "snout"),
            new SetEdges(0, []),
            new SetSymmetries(0, []),
            new AddSuggestions([new Suggestion(0, 1)]),
            new RemoveSuggestions([new Suggestion(1, 3)]),
            new AddVideo("/videos/three.mp4"),
            new ReplacePredictions([new PredictedFrame(0, 0, [])]),
        ];
        foreach (var edit in edits)
        {
            var labels = EditStep.Of(edit, state, 1).After.ToLabels();
            var difference = SaveCheck.Difference(labels, null, read, files.New("small.slp"), hasLosses: false);
            Assert.True(difference is not null, $"{edit}");
        }
    }

    private static IEnumerable<string> Datasets(Hdf5Reader file, string name) =>
        file.IsDataset(name) ? [name] : file.Members(name).SelectMany(member => Datasets(file, $"{name}/{member}"));

    private static List<string> Images(string path)
    {
        using var file = Hdf5Reader.Open(path);
        return
        [
            .. file.Members("/")
                .Where(name => name.StartsWith("video", StringComparison.Ordinal) && char.IsAsciiDigit(name[^1]))
                .SelectMany(name => Datasets(file, name))
                .Select(name => (name, Raw: file.ReadRaw(name)))
                .Select(entry =>
                    $"{entry.name} {Convert.ToHexString(entry.Raw.Bytes)} "
                    + string.Join(' ', entry.Raw.Items.Select(Convert.ToHexString))
                ),
        ];
    }
}
