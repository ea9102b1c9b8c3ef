using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>The poses of one video out of a label set: frames with their animals, in order.</summary>
internal sealed class PosedVideo
{
    public PosedVideo(Video video, string name, Skeleton skeleton, SortedDictionary<int, List<PoseInstance>> frames)
    {
        (Video, Name, Skeleton, Frames) = (video, name, skeleton, frames);
        Size = video.Shape is { Width: > 0, Height: > 0 } shape ? (shape.Width, shape.Height) : null;
        Tracks =
        [
            .. frames
                .Values.SelectMany(animals => animals)
                .Select(animal => animal.Track)
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

    /// <summary>The frames that the labels have, by number.</summary>
    public SortedDictionary<int, List<PoseInstance>> Frames { get; }

    /// <summary>
    /// The tracks, those seen most first and else in order of appearance: so the first colours go to the animals and
    /// not to fragments.
    /// </summary>
    public IReadOnlyList<string> Tracks { get; }

    /// <summary>
    /// Columns and rows of its pictures: what the labels say, or what was found when it was opened; null while neither
    /// is known.
    /// </summary>
    public (int Width, int Height)? Size { get; private set; }

    /// <summary>Whether no frame has more than one animal.</summary>
    public bool IsSingle => Tracks.Count <= 1 && Frames.Values.All(animals => animals.Count <= 1);

    /// <summary>
    /// All videos that have frames, in the order of the labels. Where a frame has both, predictions are taken and not
    /// what a person set.
    /// </summary>
    /// <exception cref="ArgumentException">The labels have animals of several skeletons.</exception>
    public static IReadOnlyList<PosedVideo> All(Labels labels)
    {
        Skeleton[] skeletons =
        [
            .. labels.Frames.SelectMany(frame => frame.Instances).Select(animal => animal.Skeleton).Distinct(),
        ];
        if (skeletons.Length > 1)
        {
            throw new ArgumentException(
                $"The labels have animals of {skeletons.Length} skeletons, expected one: "
                    + $"{string.Join(", ", skeletons.Select(skeleton => $"'{skeleton.Name}'"))}.",
                nameof(labels)
            );
        }

        if (skeletons.Length == 0)
            skeletons = [labels.Skeletons.Count > 0 ? labels.Skeletons[0] : new Skeleton("", [])];
        var names = LabelsComparison.Names(labels.Videos);
        var reading = new InstanceReading();
        Dictionary<Video, SortedDictionary<int, List<PoseInstance>>> frames = [];
        foreach (var frame in labels.Frames)
        {
            if (!frames.TryGetValue(frame.Video, out var own))
                frames.Add(frame.Video, own = []);
            if (!own.TryGetValue(frame.FrameIndex, out var animals))
                own.Add(frame.FrameIndex, animals = []);
            animals.AddRange(
                reading.Animals(
                    frame.Instances.Any(animal => animal.IsPredicted)
                        ? frame.Instances.Where(animal => animal.IsPredicted)
                        : frame.Instances,
                    skeletons[0],
                    null
                )
            );
        }
        return
        [
            .. labels
                .Videos.Where(frames.ContainsKey)
                .Select(video => new PosedVideo(video, names[video], skeletons[0], frames[video])),
        ];
    }

    /// <summary>The video that is meant: by path or file name, or the only one.</summary>
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
                $"The labels have {chosen.Length} videos with "
                    + $"poses{(name is null ? "" : $" named '{name}'")}, expected one: "
                    + $"{string.Join(", ", all.Select(video => video.Name))}. Say which."
            );
    }

    public static string FileName(string path) => path[(path.LastIndexOfAny(['/', '\\']) + 1)..];

    /// <summary>Opens the video's own file, or another in its place.</summary>
    public IFrameSource Open(string? path)
    {
        var source =
            path is null ? Video.Open()
            : File.Exists(path) || Directory.Exists(path) ? Video.FromFile(path).Open()
            : throw new FileNotFoundException($"There is no video '{path}'.", path);
        Size = (source.Width, source.Height);
        return source;
    }
}
