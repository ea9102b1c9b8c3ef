using System.Collections.Immutable;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>Instances and frames with something changed.</summary>
internal static class InstanceEdits
{
    /// <summary>This instance with other points.</summary>
    public static Instance With(this Instance instance, ImmutableArray<Point> points) =>
        instance.With(instance.Track, instance.FromPredicted, instance.Identity, points);

    /// <summary>This instance with another track.</summary>
    public static Instance With(this Instance instance, Track? track) => instance.With(track, instance.FromPredicted);

    /// <summary>This instance with another skeleton.</summary>
    public static Instance With(this Instance instance, Skeleton skeleton, ImmutableArray<Point> points) =>
        new()
        {
            Skeleton = skeleton,
            Points = points,
            Track = instance.Track,
            IsPredicted = instance.IsPredicted,
            Score = instance.Score,
            TrackingScore = instance.TrackingScore,
            Identity = instance.Identity,
            IdentityScore = instance.IdentityScore,
            FromPredicted = instance.FromPredicted,
            Place = instance.Place,
        };

    /// <summary>A user instance with the pose of another one.</summary>
    public static Instance AsUser(this Instance instance, Instance? fromPredicted) =>
        new()
        {
            Skeleton = instance.Skeleton,
            Points = [.. instance.Points.Select(point => point with { Score = float.NaN })],
            Track = instance.Track,
            Identity = instance.Identity,
            IdentityScore = instance.IdentityScore,
            FromPredicted = fromPredicted,
        };

    /// <summary>
    /// Whether an instance of a person was made of a prediction of the frame, or has the prediction's track.
    /// </summary>
    public static bool IsLabeled(Instance prediction, IReadOnlyList<Instance> instances) =>
        instances.Any(other =>
            !other.IsPredicted
            && (
                ReferenceEquals(other.FromPredicted, prediction)
                || (other.Track is { } track && ReferenceEquals(track, prediction.Track))
            )
        );

    /// <summary>
    /// A frame whose instances are changed or, by null, removed. Instances that were corrected from a prediction refer
    /// to what it becomes, or to none.
    /// </summary>
    /// <returns>The frame; null when nothing changed.</returns>
    public static LabeledFrame? Mapped(LabeledFrame frame, Func<Instance, Instance?> change)
    {
        var mapped = new Dictionary<Instance, Instance?>(ReferenceEqualityComparer.Instance);
        var isChanged = false;
        foreach (var instance in frame.Instances)
        {
            var now = change(instance);
            mapped[instance] = now;
            isChanged |= !ReferenceEquals(now, instance);
        }

        if (!isChanged)
            return null;
        List<Instance> instances = [];
        foreach (var instance in frame.Instances)
        {
            if (mapped[instance] is not { } now)
                continue;
            var isMoved =
                now.FromPredicted is { } before
                && mapped.TryGetValue(before, out var after)
                && !ReferenceEquals(before, after);
            // What is no prediction any more is no source.
            var source = isMoved && mapped[now.FromPredicted!] is { IsPredicted: true } moved ? moved : null;
            instances.Add(isMoved ? now.With(now.Track, source) : now);
        }

        return frame.With(instances, frame.IsNegative);
    }

    /// <summary>This frame with other instances.</summary>
    public static LabeledFrame With(this LabeledFrame frame, IReadOnlyList<Instance> instances, bool isNegative) =>
        new()
        {
            Video = frame.Video,
            FrameIndex = frame.FrameIndex,
            Instances = instances,
            IsNegative = isNegative,
        };
}
