using System.Globalization;
using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// Reads .slp and .pkg.slp files of every format from 1.0 to 2.x. Where sleap-io and SLEAP differ, this follows
/// sleap-io: body edges keep the order of the links, and files before 1.1 have 0.5 taken off user and predicted points
/// alike.
/// </summary>
internal static class SlpReader
{
    // Memory of what is made of a row, about.
    private const int FrameBytes = 128;
    private const int NegativeBytes = 64;
    private const int InstanceBytes = 224;

    private static readonly HashSet<string> Known =
    [
        "metadata",
        "videos_json",
        "tracks_json",
        "suggestions_json",
        "sessions_json",
        "frames",
        "instances",
        "points",
        "pred_points",
        "negative_frames",
        "provenance_json",
        SlpIdentities.Group,
        SlpIdentities.OlderList,
    ];

    private static readonly HashSet<string> KnownKeys =
    [
        "version",
        "skeletons",
        "nodes",
        "videos",
        "tracks",
        "suggestions",
        "provenance",
    ];

    /// <summary>Whether a file of any ending holds the tables of a .slp file.</summary>
    public static bool Matches(Hdf5Reader file) =>
        file.Contains("metadata") && file.Contains("frames") && file.Contains("instances");

    public static Labels Read(string path, LabelsReadOptions options)
    {
        using var file = Hdf5Reader.Open(path);
        var json = new PoseJson(path);
        var formatId = FormatId(file, json);
        var metadata = json.Object(
            file.ReadTextAttribute("metadata", "json") ?? throw json.Fault("metadata@json", "is not there"),
            "metadata@json"
        );
        var remarks = new List<string>();
        var skeletons = SlpSkeletons.Read(metadata, json, remarks);
        var videos = Videos(file, json, formatId, options);
        var (unread, sessions, key) = (Unread(file), Rows(file, "sessions_json"), new object());
        var unknown = PoseJson.Copy(
            metadata.Where(m => !KnownKeys.Contains(m.Key) && m.Value is not JsonObject { Count: 0 })
        );
        var isCounted = unread.Count + sessions.Count + unknown.Count > 0;
        var tables = Tables(file, json, formatId, skeletons, videos, isCounted ? key : null);
        tables.Check(remarks);
        var bouts = SlpEvents.Read(file, videos, tables.Tracks, tables.Identities.All, out var unreadEvents);
        if (bouts is null)
            remarks.Add($"Events are in a layout that is not known: {unreadEvents}.");
        var extras = new SlpExtras(Path.GetFullPath(path), formatId)
        {
            Names = unread,
            Bouts = bouts,
            Metadata = unknown,
            Sessions = sessions,
            Links = tables.Identities.OfOthers,
            Videos = videos,
            Tracks = tables.Tracks,
            Identities = tables.Identities.All,
            InstanceCount = tables.Instances.Length,
            Frames = isCounted ? SlpExtras.HashOf(tables.Frames) : "",
            Key = key,
        };
        if (extras.Unread.ToList() is [_, ..] named)
        {
            remarks.Add(
                $"Not read, but kept when the labels are saved as .slp: {OneLine.Some(named, SlpExtras.MaxNamed)}."
            );
        }

        var suggestions = Rows(file, "suggestions_json")
            .Select((text, i) => Suggestion(text, $"suggestions_json[{i}]", json, videos))
            .ToList();
        var parts = new LabelsParts(
            videos,
            skeletons,
            tables.Tracks,
            suggestions,
            Provenance(file, metadata, json),
            remarks
        )
        {
            Identities = tables.Identities.All,
            Bouts = bouts ?? [],
            Extras = extras.IsEmpty ? null : extras,
        };
        return new Labels(new SlpFrames(tables), parts);
    }

    private static double FormatId(Hdf5Reader file, PoseJson json)
    {
        if (!file.Contains("metadata"))
            throw json.Fault("metadata", "is not there, so this is not a .slp file");
        var formatId = file.ReadNumberAttribute("metadata", "format_id") ?? 1.0;
        return formatId is >= 0 and < 3
            ? formatId
            : throw json.Fault(
                "metadata@format_id",
                $"is {formatId.ToString(CultureInfo.InvariantCulture)}, and 1.0 to 2.x can be read"
            );
    }

    private static IReadOnlyList<string> Rows(Hdf5Reader file, string name) =>
        file.Contains(name) ? file.ReadTexts(name) : [];

    /// <summary>What lies in the file beyond poses: named, so that nobody believes it was read.</summary>
    private static List<string> Unread(Hdf5Reader file)
    {
        var ofIdentities =
            file.Contains(SlpIdentities.Group) && !file.IsDataset(SlpIdentities.Group)
                ? file.Members(SlpIdentities.Group).Select(m => $"{SlpIdentities.Group}/{m}")
                : [];
        return
        [
            .. file.Members("/")
                .Where(m =>
                    !Known.Contains(m)
                    && !(m.StartsWith("video", StringComparison.Ordinal) && int.TryParse(m.AsSpan(5), out _))
                ),
            .. ofIdentities.Where(m => !SlpIdentities.Members.Contains(m)),
        ];
    }

    private static List<Video> Videos(Hdf5Reader file, PoseJson json, double formatId, LabelsReadOptions options)
    {
        var reader = new SlpVideos(json, formatId, options);
        return
        [
            .. Rows(file, "videos_json")
                .Select(
                    (text, i) =>
                        reader.Read(WithSource(json.Object(text, $"videos_json[{i}]"), file, json), $"videos_json[{i}]")
                ),
        ];
    }

    /// <summary>The original of embedded images stands beside them rather than in the list.</summary>
    private static JsonObject WithSource(JsonObject row, Hdf5Reader file, PoseJson json)
    {
        if (
            row["source_video"] is not null
            || row["backend"] is not JsonObject backend
            || backend["filename"]?.ToString() != "."
            || backend["dataset"] is not JsonValue name
            || !name.TryGetValue<string>(out var dataset)
        )
        {
            return row;
        }

        var group = $"{dataset.Split('/')[0]}/source_video";
        if (dataset.Length == 0 || !file.Contains(group))
            return row;
        var text = file.Contains($"{group}/json")
            ? file.ReadTexts($"{group}/json").FirstOrDefault()
            : file.ReadTextAttribute(group, "json");
        if (text is not null)
            row["source_video"] = json.Object(text, $"{group}@json");
        return row;
    }

    private static SlpTables Tables(
        Hdf5Reader file,
        PoseJson json,
        double formatId,
        List<Skeleton> skeletons,
        List<Video> videos,
        object? key
    )
    {
        var tracks = Rows(file, "tracks_json")
            .Select(
                (text, i) =>
                {
                    var place = $"tracks_json[{i}]";
                    return Track.FromFile(file.Path, place, TrackName(json.Parse(text, place), place, json));
                }
            )
            .ToList();
        var frames = file.ReadRows<SlpFrameRow>("frames", SlpFrameRow.Fields);
        file.Spend(frames.Length, FrameBytes, "frames");
        var positions = VideoPositions(frames, videos);
        var negatives = file.Contains("negative_frames")
            ? file.ReadRows<SlpNegativeRow>("negative_frames", SlpNegativeRow.Fields)
            : [];
        file.Spend(negatives.Length, NegativeBytes, "negative_frames");
        var instances = file.ReadRows<SlpInstanceRow>("instances", SlpInstanceRow.Fields);
        file.Spend(instances.Length, InstanceBytes, "instances");
        return new SlpTables
        {
            File = file.Path,
            Frames = frames,
            Instances = instances,
            Points = file.ReadRows<SlpPointRow>("points", SlpPointRow.Fields),
            PredictedPoints = file.ReadRows<SlpPredictedPointRow>("pred_points", SlpPredictedPointRow.Fields),
            Skeletons = skeletons,
            Tracks = tracks,
            Videos = videos,
            VideoPositions = positions,
            Negatives = negatives
                .Where(n => n.FrameIndex <= int.MaxValue && positions.ContainsKey(n.Video))
                .Select(n => (positions[n.Video], (int)n.FrameIndex))
                .ToHashSet(),
            Identities = SlpIdentities.Read(file, json, instances.Length),
            Key = key,
            Shift = formatId < 1.1 ? 0.5 : 0,
        };
    }

    /// <summary>A track is [spawned_on, name]; a file of another program may hold the bare name.</summary>
    private static string TrackName(JsonNode? row, string place, PoseJson json)
    {
        var name = row is JsonArray { Count: >= 2 } pair ? pair[1] : row;
        return name is JsonValue value && !value.TryGetValue<string>(out _)
            ? value.ToJsonString()
            : json.Text(name, place);
    }

    /// <summary>
    /// /frames names a video by position when its numbers are as many as the videos and run from 0 without a gap;
    /// otherwise by the N of the dataset videoN/video, which stays when videos are removed from a package.
    /// </summary>
    private static Dictionary<uint, int> VideoPositions(SlpFrameRow[] frames, List<Video> videos)
    {
        var positions = Enumerable.Range(0, videos.Count).ToDictionary(i => (uint)i);
        var ids = frames.Select(f => f.Video).Distinct().ToList();
        if (ids.Count == videos.Count && ids.All(id => id < videos.Count))
            return positions;
        var numbered = videos.Select((v, i) => (Number: DatasetNumber(v), Position: i)).ToList();
        if (numbered.Any(n => n.Number is null) || numbered.DistinctBy(n => n.Number).Count() < numbered.Count)
            return positions;
        return numbered.ToDictionary(n => n.Number!.Value, n => n.Position);
    }

    private static uint? DatasetNumber(Video video) =>
        video.Dataset?.Split('/')[0] is { } group
        && group.StartsWith("video", StringComparison.Ordinal)
        && uint.TryParse(group.AsSpan(5), out var number)
            ? number
            : null;

    private static SuggestedFrame Suggestion(string text, string place, PoseJson json, List<Video> videos)
    {
        var row = json.Object(text, place);
        var video = json.Whole(row["video"], $"{place} video");
        if (video < 0 || video >= videos.Count)
            throw json.Fault(place, $"names video {video}, and the file has {videos.Count}");
        var (stored, numbers) = (json.Whole(row["frame_idx"], $"{place} frame_idx"), videos[video].FrameNumbers);
        return new SuggestedFrame(
            videos[video],
            stored >= 0 && stored < numbers.Length ? numbers[stored] : stored,
            row["group"] is { } group ? json.Whole(group, $"{place} group") : null
        );
    }

    private static Dictionary<string, JsonNode?> Provenance(Hdf5Reader file, JsonObject metadata, PoseJson json)
    {
        var stored = Rows(file, "provenance_json").FirstOrDefault() is { } text
            ? json.Object(text, "provenance_json")
            : metadata["provenance"] as JsonObject;
        return (stored ?? []).ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
    }
}
