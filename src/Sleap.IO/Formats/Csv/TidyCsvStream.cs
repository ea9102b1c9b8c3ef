using System.Text;
using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>Writes the tidy table as frames come. On a full disk the file ends with the last whole frame that was added.</summary>
internal sealed class TidyCsvStream : ILabelsSink
{
    private const int MostHeld = 1 << 16;

    private readonly string path;
    private readonly AtomicFile place;
    private readonly DiskHeadroom headroom;
    private readonly FileStream file;
    private readonly StringWriter held = new() { NewLine = "\n" };
    private readonly TidyCsvLosses losses = new();

    public TidyCsvStream(string path, Skeleton skeleton)
    {
        losses.Add([skeleton], []);
        this.path = path;
        place = AtomicFile.Begin(path);
        try
        {
            file = new FileStream(place.Temporary, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            headroom = new DiskHeadroom(path, place.Temporary, 0);
        }
        catch
        {
            Dispose();
            throw;
        }
        TidyCsv.WriteHeader(held);
    }

    public void Add(LabeledFrame frame)
    {
        losses.Add(frame);
        for (var i = 0; i < frame.Instances.Count; i++)
            TidyCsv.WriteInstance(held, frame, i);
        if (held.GetStringBuilder().Length < MostHeld)
            return;
        var isRoomy = headroom.Ensure(file.Position);
        Append();
        if (!isRoomy)
            throw new IOException($"The disk is full: {path} ends with frame {frame.FrameIndex} of {frame.Video.Path}.");
    }

    public IReadOnlyList<string> Finish(JsonObject provenance)
    {
        Append();
        var end = file.Position;
        file.Dispose();
        headroom.Trim(end);
        headroom.Dispose();
        place.Commit();
        return [.. losses.Sentences(), "The format has no place for the provenance."];
    }

    public void Dispose()
    {
        file?.Dispose();
        headroom?.Dispose();
        place.Dispose();
    }

    private void Append()
    {
        file.Write(Encoding.UTF8.GetBytes(held.ToString()));
        held.GetStringBuilder().Clear();
    }
}
