using FsCheck.Xunit;
using Sleap.IO;

namespace Sleap.Studio.Tests;

public sealed class UndoTests
{
    /// <summary>
    /// The sequence undone gives the bytes of the start, and done again those of the end, at every step.
    /// </summary>
    [Property(MaxTest = 25)]
    public void UndoAndRedoGiveTheSameBytes(int[] choices)
    {
        using var files = new EditFiles();
        foreach (var labels in new[] { EditFiles.SmallLabels(), Labels.Load(EditFiles.Golden("rich.slp")) })
        {
            var history = new EditHistory(new ProjectState(new ProjectOrigin(labels, EditFiles.Golden("rich.slp"))));
            List<byte[]> bytes = [files.Bytes(history.Current)];
            List<Totals> totals = [history.Current.Totals];
            foreach (var choice in choices.Take(12))
            {
                if (Try(history.Current, choice, bytes.Count) is not { } step)
                    continue;
                history.Do(step);
                bytes.Add(files.Bytes(history.Current));
                totals.Add(Count(history.Current));
                Assert.Equal(totals[^1], history.Current.Totals);
            }

            for (var i = bytes.Count - 2; i >= 0; i--)
            {
                history.Undo();
                Assert.Equal(bytes[i], files.Bytes(history.Current));
            }

            Assert.Null(history.ToUndo);
            for (var i = 1; i < bytes.Count; i++)
            {
                history.Redo();
                Assert.Equal(bytes[i], files.Bytes(history.Current));
                Assert.Equal(totals[i], history.Current.Totals);
            }
        }
    }

    /// <summary>What is planned shows nowhere, and frames come in order whatever was edited.</summary>
    [Property(MaxTest = 60)]
    public void StatesDoNotChange(int[] choices)
    {
        var start = new ProjectState(new ProjectOrigin(EditFiles.SmallLabels(), "/labels.slp"));
        var before = Text(start);
        var state = start;
        foreach (var choice in choices)
        {
            var text = Text(state);
            if (Try(state, choice, 1 + state.Revision) is not { } step)
                continue;
            EditCounts.Of(step);
            Assert.Equal(text, Text(state));
            state = step.After;
            Assert.Equal(state.Keys().Order(), state.Keys());
            Assert.Equal(state.ToLabels().Frames.Count, state.Keys().Count());
            Assert.All(step.Frames, key => Assert.Equal(state.Revision, After(state, key)));
        }

        Assert.Equal(before, Text(start));
    }

    [Fact]
    public void OnlyTheNewestStepsAreUndone()
    {
        var history = new EditHistory(new ProjectState(new ProjectOrigin(EditFiles.SmallLabels(), "/labels.slp")));
        for (var i = 1; i <= EditHistory.MaxSteps + 7; i++)
            history.Do(EditStep.Of(new AddTrack($"t{i}"), history.Current, i));
        for (var i = 0; i < EditHistory.MaxSteps; i++)
            history.Undo();
        Assert.Null(history.ToUndo);
        Assert.Equal(2 + 7, history.Current.Structure.Tracks.Length);
    }

    // A frame that was removed, and was not there at the beginning, has no revision.
    private static long After(ProjectState state, FrameKey key) =>
        state.Frame(key) is null ? state.Revision : state.RevisionOf(key);

    private static EditStep? Try(ProjectState state, int choice, long revision)
    {
        try
        {
            var step = EditStep.Of(new CommandMaker(state, choice).Next(), state, revision);
            return step.IsChange ? step : null;
        }
        catch (EditException)
        {
            return null;
        }
    }

    private static Totals Count(ProjectState state) =>
        state.ToLabels().Frames.Aggregate(default(Totals), (totals, frame) => totals.Plus(frame));

    private static string Text(ProjectState state) =>
        string.Join(
            '\n',
            state.ToLabels().Frames.Select(f => $"{f.Video} {f.FrameIndex} {f.IsNegative} {Instances(f)}")
        )
        + string.Join(' ', state.Structure.Tracks.Select(track => track.Name))
        + string.Join(' ', state.Structure.Suggestions)
        + string.Join(' ', state.Structure.Skeletons[0].Nodes);

    private static string Instances(LabeledFrame frame) =>
        string.Join(
            '|',
            frame.Instances.Select(i =>
                $"{i.IsPredicted} {i.Track} {i.Score} {string.Join(' ', i.Points)} {i.FromPredicted is not null}"
            )
        );
}
