using Sleap.IO;

namespace Sleap.Studio.Tests;

public class CommandTests
{
    private ProjectState _state = new(new ProjectOrigin(EditFiles.SmallLabels(), "/labels.slp"));
    private EditCounts? _counts;

    public CommandTests() { }

    private protected CommandTests(params EditCommand[] before)
    {
        foreach (var command in before)
            Do(command);
    }

    [Fact]
    public void InstancesAreAddedMovedAndDeleted()
    {
        Do(new AddInstance(0, 40, EditFiles.Points(1, 2, 3, 4, double.NaN, 0, 5, 6), Track: 1));
        Assert.Equal((1, 0, 1), (_counts!.Frames, _counts.User.Before, _counts.User.After));
        var instance = At(0, 40, 0);
        Assert.Equal((1, 2, true), (instance.Points[0].X, instance.Points[0].Y, instance.Points[2].IsMissing));
        Assert.Equal((false, "b"), (instance.IsPredicted, instance.Track!.Name));
        Do(new MoveInstance(0, 40, 0, 10, -1));
        Assert.Equal((11, 1), (At(0, 40, 0).Points[0].X, At(0, 40, 0).Points[0].Y));
        Assert.True(At(0, 40, 0).Points[2].IsMissing);
        // A quarter, clockwise in the image: what lies right of the center comes below it.
        Do(new RotateInstance(0, 40, 0, 90, 10, 1));
        Assert.Equal((10, 2), (Math.Round(At(0, 40, 0).Points[0].X, 9), Math.Round(At(0, 40, 0).Points[0].Y, 9)));
        Do(new SetPoints(0, 40, 0, EditFiles.Points(1, 1, 2, 2, 3, 3, double.NaN, 0)));
        Assert.Equal([1, 2, 3], At(0, 40, 0).Points[..3].Select(point => point.X));
        Do(new SetPoint(0, 40, 0, 3, new PlacedPoint(4, 5, Visible: false, Complete: true)));
        Assert.Equal(
            (4, false, true),
            (At(0, 40, 0).Points[3].X, At(0, 40, 0).Points[3].Visible, At(0, 40, 0).Points[3].Complete)
        );
        Do(new SetPoint(0, 40, 0, 3, null));
        Assert.True(At(0, 40, 0).Points[3].IsMissing);
        Do(new DeleteInstance(0, 40, 0));
        Assert.Null(_state.Frame(new FrameKey(0, 40)));
        Refused(new SetPoint(0, 2, 0, 0, new PlacedPoint(1, 1)), "is a prediction");
    }

    [Fact]
    public void LeftAndRightAreSwapped()
    {
        Do(new FlipInstance(1, 7, 0));
        Assert.Equal((true, 3), (At(1, 7, 0).Points[1].IsMissing, At(1, 7, 0).Points[2].X));
        Do(new SetSymmetries(0, []));
        Refused(new FlipInstance(1, 7, 0), "no symmetries");
    }

    [Fact]
    public void CopiesAreUserInstances()
    {
        Do(new DuplicateInstance(0, 2, 1, 5, 0));
        Assert.Equal((3, false, null), (Frame(0, 2).Instances.Count, At(0, 2, 2).IsPredicted, At(0, 2, 2).Track));
        Assert.Equal(At(0, 2, 1).Points[0].X + 5, At(0, 2, 2).Points[0].X);
        Assert.True(float.IsNaN(At(0, 2, 2).Points[0].Score));
        Do(new DuplicateInstance(0, 2, 1, 0, 0, ToFrame: 50));
        Assert.Equal("b", At(0, 50, 0).Track!.Name);
        Do(new DuplicateInstance(0, 2, 1, 0, 0, ToFrame: 50));
        Assert.Null(At(0, 50, 1).Track);
    }

    [Fact]
    public void HalvesAreMerged()
    {
        Do(new AddInstance(0, 2, EditFiles.Points(1, 1, 2, 2, double.NaN, 0, double.NaN, 0)));
        Do(new MergeInstances(0, 2, 2, 1));
        Assert.Equal(2, Frame(0, 2).Instances.Count);
        var merged = At(0, 2, 1);
        Assert.Equal(
            (false, "b", 2, 22),
            (merged.IsPredicted, merged.Track!.Name, merged.Points[1].X, merged.Points[2].X)
        );
        Assert.All(merged.Points, point => Assert.True(float.IsNaN(point.Score)));
        // A prediction and what was made of it.
        Do(new ConvertPrediction(0, 5, 0));
        Do(new MergeInstances(0, 5, 0, 2));
        Assert.Equal((2, null), (Frame(0, 5).Instances.Count, At(0, 5, 0).FromPredicted));
        Refused(new MergeInstances(0, 5, 0, 0), "Two instances");
    }

    [Fact]
    public void PredictionsAreConverted()
    {
        Do(new ConvertPrediction(0, 3, 1));
        Assert.Same(At(0, 3, 1), At(0, 3, 2).FromPredicted);
        Assert.Equal((true, "b"), (float.IsNaN(At(0, 3, 2).Points[0].Score), At(0, 3, 2).Track!.Name));
        Refused(new ConvertPrediction(0, 3, 1), "already");
        Refused(new ConvertPrediction(0, 3, 2), "already");
        Do(new AcceptPredictions(0, 0, 4, MinScore: 0.275));
        // Frames 0 to 2 are below the score; one of frame 3, and one of frame 4, were converted.
        Assert.Equal((2, 2, 4), (_counts!.Frames, _counts.User.Before, _counts.User.After));
        // The link follows a prediction that is changed, and ends with it.
        Do(new SetTrack(0, 3, 2, 0));
        Assert.Same(At(0, 3, 1), At(0, 3, 2).FromPredicted);
        Assert.Equal("a", At(0, 3, 1).Track!.Name);
        Do(new DeleteInstance(0, 3, 1));
        Assert.All(
            Frame(0, 3).Instances.Where(i => i.Points[0] == At(0, 3, 1).Points[0]),
            i => Assert.Null(i.FromPredicted)
        );
    }

    [Fact]
    public void FramesAreMarkedAsEmpty()
    {
        Do(new SetNegative(0, 30, true));
        Assert.True(Frame(0, 30).IsNegative);
        Refused(new SetNegative(1, 7, true), "user instances");
        Do(new AddInstance(0, 30, EditFiles.Points(1, 1, 2, 2, 3, 3, 4, 4)));
        Assert.False(Frame(0, 30).IsNegative);
        Do(new SetNegative(1, 9, false));
        Assert.Null(_state.Frame(new FrameKey(1, 9)));
    }

    [Fact]
    public void PredictionsAreDeletedWithinTheRangeOnly()
    {
        Do(new DeletePredictions(0, 3, 5, Track: 0));
        Assert.Equal((3, 6, 3), (_counts!.Frames, _counts.Predictions.Before, _counts.Predictions.After));
        Assert.Equal((1, 1), (_counts.User.Before, _counts.User.After));
        Do(new DeletePredictions(0, 0, 100, MaxScore: 0.255));
        Assert.Equal(1, _counts!.Frames);
        Do(new DeletePredictions(0, 0, int.MaxValue));
        Assert.Equal((0, 2), (_state.Totals.Predictions, _state.Totals.UserInstances));
        Assert.Null(Frame(0, 4).Instances.Single().FromPredicted);
    }

    [Fact]
    public void NewPredictionsReplaceOldOnes()
    {
        var before = At(0, 4, 2).Points;
        var predicted = new PredictedInstance([1, 2, 3, 4, null, null, 5, 6], [0.5f, 0.5f, null, 1], 0.75f, "c", 0.25f);
        Do(
            new ReplacePredictions([
                new PredictedFrame(0, 4, [predicted, predicted with { Track = "a" }, predicted with { Track = null }]),
                new PredictedFrame(0, 5, []),
                new PredictedFrame(1, 9, [predicted]),
            ])
        );
        Assert.Equal((3, 4, 4), (_counts!.Frames, _counts.Predictions.Before, _counts.Predictions.After));
        Assert.Equal((1, 1), (_counts.User.Before, _counts.User.After));
        Assert.Equal([null, "c", "a", null], Frame(0, 4).Instances.Select(i => i.IsPredicted ? i.Track?.Name : null));
        Assert.Equal(before.AsEnumerable(), At(0, 4, 0).Points);
        Assert.Equal((0.75f, 0.25f, 1f), (At(0, 4, 1).Score, At(0, 4, 1).TrackingScore, At(0, 4, 1).Points[3].Score));
        Assert.True(At(0, 4, 1).Points[2].IsMissing);
        Assert.Null(_state.Frame(new FrameKey(0, 5)));
        Assert.True(Frame(1, 9).IsNegative);
        Assert.Equal(["a", "b", "c"], _state.Structure.Tracks.Select(track => track.Name));
        // Labels that a model gives become the same command.
        var again = ReplacePredictions.Of([(new FrameKey(0, 4), Frame(0, 4))]);
        Assert.Equal(3, again.Frames.Single().Instances.Count);
        var counts = EditCounts.Of(EditStep.Of(again, _state, 99));
        Assert.Equal(0, counts.Frames);
    }

    [Fact]
    public void GapsAreFilledWithPredictions()
    {
        Do(new DeletePredictions(0, 3, 6, Track: 1));
        Do(new DeletePredictions(0, 9, 9));
        Do(new Interpolate(0, 1, 0, 20, MaxGap: 3));
        Assert.Equal(1, _counts!.Predictions.After - _counts.Predictions.Before);
        Do(new Interpolate(0, 1, 0, 20, MaxGap: 4));
        Assert.Equal(4, _counts!.Predictions.After - _counts.Predictions.Before);
        var filled = Frame(0, 5).Instances.Single(i => i.Track?.Name == "b");
        Assert.Equal((true, 5, 50.25), (filled.IsPredicted, Math.Round(filled.Points[0].X, 9), filled.Points[0].Y));
        Assert.Single(Frame(0, 9).Instances);
    }

    [Theory]
    [InlineData(3, 3, null, "aaabaaaaaaaa")]
    [InlineData(3, 5, null, "aaabbbaaaaaa")]
    [InlineData(3, null, null, "aaabbbbbbbbb")]
    [InlineData(3, null, 1, "aaabbbbaaaaa")]
    public void TracksAreSwappedInARange(int from, int? to, int? whileTrack, string expected)
    {
        // From frame 7 on only the first of the two is there.
        Do(new DeletePredictions(0, 7, 11, Track: 1));
        Do(new SwapTracks(0, 0, 1, new FrameRange(from, to, whileTrack), IncludeUser: true));
        Assert.Equal(expected, string.Concat(Enumerable.Range(0, 12).Select(n => At(0, n, 0).Track!.Name)));
        Do(new SwapTracks(0, 0, 1, new FrameRange(from, to, null)));
    }

    [Fact]
    public void UserInstancesAreSparedUnlessAsked()
    {
        Do(new SwapTracks(0, 0, 1, new FrameRange(3, 6)));
        Assert.Equal(["a", "a", "a"], Frame(0, 4).Instances.Select(i => i.Track!.Name));
        Assert.Equal((1, 4), (_counts!.Spared, _counts.Frames));
        Do(new SwapTracks(0, 0, 1, new FrameRange(3, 6)));
        Do(new SwapTracks(0, 0, 1, new FrameRange(3, 6), IncludeUser: true));
        Assert.Equal(["b", "a", "b"], Frame(0, 4).Instances.Select(i => i.Track!.Name));
        Assert.Equal(0, _counts!.Spared);
    }

    [Fact]
    public void ATrackThatIsSetChangesPlacesWithTheOther()
    {
        Do(new SetTrack(0, 3, 0, 1));
        Assert.Equal(["b", "a"], Frame(0, 3).Instances.Select(i => i.Track!.Name));
        Assert.Equal("a", At(0, 5, 0).Track!.Name);
        Do(new SetTrack(0, 3, 0, null));
        Assert.Equal([null, "a"], Frame(0, 3).Instances.Select(i => i.Track?.Name));
        Refused(new SetTrack(0, 3, 0, 1, new FrameRange(4)), "no track");
        Refused(new SetTrack(0, 5, 0, 1, new FrameRange(9)), "expected 6");
        Do(new SetTrack(0, 5, 0, 1, new FrameRange(6, 8)));
        Assert.Equal(
            "aabbbbaaa",
            string.Concat(new[] { 1, 2, 5, 6, 7, 8, 9, 10, 11 }.Select(n => At(0, n, 0).Track!.Name))
        );
        // A prediction and what was made of it are one animal.
        Do(new SetTrack(0, 4, 2, 1));
        Assert.Equal(["b", "a", "b"], Frame(0, 4).Instances.Select(i => i.Track!.Name));
    }

    [Fact]
    public void TracksAreAddedRenamedMergedSplitAndDeleted()
    {
        Do(new AddTrack("c"));
        Refused(new MergeTracks(0, 0, 1, new FrameRange(0)), "12 frames have both");
        Do(new MergeTracks(0, 0, 1, new FrameRange(0), TrackConflict.Skip));
        Assert.Equal(0, _counts!.Frames);
        Do(new MergeTracks(0, 0, 2, new FrameRange(6)));
        Assert.Equal("aaaaaacccccc", string.Concat(Enumerable.Range(0, 12).Select(n => At(0, n, 0).Track!.Name)));
        Do(new SplitTrack(0, 2, new FrameRange(9)));
        Assert.Equal(["a", "b", "c", "c_2"], _state.Structure.Tracks.Select(track => track.Name));
        Assert.Equal("c_2", At(0, 9, 0).Track!.Name);
        Do(new RenameTrack(3, "d"));
        Assert.Equal("d", _state.Structure.TrackOf(At(0, 9, 0))!.Name);
        Assert.Equal("d", _state.ToLabels().Frames[^2].Instances[0].Track!.Name);
        Do(new DeleteTrack(3));
        Assert.Null(At(0, 9, 0).Track);
        Do(new DeleteTrack(2, Instances: true));
        Assert.Single(Frame(0, 8).Instances);
        Refused(new DeleteTrack(0), "1 user instances");
        Do(new DeleteTrack(0, Instances: true, IncludeUser: true));
        Assert.Equal(["b"], _state.Structure.Tracks.Select(track => track.Name));
        Do(new AddTrack("e"));
        Assert.Equal([1, 4], _state.Structure.Tracks.Select(track => track.Id));
    }

    [Fact]
    public void SkeletonsChangeWithTheirInstances()
    {
        Do(new AddNode(0, "ear"));
        Assert.Equal(5, At(1, 7, 0).Points.Length);
        Do(new SetPoint(1, 7, 0, 4, new PlacedPoint(9, 9)));
        Do(new RenameNode(0, 0, "snout"));
        var counts = EditCounts.Of(EditStep.Of(new RemoveNode(0, 1), _state, 99));
        Assert.Equal((13, 2, 24), (counts.Frames, counts.User.Changed, counts.Predictions.Changed));
        Assert.Equal(26, counts.PointsBefore - counts.PointsAfter);
        Do(new RemoveNode(0, 1));
        var skeleton = _state.Structure.Skeletons.Single();
        Assert.Equal(["snout", "right", "tail", "ear"], skeleton.Nodes.AsEnumerable());
        Assert.Equal([new Edge(0, 1), new Edge(0, 2)], skeleton.Edges.AsEnumerable());
        Assert.Empty(skeleton.Symmetries);
        Assert.Equal((0, 9), (At(1, 7, 0).Points[0].X, At(1, 7, 0).Points[3].X));
        // The links stay, in labels, too.
        var corrected = _state.ToLabels().Frames[5].Instances;
        Assert.Same(corrected[0], corrected[2].FromPredicted);
        Assert.Equal(skeleton, corrected[0].Skeleton);
        // A node of the old name is another one.
        Do(new AddNode(0, "left"));
        Assert.True(At(0, 4, 0).Points[4].IsMissing);
        Do(new AddSkeleton("other", ["left", "ear"], [], []));
        Do(new AddInstance(0, 60, EditFiles.Points(1, 2, 3, 4), Skeleton: 1));
        Assert.Equal(2, At(0, 60, 0).Points.Length);
    }

    [Fact]
    public void SuggestionsKeepTheirOrder()
    {
        Do(new AddSuggestions([new Suggestion(0, 9), new Suggestion(1, 3), new Suggestion(0, 2, 5)]));
        Assert.Equal([3, 9, 2], _state.Structure.Suggestions.Select(s => s.FrameIndex));
        Assert.Equal([1, null, 5], _state.Structure.Suggestions.Select(s => s.Group));
        Do(new RemoveSuggestions([new Suggestion(0, 9)]));
        Do(new SetSuggestions([new Suggestion(0, 2), new Suggestion(1, 3), new Suggestion(0, 2)]));
        Assert.Equal([2, 3], _state.Structure.Suggestions.Select(s => s.FrameIndex));
    }

    [Fact]
    public void AVideoIsAddedWithTheImagesOfNow()
    {
        using var files = new EditFiles();
        Directory.CreateDirectory(files.New("images"));
        foreach (var n in new[] { 2, 1, 10 })
            File.WriteAllText(files.New($"images/{n}.png"), "");
        var command = AddVideo.Of(files.New("images"));
        Assert.Equal(["1.png", "2.png", "10.png"], command.Images!.Select(Path.GetFileName));
        var before = _state;
        Do(command);
        Assert.Equal(2, new ProjectView(before, new ProjectView(_state)).Videos.Count);
        Do(new AddInstance(2, 2, EditFiles.Points(1, 1, 2, 2, 3, 3, 4, 4)));
        Refused(new AddInstance(2, 3, EditFiles.Points(1, 1, 2, 2, 3, 3, 4, 4)), "none of frame 3");
    }

    [Fact]
    public void ABatchIsOneStep()
    {
        Do(
            new Batch([
                new ConvertPrediction(0, 2, 0),
                new SetPoint(0, 2, 2, 0, new PlacedPoint(7, 7)),
                new AddNode(0, "n"),
            ])
        );
        Assert.Equal((7, 5), (At(0, 2, 2).Points[0].X, At(0, 2, 2).Points.Length));
        var state = _state;
        Refused(new Batch([new DeleteInstance(0, 2, 2), new DeleteInstance(0, 2, 2)]), "no instance 2");
        Assert.Same(state, _state);
    }

    private void Do(EditCommand command)
    {
        // As it is done again from the journal.
        var step = EditStep.Of(EditJson.Parse<EditCommand>(EditFiles.Json(command)), _state, _state.Revision + 1);
        _counts = EditCounts.Of(step);
        _state = step.After;
    }

    private void Refused(EditCommand command, string because) =>
        Assert.Contains(because, Assert.Throws<EditException>(() => EditStep.Of(command, _state, 99)).Message);

    private LabeledFrame Frame(int video, int frame) => _state.Frame(new FrameKey(video, frame))!;

    private Instance At(int video, int frame, int instance) => Frame(video, frame).Instances[instance];
}

/// <summary>Instances that were stored before a skeleton was changed are edited as others are.</summary>
public sealed class CommandsAfterSkeletonEditsTests()
    : CommandTests(
        new RenameNode(0, 0, "snout"),
        new AddNode(0, "ear"),
        new RemoveNode(0, 4),
        new RenameNode(0, 0, "nose")
    );
