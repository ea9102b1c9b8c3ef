using Sleap.IO;

namespace Sleap.Studio;

/// <summary>What the studio has open: labels with their videos. All lookups go by number, none by a scan.</summary>
internal sealed class OpenedProject
{
    private readonly Dictionary<Track, int> _trackNumbers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Video, int> _videoNumbers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<FramePlace, int> _suggestionPlaces = [];
    private readonly VideoTimeline?[] _timelines;
    private readonly Lock _gate = new();

    /// <summary>Takes labels as they are; frames of a file are built when they are looked at.</summary>
    /// <param name="name">What the page shows as the project's name: a file name without folders.</param>
    /// <param name="labels">The labels, or none with videos alone.</param>
    public OpenedProject(string name, Labels labels)
    {
        Name = name;
        Labels = labels;
        _timelines = new VideoTimeline?[labels.Videos.Count];
        foreach (var track in labels.Tracks)
            _trackNumbers.TryAdd(track, _trackNumbers.Count);
        foreach (var video in labels.Videos)
            _videoNumbers.TryAdd(video, _videoNumbers.Count);
        Suggestions = [.. labels.Suggestions.Select(one => new FramePlace(NumberOf(one.Video), one.FrameIndex))];
        for (var i = 0; i < Suggestions.Count; i++)
            _suggestionPlaces.TryAdd(Suggestions[i], i);
    }

    public string Name { get; }

    public Labels Labels { get; }

    /// <summary>The suggested frames in the order of the list.</summary>
    public IReadOnlyList<FramePlace> Suggestions { get; }

    /// <summary>Rises with each change of the labels.</summary>
    public long Revision => 0;

    /// <summary>The frame that was changed last, as the number of its video and its own; null if none was.</summary>
    public FramePlace? LastEdited => null;

    /// <summary>
    /// Opens label files, videos and folders of images, or those that patterns match. Several label files become one
    /// set, and videos that no label file names come behind those that are named.
    /// </summary>
    /// <param name="paths">At least one path.</param>
    /// <param name="options">How labels are read.</param>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="PoseFormatException">A label file is damaged or of no known format.</exception>
    public static OpenedProject Open(IReadOnlyList<string> paths, LabelsReadOptions options)
    {
        paths = [.. paths.SelectMany(path => FileGlob.IsPattern(path) ? FileGlob.Find(path) : [path])];
        foreach (var path in paths.Where(path => !File.Exists(path) && !Directory.Exists(path)))
            throw new FileNotFoundException($"There is no file or folder {path}.", path);
        string[] files = [.. paths.Where(AreLabels)];
        var named = files.Length > 0 ? Labels.LoadMany(files, options) : new Labels([]);
        var known = named.Videos.Select(video => video.FoundPath).OfType<string>().ToHashSet();
        Video[] added =
        [
            .. paths.Except(files).Select(Video.FromFile).Where(video => known.Add(video.FoundPath ?? video.Path)),
        ];
        var labels =
            added.Length == 0
                ? named
                : new Labels(
                    named.Frames,
                    new LabelsParts(
                        [.. named.Videos, .. added],
                        named.Skeletons,
                        named.Tracks,
                        named.Suggestions,
                        named.Provenance,
                        named.Remarks
                    )
                    {
                        Identities = named.Identities,
                        Bouts = named.Bouts,
                        Extras = named.Extras,
                    }
                );
        var first = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(paths[0])));
        return new OpenedProject(paths.Count > 1 ? $"{first} and {paths.Count - 1} more" : first, labels);
    }

    public bool HasVideo(int video) => video >= 0 && video < Labels.Videos.Count;

    /// <summary>Number of a track in <see cref="Labels.Tracks"/>; -1 for none.</summary>
    public int NumberOf(Track? track) => track is null ? -1 : _trackNumbers.GetValueOrDefault(track, -1);

    /// <summary>Place of a frame in <see cref="Suggestions"/>; null if it is not suggested.</summary>
    public int? SuggestionAt(FramePlace frame) => _suggestionPlaces.TryGetValue(frame, out var place) ? place : null;

    /// <summary>What the frames of a video hold, made when it is first asked for.</summary>
    public VideoTimeline TimelineOf(int video)
    {
        lock (_gate)
            return _timelines[video] ??= VideoTimeline.Of(this, video);
    }

    /// <summary>A labeled frame; null if the frame has no labels.</summary>
    public LabeledFrame? Find(int video, int frame)
    {
        var place = PlaceOf(video, frame);
        var frames = Labels.FramesInOrder;
        return place < frames.Count && KeyAt(place) == new FramePlace(video, frame) ? frames[place] : null;
    }

    /// <summary>
    /// The first labeled frame of a video, null without labels, and one more than the last that is labeled or
    /// suggested.
    /// </summary>
    public (int? First, int End) RangeOf(int video)
    {
        var (first, end) = (PlaceOf(video, 0), PlaceOf(video + 1, 0));
        var last = Suggestions
            .Where(place => place.Video == video)
            .Select(place => place.Frame)
            .DefaultIfEmpty(-1)
            .Max();
        if (first == end)
            return (null, Behind(last));
        return (KeyAt(first).Frame, Behind(Math.Max(last, KeyAt(end - 1).Frame)));

        static int Behind(int frame) => frame == int.MaxValue ? frame : frame + 1;
    }

    /// <summary>Place in <see cref="Labels.FramesInOrder"/> of the first frame that is not before this one.</summary>
    public int PlaceOf(int video, int frame)
    {
        var (low, high) = (0, Labels.FramesInOrder.Count);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (KeyAt(middle).CompareTo(new FramePlace(video, frame)) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>Number of a video in <see cref="Labels.Videos"/>.</summary>
    public int NumberOf(Video video) => _videoNumbers[video];

    private static bool AreLabels(string path) =>
        Directory.Exists(path) ? LabelFormats.IsFolderOfLabels(path) : LabelFormats.AreLabels(path);

    private FramePlace KeyAt(int place)
    {
        var (video, frame) = FrameOrder.KeyOf(Labels.FramesInOrder, place);
        return new FramePlace(NumberOf(video), frame);
    }
}

/// <summary>A frame by the number of its video and its own number.</summary>
internal readonly record struct FramePlace(int Video, int Frame) : IComparable<FramePlace>
{
    public int CompareTo(FramePlace other) => (Video, Frame).CompareTo((other.Video, other.Frame));
}
