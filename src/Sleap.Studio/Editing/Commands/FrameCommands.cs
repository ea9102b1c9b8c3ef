using Sleap.IO;

namespace Sleap.Studio;

/// <summary>Sets whole frames, with all that labels hold of their instances.</summary>
/// <param name="NewTracks">Names of tracks that are added; their numbers are the next ones, in this order.</param>
/// <param name="Frames">The frames, each once.</param>
internal sealed record SetFrames(IReadOnlyList<string> NewTracks, IReadOnlyList<FrameData> Frames) : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        EditLimits.CheckList("tracks", NewTracks, EditLimits.Tracks);
        EditLimits.CheckList("frames", Frames, EditLimits.Frames);
        foreach (var name in NewTracks)
            edit.AddTrack(name);
        var tracks = edit.Structure.Tracks.ToDictionary(entry => entry.Id, entry => entry.Key);
        var seen = new HashSet<FrameKey>();
        foreach (var frame in Frames)
        {
            var key = new FrameKey(frame.Video, frame.Frame);
            if (!seen.Add(key) || frame.Frame < 0)
                throw EditException.Invalid($"Frame {key.Frame} of video {key.Video} is there twice, or negative.");
            EditLimits.CheckList("instances", frame.Instances, EditLimits.Instances);
            edit.Set(key, Instances(edit, frame, tracks), frame.Negative);
        }
    }

    private static List<Instance> Instances(StateEdit edit, FrameData frame, Dictionary<int, Track> tracks)
    {
        var made = new Instance?[frame.Instances.Count];
        // Predictions first: instances of a person refer to those that they were corrected from.
        foreach (var place in Enumerable.Range(0, made.Length).OrderByDescending(i => frame.Instances[i].Predicted))
        {
            var data = frame.Instances[place];
            Instance? source = null;
            if (data.FromPrediction is { } from)
            {
                source = from >= 0 && from < made.Length && made[from] is { IsPredicted: true } found ? found : null;
                if (source is null)
                    throw EditException.Invalid($"Instance {place} was corrected from {from}, which is no prediction.");
            }

            made[place] = data.ToInstance(edit, tracks, source);
        }

        return [.. made.Select(instance => instance!)];
    }
}

/// <summary>A frame as data.</summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Frame">Frame number.</param>
/// <param name="Negative">Whether it is marked as empty.</param>
/// <param name="Instances">Its instances.</param>
internal sealed record FrameData(int Video, int Frame, bool Negative, IReadOnlyList<InstanceData> Instances)
{
    /// <summary>A frame of a state; one that is not labeled has no instances.</summary>
    /// <param name="state">The state.</param>
    /// <param name="key">The frame.</param>
    /// <param name="video">The video's number in the data.</param>
    /// <param name="track">A track's number in the data.</param>
    public static FrameData Of(ProjectState state, FrameKey key, int video, Func<TrackEntry, int> track)
    {
        var frame = state.Frame(key);
        var instances = frame?.Instances ?? [];
        var places = new Dictionary<Instance, int>(ReferenceEqualityComparer.Instance);
        foreach (var (place, instance) in instances.Index())
            places[instance] = place;
        return new FrameData(
            video,
            key.Frame,
            frame is { IsNegative: true },
            [
                .. instances.Select(instance =>
                    InstanceData.Of(
                        state.Structure,
                        instance,
                        state.Structure.TrackOf(instance) is { } entry ? track(entry) : null,
                        instance.FromPredicted is { } source && places.TryGetValue(source, out var from) ? from : null
                    )
                ),
            ]
        );
    }
}

/// <summary>An instance as data.</summary>
/// <param name="Skeleton">Number of its skeleton.</param>
/// <param name="Predicted">Whether a model made it.</param>
/// <param name="Points">A point for each node.</param>
/// <param name="Track">Number of its track; null for none.</param>
/// <param name="Score">Its score; null where that is no number.</param>
/// <param name="TrackingScore">The score of its track; null where that is no number.</param>
/// <param name="Identity">Place of its identity in the labels; null for none.</param>
/// <param name="IdentityScore">The score of its identity; null where that is no number.</param>
/// <param name="FromPrediction">Place in the frame of the prediction that it was corrected from; null for none.</param>
internal sealed record InstanceData(
    int Skeleton,
    bool Predicted,
    IReadOnlyList<PointData> Points,
    int? Track,
    float? Score,
    float? TrackingScore,
    int? Identity,
    float? IdentityScore,
    int? FromPrediction
)
{
    /// <summary>The data of an instance.</summary>
    public static InstanceData Of(Structure structure, Instance instance, int? track, int? fromPrediction) =>
        new(
            structure.Skeletons.IndexOf(instance.Skeleton),
            instance.IsPredicted,
            [
                .. instance.Points.Select(point => new PointData(
                    double.IsFinite(point.X) ? point.X : null,
                    double.IsFinite(point.Y) ? point.Y : null,
                    point.Visible,
                    point.Complete,
                    Finite(point.Score)
                )),
            ],
            track,
            Finite(instance.Score),
            Finite(instance.TrackingScore),
            instance.Identity is { } identity ? structure.Identities.IndexOf(identity) : null,
            Finite(instance.IdentityScore),
            fromPrediction
        );

    /// <summary>The instance.</summary>
    /// <exception cref="EditException">It refers to something that is not there.</exception>
    public Instance ToInstance(StateEdit edit, Dictionary<int, Track> tracks, Instance? source)
    {
        var skeleton = edit.Skeleton(Skeleton);
        EditLimits.CheckList("points", Points, EditLimits.Nodes);
        if (Points.Count != skeleton.Nodes.Length)
        {
            throw EditException.Invalid(
                $"{Points.Count} points were given; the skeleton has {skeleton.Nodes.Length} nodes."
            );
        }

        var identities = edit.Structure.Identities;
        return new Instance
        {
            Skeleton = skeleton,
            Points = [.. Points.Select(point => point.ToPoint())],
            Track =
                Track is not { } id ? null
                : tracks.TryGetValue(id, out var track) ? track
                : throw EditException.Invalid($"There is no track {id}."),
            IsPredicted = Predicted,
            Score = Score ?? float.NaN,
            TrackingScore = TrackingScore ?? float.NaN,
            Identity =
                Identity is not { } place ? null
                : place >= 0 && place < identities.Length ? identities[place]
                : throw EditException.Invalid($"There is no identity {place}."),
            IdentityScore = IdentityScore ?? float.NaN,
            FromPredicted = source,
        };
    }

    private static float? Finite(float score) => float.IsFinite(score) ? score : null;
}

/// <summary>A point as data.</summary>
/// <param name="X">Pixels to the right; null where it is missing.</param>
/// <param name="Y">Pixels down; null where it is missing.</param>
/// <param name="Visible">Whether it is seen.</param>
/// <param name="Complete">Whether a person marked it as done.</param>
/// <param name="Score">Its score; null for none.</param>
internal sealed record PointData(double? X, double? Y, bool Visible, bool Complete, float? Score)
{
    /// <summary>The point.</summary>
    public Point ToPoint() =>
        new(
            X is { } x ? EditLimits.Checked(x) : double.NaN,
            Y is { } y ? EditLimits.Checked(y) : double.NaN,
            Visible,
            Complete,
            Score is { } score ? EditLimits.CheckedScore(score) : float.NaN
        );
}
