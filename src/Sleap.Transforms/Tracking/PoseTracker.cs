namespace Sleap.Transforms;

/// <summary>
/// Follows the instances of one video, frame by frame. Each frame's instances are compared with the last ones of each
/// track, and the best pairs continue tracks; an instance without a pair starts a track. The method is that of
/// sleap-nn's Tracker.
/// </summary>
internal sealed class PoseTracker(TrackingOptions options)
{
    private readonly TrackWindow _window = TrackWindow.Create(options);
    private readonly KalmanMotion? _motion = options.Motion == TrackMotion.Kalman ? new KalmanMotion() : null;
    private readonly FlowMotion? _flow = options.Motion == TrackMotion.OpticalFlow ? new FlowMotion(options) : null;
    private readonly SingleBreaks? _breaks =
        options.ConnectSingleBreaks || options.CleanCount is not null ? new SingleBreaks() : null;

    /// <summary>The track of each instance of the next frame, from 0; −1 for none.</summary>
    /// <param name="instances">Its instances.</param>
    /// <param name="frame">Number of the frame.</param>
    /// <param name="image">Its image, for optical flow; null where it cannot be read.</param>
    public int[] Next(IReadOnlyList<TrackedInstance> instances, int frame, FlowImage? image = null)
    {
        _flow?.SetImage(image);
        var kept = options.PreCullCount is { } most
            ? InstanceCulling.Keep(instances, most, options.PreCullIou)
            : [.. Enumerable.Range(0, instances.Count)];
        TrackedInstance[] here = [.. kept.Select(index => instances[index])];
        var tracks = Assign(here, frame);
        _window.Add(here, tracks);
        _flow?.Update(here);
        UpdateMotion(here, tracks, frame);

        var result = new int[instances.Count];
        Array.Fill(result, -1);
        for (var i = 0; i < kept.Length; i++)
            result[kept[i]] = tracks[i];
        if (options.CleanCount is { } count)
            Clean(result, instances, count);
        _breaks?.Apply(result);
        return result;
    }

    private int[] Assign(TrackedInstance[] here, int frame)
    {
        var past = _window.Tracks();
        var tracks = new int[here.Length];
        Array.Fill(tracks, -1);
        if (past.Count > 0 && here.Length > 0)
        {
            var cost = Costs(here, past, frame);
            var columns = TrackMatcher.Match(cost, options.Matching);
            var free = (options.MaxTracks ?? int.MaxValue) - _window.Made;
            for (var row = 0; row < here.Length; row++)
            {
                if (columns[row] < 0)
                    continue;
                // A pair of unknown similarity is kept only where the instance could start a track but MaxTracks are
                // made.
                var stands = double.IsFinite(cost[row, columns[row]]) || (HasPoints(here[row]) && free-- <= 0);
                if (stands)
                    tracks[row] = past[columns[row]].Track;
            }
        }
        for (var row = 0; row < here.Length; row++)
        {
            if (tracks[row] < 0 && CanStart(here[row]))
                tracks[row] = _window.NewTrack();
        }

        return tracks;
    }

    private double[,] Costs(TrackedInstance[] here, List<(int Track, List<TrackedInstance> Instances)> past, int frame)
    {
        var cost = new double[here.Length, past.Count];
        double[][] features = [.. here.Select(instance => instance.Feature(options.Features))];
        double[] areas = [.. features.Select(TrackSimilarity.Area)];
        List<double> scores = [];
        for (var column = 0; column < past.Count; column++)
        {
            var expected =
                _motion?.Predict(past[column].Track, past[column].Instances, frame)
                ?? _flow?.Predict(past[column].Instances)
                ?? past[column].Instances;
            double[][] candidates =
            [
                .. expected
                    .Where(instance => instance.Visible > options.MinMatchPoints)
                    .Select(instance => instance.Feature(options.Features)),
            ];
            for (var row = 0; row < here.Length; row++)
            {
                scores.Clear();
                foreach (var candidate in candidates)
                    scores.Add(TrackSimilarity.Of(features[row], areas[row], candidate, options));
                var score = TrackSimilarity.Reduce(scores, options);
                cost[row, column] = double.IsNaN(score) ? double.PositiveInfinity : -score;
            }
        }
        return cost;
    }

    private bool HasPoints(TrackedInstance instance) => instance.Visible > options.MinNewTrackPoints;

    private bool CanStart(TrackedInstance instance) =>
        HasPoints(instance) && (options.MaxTracks is not { } most || _window.Made < most);

    private void UpdateMotion(TrackedInstance[] here, int[] tracks, int frame)
    {
        if (_motion is null)
            return;
        for (var i = 0; i < here.Length; i++)
        {
            if (tracks[i] >= 0)
                _motion.Update(tracks[i], here[i], frame);
        }

        _motion.Keep([.. _window.Tracks().Select(track => track.Track)]);
    }

    private void Clean(int[] tracks, IReadOnlyList<TrackedInstance> instances, int count)
    {
        int[] tracked = [.. Enumerable.Range(0, tracks.Length).Where(index => tracks[index] >= 0)];
        HashSet<int> kept =
        [
            .. InstanceCulling
                .Keep([.. tracked.Select(index => instances[index])], count, options.CleanIou)
                .Select(index => tracked[index]),
        ];
        foreach (var index in tracked)
        {
            if (!kept.Contains(index))
                tracks[index] = -1;
        }
    }
}
