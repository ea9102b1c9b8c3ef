using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>The rows of a loaded view, without pictures: which frame of which video, and the animals in it.</summary>
internal sealed class FrameTable
{
    /// <summary>The videos by the number that rows have.</summary>
    public required IReadOnlyList<Video> Videos { get; init; }

    /// <summary>The texts of the Video column, for each video.</summary>
    public required IReadOnlyList<string> VideoNames { get; init; }

    /// <summary>One row a frame.</summary>
    public required IReadOnlyList<FrameRow> Rows { get; init; }

    /// <summary>
    /// The skeleton of the keypoints; null for a video without labels, which has no Keypoints and Track columns.
    /// </summary>
    public Skeleton? Skeleton { get; init; }

    /// <summary>Whether the animals come in the columns of predictions, with their scores.</summary>
    public bool ArePredictions { get; init; }

    /// <summary>Whether rows hold exactly one animal.</summary>
    public bool IsSingle { get; init; }

    /// <summary>Names of the tracks; a row's track k is the k−1st.</summary>
    public IReadOnlyList<string> Tracks { get; init; } = [];
}

/// <summary>
/// A frame: video by number, frame by number, x and y of each node of each animal, each animal's track (0 = none), and
/// for predictions the scores of nodes and animals.
/// </summary>
internal readonly record struct FrameRow(
    int Video,
    int FrameIndex,
    float[] Keypoints,
    uint[] Tracks,
    float[] Scores,
    float[] InstanceScores
);

/// <summary>Makes the rows of a view from labels.</summary>
internal static class LabelsTable
{
    /// <param name="labels">The labels.</param>
    /// <param name="names">Where their videos' names are kept.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="source">What messages call the labels.</param>
    /// <param name="arePredictions">Whether the animals come as predictions.</param>
    public static FrameTable Create(
        Labels labels,
        VideoNames names,
        LabelsOptions options,
        string source,
        bool arePredictions
    )
    {
        var skeleton = FindSkeleton(labels, labels.Frames.SelectMany(frame => Choose(frame, options)), options, source);
        List<(LabeledFrame Frame, Instance[] Animals)> frames =
        [
            .. labels
                .Frames.Select(frame =>
                    (frame, Choose(frame, options).Where(animal => animal.Skeleton.Equals(skeleton)).ToArray())
                )
                .Where(f => f.Item2.Length > 0 || f.frame.IsNegative || options.KeepEmptyFrames),
        ];
        if (!frames.Exists(f => f.Animals.Length > 0))
        {
            throw new InvalidDataException(
                $"{source} has no labeled frame to take: {Summary(labels)}, and with "
                    + $"Instances = {options.Instances} no animal with a visible point is left."
            );
        }

        var single = IsSingle(frames, options.Layout, source);
        var videos = new Dictionary<Video, int>();
        var tracks = new Dictionary<Track, uint>();
        foreach (var track in labels.Tracks)
            tracks.TryAdd(track, (uint)tracks.Count + 1);
        List<FrameRow> rows = new(frames.Count);
        foreach ((var frame, var animals) in frames)
        {
            videos.TryAdd(frame.Video, videos.Count);
            rows.Add(Row(videos[frame.Video], frame.FrameIndex, animals, skeleton, tracks, single));
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
        };
    }

    private static Video[] Sources(IReadOnlyCollection<Video> videos, string? path, string source)
    {
        if (path is null)
            return [.. videos];
        if (videos.Count > 1)
        {
            throw new ArgumentException(
                $"{source} has frames of {videos.Count} videos "
                    + $"({string.Join(", ", videos)}), expected one for "
                    + $"{nameof(LabelsOptions)}.{nameof(LabelsOptions.VideoPath)}."
            );
        }

        return File.Exists(path) || Directory.Exists(path)
            ? [Video.FromFile(path)]
            : throw new FileNotFoundException($"There is no video '{path}' for {source}.", path);
    }

    private static Instance[] Choose(LabeledFrame frame, LabelsOptions options)
    {
        Instance[] seen = [.. frame.Instances.Where(animal => animal.Points.Any(point => !point.IsMissing))];
        return options.Instances switch
        {
            InstanceChoice.User => [.. seen.Where(animal => !animal.IsPredicted)],
            InstanceChoice.Predicted => [.. seen.Where(animal => animal.IsPredicted)],
            InstanceChoice.UserElsePredicted when seen.Any(animal => !animal.IsPredicted) =>
            [
                .. seen.Where(animal => !animal.IsPredicted),
            ],
            _ => seen,
        };
    }

    private static Skeleton FindSkeleton(
        Labels labels,
        IEnumerable<Instance> animals,
        LabelsOptions options,
        string source
    )
    {
        List<Skeleton> used = [.. animals.Select(animal => animal.Skeleton).Distinct()];
        if (used.Count == 0)
            used = [.. labels.Skeletons.Distinct()];
        if (options.Skeleton is { } wanted)
        {
            return used.Find(skeleton => skeleton.Name == wanted)
                ?? throw new ArgumentException(
                    $"{source} has no animal of the skeleton '{wanted}'. It has: {Names(used)}."
                );
        }
        return used.Count switch
        {
            1 => used[0],
            0 => throw new InvalidDataException($"{source} has no skeleton and no labeled frame: {Summary(labels)}."),
            _ => throw new ArgumentException(
                $"{source} has animals of {used.Count} skeletons: {Names(used)}. Say "
                    + $"which in {nameof(LabelsOptions)}.{nameof(LabelsOptions.Skeleton)}."
            ),
        };
    }

    private static bool IsSingle(
        List<(LabeledFrame Frame, Instance[] Animals)> frames,
        InstanceLayout layout,
        string source
    )
    {
        (var frame, var animals) = frames.MaxBy(f => f.Animals.Length);
        if (layout == InstanceLayout.Single && animals.Length > 1)
        {
            throw new ArgumentException(
                $"{source} has {animals.Length} animals in frame {frame.FrameIndex} of "
                    + $"{frame.Video.Path}, expected at most one for "
                    + $"{nameof(InstanceLayout)}.{nameof(InstanceLayout.Single)}."
            );
        }

        return layout == InstanceLayout.Single || (layout == InstanceLayout.Auto && animals.Length <= 1);
    }

    private static FrameRow Row(
        int video,
        int frame,
        Instance[] animals,
        Skeleton skeleton,
        Dictionary<Track, uint> tracks,
        bool single
    )
    {
        var count = single ? 1 : animals.Length;
        var nodes = skeleton.Nodes.Length;
        var keypoints = new float[count * nodes * 2];
        Array.Fill(keypoints, float.NaN);
        var (keys, scores, instanceScores) = (new uint[count], new float[count * nodes], new float[count]);
        for (var animal = 0; animal < animals.Length; animal++)
        {
            keys[animal] = animals[animal].Track is { } track ? tracks[track] : 0;
            instanceScores[animal] = animals[animal].IsPredicted ? animals[animal].Score : 1;
            for (var node = 0; node < nodes; node++)
            {
                var point = animals[animal].Points[node];
                if (point.IsMissing)
                    continue;
                keypoints[(((animal * nodes) + node) * 2) + 0] = (float)point.X;
                keypoints[(((animal * nodes) + node) * 2) + 1] = (float)point.Y;
                scores[(animal * nodes) + node] = animals[animal].IsPredicted ? point.Score : 1;
            }
        }
        return new FrameRow(video, frame, keypoints, keys, scores, instanceScores);
    }

    private static string Names(IEnumerable<Skeleton> skeletons) =>
        string.Join(", ", skeletons.Select(skeleton => $"'{skeleton.Name}'"));

    private static string Summary(Labels labels) =>
        $"{labels.Frames.Count} frames, {labels.Frames.Sum(frame => frame.Instances.Count)} instances, "
        + $"{labels.Videos.Count} videos";
}
