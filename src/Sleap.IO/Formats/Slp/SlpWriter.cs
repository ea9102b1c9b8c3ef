using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// Writes .slp as SLEAP 1.4 and sleap-io open it: format 1.3 without images, 1.4 with. Coordinates are those of
/// format 1.1 and later.
/// </summary>
internal sealed class SlpWriter
{
    private readonly Labels _labels;
    private readonly string _path;
    private readonly List<string> _remarks = [];
    private readonly SlpVideoTable _videos;

    private SlpWriter(Labels labels, string path)
    {
        _labels = labels;
        _path = path;
        _videos = new SlpVideoTable(path);
        foreach (var video in labels.Videos)
            _videos.Add(video);
    }

    /// <summary>Writes the labels; gives back what the format could not hold.</summary>
    /// <param name="labels">What to write.</param>
    /// <param name="path">Where to.</param>
    /// <param name="embedImages">Whether the images of labeled frames go into the file.</param>
    public static IReadOnlyList<string> Write(Labels labels, string path, bool embedImages)
    {
        var writer = new SlpWriter(labels, path);
        AtomicFile.Write(path, stream => writer.WriteFile(stream, embedImages));
        return writer._remarks;
    }

    /// <summary>Writes the labels into a temporary file; gives back what the format could not hold.</summary>
    /// <param name="labels">What to write.</param>
    /// <param name="path">The path that the file is to have.</param>
    /// <param name="stream">Where it is written; closed then.</param>
    /// <param name="source">A .slp whose own images go into the file, byte for byte; null for none.</param>
    /// <param name="embedImages">Whether the images of labeled frames go into the file, where none are copied.</param>
    public static IReadOnlyList<string> Write(
        Labels labels,
        string path,
        Stream stream,
        string? source,
        bool embedImages
    )
    {
        var writer = new SlpWriter(labels, path);
        writer.WriteFile(stream, embedImages, source);
        return writer._remarks;
    }

    private void WriteFile(Stream stream, bool embedImages, string? source = null)
    {
        using var file = new Hdf5Writer(stream, _path);
        file.Group("metadata");
        if (_labels.Provenance.Count > 0)
            file.FixedTexts("provenance_json", [PoseJson.Copy(_labels.Provenance).ToJsonString()], []);
        var images = source is null ? null : SlpImageCopy.Write(_labels, _path, source, file, _remarks);
        var videoRows =
            images
            ?? (
                embedImages
                    ? new SlpImageEmbedder(_labels, _path, file, _remarks).Write()
                    : [.. _labels.Videos.Select(v => SlpVideoRow.Of(v, _path))]
            );
        file.Texts("videos_json", [.. videoRows.Select(v => v.ToJsonString())]);
        file.Texts("tracks_json", [.. _labels.Tracks.Select(t => new JsonArray(0, t.Name).ToJsonString())]);
        file.Texts("suggestions_json", [.. _labels.Suggestions.Select(Suggestion)]);
        var (instances, table) = WriteTables(file);
        var held = _labels.AreBoutsOfFile ? _labels.Extras : _labels.Extras?.WithoutEvents();
        var extras = held is null ? null : new SlpExtrasWriter(held, _labels, instances, table.Frames, file);
        var writesBouts = !_labels.AreBoutsOfFile && _labels.Bouts.Count > 0;
        if (writesBouts)
            SlpEvents.Write(file, _labels, _path);
        if (held is not null && held.Names.Count < _labels.Extras!.Names.Count)
            _remarks.Add("events: names, sources, scores and other data of the events that were read are not kept.");
        file.Texts("sessions_json", extras?.Sessions ?? []);
        SlpIdentities.Write(file, _labels.Identities, [.. table.Links, .. extras?.Links ?? []]);
        // Datasets that a later format brought are looked for in files of that format only. SLEAP itself opens files
        // below 2.0.
        file.NumberAttribute(
            "metadata",
            "format_id",
            new[]
            {
                embedImages || images is not null ? 1.4 : 1.3,
                extras?.FormatId ?? 0,
                _labels.Identities.Count > 0 ? SlpIdentities.FormatId : 0,
                writesBouts ? SlpEvents.FormatId : 0,
            }.Max()
        );
        file.TextAttribute(
            "metadata",
            "json",
            SlpMetadata.Text(_labels.Skeletons, PoseJson.Copy(_labels.Provenance), extras?.Metadata)
        );
        _remarks.AddRange(extras?.Remarks ?? []);
        file.Complete();
    }

    // Frames keep their order, which is that of labeling; one that is there twice is put together. But what the file
    // held beyond poses refers to rows by number, so that then the rows stay as they were.
    private IReadOnlyList<LabeledFrame> Written =>
        _labels.FramesInOrder.Count == _labels.Frames.Count || _labels.Extras is not null
            ? _labels.Frames
            : _labels.FramesInOrder;

    private string Suggestion(SuggestedFrame frame) =>
        new JsonObject
        {
            ["video"] = _videos.Add(frame.Video).ToString(CultureInfo.InvariantCulture),
            ["frame_idx"] = _videos.StoredIndex(frame.Video, frame.FrameIndex),
            ["group"] = frame.Group ?? 0,
        }.ToJsonString();

    private (Dictionary<Instance, long> Instances, SlpRowBuilder Table) WriteTables(Hdf5Writer file)
    {
        var rows = new Dictionary<Instance, long>();
        foreach (var instance in Written.SelectMany(f => f.Instances))
        {
            if (!rows.TryAdd(instance, rows.Count))
            {
                throw new PoseFormatException(
                    _path,
                    "instances",
                    "one Instance object is in two frames; make one for each."
                );
            }
        }
        var skeletons = _labels.Skeletons.Select((s, i) => (s, i)).ToDictionary(p => p.s, p => p.i);
        var tracks = _labels.Tracks.Select((t, i) => (t, i)).ToDictionary(p => p.t, p => p.i);
        var identities = _labels.Identities.Select((t, i) => (t, i)).ToDictionary(p => p.t, p => p.i);
        var table = new SlpRowBuilder(
            _videos,
            s => skeletons[s],
            t => tracks[t],
            t => identities[t],
            i => rows.TryGetValue(i, out var row) ? row : null
        );
        foreach (var frame in Written)
            table.Add(frame);
        file.Rows<SlpFrameRow>("frames", CollectionsMarshal.AsSpan(table.Frames), SlpFrameRow.Fields);
        file.Rows<SlpInstanceRow>("instances", CollectionsMarshal.AsSpan(table.Instances), SlpInstanceRow.Fields);
        file.Rows<SlpPointRow>("points", CollectionsMarshal.AsSpan(table.Points), SlpPointRow.Fields);
        file.Rows<SlpPredictedPointRow>(
            "pred_points",
            CollectionsMarshal.AsSpan(table.PredictedPoints),
            SlpPredictedPointRow.Fields
        );
        if (table.Negatives.Count > 0)
        {
            file.Rows<SlpNegativeRow>(
                "negative_frames",
                CollectionsMarshal.AsSpan(table.Negatives),
                SlpNegativeRow.Fields
            );
        }

        _remarks.AddRange(table.Remarks());
        return (rows, table);
    }
}

/// <summary>
/// Makes the rows of a .slp's tables of frames, one frame after the other. Rows that are in the file already can be let
/// go.
/// </summary>
/// <param name="videos">Where videos stand.</param>
/// <param name="skeletons">Where skeletons stand.</param>
/// <param name="tracks">Where tracks stand.</param>
/// <param name="identities">Where identities stand.</param>
/// <param name="rowOf">The row of an instance that another one was corrected from; null when it is in no frame.</param>
internal sealed class SlpRowBuilder(
    SlpVideoTable videos,
    Func<Skeleton, int> skeletons,
    Func<Track, int> tracks,
    Func<Identity, int> identities,
    Func<Instance, long?> rowOf
)
{
    private long _instancesBefore;
    private long _pointsBefore;
    private long _predictedPointsBefore;

    public List<SlpFrameRow> Frames { get; } = [];

    public List<SlpInstanceRow> Instances { get; } = [];

    public List<SlpPointRow> Points { get; } = [];

    public List<SlpPredictedPointRow> PredictedPoints { get; } = [];

    /// <summary>Frames marked as empty, of all frames so far.</summary>
    public List<SlpNegativeRow> Negatives { get; } = [];

    /// <summary>Which identities instances have, of all instances so far.</summary>
    public List<SlpLinkRow> Links { get; } = [];

    /// <summary>All frames so far.</summary>
    public long FrameCount { get; private set; }

    /// <summary>All instances so far.</summary>
    public long InstanceCount => _instancesBefore + Instances.Count;

    /// <summary>All points of user instances so far.</summary>
    public long PointCount => _pointsBefore + Points.Count;

    /// <summary>All points of predictions so far.</summary>
    public long PredictedPointCount => _predictedPointsBefore + PredictedPoints.Count;

    private int Orphans { get; set; }

    private int ScoredUserPoints { get; set; }

    public void Add(LabeledFrame frame)
    {
        var (video, index, start) = (
            (uint)videos.Add(frame.Video),
            (ulong)videos.StoredIndex(frame.Video, frame.FrameIndex),
            (ulong)InstanceCount
        );
        foreach (var instance in frame.Instances)
            Add(instance);
        Frames.Add(new SlpFrameRow((ulong)FrameCount++, video, index, start, (ulong)InstanceCount));
        if (frame.IsNegative)
            Negatives.Add(new SlpNegativeRow(video, index));
    }

    /// <summary>Forgets rows that are written; the next ones are numbered behind them.</summary>
    public void Clear()
    {
        _instancesBefore += Instances.Count;
        _pointsBefore += Points.Count;
        _predictedPointsBefore += PredictedPoints.Count;
        Frames.Clear();
        Instances.Clear();
        Points.Clear();
        PredictedPoints.Clear();
    }

    /// <summary>What the tables could not hold.</summary>
    public IEnumerable<string> Remarks()
    {
        if (Orphans > 0)
        {
            yield return $"instances: {Orphans} were corrected from predictions that are not in any frame; the link to "
                + "them is not in the file.";
        }

        if (ScoredUserPoints > 0)
        {
            yield return $"points: {ScoredUserPoints} points of user instances have scores, which the format keeps for "
                + "predictions only.";
        }
    }

    private void Add(Instance instance)
    {
        var prediction = instance.FromPredicted is { } source ? rowOf(source) : null;
        if (instance.FromPredicted is not null && prediction is null)
            Orphans++;
        var start = instance.IsPredicted ? PredictedPointCount : PointCount;
        foreach (var p in instance.Points)
            AddPoint(p, instance.IsPredicted);
        if (instance.Identity is { } identity)
        {
            Links.Add(new SlpLinkRow(SlpLinkRow.Instance, InstanceCount, identities(identity), instance.IdentityScore));
        }

        Instances.Add(
            new SlpInstanceRow(
                InstanceCount,
                instance.IsPredicted ? (byte)1 : (byte)0,
                (ulong)FrameCount,
                (uint)skeletons(instance.Skeleton),
                instance.Track is null ? -1 : tracks(instance.Track),
                prediction ?? -1,
                instance.Score,
                (ulong)start,
                (ulong)(start + instance.Points.Length),
                instance.TrackingScore
            )
        );
    }

    private void AddPoint(Point p, bool isPredicted)
    {
        var (visible, complete) = (p.Visible ? (byte)1 : (byte)0, p.Complete ? (byte)1 : (byte)0);
        if (isPredicted)
            PredictedPoints.Add(new SlpPredictedPointRow(p.X, p.Y, visible, complete, p.Score));
        else
            Points.Add(new SlpPointRow(p.X, p.Y, visible, complete));
        if (!isPredicted && !float.IsNaN(p.Score))
            ScoredUserPoints++;
    }
}
