using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// Writes a .slp as frames come: a few thousand rows are held, then they go to the file. When the disk is full, the headroom of the file is enough
/// to write what is held and what ends the file.
/// </summary>
internal sealed class SlpStream : ILabelsSink
{
    /// <summary>Rows of points that are held, about 100 kB.</summary>
    private const int MostPoints = 4096;

    /// <summary>Without points: frames without animals.</summary>
    private const int MostFrames = 4096;

    private readonly string path;
    private readonly AtomicFile place;
    private readonly DiskHeadroom headroom;
    private readonly Hdf5Writer file;
    private readonly SlpVideoTable videos;
    private readonly List<Skeleton> skeletons = [];
    private readonly List<Track> tracks = [];
    private readonly Dictionary<object, int> positions = [];
    private readonly Dictionary<Instance, long> rowsOfFrame = [];
    private readonly SlpRowBuilder rows;
    private readonly long start;
    private Tables? tables;

    public SlpStream(string path, Skeleton skeleton, IEnumerable<Video> known)
    {
        this.path = path;
        videos = new SlpVideoTable(path);
        foreach (var video in known)
            videos.Add(video);
        Position(skeletons, skeleton);
        rows = new SlpRowBuilder(videos, s => Position(skeletons, s), t => Position(tracks, t), i => rowsOfFrame.TryGetValue(i, out var row) ? row : null);
        place = AtomicFile.Begin(path);
        try
        {
            file = Hdf5Writer.Create(place.Temporary);
            file.Group("metadata");
            file.NumberAttribute("metadata", "format_id", 1.3);
            start = file.End;
            headroom = new DiskHeadroom(path, place.Temporary, start);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Add(LabeledFrame frame)
    {
        // A link to a prediction goes within its frame: of others nothing is held.
        rowsOfFrame.Clear();
        foreach (var instance in frame.Instances)
        {
            if (!rowsOfFrame.TryAdd(instance, rows.InstanceCount + rowsOfFrame.Count))
                throw new PoseFormatException(path, "instances", $"one Instance object is twice in frame {frame.FrameIndex}; make one for each.");
        }
        rows.Add(frame);
        if (rows.PredictedPoints.Count + rows.Points.Count < MostPoints && rows.Frames.Count < MostFrames)
            return;
        tables ??= new Tables(file, null);
        var isRoomy = headroom.Ensure(start + tables.Space);
        Append(tables);
        if (!isRoomy)
            throw new IOException($"The disk is full: {path} ends with frame {frame.FrameIndex} of {frame.Video.Path}.");
    }

    public IReadOnlyList<string> Finish(JsonObject provenance)
    {
        // Where everything is still held, the tables are made for just that.
        Append(tables ??= new Tables(file, rows));
        tables.Dispose();
        End(provenance);
        file.Flush();
        var end = file.End;
        file.Dispose();
        headroom.Trim(end);
        headroom.Dispose();
        place.Commit();
        return [.. rows.Remarks()];
    }

    public void Dispose()
    {
        tables?.Dispose();
        file?.Dispose();
        headroom?.Dispose();
        place.Dispose();
    }

    private void End(JsonObject provenance)
    {
        if (rows.Negatives.Count > 0)
            file.Rows<SlpNegativeRow>("negative_frames", CollectionsMarshal.AsSpan(rows.Negatives), SlpNegativeRow.Fields);
        if (provenance.Count > 0)
            file.FixedTexts("provenance_json", [provenance.ToJsonString()], []);
        file.TextAttribute("metadata", "json", SlpMetadata.Text(path, skeletons, provenance, null));
        file.Texts("videos_json", [.. videos.Videos.Select(v => SlpVideoRow.Of(v, path).ToJsonString())]);
        file.Texts("tracks_json", [.. tracks.Select(t => new JsonArray(0, t.Name).ToJsonString())]);
        file.Texts("suggestions_json", []);
        file.Texts("sessions_json", []);
    }

    private void Append(Tables to)
    {
        to.PredictedPoints.Append(CollectionsMarshal.AsSpan(rows.PredictedPoints));
        to.Points.Append(CollectionsMarshal.AsSpan(rows.Points));
        to.Instances.Append(CollectionsMarshal.AsSpan(rows.Instances));
        to.Frames.Append(CollectionsMarshal.AsSpan(rows.Frames));
        rows.LetGo();
    }

    private int Position<T>(List<T> list, T entry)
        where T : class
    {
        // Tracks are told apart as objects, skeletons by what they are: as their own Equals has it.
        if (positions.TryGetValue(entry, out var position))
            return position;
        positions.Add(entry, list.Count);
        list.Add(entry);
        return list.Count - 1;
    }

    /// <param name="file">Where they are.</param>
    /// <param name="all">All the rows there will be, or null when that is not known.</param>
    private sealed class Tables(Hdf5Writer file, SlpRowBuilder? all) : IDisposable
    {
        public Hdf5Table<SlpFrameRow> Frames { get; } = file.Table<SlpFrameRow>("frames", SlpFrameRow.Fields, all?.Frames.Count ?? int.MaxValue);

        public Hdf5Table<SlpInstanceRow> Instances { get; } = file.Table<SlpInstanceRow>("instances", SlpInstanceRow.Fields, all?.Instances.Count ?? int.MaxValue);

        public Hdf5Table<SlpPointRow> Points { get; } = file.Table<SlpPointRow>("points", SlpPointRow.Fields, all?.Points.Count ?? int.MaxValue);

        public Hdf5Table<SlpPredictedPointRow> PredictedPoints { get; } = file.Table<SlpPredictedPointRow>("pred_points", SlpPredictedPointRow.Fields, all?.PredictedPoints.Count ?? int.MaxValue);

        /// <summary>Bytes they take in the file.</summary>
        public long Space => Frames.Space + Instances.Space + Points.Space + PredictedPoints.Space;

        public void Dispose()
        {
            Frames.Dispose();
            Instances.Dispose();
            Points.Dispose();
            PredictedPoints.Dispose();
        }
    }
}
