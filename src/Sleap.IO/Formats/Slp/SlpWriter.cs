using System.Text;
using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// Writes .slp as SLEAP 1.4 and sleap-io open it: format 1.3 without pictures, 1.4 with. Coordinates are those of format 1.1 and later.
/// </summary>
internal sealed class SlpWriter
{
    /// <summary>An HDF5 attribute holds 64 KiB; sleap-io keeps to this, too.</summary>
    private const int MostAttributeBytes = 64_000;

    private readonly Labels labels;
    private readonly string path;
    private readonly List<string> remarks = [];
    private readonly Dictionary<Video, int> videoPositions;

    private SlpWriter(Labels labels, string path)
    {
        this.labels = labels;
        this.path = path;
        videoPositions = labels.Videos.Select((v, i) => (v, i)).ToDictionary(p => p.v, p => p.i);
    }

    /// <summary>Writes the labels; gives back what the format could not hold.</summary>
    /// <param name="labels">What to write.</param>
    /// <param name="path">Where to.</param>
    /// <param name="withPictures">Whether the pictures of labeled frames go into the file.</param>
    public static IReadOnlyList<string> Write(Labels labels, string path, bool withPictures)
    {
        var writer = new SlpWriter(labels, path);
        AtomicFile.Write(path, temporary => writer.WriteFile(temporary, withPictures));
        return writer.remarks;
    }

    private void WriteFile(string temporary, bool withPictures)
    {
        using var file = Hdf5Writer.Create(temporary);
        file.Group("metadata");
        file.NumberAttribute("metadata", "format_id", FormatId(withPictures ? 1.4 : 1.3));
        file.TextAttribute("metadata", "json", Metadata());
        if (labels.Provenance.Count > 0)
            file.FixedTexts("provenance_json", [Provenance().ToJsonString()], []);
        var videos = withPictures
            ? new SlpPictures(labels, path, file, remarks).Write()
            : [.. labels.Videos.Select(v => SlpVideoRow.Of(v, path))];
        file.Texts("videos_json", [.. videos.Select(v => v.ToJsonString())]);
        file.Texts("tracks_json", [.. labels.Tracks.Select(t => new JsonArray(0, t.Name).ToJsonString())]);
        file.Texts("suggestions_json", [.. labels.Suggestions.Select(Suggestion)]);
        file.Texts("sessions_json", labels.Sessions);
        WriteTables(file);
        if (labels.Extras is { } extras)
            remarks.AddRange(extras.CopyTo(file));
        if (labels.Extras is { Names: [_, ..] names } && labels.Frames is SlpFrames { IsInRowOrder: false })
            remarks.Add($"{string.Join(", ", names)}: were copied as they are, but instances are numbered anew here, because in the file they did not lie in the order of their frames.");
        file.Flush();
    }

    /// <summary>Datasets that a later format brought are looked for in files of that format only. SLEAP itself opens files below 2.0.</summary>
    private double FormatId(double least) => labels.Extras is { Names.Count: > 0 } extras ? Math.Max(least, extras.FormatId) : least;

    private string Metadata()
    {
        var metadata = new JsonObject { ["version"] = "2.0.0" };
        SlpSkeletons.Write(metadata, labels.Skeletons);
        foreach (var name in new[] { "videos", "tracks", "suggestions" })
            metadata[name] = new JsonArray();
        metadata["negative_anchors"] = new JsonObject();
        metadata["provenance"] = Provenance();
        foreach (var (key, value) in labels.Extras?.Metadata ?? [])
            metadata[key] = value?.DeepClone();
        if (Encoding.UTF8.GetByteCount(metadata.ToJsonString()) > MostAttributeBytes)
            metadata["provenance"] = new JsonObject();
        var text = metadata.ToJsonString();
        var bytes = Encoding.UTF8.GetByteCount(text);
        return bytes <= MostAttributeBytes
            ? text
            : throw new PoseFormatException(path, "metadata@json", $"the skeletons take {bytes} bytes, and an attribute holds {MostAttributeBytes}.");
    }

    private JsonObject Provenance() => new(labels.Provenance.Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())));

    private string Suggestion(SuggestedFrame frame) => new JsonObject
    {
        ["video"] = videoPositions[frame.Video].ToString(),
        ["frame_idx"] = StoredIndex(frame.Video, frame.FrameIndex),
        ["group"] = frame.Group ?? 0,
    }.ToJsonString();

    /// <summary>Readers take a list of pictures by position; a list with frame numbers of its own keeps them in its videos_json row.</summary>
    private int StoredIndex(Video video, int frameIndex)
    {
        if (video.FrameNumbers.IsEmpty)
            return frameIndex;
        var position = video.FrameNumbers.IndexOf(frameIndex);
        return position >= 0
            ? position
            : throw new PoseFormatException(path, "frames", $"frame {frameIndex} is labeled, and the picture list {video.Path} has no picture of that number.");
    }

    private void WriteTables(Hdf5Writer file)
    {
        var instances = labels.Frames.SelectMany(f => f.Instances).ToList();
        var rows = new Dictionary<Instance, long>(instances.Count);
        foreach (var instance in instances)
            rows.TryAdd(instance, rows.Count);
        if (rows.Count < instances.Count)
            throw new PoseFormatException(path, "instances", "one Instance object is in two frames; make one for each.");
        var frames = new List<SlpFrameRow>();
        var table = new InstanceTable(labels, rows);
        foreach (var frame in labels.Frames)
        {
            var start = (ulong)table.Instances.Count;
            foreach (var instance in frame.Instances)
                table.Add(instance, (ulong)frames.Count);
            frames.Add(new SlpFrameRow((ulong)frames.Count, (uint)videoPositions[frame.Video], (ulong)StoredIndex(frame.Video, frame.FrameIndex), start, (ulong)table.Instances.Count));
        }
        file.Rows<SlpFrameRow>("frames", frames.ToArray(), SlpFrameRow.Fields);
        file.Rows<SlpInstanceRow>("instances", table.Instances.ToArray(), SlpInstanceRow.Fields);
        file.Rows<SlpPointRow>("points", table.Points.ToArray(), SlpPointRow.Fields);
        file.Rows<SlpPredictedPointRow>("pred_points", table.PredictedPoints.ToArray(), SlpPredictedPointRow.Fields);
        SlpNegativeRow[] negatives = [.. labels.Frames.Zip(frames).Where(p => p.First.IsNegative).Select(p => new SlpNegativeRow(p.Second.Video, p.Second.FrameIndex))];
        if (negatives.Length > 0)
            file.Rows<SlpNegativeRow>("negative_frames", negatives, SlpNegativeRow.Fields);
        if (table.Orphans > 0)
            remarks.Add($"instances: {table.Orphans} were corrected from predictions that are not in any frame; the link to them is not in the file.");
        if (table.ScoredUserPoints > 0)
            remarks.Add($"points: {table.ScoredUserPoints} points of user instances have scores, which the format keeps for predictions only.");
    }

    /// <summary>Gathers instance and point rows.</summary>
    private sealed class InstanceTable(Labels labels, Dictionary<Instance, long> rows)
    {
        private readonly Dictionary<Skeleton, int> skeletons = labels.Skeletons.Select((s, i) => (s, i)).ToDictionary(p => p.s, p => p.i);
        private readonly Dictionary<Track, int> tracks = labels.Tracks.Select((t, i) => (t, i)).ToDictionary(p => p.t, p => p.i);

        public List<SlpInstanceRow> Instances { get; } = [];

        public List<SlpPointRow> Points { get; } = [];

        public List<SlpPredictedPointRow> PredictedPoints { get; } = [];

        public int Orphans { get; private set; }

        public int ScoredUserPoints { get; private set; }

        public void Add(Instance instance, ulong frame)
        {
            long prediction = -1;
            if (instance.FromPredicted is { } source && !rows.TryGetValue(source, out prediction))
            {
                prediction = -1;
                Orphans++;
            }
            var start = instance.IsPredicted ? PredictedPoints.Count : Points.Count;
            foreach (var p in instance.Points)
                AddPoint(p, instance.IsPredicted);
            Instances.Add(new SlpInstanceRow(
                Instances.Count, instance.IsPredicted ? (byte)1 : (byte)0, frame, (uint)skeletons[instance.Skeleton], instance.Track is null ? -1 : tracks[instance.Track],
                prediction, instance.Score, (ulong)start, (ulong)(start + instance.Points.Length), instance.TrackingScore));
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
}
