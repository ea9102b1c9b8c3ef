using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Repairs the faults of labels whose repair loses nothing.</summary>
internal static class LabelFixes
{
    /// <summary>Returns repaired labels, or the same ones if there is nothing to repair.</summary>
    /// <returns>The labels, and what was done: one line each.</returns>
    public static (Labels Labels, IReadOnlyList<string> Done) Apply(Labels labels)
    {
        List<string> done = [];
        void Say(int count, string what)
        {
            if (count > 0)
                done.Add($"{count} {what}");
        }

        int empty = 0,
            copies = 0,
            points = 0;
        var merged = labels.Frames.Count - labels.FramesInOrder.Count;
        List<LabeledFrame> frames = [];
        foreach (var frame in merged > 0 ? labels.FramesInOrder : labels.Frames)
        {
            // What takes the place of each instance of the frame; an empty one leaves nothing.
            var replaced = new Dictionary<Instance, Instance?>(ReferenceEqualityComparer.Instance);
            List<Instance> kept = [];
            foreach (var instance in frame.Instances)
            {
                var count = instance.Points.Count(InstanceRules.IsNonFinite);
                points += count;
                var repaired = count == 0 ? instance : WithoutNonFinite(instance);
                var same = kept.Find(other => other.HasValuesOf(repaired));
                if (InstanceRules.IsEmpty(repaired))
                {
                    empty++;
                    replaced[instance] = null;
                }
                else if (same is not null)
                {
                    copies++;
                    replaced[instance] = same;
                }
                else
                {
                    kept.Add(repaired);
                    replaced[instance] = repaired;
                }
            }
            frames.Add(
                new LabeledFrame
                {
                    Video = frame.Video,
                    FrameIndex = frame.FrameIndex,
                    IsNegative = frame.IsNegative,
                    Instances =
                    [
                        .. kept.Select(one =>
                            one.FromPredicted is { } source
                            && replaced.TryGetValue(source, out var other)
                            && !ReferenceEquals(source, other)
                                ? one.With(one.Track, other)
                                : one
                        ),
                    ],
                }
            );
        }
        var used = frames
            .SelectMany(frame => frame.Instances)
            .Select(one => one.Track)
            .OfType<Track>()
            .Concat(labels.Extras?.NamedTracks() ?? [])
            .ToHashSet();
        Track[] tracks = [.. labels.Tracks.Where(used.Contains)];
        Say(merged, "rows of duplicate frames merged");
        Say(points, "nodes without a finite position set missing");
        Say(empty, "instances without visible nodes dropped");
        Say(copies, "exact copies of instances dropped");
        Say(labels.Tracks.Count - tracks.Length, "tracks without instances removed");
        if (done.Count == 0)
            return (labels, done);
        return (labels.With(frames, tracks), done);
    }

    private static Instance WithoutNonFinite(Instance instance) =>
        instance.With(
            instance.Track,
            instance.FromPredicted,
            instance.Identity,
            [.. instance.Points.Select(point => InstanceRules.IsNonFinite(point) ? Point.Missing : point)]
        );
}
