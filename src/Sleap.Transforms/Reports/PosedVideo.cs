using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>The poses of one video of a label set: its frames in order, with their instances.</summary>
internal sealed class PosedVideo
{
    public PosedVideo(Video video, string name, Skeleton skeleton, SortedDictionary<int, InstanceArray> frames)
    {
        (Video, Name, Skeleton, Frames) = (video, name, skeleton, frames);
        Size = video.Shape is { Width: > 0, Height: > 0 } shape ? (shape.Width, shape.Height) : null;
        Tracks =
        [
            .. frames
                .Values.SelectMany(instances => instances)
                .Select(instance => instance.Track)
                .OfType<string>()
                .CountBy(track => track)
                .OrderByDescending(track => track.Value)
                .Select(track => track.Key),
        ];
    }

    public Video Video { get; }

    /// <summary>Its path, as the labels have it.</summary>
    public string Name { get; }

    public Skeleton Skeleton { get; }

    /// <summary>The instances with a visible node of each frame that the labels have, by frame number.</summary>
    public SortedDictionary<int, InstanceArray> Frames { get; }

    /// <summary>
    /// The tracks by falling number of frames, then in order of appearance: so the first colors go to whole tracks and
    /// not to fragments.
    /// </summary>
    public IReadOnlyList<string> Tracks { get; }

    /// <summary>
    /// Columns and rows of its images: what the labels say, or what was found when it was opened; null while neither
    /// is known.
    /// </summary>
    public (int Width, int Height)? Size { get; private set; }

    /// <summary>Whether no frame has more than one instance.</summary>
    public bool IsSingle => Tracks.Count <= 1 && Frames.Values.All(instances => instances.Count <= 1);

    /// <summary>
    /// All videos that have frames, in the order of the labels. Where a frame has both, predictions are taken and not
    /// what a person set.
    /// </summary>
    /// <exception cref="ArgumentException">The labels have instances of several skeletons.</exception>
    public static IReadOnlyList<PosedVideo> All(Labels labels)
    {
        Skeleton[] skeletons =
        [
            .. labels.Frames.SelectMany(frame => frame.Instances).Select(instance => instance.Skeleton).Distinct(),
        ];
        if (skeletons.Length > 1)
        {
            throw new ArgumentException(
                $"The labels have instances of {skeletons.Length} skeletons, expected one: "
                    + $"{string.Join(", ", skeletons.Select(skeleton => $"'{skeleton.Name}'"))}.",
                nameof(labels)
            );
        }

        if (skeletons.Length == 0)
            skeletons = [labels.Skeletons.Count > 0 ? labels.Skeletons[0] : new Skeleton("", [])];
        var names = LabelsComparison.Names(labels.Videos);
        var reader = new InstanceReader();
        Dictionary<Video, SortedDictionary<int, InstanceArray>> frames = [];
        foreach (var frame in labels.FramesInOrder.GroupBy(frame => (frame.Video, frame.FrameIndex)))
        {
            if (!frames.TryGetValue(frame.Key.Video, out var own))
                frames.Add(frame.Key.Video, own = []);
            own.Add(frame.Key.FrameIndex, reader.Read(frame.SelectMany(PredictedElseUser), skeletons[0]));
        }
        return
        [
            .. labels
                .Videos.Where(frames.ContainsKey)
                .Select(video => new PosedVideo(video, names[video], skeletons[0], frames[video])),
        ];
    }

    /// <summary>The video of a path or file name, or the only one.</summary>
    /// <exception cref="ArgumentException">There is none of that name, or none or several when no name is
    /// given.</exception>
    public static PosedVideo Choose(Labels labels, string? name)
    {
        var all = All(labels);
        PosedVideo[] chosen = name is null
            ? [.. all]
            : [.. all.Where(video => video.Name == name || FileName(video.Name) == name)];
        return chosen.Length == 1
            ? chosen[0]
            : throw new ArgumentException(
                $"The labels have {chosen.Length} videos with poses{(name is null ? "" : $" named '{name}'")}, "
                    + $"expected one: {string.Join(", ", all.Select(video => video.Name))}. Say which."
            );
    }

    /// <summary>The instances of a frame; none where the labels do not have the frame.</summary>
    public InstanceArray At(int frame) =>
        Frames.GetValueOrDefault(frame) ?? new InstanceArray(Skeleton.Nodes.Length, 0);

    public static string FileName(string path) => path[(path.LastIndexOfAny(['/', '\\']) + 1)..];

    /// <summary>Opens the video's own file, or another one instead.</summary>
    public IFrameSource Open(string? path)
    {
        var source =
            path is null ? Video.Open()
            : File.Exists(path) || Directory.Exists(path) ? Video.FromFile(path).Open()
            : throw new FileNotFoundException($"There is no video '{path}'.", path);
        Size = (source.Width, source.Height);
        return source;
    }

    private static IEnumerable<Instance> PredictedElseUser(LabeledFrame frame) =>
        frame.Instances.Any(instance => instance.IsPredicted)
            ? frame.Instances.Where(instance => instance.IsPredicted)
            : frame.Instances;
}
