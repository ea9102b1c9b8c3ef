using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>The rows of a view in memory, without images: which frame of which video, and its instances.</summary>
internal sealed class FrameTable
{
    /// <summary>The texts of the Video column, for each video.</summary>
    public required IReadOnlyList<string> VideoNames { get; init; }

    /// <summary>
    /// The videos that frames are read from; empty for a table without frames, which has no Image and FrameError
    /// columns.
    /// </summary>
    public IReadOnlyList<Video> Videos { get; init; } = [];

    /// <summary>One row a frame.</summary>
    public required IReadOnlyList<FrameRow> Rows { get; init; }

    /// <summary>
    /// The skeleton of the keypoints; null for a video without labels, which has no Keypoints and Track columns.
    /// </summary>
    public Skeleton? Skeleton { get; init; }

    /// <summary>Whether the instances are in the columns of predictions, with their scores.</summary>
    public bool ArePredictions { get; init; }

    /// <summary>Whether each row has exactly one instance.</summary>
    public bool IsSingle { get; init; }

    /// <summary>Number of frames that were left out because they hold only predictions, unless that was asked for.</summary>
    public int FramesOfPredictions { get; init; }

    /// <summary>Names of the tracks: track 1 has the first name.</summary>
    public IReadOnlyList<string> Tracks { get; init; } = [];
}

/// <summary>One row of a table.</summary>
/// <param name="Video">Number of the video in <see cref="FrameTable.VideoNames"/>.</param>
/// <param name="FrameIndex">Number of the frame in its video, from 0.</param>
/// <param name="Instances">The instances of the frame; exactly one where <see cref="FrameTable.IsSingle"/>.</param>
internal readonly record struct FrameRow(int Video, int FrameIndex, InstanceArray Instances);

/// <summary>Makes the rows of a view from labels.</summary>
internal static class LabelsTable
{
    /// <param name="labels">The labels.</param>
    /// <param name="names">The names of videos.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="source">Name of the labels in messages.</param>
    /// <param name="arePredictions">Whether the instances become predictions.</param>
    public static FrameTable Create(
        Labels labels,
        VideoNames names,
        LabelsOptions options,
        string source,
        bool arePredictions
    )
    {
        var choice = options.Instances ?? (arePredictions ? InstanceChoice.UserElsePredicted : InstanceChoice.User);
        var skeleton = FindSkeleton(
            labels,
            labels.FramesInOrder.SelectMany(frame => Choose(frame, choice)),
            options,
            source
        );
        List<(LabeledFrame Frame, Instance[] Instances)> frames =
        [
            .. labels
                .FramesInOrder.Select(frame =>
                    (frame, Choose(frame, choice).Where(instance => instance.Skeleton.Equals(skeleton)).ToArray())
                )
                .Where(f => f.Item2.Length > 0 || f.frame.IsNegative || options.KeepEmptyFrames),
        ];
        if (!frames.Exists(f => f.Instances.Length > 0))
        {
            var isPredicted =
                choice == InstanceChoice.User
                && labels.Frames.Any(frame => frame.Instances.Any(instance => instance.IsPredicted));
            throw new InvalidDataException(
                isPredicted
                    ? $"{source} has no labeled frame to take: {Summary(labels)}, and no instance with a visible point that "
                        + "a person labeled. Instances = UserElsePredicted takes the predictions."
                    : $"{source} has no labeled frame to take: {Summary(labels)}, and no instance with a visible point "
                        + $"of the kind {choice}."
            );
        }

        var single = IsSingle(frames, options.Layout, source);
        var videos = new Dictionary<Video, int>();
        var tracks = new Dictionary<Track, uint>();
        foreach (var track in labels.Tracks)
            tracks.TryAdd(track, (uint)tracks.Count + 1);
        List<FrameRow> rows = new(frames.Count);
        foreach ((var frame, var instances) in frames)
        {
            videos.TryAdd(frame.Video, videos.Count);
            rows.Add(Row(videos[frame.Video], frame.FrameIndex, instances, skeleton, tracks, single));
        }
        var sources = Sources(videos.Keys, options.VideoPath, source);
        return new FrameTable
        {
            Videos = sources,
            VideoNames = [.. sources.Select(names.Add)],
            Rows = rows,
            Skeleton = skeleton,
            ArePredictions = arePredictions,
            IsSingle = single,
            Tracks = [.. labels.Tracks.Select(track => track.Name)],
            FramesOfPredictions = options.Instances is null && choice == InstanceChoice.User ? Left(labels) : 0,
        };
    }

    private static Video[] Sources(IReadOnlyCollection<Video> videos, string? path, string source)
    {
        if (path is null)
            return [.. videos];
        if (videos.Count > 1)
        {
            throw new ArgumentException(
                $"{source} has frames of {videos.Count} videos ({string.Join(", ", videos)}), expected one for "
                    + $"{nameof(LabelsOptions)}.{nameof(LabelsOptions.VideoPath)}."
            );
        }

        return File.Exists(path) || Directory.Exists(path)
            ? [Video.FromFile(path)]
            : throw new FileNotFoundException($"There is no video '{path}' for {source}.", path);
    }

    private static Instance[] Choose(LabeledFrame frame, InstanceChoice choice) =>
        [.. choice.Of([.. frame.Instances.Where(instance => instance.Points.Any(point => !point.IsMissing))])];

    private static int Left(Labels labels) =>
        labels.FramesInOrder.Count(frame =>
            frame.Instances.Count > 0 && frame.Instances.All(instance => instance.IsPredicted)
        );

    private static Skeleton FindSkeleton(
        Labels labels,
        IEnumerable<Instance> instances,
        LabelsOptions options,
        string source
    )
    {
        List<Skeleton> used = [.. instances.Select(instance => instance.Skeleton).Distinct()];
        if (used.Count == 0)
            used = [.. labels.Skeletons.Distinct()];
        if (options.Skeleton is { } wanted)
        {
            return used.Find(skeleton => skeleton.Name == wanted)
                ?? throw new ArgumentException(
                    $"{source} has no instance of the skeleton '{wanted}'. It has: {Names(used)}."
                );
        }
        return used.Count switch
        {
            1 => used[0],
            0 => throw new InvalidDataException($"{source} has no skeleton and no labeled frame: {Summary(labels)}."),
            _ => throw new ArgumentException(
                $"{source} has instances of {used.Count} skeletons: {Names(used)}. Choose "
                    + $"one with {nameof(LabelsOptions)}.{nameof(LabelsOptions.Skeleton)}."
            ),
        };
    }

    private static bool IsSingle(
        List<(LabeledFrame Frame, Instance[] Instances)> frames,
        InstanceLayout layout,
        string source
    )
    {
        (var frame, var instances) = frames.MaxBy(f => f.Instances.Length);
        if (layout == InstanceLayout.Single && instances.Length > 1)
        {
            throw new ArgumentException(
                $"{source} has {instances.Length} instances in frame {frame.FrameIndex} of {frame.Video.Path}, "
                    + $"expected at most one for {nameof(InstanceLayout)}.{nameof(InstanceLayout.Single)}."
            );
        }

        return layout == InstanceLayout.Single || (layout == InstanceLayout.Auto && instances.Length <= 1);
    }

    private static FrameRow Row(
        int video,
        int frame,
        Instance[] instances,
        Skeleton skeleton,
        Dictionary<Track, uint> tracks,
        bool single
    )
    {
        var nodes = skeleton.Nodes.Length;
        var row = new InstanceArray(nodes, single ? 1 : instances.Length);
        for (var i = 0; i < instances.Length; i++)
        {
            var instance = instances[i];
            row.Tracks[i] = instance.Track is { } track ? tracks[track] : 0;
            row.Scores[i] = instance.IsPredicted ? instance.Score : 1;
            for (var node = 0; node < nodes; node++)
            {
                var point = instance.Points[node];
                if (point.IsMissing)
                    continue;
                var at = i * nodes + node;
                (row.Points[2 * at], row.Points[2 * at + 1]) = ((float)point.X, (float)point.Y);
                row.PeakScores[at] = instance.IsPredicted ? point.Score : 1;
            }
        }
        return new FrameRow(video, frame, row);
    }

    private static string Names(IEnumerable<Skeleton> skeletons) =>
        string.Join(", ", skeletons.Select(skeleton => $"'{skeleton.Name}'"));

    private static string Summary(Labels labels) =>
        $"{labels.Frames.Count} frames, {labels.Frames.Sum(frame => frame.Instances.Count)} instances, "
        + $"{labels.Videos.Count} videos";
}
