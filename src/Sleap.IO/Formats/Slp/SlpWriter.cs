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
        AtomicFile.Write(path, temporary => writer.WriteFile(temporary, embedImages));
        return writer._remarks;
    }

    private void WriteFile(string temporary, bool embedImages)
    {
        using var file = Hdf5Writer.Create(temporary);
        file.Group("metadata");
        if (_labels.Provenance.Count > 0)
            file.FixedTexts("provenance_json", [PoseJson.Copy(_labels.Provenance).ToJsonString()], []);
        var videoRows = embedImages
            ? new SlpImageEmbedder(_labels, _path, file, _remarks).Write()
            : [.. _labels.Videos.Select(v => SlpVideoRow.Of(v, _path))];
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
                embedImages ? 1.4 : 1.3,
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

/// <summary>
/// Puts the images of labeled frames into a .pkg.slp: PNG, rows padded with zeros to the longest, RGB. Images of
/// another package are copied byte for byte.
/// </summary>
internal sealed class SlpImageEmbedder(Labels labels, string path, Hdf5Writer file, List<string> remarks)
{
    /// <summary>Writes the groups /video0, /video1 ... and gives back the rows of videos_json.</summary>
    public List<JsonObject> Write()
    {
        var wanted = labels
            .Frames.Select(f => (f.Video, f.FrameIndex))
            .Concat(labels.Suggestions.Select(s => (s.Video, s.FrameIndex)))
            .GroupBy(f => f.Video)
            .ToDictionary(g => g.Key, g => (IReadOnlyList<int>)[.. g.Select(f => f.FrameIndex).Distinct().Order()]);
        return [.. labels.Videos.Select((v, i) => WriteVideo(v, i, wanted.GetValueOrDefault(v, [])))];
    }

    private JsonObject WriteVideo(Video video, int number, IReadOnlyList<int> frames)
    {
        if (frames.Count == 0)
            return SlpVideoRow.Of(video, path);
        using var source = video.Open();
        // Plain pixels are encoded anew; PNG and JPEG are copied as they are.
        var embedded = source is EmbeddedFrameSource { Format: not "hdf5" } package ? package : null;
        var (images, numbers, failed) = (new List<byte[]>(), new List<long>(), new List<int>());
        foreach (var (frame, image) in FrameImages.Read(source, frames, keepsBgr: true))
        {
            if (image is null)
            {
                failed.Add(frame);
                continue;
            }
            images.Add(image);
            numbers.Add(frame);
        }
        if (failed.Count > 0)
        {
            remarks.Add(
                $"video{number}: {failed.Count} labeled frames are not in {video.Path} and have no image in the "
                    + $"package (the first is {failed[0]})."
            );
        }

        return WriteGroup(video, number, source, embedded, images, numbers);
    }

    private JsonObject WriteGroup(
        Video video,
        int number,
        IFrameSource source,
        EmbeddedFrameSource? embedded,
        List<byte[]> images,
        List<long> numbers
    )
    {
        var dataset = $"video{number}/video";
        var width = images.Count == 0 ? 0 : images.Max(p => p.Length);
        var padded = new sbyte[images.Count * width];
        for (var i = 0; i < images.Count; i++)
            images[i].CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(padded.AsSpan(i * width)));
        file.Numbers<sbyte>(dataset, padded, images.Count == 0 ? [0] : [images.Count, width]);
        file.TextAttribute(dataset, "format", embedded?.Format ?? "png");
        file.TextAttribute(dataset, "channel_order", embedded is { IsBgr: true } ? "BGR" : "RGB");
        var original = video.Source ?? (video.Kind == VideoKind.Embedded ? null : video);
        var frames = original?.Shape?.Frames ?? source.FrameCount;
        foreach (
            var (name, value) in new[]
            {
                ("frames", frames),
                ("height", source.Height),
                ("width", source.Width),
                ("channels", source.Channels),
            }
        )
        {
            file.NumberAttribute<long>(dataset, name, value);
        }

        var fps = double.IsNaN(source.FramesPerSecond) ? video.FramesPerSecond : source.FramesPerSecond;
        if (fps is { } rate)
            file.NumberAttribute(dataset, "fps", rate);
        file.Numbers<long>($"video{number}/frame_numbers", numbers.ToArray(), [numbers.Count]);
        if (original is not null)
        {
            file.Group($"video{number}/source_video");
            file.VariableTextAttribute(
                $"video{number}/source_video",
                "json",
                SlpVideoRow.Of(original, path).ToJsonString()
            );
        }
        return Row(dataset, new VideoShape(numbers.Count, source.Height, source.Width, source.Channels), fps);
    }

    private static JsonObject Row(string dataset, VideoShape shape, double? fps)
    {
        var backend = new JsonObject
        {
            ["type"] = "HDF5Video",
            ["shape"] = SlpVideoRow.Sizes(shape),
            ["filename"] = ".",
            ["dataset"] = dataset,
            ["input_format"] = "channels_last",
            ["convert_range"] = false,
            ["has_embedded_images"] = true,
            ["grayscale"] = shape.Channels == 1,
        };
        if (fps is { } rate && double.IsFinite(rate))
            backend["fps"] = rate;
        return new JsonObject { ["filename"] = ".", ["backend"] = backend };
    }
}
