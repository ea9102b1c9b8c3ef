namespace Sleap.Transforms;

/// <summary>
/// Where the nodes of past animals are in a new image by optical flow, as sleap-nn's <c>FlowShiftTracker</c>: each from
/// the image it was seen in straight to the new one. A node that cannot be followed is missing; an animal of which none
/// can, or whose image is no longer held, is expected where it was seen.
/// </summary>
internal sealed class FlowMotion(TrackingOptions options)
{
    /// <summary>Images that are held. Over more frames than this an animal moves farther than a window sees.</summary>
    private const int MostImages = 16;

    private readonly Queue<(FlowImage? Image, HashSet<TrackedPose> Poses)> _past = [];
    private FlowImage? _image;

    /// <summary>Takes the image of the frame that comes next; null when it cannot be read.</summary>
    public void Look(FlowImage? image) => _image = image;

    /// <summary>The animals where the flow from their image to the current one carries them.</summary>
    public List<TrackedPose> Predict(List<TrackedPose> poses) => [.. poses.Select(Moved)];

    /// <summary>Remembers which animals were seen in the current image.</summary>
    public void Update(IEnumerable<TrackedPose> poses)
    {
        _past.Enqueue((_image, [.. poses]));
        if (_past.Count > Math.Max(MostImages, options.WindowSize))
            _past.Dequeue();
    }

    private TrackedPose Moved(TrackedPose pose)
    {
        if (
            _image is null
            || _past.FirstOrDefault(frame => frame.Poses.Contains(pose)).Image is not { } from
            || !SameSize(from, _image)
        )
        {
            return pose;
        }

        var moved = new TrackedPose(
            LucasKanade.Follow(from, _image, pose.Points, options.FlowScale, options.FlowWindow),
            pose.Score
        );
        return moved.Visible > 0 ? moved : pose;
    }

    private static bool SameSize(FlowImage a, FlowImage b) =>
        (a.Levels[0].Height, a.Levels[0].Width) == (b.Levels[0].Height, b.Levels[0].Width);
}
