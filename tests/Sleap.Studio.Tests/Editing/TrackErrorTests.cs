using Sleap.IO;

namespace Sleap.Studio.Tests;

/// <summary>
/// Places where tracks may be wrong. Instances are squares with a side of 4 pixels: their size is 2.83.
/// </summary>
public sealed class TrackErrorTests
{
    private static readonly Skeleton Square = new("square", ["1", "2", "3", "4"]);
    private static readonly Track[] Tracks = [new("a"), new("b"), new("c")];

    [Fact]
    public void New_tracks_breaks_and_their_ends_are_found()
    {
        // a is there but for 3 and 4, b from 2 to 5, and frame 7 is not labeled.
        var errors = Of(
            (0, "a", 0),
            (1, "a", 1),
            (2, "a", 2),
            (2, "b", 100),
            (3, "b", 100),
            (4, "b", 100),
            (5, "a", 3),
            (5, "b", 100),
            (6, "a", 4),
            (8, "a", 5),
            (9, "c", 300)
        );
        Assert.Equal(
            ["NewTrack 2 b 0", "Break 3 a 2", "Break 6 b 0", "NewTrack 9 c 0", "Break 9 a 0"],
            errors.Select(Text)
        );
    }

    [Fact]
    public void A_jump_is_farther_than_its_size()
    {
        var errors = Of((0, "a", 0), (1, "a", 5), (2, "a", 11), (3, "a", 11), (5, "a", 90));
        Assert.Equal(["Jump 2 a 2.12"], errors.Select(Text)); // a gap is no jump
        Assert.Equal(2, Of(1.5f, (0, "a", 0), (1, "a", 5), (2, "a", 11)).Count);
    }

    [Fact]
    public void A_crossing_is_the_nearest_frame_of_a_meeting()
    {
        var errors = Of([
            .. Enumerable
                .Range(0, 21)
                .SelectMany(frame => new[] { (frame, "a", 0.0), (frame, "b", Math.Abs(frame - 12.0)) }),
        ]);
        Assert.Equal(["Crossing 12 a 0"], errors.Select(Text));
        Assert.Equal(1, errors[0].Other);
        // Two meetings, as they are apart between.
        var twice = Of([
            .. Enumerable
                .Range(0, 20)
                .SelectMany(frame => new[] { (frame, "a", 0.0), (frame, "b", frame is 3 or 16 ? 1.0 : 40) }),
        ]);
        Assert.Equal([3, 16], twice.Where(error => error.Kind == TrackErrorKind.Crossing).Select(error => error.Frame));
    }

    [Fact]
    public void Ticks_are_steps_that_can_be_undone_and_survive_a_restart()
    {
        using var files = new EditFiles();
        var path = files.Small();
        var key = new TrackErrorKey(TrackErrorKind.Jump, 0, 3, 1);
        using (var session = EditSession.Open(path))
        {
            session.Apply(new TickErrors([key], true));
            Assert.Contains(key, session.State.Structure.Ticked);
            session.Undo();
            Assert.Empty(session.State.Structure.Ticked);
            session.Redo();
            session.Apply(new SetNegative(0, 50, true));
            session.Save();
        }

        using var later = EditSession.Open(path);
        Assert.Null(later.Pending);
        Assert.Equal([key], later.State.Structure.Ticked);
        Assert.False(later.IsDirty);
        later.Apply(new TickErrors([key], false));
        Assert.Empty(later.State.Structure.Ticked);
    }

    private static string Text(TrackError error) =>
        FormattableString.Invariant(
            $"{error.Kind} {error.Frame} {Tracks[error.Track].Name} {Math.Round(error.Value, 2)}"
        );

    private static IReadOnlyList<TrackError> Of(params (int Frame, string Track, double X)[] squares) =>
        Of(TrackErrors.JumpSizes, squares);

    private static IReadOnlyList<TrackError> Of(float jump, params (int Frame, string Track, double X)[] squares)
    {
        var video = Video.FromFile("/videos/one.mp4");
        var frames = squares
            .GroupBy(square => square.Frame)
            .Select(frame => new LabeledFrame
            {
                Video = video,
                FrameIndex = frame.Key,
                Instances = [.. frame.Select(square => At(square.X, square.Track))],
            });
        var labels = new Labels(frames, [video], [Square], Tracks);
        var view = new ProjectView(new ProjectState(new ProjectOrigin(labels, "/labels.slp")));
        return TrackErrors.Of(view.TimelineOf(0), jump);

        static Instance At(double x, string track) =>
            new()
            {
                Skeleton = Square,
                Track = Tracks.Single(one => one.Name == track),
                IsPredicted = true,
                Points = [new(x, 0), new(x + 4, 0), new(x, 4), new(x + 4, 4)],
            };
    }
}
