using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// Writes the tidy table that <see cref="TidyCsvReader"/> reads: the columns of sleap-io's table of points with its
/// video_path behind them, and the number of the instance, which it lacks.
/// </summary>
internal static class TidyCsvWriter
{
    /// <summary>Names and types of the columns.</summary>
    public static readonly (string Name, Type Type)[] Columns =
    [
        ("frame_idx", typeof(int)),
        ("node", typeof(string)),
        ("x", typeof(double)),
        ("y", typeof(double)),
        ("track", typeof(string)),
        ("track_score", typeof(float)),
        ("instance_score", typeof(float)),
        ("score", typeof(float)),
        ("video_path", typeof(string)),
        ("instance", typeof(int)),
    ];

    /// <summary>Writes the table; gives back what it cannot hold.</summary>
    public static IReadOnlyList<string> Write(Labels labels, string path)
    {
        AtomicFile.Write(
            path,
            stream =>
            {
                using var writer = new CsvTableWriter(stream);
                WriteHeader(writer);
                foreach (var frame in labels.FramesInOrder)
                {
                    for (var i = 0; i < frame.Instances.Count; i++)
                        WriteInstance(writer, frame, i);
                }
            }
        );
        return [.. Lost(labels)];
    }

    /// <summary>The first row.</summary>
    public static void WriteHeader(CsvTableWriter writer)
    {
        writer.Texts(Columns.Select(c => c.Name));
        writer.EndRow();
    }

    /// <summary>The rows of one instance.</summary>
    public static void WriteInstance(ITableWriter writer, LabeledFrame frame, int number)
    {
        var instance = frame.Instances[number];
        for (var n = 0; n < instance.Points.Length; n++)
        {
            var p = instance.Points[n];
            writer.Whole(frame.FrameIndex);
            writer.Text(instance.Skeleton.Nodes[n]);
            writer.Number(p.IsMissing ? double.NaN : p.X);
            writer.Number(p.IsMissing ? double.NaN : p.Y);
            writer.Text(instance.Track?.Name);
            writer.Number(instance.TrackingScore);
            writer.Number(instance.IsPredicted ? instance.Score : float.NaN);
            writer.Number(p.Score);
            writer.Text(frame.Video.Path);
            writer.Whole(number);
            writer.EndRow();
        }
    }

    private static IEnumerable<string> Lost(Labels labels)
    {
        var losses = new TidyLosses();
        losses.Add(labels.Skeletons, labels.Tracks);
        foreach (var frame in labels.FramesInOrder)
            losses.Add(frame);
        return losses.Sentences();
    }
}

/// <summary>
/// Writes the tidy table as frames come. On a full disk the file ends with the last whole frame that was added.
/// </summary>
internal sealed class TidyCsvStreamWriter : ILabelsSink
{
    private const int MaxHeld = 1 << 16;

    private readonly string _path;
    private readonly AtomicFile _place;
    private readonly DiskHeadroom _headroom;
    private readonly FileStream _file;
    private readonly MemoryStream _held = new();
    private readonly CsvTableWriter _writer;
    private readonly TidyLosses _losses = new();

    public TidyCsvStreamWriter(string path, Skeleton skeleton)
    {
        _losses.Add([skeleton], []);
        _path = path;
        _writer = new CsvTableWriter(_held);
        _place = AtomicFile.Begin(path);
        try
        {
            _file = _place.Open(bufferSize: 0);
            _headroom = new DiskHeadroom(path, _place, 0);
        }
        catch
        {
            Dispose();
            throw;
        }
        TidyCsvWriter.WriteHeader(_writer);
    }

    public void Add(LabeledFrame frame)
    {
        LabelFormats.RequireFinite(frame, _path);
        _losses.Add(frame);
        for (var i = 0; i < frame.Instances.Count; i++)
            TidyCsvWriter.WriteInstance(_writer, frame, i);
        _writer.Flush();
        if (_held.Length < MaxHeld)
            return;
        var isRoomy = _headroom.Ensure(_file.Position);
        Append();
        if (!isRoomy)
        {
            throw new IOException(
                $"The disk is full: {_path} ends with frame {frame.FrameIndex} of {frame.Video.Path}."
            );
        }
    }

    public IReadOnlyList<string> Finish(JsonObject provenance)
    {
        Append();
        var end = _file.Position;
        _file.Dispose();
        _headroom.Trim(end);
        _headroom.Dispose();
        _place.Commit();
        return [.. _losses.Sentences(), "The format has no place for the provenance."];
    }

    public void Dispose()
    {
        _writer.Dispose();
        _file?.Dispose();
        _headroom?.Dispose();
        _place.Dispose();
    }

    private void Append()
    {
        _writer.Flush();
        _held.WriteTo(_file);
        _held.SetLength(0);
    }
}

/// <summary>What the tidy table, CSV or Parquet, cannot hold of frames, told one by one.</summary>
internal sealed class TidyLosses
{
    private readonly HashSet<Skeleton> _skeletons = [];
    private readonly HashSet<Track> _tracks = [];
    private int _corrected;
    private int _empty;
    private int _mistaken;

    /// <summary>Skeletons and tracks that are there without an instance.</summary>
    public void Add(IEnumerable<Skeleton> unused, IEnumerable<Track> idle)
    {
        _skeletons.UnionWith(unused);
        _tracks.UnionWith(idle);
    }

    public void Add(LabeledFrame frame)
    {
        _empty += frame.Instances.Count == 0 ? 1 : 0;
        foreach (var instance in frame.Instances)
        {
            _skeletons.Add(instance.Skeleton);
            if (instance.Track is not null)
                _tracks.Add(instance.Track);
            var hasScore =
                (instance.IsPredicted && !float.IsNaN(instance.Score))
                || instance.Points.Any(p => !float.IsNaN(p.Score));
            _corrected += instance.FromPredicted is null ? 0 : 1;
            _mistaken += instance.IsPredicted == hasScore ? 0 : 1;
        }
    }

    /// <summary>One sentence each.</summary>
    public IEnumerable<string> Sentences()
    {
        if (_skeletons.Any(s => s.Edges.Length > 0 || s.Symmetries.Length > 0))
            yield return "The table has no place for edges and symmetries.";
        if (_corrected > 0)
        {
            yield return $"The table has no place for the link of {_corrected} instances to the predictions they were "
                + "made from.";
        }

        if (_empty > 0)
            yield return $"{_empty} labeled frames without an instance have no row.";
        if (_skeletons.Count > 1)
            yield return $"The nodes of {_skeletons.Count} skeletons read back as one skeleton.";
        if (_tracks.GroupBy(t => t.Name).Any(g => g.Count() > 1))
            yield return "Tracks of one name read back as one track.";
        if (_mistaken > 0)
        {
            yield return $"{_mistaken} instances are told from the other kind by scores, and read back as it: "
                + "predictions without, or people's labels with some.";
        }
    }
}
