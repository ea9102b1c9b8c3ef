using System.Buffers.Binary;
using System.Text;

namespace Sleap.IO;

/// <summary>
/// Whether a movie that ffmpeg cannot read is cut off, as the sizes in it show: ISO media (MP4, MOV, 3GP) are a row of
/// boxes, of which "moov" is the index, and AVI is one RIFF chunk.
/// </summary>
internal static class VideoContainer
{
    private const int HeadBytes = 16;
    private const int MaxBoxes = 10_000;
    private const string Unfinished = "a recording that was not finished and a copy that broke off are so";

    private static readonly string[] FirstBoxes = ["ftyp", "moov", "mdat", "wide", "free", "skip", "pnot"];

    /// <summary>A sentence if the file is cut off for certain; otherwise null.</summary>
    public static string? CutOff(string path)
    {
        using var file = File.OpenRead(path);
        var head = Head(file, 0);
        if (Name(head, 0) == "RIFF" && head.Length >= 8)
        {
            var size = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(4));
            return size is > 0 and < uint.MaxValue && size + 8L > file.Length
                ? $"the file is cut off after {file.Length:N0} of {size + 8L:N0} bytes: {Unfinished}."
                : null;
        }
        return FirstBoxes.Contains(Name(head, 4)) ? CutOffOfBoxes(file) : null;
    }

    private static string? CutOffOfBoxes(FileStream file)
    {
        var hasIndex = false;
        var at = 0L;
        for (var i = 0; at < file.Length && i < MaxBoxes; i++)
        {
            var head = Head(file, at);
            if (head.Length < 8)
                break;
            long size = BinaryPrimitives.ReadUInt32BigEndian(head);
            // 1: the size is in 8 bytes behind; 0: the box goes to the end of the file.
            if (size == 1 && head.Length == HeadBytes)
                size = BinaryPrimitives.ReadInt64BigEndian(head.AsSpan(8));
            if (size == 0)
                size = file.Length - at;
            if (size < 8)
                return null;
            if (size > file.Length - at)
            {
                var place =
                    hasIndex ? "behind"
                    : Name(head, 4) == "moov" ? "within"
                    : "before";
                return $"the file is cut off {place} its index (moov): {Unfinished}.";
            }
            hasIndex |= Name(head, 4) == "moov";
            at += size;
        }
        return hasIndex ? null : $"the file is cut off: its index (moov) is not there; {Unfinished}.";
    }

    private static byte[] Head(FileStream file, long at)
    {
        var head = new byte[HeadBytes];
        file.Position = at;
        return head[..file.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false)];
    }

    private static string Name(byte[] head, int at) =>
        head.Length >= at + 4 ? Encoding.Latin1.GetString(head, at, 4) : "";
}
