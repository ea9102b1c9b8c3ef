using Sleap.IO;

namespace Sleap.Studio.Tests;

/// <summary>
/// What becomes of predictions of a run. The labels have predictions of a and b in frames 0 to 11 of the first video,
/// in frame 4 an instance that a person made of a, and a person's instance in frame 7 of the second video.
/// </summary>
public sealed class PredictionMergeTests
{
    private static readonly Labels Project = EditFiles.SmallLabels();
    private static readonly ProjectState State = new(new ProjectOrigin(Project, "/labels.slp"));

    [Fact]
    public void Earlier_predictions_are_replaced_and_what_a_person_labeled_stays()
    {
        var predicted = Predicted(Project.Skeletons[0], [3, 4, 20], null);
        var after = After(predicted, Request(includeLabeled: false));
        Assert.Equal([5.0], after.Frame(new FrameKey(0, 3))!.Instances.Select(one => one.Points[0].X));
        Assert.Same(State.Stored(new FrameKey(0, 4)), after.Stored(new FrameKey(0, 4)));
        Assert.Equal([5.0], after.Frame(new FrameKey(0, 20))!.Instances.Select(one => one.Points[0].X));
        Assert.Same(State.Stored(new FrameKey(0, 5)), after.Stored(new FrameKey(0, 5)));
        // With labeled frames the person's instance is as it was, but for the prediction that it was made of.
        var all = After(predicted, Request(includeLabeled: true)).Frame(new FrameKey(0, 4))!.Instances;
        var user = all.Single(one => !one.IsPredicted);
        Assert.Equal(State.Frame(new FrameKey(0, 4))!.Instances[2].Points, user.Points);
        Assert.Null(user.FromPredicted);
        Assert.Equal(2, all.Count);
        var counts = PredictionMerge.Count(State, PredictionMerge.Of(State, predicted, Request(includeLabeled: true)));
        Assert.Equal((3, 1, 1), (counts.Frames, counts.User.Before, counts.User.After));
        Assert.Equal((4, 3), (counts.Predictions.Before, counts.Predictions.After));
    }

    [Fact]
    public void A_frame_in_which_nothing_was_found_loses_its_predictions_and_an_empty_one_stays_empty()
    {
        var predicted = new Labels([
            new LabeledFrame { Video = Project.Videos[0], FrameIndex = 3 },
            .. Predicted(Project.Skeletons[0], [9], null, video: 1).Frames,
        ]);
        var after = After(predicted, Request(includeLabeled: true));
        Assert.Null(after.Frame(new FrameKey(0, 3)));
        Assert.True(after.Frame(new FrameKey(1, 9))!.IsNegative); // a person marked it so
        Assert.Empty(after.Frame(new FrameKey(1, 9))!.Instances);
    }

    [Fact]
    public void Nodes_are_those_of_the_same_name()
    {
        var other = new Skeleton("model", ["tail", "ear", "nose"]);
        var points = After(Predicted(other, [3], null), Request()).Frame(new FrameKey(0, 3))!.Instances[0].Points;
        Assert.Equal((7, true, true, 5), (points[0].X, points[1].IsMissing, points[2].IsMissing, points[3].X));
        var strange = Predicted(new Skeleton("model", ["x", "y"]), [3], null);
        Assert.Throws<EditException>(() => PredictionMerge.Of(State, strange, Request()));
    }

    [Fact]
    public void Tracks_of_a_range_get_names_of_their_own_and_those_of_a_whole_video_keep_theirs()
    {
        var predicted = Predicted(Project.Skeletons[0], [3, 6], new Track("a"));
        var range = After(predicted, Request() with { Tracking = true });
        Assert.Equal(["a", "b", "track_0"], range.Structure.Tracks.Select(track => track.Name));
        Assert.Equal(
            2,
            range.Frame(new FrameKey(0, 3))!.Instances.Count(NamedTrack(range, "track_0"))
                + range.Frame(new FrameKey(0, 6))!.Instances.Count(NamedTrack(range, "track_0"))
        );
        var whole = After(predicted, Request() with { Tracking = true, Scope = PredictionScope.Video });
        Assert.Equal(["a", "b"], whole.Structure.Tracks.Select(track => track.Name));

        static Func<Instance, bool> NamedTrack(ProjectState state, string name) =>
            instance => state.Structure.TrackOf(instance)?.Name == name;
    }

    [Fact]
    public void A_project_without_a_skeleton_gets_that_of_the_model()
    {
        var video = Video.FromFile("/videos/one.mp4");
        var empty = new ProjectState(new ProjectOrigin(new Labels([], [video]), "/one.mp4"));
        var predicted = Predicted(Project.Skeletons[0], [3], null);
        var state = PredictionMerge
            .Of(empty, predicted, Request())
            .Aggregate(empty, (before, command) => EditStep.Of(command, before, 1).After);
        Assert.Equal(Project.Skeletons[0], state.Structure.Skeletons.Single());
        Assert.Equal(5, state.Frame(new FrameKey(0, 3))!.Instances.Single().Points[0].X);
    }

    [Fact]
    public void Frames_of_other_videos_are_none_of_the_project()
    {
        var other = new LabeledFrame { Video = Video.FromFile("/videos/other.mp4"), FrameIndex = 3 };
        Assert.Throws<EditException>(() => PredictionMerge.Of(State, new Labels([other]), Request()));
    }

    private static ProjectState After(Labels predicted, PredictRequest request) =>
        PredictionMerge
            .Of(State, predicted, request)
            .Aggregate(State, (before, command) => EditStep.Of(command, before, 1).After);

    private static PredictRequest Request(bool includeLabeled = false) =>
        new(["model-1"], PredictionScope.Range, 0, 0, 30, IncludeLabeled: includeLabeled);

    /// <summary>An instance in each frame, whose nodes lie at x = 5, 6, 7 …</summary>
    private static Labels Predicted(Skeleton skeleton, int[] frames, Track? track, int video = 0) =>
        new(
            frames.Select(frame => new LabeledFrame
            {
                Video = Project.Videos[video],
                FrameIndex = frame,
                Instances =
                [
                    new Instance
                    {
                        Skeleton = skeleton,
                        Track = track,
                        IsPredicted = true,
                        Score = 0.5f,
                        Points = [.. skeleton.Nodes.Select((_, node) => new Point(5 + node, 1, true, false, 0.5f))],
                    },
                ],
            })
        );
}
