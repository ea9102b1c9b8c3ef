using System.Collections.Immutable;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>Makes user instances of the predictions in a range of frames.</summary>
/// <remarks>Left out are those that were converted, and those whose track a user instance of the frame has.</remarks>
/// <param name="Video">Number of the video.</param>
/// <param name="From">First frame.</param>
/// <param name="To">Last frame, included.</param>
/// <param name="MinScore">Least score of a prediction that is converted; null for any.</param>
internal sealed record AcceptPredictions(int Video, int From, int To, double? MinScore = null) : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        foreach (var key in edit.Keys(Video, From, To))
        {
            // What a person marked as empty stays so.
            if (edit.Frame(key) is not { IsNegative: false, Instances: var instances })
                continue;
            Instance[] accepted =
            [
                .. instances
                    .Where(instance => instance.IsPredicted && !(instance.Score < MinScore))
                    .Where(prediction => !InstanceEdits.IsLabeled(prediction, instances))
                    .Select(prediction => prediction.AsUser(prediction)),
            ];
            if (accepted.Length > 0)
                edit.Add(key, accepted);
        }
    }
}

/// <summary>Deletes predictions in a range of frames. User instances stay.</summary>
/// <param name="Video">Number of the video.</param>
/// <param name="From">First frame.</param>
/// <param name="To">Last frame, included.</param>
/// <param name="Track">Number of the track whose predictions go; null for all.</param>
/// <param name="MaxScore">Largest score of a prediction that goes; null for any.</param>
internal sealed record DeletePredictions(int Video, int From, int To, int? Track = null, double? MaxScore = null)
    : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var track = Track is { } id ? edit.Track(id).Key : null;
        foreach (var key in edit.Keys(Video, From, To))
        {
            edit.Change(
                key,
                instance =>
                    instance.IsPredicted
                    && (track is null || ReferenceEquals(instance.Track, track))
                    && !(instance.Score > MaxScore)
                        ? null
                        : instance
            );
        }
    }
}

/// <summary>
/// Puts new predictions in the place of the old ones, frame by frame. User instances stay as they are; a link to a
/// prediction that goes is dropped.
/// </summary>
/// <param name="Frames">The frames, each once; one without instances loses its predictions.</param>
/// <param name="Skeleton">Number of the skeleton.</param>
internal sealed record ReplacePredictions(IReadOnlyList<PredictedFrame> Frames, int Skeleton = 0) : EditCommand
{
    /// <summary>The command for predicted labels.</summary>
    /// <param name="frames">Frames with predictions; other instances in them are left out.</param>
    /// <param name="trackName">The name of a track; null takes the track's own.</param>
    /// <param name="skeleton">Number of the skeleton.</param>
    public static ReplacePredictions Of(
        IEnumerable<(FrameKey Key, LabeledFrame Frame)> frames,
        Func<Track, string>? trackName = null,
        int skeleton = 0
    ) =>
        new(
            [
                .. frames.Select(entry => new PredictedFrame(
                    entry.Key.Video,
                    entry.Key.Frame,
                    [
                        .. entry
                            .Frame.Instances.Where(instance => instance.IsPredicted)
                            .Select(instance => PredictedInstance.Of(instance, trackName ?? (track => track.Name))),
                    ]
                )),
            ],
            skeleton
        );

    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        EditLimits.CheckList("frames", Frames, EditLimits.Frames);
        var skeleton = edit.Skeleton(Skeleton);
        var tracks = new Dictionary<string, Track>(StringComparer.Ordinal);
        foreach (var entry in edit.Structure.Tracks)
            tracks.TryAdd(entry.Name, entry.Key);
        Track? TrackOf(string? name)
        {
            if (name is null)
                return null;
            if (!tracks.TryGetValue(name, out var track))
                tracks.Add(name, track = edit.AddTrack(name).Key);
            return track;
        }

        var seen = new HashSet<FrameKey>();
        foreach (var frame in Frames)
        {
            var key = new FrameKey(frame.Video, frame.Frame);
            if (!seen.Add(key))
                throw EditException.Invalid($"Frame {key.Frame} of video {key.Video} is there twice.");
            EditLimits.CheckList("instances", frame.Instances, EditLimits.Instances);
            var isNegative = edit.Frame(key) is { IsNegative: true };
            edit.Change(key, instance => instance.IsPredicted ? null : instance);
            var added = frame.Instances.Select(instance => instance.ToInstance(skeleton, TrackOf(instance.Track)));
            edit.Set(key, [.. edit.Frame(key)?.Instances ?? [], .. added], isNegative);
        }
    }
}

/// <summary>Predictions of a frame.</summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Frame">Frame number.</param>
/// <param name="Instances">The predictions.</param>
internal sealed record PredictedFrame(int Video, int Frame, IReadOnlyList<PredictedInstance> Instances);

/// <summary>A prediction.</summary>
/// <param name="Points">x and y of each node, one after the other, in pixels; null where the node is missing.</param>
/// <param name="PointScores">The score of each node; null where it has none.</param>
/// <param name="Score">The score of the instance.</param>
/// <param name="Track">Name of its track, which is made if there is none of that name; null for none.</param>
/// <param name="TrackingScore">The score of the track.</param>
internal sealed record PredictedInstance(
    IReadOnlyList<double?> Points,
    IReadOnlyList<float?> PointScores,
    float Score,
    string? Track = null,
    float TrackingScore = 0
)
{
    /// <summary>A prediction as it is in labels.</summary>
    public static PredictedInstance Of(Instance instance, Func<Track, string> trackName) =>
        new(
            [
                .. instance.Points.SelectMany(point =>
                    point.IsMissing ? [null, null] : new double?[] { point.X, point.Y }
                ),
            ],
            [.. instance.Points.Select(point => float.IsFinite(point.Score) ? point.Score : (float?)null)],
            float.IsFinite(instance.Score) ? instance.Score : 0,
            instance.Track is { } track ? trackName(track) : null,
            float.IsFinite(instance.TrackingScore) ? instance.TrackingScore : 0
        );

    /// <summary>The instance.</summary>
    /// <exception cref="EditException">The points are not those of the skeleton, or not finite.</exception>
    public Instance ToInstance(Skeleton skeleton, Track? track)
    {
        var nodes = skeleton.Nodes.Length;
        if (Points.Count != 2 * nodes || PointScores.Count != nodes)
        {
            throw EditException.Invalid(
                $"A prediction has {Points.Count} coordinates and {PointScores.Count} scores, expected {2 * nodes} and "
                    + $"{nodes} for the {nodes} nodes of the skeleton."
            );
        }

        return new Instance
        {
            Skeleton = skeleton,
            Points = [.. Enumerable.Range(0, nodes).Select(PointAt)],
            Track = track,
            IsPredicted = true,
            Score = EditLimits.CheckedScore(Score),
            TrackingScore = EditLimits.CheckedScore(TrackingScore),
        };
    }

    private Point PointAt(int node)
    {
        var score = PointScores[node] is { } value ? EditLimits.CheckedScore(value) : float.NaN;
        return (Points[2 * node], Points[(2 * node) + 1]) is ({ } x, { } y)
            ? new Point(EditLimits.Checked(x), EditLimits.Checked(y), true, false, score)
            : Point.Missing with
            {
                Score = score,
            };
    }
}

/// <summary>
/// Fills gaps of a track with predictions on the straight line between the poses before and behind. Frames that are
/// marked as empty are left out.
/// </summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Track">Number of the track.</param>
/// <param name="From">First frame.</param>
/// <param name="To">Last frame, included.</param>
/// <param name="MaxGap">Most frames of a gap that is filled.</param>
internal sealed record Interpolate(int Video, int Track, int From, int To, int MaxGap) : EditCommand
{
    private const float Score = 0; // that of no model, so that lists by score begin with them

    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        if (MaxGap is < 1 or > EditLimits.Frames)
            throw EditException.Invalid($"The largest gap is {MaxGap}, expected 1 to {EditLimits.Frames}.");
        var track = edit.Track(Track).Key;
        (FrameKey Key, Instance Pose)? before = null;
        foreach (var key in edit.Keys(Video, From, To))
        {
            var pose = edit.Frame(key)!
                .Instances.Where(instance => ReferenceEquals(instance.Track, track))
                .OrderBy(instance => instance.IsPredicted)
                .FirstOrDefault();
            if (pose is null)
                continue;
            if (before is { } start && key.Frame - start.Key.Frame - 1 <= MaxGap)
                Fill(edit, start.Key.Frame, start.Pose, key.Frame, pose, track);
            before = (key, pose);
        }
    }

    private void Fill(StateEdit edit, int from, Instance first, int to, Instance last, Track track)
    {
        if (!ReferenceEquals(first.Skeleton, last.Skeleton))
            return;
        for (var frame = from + 1; frame < to; frame++)
        {
            var part = (double)(frame - from) / (to - from);
            ImmutableArray<Point> points =
            [
                .. first.Points.Zip(
                    last.Points,
                    (a, b) =>
                        a.IsMissing || b.IsMissing
                            ? Point.Missing
                            : new Point(a.X + (part * (b.X - a.X)), a.Y + (part * (b.Y - a.Y)), true, false, Score)
                ),
            ];
            var key = new FrameKey(Video, frame);
            if (points.All(point => point.IsMissing) || edit.Frame(key) is { IsNegative: true })
                continue;
            edit.Add(
                key,
                new Instance
                {
                    Skeleton = first.Skeleton,
                    Points = points,
                    Track = track,
                    IsPredicted = true,
                    Score = Score,
                }
            );
        }
    }
}
