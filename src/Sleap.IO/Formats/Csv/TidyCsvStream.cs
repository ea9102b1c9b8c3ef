using System.Text;
using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// Writes the tidy table as frames come. On a full disk the file ends with the last whole frame that was added.
/// </summary>
internal sealed class TidyCsvStream : ILabelsSink
{
    private const int MostHeld = 1 << 16;

    private readonly string _path;
    private readonly AtomicFile _place;
    private readonly DiskHeadroom _headroom;
    private readonly FileStream _file;
    private readonly StringWriter _held = new() { NewLine = "\n" };
    private readonly TidyCsvLosses _losses = new();

    public TidyCsvStream(string path, Skeleton skeleton)
    {
        _losses.Add([skeleton], []);
        _path = path;
        _place = AtomicFile.Begin(path);
        try
        {
            _file = new FileStream(
                _place.Temporary,
                FileMode.Create,
                FileAccess.Write,
                FileShare.ReadWrite,
                bufferSize: 0
            );
            _headroom = new DiskHeadroom(path, _place.Temporary, 0);
        }
        catch
        {
            Dispose();
            throw;
        }
        TidyCsv.WriteHeader(_held);
    }

    public void Add(LabeledFrame frame)
    {
        _losses.Add(frame);
        for (var i = 0; i < frame.Instances.Count; i++)
            TidyCsv.WriteInstance(_held, frame, i);
        if (_held.GetStringBuilder().Length < MostHeld)
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
        _file?.Dispose();
        _headroom?.Dispose();
        _place.Dispose();
    }

    private void Append()
    {
        _file.Write(Encoding.UTF8.GetBytes(_held.ToString()));
        _held.GetStringBuilder().Clear();
    }
}
