namespace Sleap.Studio.Tests;

/// <summary>
/// A track is taken out of frames. a and b are in frames 0 to 11 of the first video; in frame 4 a person made an
/// instance of that of a.
/// </summary>
public sealed class RemoveTrackTests
{
    private static readonly ProjectState State = new(new ProjectOrigin(EditFiles.SmallLabels(), "/labels.slp"));

    [Theory]
    [InlineData(3, 5, true, false, 2, 1)] // not the person's, nor what it was made of
    [InlineData(3, 5, true, true, 4, 0)]
    [InlineData(4, 4, true, false, 2, 0)] // in one frame the person's, too
    [InlineData(3, 5, false, false, 0, 1)]
    [InlineData(3, null, true, false, 8, 1)]
    public void Its_instances_go_or_lose_it(int from, int? to, bool instances, bool user, int deleted, int spared)
    {
        var step = EditStep.Of(new RemoveTrack(0, 0, new FrameRange(from, to), instances, user), State, 1);
        var counts = EditCounts.Of(step);
        var gone = counts.Predictions.Before + counts.User.Before - counts.Predictions.After - counts.User.After;
        Assert.Equal((deleted, spared), (gone, step.Spared));
        var track = State.Structure.Tracks[0].Key;
        var left = step
            .After.Keys(new FrameKey(0, from), new FrameKey(0, to ?? 99))
            .SelectMany(key => step.After.Frame(key)!.Instances);
        Assert.Equal(user || from == to ? 0 : 2, left.Count(instance => ReferenceEquals(instance.Track, track)));
        Assert.Equal(2, step.After.Structure.Tracks.Length);
    }
}
