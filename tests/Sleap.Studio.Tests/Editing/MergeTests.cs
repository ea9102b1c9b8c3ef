using Sleap.IO;

namespace Sleap.Studio.Tests;

public sealed class MergeTests
{
    [Theory]
    [InlineData("rich.slp")]
    [InlineData("by-hand.slp")]
    public void FramesAsDataAreTheSame(string name)
    {
        var state = new ProjectState(new ProjectOrigin(Labels.Load(EditFiles.Golden(name)), EditFiles.Golden(name)));
        var frames = state.Keys().Select(key => FrameData.Of(state, key, key.Video, track => track.Id)).ToList();
        var command = (SetFrames)EditJson.Parse<EditCommand>(EditFiles.Json(new SetFrames(["new"], frames)));
        var step = EditStep.Of(command, state, 1);
        Assert.Equal(state.Totals, step.After.Totals);
        Assert.Equal(0, EditCounts.Of(step).Frames);
        Assert.Equal("new", step.After.Structure.Tracks[^1].Name);
        var (before, after) = (state.ToLabels().Frames, step.After.ToLabels().Frames);
        Assert.Equal(
            before.SelectMany(f => f.Instances.Select(i => f.Instances.ToList().FindIndex(s => s == i.FromPredicted))),
            after.SelectMany(f => f.Instances.Select(i => f.Instances.ToList().FindIndex(s => s == i.FromPredicted)))
        );
    }

    [Fact]
    public void ChangesOfBothAreThere()
    {
        using var files = new EditFiles();
        var path = files.Small();
        ChangeThere(files, path, new DeleteInstance(0, 2, 1), new AddTrack("theirs"), new AddSuggestions([new(0, 8)]));
        using (var session = EditSession.Open(path))
        {
            session.Apply(Program.EditOf(5));
            session.Apply(new AddTrack("ours"));
            session.Apply(new SetTrack(0, 6, 0, session.State.Structure.Tracks[^1].Id));
            session.Apply(new ConvertPrediction(0, 10, 1));
            session.Apply(new RenameTrack(0, "renamed"));
            session.Apply(new AddSuggestions([new(0, 9)]));
            session.Apply(new RemoveSuggestions([new(1, 3)]));
            session.Apply(new AddVideo("/videos/three.mp4"));
            session.Apply(new AddInstance(2, 1, EditFiles.Points(1, 1, 2, 2, 3, 3, 4, 4)));
            ChangeThere(
                files,
                path,
                new DeletePredictions(0, 0, 1),
                new AddTrack("later"),
                new SetNegative(1, 20, true)
            );
            Assert.Equal(SaveFault.Changed, Assert.Throws<SaveException>(() => session.Save()).Fault);
            session.Merge();
            Assert.True(session.IsDirty);
            Check(session.State);
            Assert.True(session.Save());
            session.Undo();
            Assert.Equal(["a", "b", "theirs", "later"], session.State.Structure.Tracks.Select(track => track.Name));
            session.Redo();
            Check(session.State);
        }

        // The journal of what was merged took the place of the old one.
        using var again = EditSession.Open(path);
        Assert.Null(again.Pending);
        Check(again.State);
    }

    [Fact]
    public void AFrameThatBothChangedIsDecidedOn()
    {
        foreach (var choice in new[] { MergeChoice.Ours, MergeChoice.Theirs })
        {
            using var files = new EditFiles();
            var path = files.Small();
            using var session = EditSession.Open(path);
            session.Apply(Program.EditOf(5));
            session.Apply(new DeleteInstance(0, 3, 0));
            ChangeThere(files, path, Program.EditOf(6));
            var state = session.State;
            var untouched = state.RevisionOf(new FrameKey(0, 8));
            var fault = Assert.Throws<SaveException>(() => session.Merge());
            Assert.Contains("1 frames were changed in both", fault.Message);
            Assert.Same(state, session.State);
            session.Merge(choice);
            var x = session.State.Frame(new FrameKey(1, 7))!.Instances[0].Points[0].X;
            Assert.Equal(choice == MergeChoice.Ours ? 5 : 6, x);
            Assert.Single(session.State.Frame(new FrameKey(0, 3))!.Instances);
            session.Save();
            // Frames of the file may be other ones than a page has, so that what it knows is stale.
            Assert.Equal(
                EditFault.Stale,
                Assert
                    .Throws<EditException>(() => session.Apply(new SetNegative(0, 8, true), frameRevision: untouched))
                    .Fault
            );
        }
    }

    [Fact]
    public void OtherSkeletonsAreNotMerged()
    {
        using var files = new EditFiles();
        var path = files.Small();
        using var session = EditSession.Open(path);
        session.Apply(Program.EditOf(5));
        ChangeThere(files, path, new AddNode(0, "ear"));
        Assert.Contains("skeletons", Assert.Throws<SaveException>(() => session.Merge()).Message);
        File.WriteAllText(path, "damaged");
        Assert.Throws<SaveException>(() => session.Merge());
        session.Apply(Program.EditOf(6));
        session.SaveAs(files.New("mine.slp"));
    }

    private static void Check(ProjectState state)
    {
        Assert.Equal(
            ["a", "b", "later", "ours", "renamed", "theirs"],
            state.ToLabels().Tracks.Select(t => t.Name == "renamed" ? "a" : t.Name).Append("renamed").Order()
        );
        Assert.Contains(state.Structure.Tracks, track => track.Name == "renamed");
        Assert.Equal(5, state.Frame(new FrameKey(1, 7))!.Instances[0].Points[0].X);
        Assert.Equal("ours", state.Structure.TrackOf(state.Frame(new FrameKey(0, 6))!.Instances[0])!.Name);
        var corrected = state.Frame(new FrameKey(0, 10))!.Instances;
        Assert.Same(corrected[1], corrected[2].FromPredicted);
        Assert.Single(state.Frame(new FrameKey(0, 2))!.Instances);
        Assert.Null(state.Frame(new FrameKey(0, 0)));
        Assert.True(state.Frame(new FrameKey(1, 20))!.IsNegative);
        Assert.Equal([8, 9], state.Structure.Suggestions.Select(suggestion => suggestion.FrameIndex));
        Assert.Single(state.Frame(new FrameKey(2, 1))!.Instances);
    }

    /// <summary>Another program changes the file.</summary>
    private static void ChangeThere(EditFiles files, string path, params EditCommand[] commands)
    {
        var copy = files.Copy(path, $"{Guid.NewGuid():N}.slp");
        using (var session = EditSession.Open(copy))
        {
            foreach (var command in commands)
                session.Apply(command);
            session.Save();
        }

        File.Copy(copy, path, overwrite: true);
    }
}
