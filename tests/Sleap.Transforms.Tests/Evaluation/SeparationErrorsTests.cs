using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Sleap.Transforms.Tests;

/// <summary>Errors by the distance from training frames.</summary>
public sealed class SeparationErrorsTests
{
    [Fact]
    public void Frames_are_grouped_by_the_nearest_training_frame()
    {
        var errors = SeparationErrors.Of(
            [Frame("a", 100, 1), Frame("a", 95, 2), Frame("a", 110, 4), Frame("a", 140, 6), Frame("b", 5, 9)],
            [("a", 100), ("a", 5000)]
        );
        Assert.Equal([0, 10, 100, null], errors.Groups.Select(group => group.MaxDistance));
        Assert.Equal([1, 3.0, 6, 9], errors.Groups.Select(group => group.MeanError));
        Assert.Equal([1, 2, 1, 1], errors.Groups.Select(group => group.Frames));
        Assert.True(double.IsNaN(errors.FarToNear)); // too few frames
        Assert.Contains("nothing can be said", errors.ToString());
    }

    [Theory]
    [InlineData(2, "2.0 times the error")]
    [InlineData(1.1, "hold for other parts")]
    public void The_sentence_says_whether_a_random_split_flatters(double times, string expected)
    {
        var near = Enumerable.Range(0, 8).Select(i => Frame("a", i + 1, 3));
        var far = Enumerable.Range(0, 8).Select(i => Frame("a", 500 + i, 3 * times));
        var errors = SeparationErrors.Of(near.Concat(far), [("a", 0)]);
        Assert.Equal(times, errors.FarToNear, 1e-12);
        Assert.Contains(expected, errors.ToString());
    }

    /// <summary>Every frame is in one group, whatever the order of frames is.</summary>
    [Property(MaxTest = 200)]
    public Property Every_frame_is_counted_once() =>
        Prop.ForAll(
            Gen.Choose(0, 100_000).ListOf(20).ToArbitrary(),
            Gen.Choose(0, 100_000).ListOf(5).ToArbitrary(),
            (tested, trained) =>
            {
                var errors = SeparationErrors.Of(
                    tested.Select(frame => Frame("a", frame, frame % 7)),
                    trained.Select(frame => ("a", frame))
                );
                var reversed = SeparationErrors.Of(
                    Enumerable.Reverse(tested).Select(frame => Frame("a", frame, frame % 7)),
                    Enumerable.Reverse(trained).Select(frame => ("a", frame))
                );
                Assert.Equal(20, errors.Groups.Sum(group => group.Frames));
                Assert.Equal(
                    errors.Groups.Select(group => (group.MaxDistance, group.Frames)),
                    reversed.Groups.Select(group => (group.MaxDistance, group.Frames))
                );
                foreach (var frame in tested)
                {
                    long distance = trained.Min(other => Math.Abs(other - frame));
                    Assert.Contains(errors.Groups, group => distance <= (group.MaxDistance ?? long.MaxValue));
                }
            }
        );

    private static FrameError Frame(string video, int frame, double error) =>
        new(video, frame, 1, 1, 0, 0, 4, 4, error, error);
}
