using Sleap.IO;

namespace Sleap.Studio.Tests;

/// <summary>Bouts that are edited, and what becomes of them in files.</summary>
public sealed class BoutTests
{
    private static readonly BoutData Run = new(0, "run", 2, 5, "a");
    private static readonly BoutData Groom = new(1, "groom", 7, 7, "new", "b", true);

    [Fact]
    public void They_are_added_changed_undone_and_saved_as_events()
    {
        using var files = new EditFiles();
        var path = files.Small();
        using (var session = EditSession.Open(path))
        {
            session.Apply(new ChangeBouts([], [Run, Groom]));
            session.Apply(new ChangeBouts([Run], [Run with { To = 9 }]));
            Assert.Equal(EditFault.Stale, Fault(() => session.Apply(new ChangeBouts([Run], []))).Fault);
            session.Undo();
            session.Redo();
            session.Save();
            Assert.False(session.IsDirty);
        }

        var saved = Labels.Load(path);
        Assert.Equal([Run with { To = 9 }, Groom], BoutData.Of(saved.Bouts, saved.Videos));
        Assert.Equal(["new"], saved.Identities.Select(identity => identity.Name));
        // The next session goes on with them, and what was done before can be undone.
        using var later = EditSession.Open(path);
        Assert.Null(later.Pending);
        Assert.Equal([Run with { To = 9 }, Groom], BoutData.Of(later.State.Bouts!, later.State.Structure.Videos));
        later.Undo();
        later.Undo();
        Assert.Empty(later.State.Bouts!);
        later.Save();
        Assert.Empty(Labels.Load(path).Bouts);
    }

    [Fact]
    public void Those_of_a_file_are_edited_and_what_else_it_says_of_events_is_named_as_lost()
    {
        using var files = new EditFiles();
        var path = files.New("events.slp");
        EditFiles.SmallLabels().WithBouts([new Bout("a", "run", 2, 5) { Video = "/videos/one.mp4" }]).Save(path);
        using var session = EditSession.Open(path);
        // Without an edit of bouts the events are copied.
        session.Apply(new SetNegative(0, 30, true));
        session.Save();
        session.Apply(new ChangeBouts([Run], [Run with { Behavior = "walk" }]));
        var fault = Assert.Throws<SaveException>(() => session.Save());
        Assert.Equal(SaveFault.Losses, fault.Fault);
        Assert.Contains("scores", fault.Losses.Single());
        session.Save(new SaveOptions { AcceptLosses = true });
        Assert.Equal(["walk"], Labels.Load(path).Bouts.Select(bout => bout.Behavior));
    }

    [Fact]
    public void They_have_the_names_that_tracks_get()
    {
        using var files = new EditFiles();
        var path = files.Small();
        using (var session = EditSession.Open(path))
        {
            session.Apply(new ChangeBouts([], [Run]));
            session.Apply(new RenameTrack(0, "c"));
            Assert.Equal("c", session.State.Bouts!.Single().Subject);
            // The other track gets the name that this one had; its bouts are its own.
            session.Apply(new RenameTrack(1, "a"));
            session.Apply(new ChangeBouts([], [Run with { From = 6, To = 6 }]));
            session.Apply(new RenameTrack(1, "d"));
            Assert.Equal(["c", "d"], session.State.Bouts!.Select(bout => bout.Subject));
            session.Save();
        }

        using var later = EditSession.Open(path);
        Assert.Equal(["c", "d"], later.State.Bouts!.Select(bout => bout.Subject));
        Assert.Equal(["c", "d"], Labels.Load(path).Bouts.Select(bout => bout.Subject));
        Assert.Empty(Labels.Load(path).Identities);
    }

    [Fact]
    public void A_merge_keeps_those_of_both()
    {
        using var files = new EditFiles();
        var path = files.Small();
        using var session = EditSession.Open(path);
        session.Apply(new ChangeBouts([], [Run]));
        var theirs = Labels.Load(path);
        theirs.WithBouts([new Bout("b", "groom", 1, 1) { Video = "/videos/two.mp4" }]).Save(path);
        session.Merge();
        Assert.Equal(["run", "groom"], session.State.Bouts!.Select(bout => bout.Behavior));
    }

    private static EditException Fault(Action action) => Assert.Throws<EditException>(action);
}
