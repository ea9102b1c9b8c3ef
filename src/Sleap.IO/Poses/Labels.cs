using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>All poses of a project: labeled frames with their videos, skeletons and tracks. Immutable.</summary>
public sealed class Labels
{
    private IReadOnlyList<LabeledFrame>? _inOrder;

    /// <summary>
    /// Gathers frames and what they refer to. Videos, skeletons, tracks and identities that frames use but the lists
    /// lack are added behind them, in order of appearance.
    /// </summary>
    /// <param name="frames">The labeled frames.</param>
    /// <param name="videos">Videos in the order to keep, also ones without labeled frames.</param>
    /// <param name="skeletons">Skeletons in the order to keep.</param>
    /// <param name="tracks">Tracks in the order to keep.</param>
    /// <param name="suggestions">Frames suggested for labeling.</param>
    /// <param name="provenance">Where the labels come from, by key.</param>
    /// <param name="identities">Identities in the order to keep.</param>
    public Labels(
        IEnumerable<LabeledFrame> frames,
        IEnumerable<Video>? videos = null,
        IEnumerable<Skeleton>? skeletons = null,
        IEnumerable<Track>? tracks = null,
        IEnumerable<SuggestedFrame>? suggestions = null,
        IEnumerable<KeyValuePair<string, JsonNode?>>? provenance = null,
        IEnumerable<Identity>? identities = null
    )
    {
        ArgumentNullException.ThrowIfNull(frames);
        List<LabeledFrame> list = [.. frames];
        Frames = list;
        Suggestions = [.. suggestions ?? []];
        var instances = list.SelectMany(f => f.Instances).ToList();
        Videos = Gather(
            videos,
            list.Select(f => f.Video).Concat(Suggestions.Select(s => s.Video)),
            ReferenceEqualityComparer.Instance
        );
        Skeletons = Gather(skeletons, instances.Select(i => i.Skeleton), EqualityComparer<object?>.Default);
        Tracks = Gather(
            tracks,
            instances.Where(i => i.Track is not null).Select(i => i.Track!),
            ReferenceEqualityComparer.Instance
        );
        Identities = Gather(
            identities,
            instances.Where(i => i.Identity is not null).Select(i => i.Identity!),
            ReferenceEqualityComparer.Instance
        );
        Provenance = Copy(provenance);
    }

    /// <summary>
    /// For readers whose frames are built only when asked for, so that the lists cannot be gathered from them.
    /// </summary>
    internal Labels(IReadOnlyList<LabeledFrame> frames, LabelsParts parts)
    {
        Frames = frames;
        Videos = parts.Videos;
        Skeletons = parts.Skeletons;
        Tracks = parts.Tracks;
        Suggestions = parts.Suggestions;
        Provenance = Copy(parts.Provenance);
        Remarks = parts.Remarks;
        Identities = parts.Identities;
        Bouts = parts.Bouts;
        Extras = parts.Extras;
    }

    /// <summary>The skeletons, also those without instances.</summary>
    public IReadOnlyList<Skeleton> Skeletons { get; }

    /// <summary>The videos, also those without labeled frames.</summary>
    public IReadOnlyList<Video> Videos { get; }

    /// <summary>The tracks, also those without instances.</summary>
    public IReadOnlyList<Track> Tracks { get; }

    /// <summary>The identities, also those without instances.</summary>
    public IReadOnlyList<Identity> Identities { get; }

    /// <summary>
    /// Intervals of frames in which animals show a behavior: the events of a .slp, by video, first frame, subject and
    /// behavior. Other formats have none.
    /// </summary>
    public IReadOnlyList<Bout> Bouts { get; private init; } = [];

    /// <summary>The labeled frames in the order of the file, which can have a frame more than once.</summary>
    public IReadOnlyList<LabeledFrame> Frames { get; }

    /// <summary>
    /// The labeled frames in the order of <see cref="Videos"/> and frame numbers, each once: instances of a frame that
    /// is in the file twice are put together, equal ones once.
    /// </summary>
    public IReadOnlyList<LabeledFrame> FramesInOrder =>
        LazyInitializer.EnsureInitialized(ref _inOrder, () => FrameOrder.Of(Frames, Videos))!;

    /// <summary>Frames suggested for labeling.</summary>
    public IReadOnlyList<SuggestedFrame> Suggestions { get; }

    /// <summary>Where the labels come from: free values by key.</summary>
    public IReadOnlyDictionary<string, JsonNode?> Provenance { get; }

    /// <summary>
    /// What the reader left out or had to decide, one sentence each; empty for labels that were not read from a file.
    /// </summary>
    public IReadOnlyList<string> Remarks { get; internal init; } = [];

    /// <summary>
    /// What the .slp these labels were read from holds beyond poses, which goes with them into another .slp; null when
    /// there is nothing.
    /// </summary>
    internal SlpExtras? Extras { get; init; }

    /// <summary>Reads labels; the format is taken from the file's ending and content.</summary>
    /// <param name="path">A .slp or .pkg.slp file, SLEAP analysis .h5, NWB with ndx-pose, COCO .json, a tidy or
    /// DeepLabCut .csv, one of sleap-io's .csv tables, a DeepLabCut .h5, a DeepLabCut project (its folder or
    /// config.yaml) or labeled-data folder, a YOLO pose folder (or its data.yaml).</param>
    /// <param name="options">How to read, or null for the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="PoseFormatException">The file is damaged or of no known format.</exception>
    public static Labels Load(string path, LabelsReadOptions? options = null) =>
        LabelFormats.Load(path, options ?? new LabelsReadOptions());

    /// <summary>
    /// Reads several files or folders, or those that patterns match, into one set, see <see cref="Concat"/>.
    /// </summary>
    /// <param name="paths">Files, folders, and patterns with * and ? (and ** for folders of any depth), such as
    /// "sessions/**/*.slp".</param>
    /// <param name="options">How to read, or null for the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file or folder, or nothing matches a
    /// pattern.</exception>
    /// <exception cref="PoseFormatException">A file is damaged or of no known format.</exception>
    /// <exception cref="ArgumentException">No path is given.</exception>
    public static Labels LoadMany(IEnumerable<string> paths, LabelsReadOptions? options = null) =>
        Concat(LabelFormats.LoadMany(paths, options ?? new LabelsReadOptions()));

    /// <summary>
    /// Joins several sets into one: frames in order, one video for each file on disk, equal skeletons once, tracks and
    /// identities of one name as one (unless one set has the name twice). Of provenance, the first value of each key is
    /// kept, and equal bouts once. What .slp files hold beyond poses and bouts is kept of the first that holds any;
    /// <see cref="Remarks"/> name what is left out.
    /// </summary>
    /// <param name="parts">The sets, at least one.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Labels Concat(IReadOnlyList<Labels> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return parts.Count > 0
            ? LabelsConcatenation.Of(parts)
            : throw new ArgumentException("At least one set of labels is needed.", nameof(parts));
    }

    /// <summary>Writes the labels; the format is taken from the ending. The file appears whole or not at all.</summary>
    /// <param name="path">Where to write: .slp, .pkg.slp (images inside), .h5 (SLEAP analysis, a file for each
    /// video), .nwb (NWB with ndx-pose, a file for each video), .json (COCO keypoints, with the images of labeled
    /// frames in the folder NAME_images beside it), .csv or .parquet (tidy table),
    /// CollectedData_SCORER.csv or NAME.dlc.csv (DeepLabCut), or data.yaml in a new folder (YOLO pose, with
    /// images).</param>
    /// <param name="writeImages">COCO: whether the images are written. A video that cannot be opened is no error, and
    /// is named in what is returned.</param>
    /// <returns>What the format could not hold, one sentence each; empty when nothing was lost.</returns>
    /// <exception cref="PoseFormatException">The ending is of no known format, or the labels cannot be written in it at
    /// all.</exception>
    public IReadOnlyList<string> Save(string path, bool writeImages = true) =>
        LabelFormats.Save(this, path, writeImages);

    /// <summary>
    /// These labels with other frames and tracks. Tracks that data beyond poses refer to stay in the list.
    /// </summary>
    internal Labels With(IEnumerable<LabeledFrame> frames, IEnumerable<Track> tracks) =>
        new(frames, Videos, Skeletons, [.. tracks, .. NamedTracks(tracks)], Suggestions, Provenance, Identities)
        {
            Bouts = Bouts,
            Extras = Extras,
        };

    /// <summary>
    /// These labels with other bouts, which are saved as the events of a .slp. Names that are neither those of tracks
    /// nor of identities become identities.
    /// </summary>
    /// <param name="bouts">All bouts, in any order; none to remove them.</param>
    /// <exception cref="ArgumentException">A bout is of a video that the labels do not have.</exception>
    public Labels WithBouts(IEnumerable<Bout> bouts)
    {
        ArgumentNullException.ThrowIfNull(bouts);
        var list = Bout.InOrder(Bout.Named(bouts, BoutVideos.NamesOf(Videos), "the labels"));
        var known = Tracks
            .Select(track => track.Name)
            .Concat(Identities.Select(identity => identity.Name))
            .ToHashSet(StringComparer.Ordinal);
        var added = list.SelectMany(bout => new[] { bout.Subject, bout.Target })
            .OfType<string>()
            .Where(known.Add)
            .Select(name => new Identity(name))
            .ToList();
        return new Labels(
            Frames,
            new LabelsParts(Videos, Skeletons, Tracks, Suggestions, Provenance, Remarks)
            {
                Identities = [.. Identities, .. added],
                Bouts = list,
                Extras = Extras,
            }
        );
    }

    /// <summary>
    /// These labels with other suggestions of frames to label. Videos that the labels do not have yet are added.
    /// </summary>
    /// <param name="suggestions">All suggestions, in the order to label them; none to remove them.</param>
    public Labels WithSuggestions(IEnumerable<SuggestedFrame> suggestions)
    {
        ArgumentNullException.ThrowIfNull(suggestions);
        SuggestedFrame[] list = [.. suggestions];
        var videos = Gather(Videos, list.Select(one => one.Video), ReferenceEqualityComparer.Instance);
        return new Labels(
            Frames,
            new LabelsParts(videos, Skeletons, Tracks, list, Provenance, Remarks)
            {
                Identities = Identities,
                Bouts = Bouts,
                Extras = Extras,
            }
        );
    }

    /// <summary>Whether the bouts are the events of the file that was read, which are copied.</summary>
    internal bool AreBoutsOfFile =>
        Extras is { } extras && (extras.Bouts is null ? Bouts.Count == 0 : ReferenceEquals(Bouts, extras.Bouts));

    /// <summary>Tracks that data beyond poses refer to, beside others.</summary>
    private IEnumerable<Track> NamedTracks(IEnumerable<Track> others)
    {
        if (AreBoutsOfFile || Bouts.Count == 0)
            return Extras?.NamedTracks() ?? [];
        var names = others.Select(track => track.Name).ToHashSet(StringComparer.Ordinal);
        var named = Bouts.SelectMany(bout => new[] { bout.Subject, bout.Target }).ToHashSet();
        return Tracks
            .Where(track => named.Contains(track.Name) && !names.Contains(track.Name))
            .Concat(Extras?.NamedTracks() ?? []);
    }

    private static List<T> Gather<T>(IEnumerable<T>? given, IEnumerable<T> used, IEqualityComparer<object?> comparer)
        where T : class
    {
        var seen = new HashSet<object?>(comparer);
        return [.. (given ?? []).Concat(used).Where(x => seen.Add(x))];
    }

    private static Dictionary<string, JsonNode?> Copy(IEnumerable<KeyValuePair<string, JsonNode?>>? provenance) =>
        (provenance ?? []).ToDictionary(p => p.Key, p => p.Value?.DeepClone(), StringComparer.Ordinal);
}

/// <summary>How <see cref="Labels.Load"/> reads.</summary>
public sealed record LabelsReadOptions
{
    /// <summary>
    /// Folders in which videos are looked for by file name when they are neither where the file says nor beside it.
    /// Default: none.
    /// </summary>
    public IReadOnlyList<string> SearchFolders { get; init; } = [];

    /// <summary>
    /// Beginnings of the paths that labels name videos and images by, and what takes their place, for labels that were
    /// made on another machine: <c>["C:\data"] = "/data"</c> makes <c>C:\data\day1\cam.mp4</c> to
    /// <c>/data/day1/cam.mp4</c>. Whole folder names are compared, with slashes and backslashes equal and, where the
    /// beginning is one of Windows, whatever the case. The longest that fits counts, once. <see cref="Video.Path"/> has
    /// the new path, whether or not there is a file. Default: none.
    /// </summary>
    /// <exception cref="ArgumentException">A beginning or what takes its place is empty.</exception>
    public IReadOnlyDictionary<string, string> PrefixMap
    {
        get;
        init => field = PathPrefixes.Checked(value);
    } = ImmutableDictionary<string, string>.Empty;

    /// <summary>
    /// For formats that do not hold a skeleton (CSV, DeepLabCut): the skeleton to use; its nodes must be those of the
    /// file in any order. Default: made from the file.
    /// </summary>
    public Skeleton? Skeleton { get; init; }

    /// <summary>The video of formats that name none. Default: what the format's own rules find.</summary>
    public Video? Video { get; init; }
}

/// <summary>The lists of a <see cref="Labels"/> whose frames are built on demand.</summary>
internal sealed record LabelsParts(
    IReadOnlyList<Video> Videos,
    IReadOnlyList<Skeleton> Skeletons,
    IReadOnlyList<Track> Tracks,
    IReadOnlyList<SuggestedFrame> Suggestions,
    IReadOnlyDictionary<string, JsonNode?> Provenance,
    IReadOnlyList<string> Remarks
)
{
    /// <summary>The identities.</summary>
    public IReadOnlyList<Identity> Identities { get; init; } = [];

    /// <summary>The bouts.</summary>
    public IReadOnlyList<Bout> Bouts { get; init; } = [];

    /// <summary>What the file holds beyond poses.</summary>
    public SlpExtras? Extras { get; init; }
}
