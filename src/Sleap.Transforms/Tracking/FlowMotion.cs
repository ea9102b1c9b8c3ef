namespace Sleap.Transforms;

/// <summary>
/// Moves past instances to where their nodes are in a new image by optical flow, as sleap-nn's <c>FlowShiftTracker</c>:
/// each directly from the image it was seen in to the new one. A node that cannot be followed is missing. An instance
/// of which no node can be followed, or whose image is no longer held, stays where it was seen.
/// </summary>
internal sealed class FlowMotion(TrackingOptions options)
{
    /// <summary>
    /// Images that are held. Over more frames than this an instance moves farther than the search window.
    /// </summary>
    private const int MaxImages = 16;

    private readonly Queue<(FlowImage? Image, HashSet<TrackedInstance> Instances)> _past = [];
    private FlowImage? _image;

    /// <summary>Sets the image of the next frame; null when it cannot be read.</summary>
    public void SetImage(FlowImage? image) => _image = image;

    /// <summary>The instances, moved by the flow from their image to the current one.</summary>
    public List<TrackedInstance> Predict(List<TrackedInstance> instances) => [.. instances.Select(Moved)];

    /// <summary>Remembers which instances were seen in the current image.</summary>
    public void Update(IEnumerable<TrackedInstance> instances)
    {
        _past.Enqueue((_image, [.. instances]));
        if (_past.Count > Math.Max(MaxImages, options.WindowSize))
            _past.Dequeue();
    }

    private TrackedInstance Moved(TrackedInstance instance)
    {
        if (
            _image is null
            || _past.FirstOrDefault(frame => frame.Instances.Contains(instance)).Image is not { } from
            || !SameSize(from, _image)
        )
        {
            return instance;
        }

        var moved = new TrackedInstance(
            LucasKanade.Follow(from, _image, instance.Points, options.FlowScale, options.FlowWindow),
            instance.Score
        );
        return moved.Visible > 0 ? moved : instance;
    }

    private static bool SameSize(FlowImage a, FlowImage b) =>
        (a.Levels[0].Height, a.Levels[0].Width) == (b.Levels[0].Height, b.Levels[0].Width);
}
