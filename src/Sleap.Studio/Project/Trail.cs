namespace Sleap.Studio;

/// <summary>Where a track was in the frames before: the mean of its visible points.</summary>
/// <param name="Track">Number of the track.</param>
/// <param name="Points">Frame, x and y, one after the other, up to the frame that was asked for.</param>
internal sealed record Trail(int Track, IReadOnlyList<double> Points)
{
    /// <summary>The trails that end in a frame.</summary>
    /// <param name="timeline">The video's timeline.</param>
    /// <param name="frame">The last frame.</param>
    /// <param name="length">How many frames a trail goes back.</param>
    public static IReadOnlyList<Trail> Of(VideoTimeline timeline, int frame, int length)
    {
        Dictionary<int, List<double>> trails = [];
        for (var k = timeline.PlaceOf(frame - length); k < timeline.Frames.Length && timeline.Frames[k] <= frame; k++)
        {
            foreach (ref readonly var instance in timeline.InstancesOf(k))
            {
                if (instance.Track < 0 || !float.IsFinite(instance.X + instance.Y))
                    continue;
                if (!trails.TryGetValue(instance.Track, out var points))
                    trails.Add(instance.Track, points = []);
                points.AddRange([timeline.Frames[k], Math.Round(instance.X, 2), Math.Round(instance.Y, 2)]);
            }
        }
        return [.. trails.Select(entry => new Trail(entry.Key, entry.Value))];
    }
}
