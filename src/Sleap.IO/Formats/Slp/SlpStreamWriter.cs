using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// Writes a .slp as frames come: a few thousand rows are held, then they go to the file. When the disk is full, the
/// headroom of the file is enough to write what is held and what ends the file.
/// </summary>
internal sealed class SlpStreamWriter : ILabelsSink
{
    /// <summary>Rows of points that are held: about 100 kB.</summary>
    private const int MaxPoints = 4096;

    /// <summary>Rows of frames that are held, which may have no points.</summary>
    private const int MaxFrames = 4096;

    private readonly string _path;
    private readonly AtomicFile _place;
    private readonly DiskHeadroom _headroom;
    private readonly Hdf5Writer _file;
    private readonly SlpVideoTable _videos;
    private readonly List<Skeleton> _skeletons = [];
    private readonly List<Track> _tracks = [];
    private readonly List<Identity> _identities = [];
    private readonly Dictionary<object, int> _positions = [];
    private readonly Dictionary<Instance, long> _rowsOfFrame = [];
    private readonly SlpRowBuilder _rows;
    private readonly long _start;
    private Tables? _tables;

    public SlpStreamWriter(string path, Skeleton skeleton, IEnumerable<Video> known)
    {
        _path = path;
        _videos = new SlpVideoTable(path);
        foreach (var video in known)
            _videos.Add(video);
        Position(_skeletons, skeleton);
        _rows = new SlpRowBuilder(
            _videos,
            s => Position(_skeletons, s),
            t => Position(_tracks, t),
            t => Position(_identities, t),
            i => _rowsOfFrame.TryGetValue(i, out var row) ? row : null
        );
        _place = AtomicFile.Begin(path);
        try
        {
            _file = new Hdf5Writer(_place.Open(bufferSize: 0), path);
            _file.Group("metadata");
            _start = _file.End;
            _headroom = new DiskHeadroom(path, _place, _start);
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
        _rowsOfFrame.Clear();
        foreach (var instance in frame.Instances)
        {
            if (!_rowsOfFrame.TryAdd(instance, _rows.InstanceCount + _rowsOfFrame.Count))
            {
                throw new PoseFormatException(
                    _path,
                    "instances",
                    $"one Instance object is twice in frame {frame.FrameIndex}; make one for each."
                );
            }
        }
        _rows.Add(frame);
        if (_rows.PredictedPoints.Count + _rows.Points.Count < MaxPoints && _rows.Frames.Count < MaxFrames)
            return;
        _tables ??= new Tables(_file, null);
        var isRoomy = _headroom.Ensure(_start + _tables.Space);
        Append(_tables);
        if (!isRoomy)
        {
            throw new IOException(
                $"The disk is full: {_path} ends with frame {frame.FrameIndex} of {frame.Video.Path}."
            );
        }
    }

    public IReadOnlyList<string> Finish(JsonObject provenance)
    {
        // Where everything is still held, the tables are made for just that.
        Append(_tables ??= new Tables(_file, _rows));
        End(provenance);
        _file.Complete();
        var end = _file.End;
        _file.Dispose();
        _headroom.Trim(end);
        _headroom.Dispose();
        _place.Commit();
        return [.. _rows.Remarks()];
    }

    public void Dispose()
    {
        _file?.Dispose();
        _headroom?.Dispose();
        _place.Dispose();
    }

    private void End(JsonObject provenance)
    {
        if (_rows.Negatives.Count > 0)
        {
            _file.Rows<SlpNegativeRow>(
                "negative_frames",
                CollectionsMarshal.AsSpan(_rows.Negatives),
                SlpNegativeRow.Fields
            );
        }

        if (provenance.Count > 0)
            _file.FixedTexts("provenance_json", [provenance.ToJsonString()], []);
        SlpIdentities.Write(_file, _identities, CollectionsMarshal.AsSpan(_rows.Links));
        _file.NumberAttribute("metadata", "format_id", _identities.Count > 0 ? SlpIdentities.FormatId : 1.3);
        _file.TextAttribute("metadata", "json", SlpMetadata.Text(_skeletons, provenance, null));
        _file.Texts("videos_json", [.. _videos.Videos.Select(v => SlpVideoRow.Of(v, _path).ToJsonString())]);
        _file.Texts("tracks_json", [.. _tracks.Select(t => new JsonArray(0, t.Name).ToJsonString())]);
        _file.Texts("suggestions_json", []);
        _file.Texts("sessions_json", []);
    }

    private void Append(Tables to)
    {
        to.PredictedPoints.Append(CollectionsMarshal.AsSpan(_rows.PredictedPoints));
        to.Points.Append(CollectionsMarshal.AsSpan(_rows.Points));
        to.Instances.Append(CollectionsMarshal.AsSpan(_rows.Instances));
        to.Frames.Append(CollectionsMarshal.AsSpan(_rows.Frames));
        _rows.Clear();
    }

    private int Position<T>(List<T> list, T entry)
        where T : class
    {
        // Tracks are told apart as objects, skeletons by what they are: as their own Equals has it.
        if (_positions.TryGetValue(entry, out var position))
            return position;
        _positions.Add(entry, list.Count);
        list.Add(entry);
        return list.Count - 1;
    }

    /// <param name="file">Where they are.</param>
    /// <param name="all">All the rows there will be, or null when that is not known.</param>
    private sealed class Tables(Hdf5Writer file, SlpRowBuilder? all)
    {
        public Hdf5Table<SlpFrameRow> Frames { get; } =
            file.Table<SlpFrameRow>("frames", SlpFrameRow.Fields, all?.Frames.Count ?? int.MaxValue);

        public Hdf5Table<SlpInstanceRow> Instances { get; } =
            file.Table<SlpInstanceRow>("instances", SlpInstanceRow.Fields, all?.Instances.Count ?? int.MaxValue);

        public Hdf5Table<SlpPointRow> Points { get; } =
            file.Table<SlpPointRow>("points", SlpPointRow.Fields, all?.Points.Count ?? int.MaxValue);

        public Hdf5Table<SlpPredictedPointRow> PredictedPoints { get; } =
            file.Table<SlpPredictedPointRow>(
                "pred_points",
                SlpPredictedPointRow.Fields,
                all?.PredictedPoints.Count ?? int.MaxValue
            );

        /// <summary>Bytes they take in the file.</summary>
        public long Space => Frames.Space + Instances.Space + Points.Space + PredictedPoints.Space;
    }
}
