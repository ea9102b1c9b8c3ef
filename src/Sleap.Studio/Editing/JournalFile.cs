using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>What a journal begins with: the labels that its edits are of.</summary>
/// <param name="Format">Version of the layout, and of what commands do.</param>
/// <param name="File">Name of the labels file.</param>
/// <param name="Base">The labels file as it was before the first edit.</param>
/// <param name="Videos">Its videos.</param>
internal sealed record JournalHeader(int Format, string File, FileStamp Base, IReadOnlyList<JournalVideo> Videos)
{
    /// <summary>The version that is written and read.</summary>
    public const int Version = 1;
}

/// <summary>A video that edits of a journal refer to.</summary>
/// <param name="Path">Its path in the labels.</param>
/// <param name="Dataset">Its dataset in an HDF5 file, or null.</param>
/// <param name="Length">Bytes of its file; null when it was not found.</param>
internal sealed record JournalVideo(string Path, string? Dataset = null, long? Length = null)
{
    /// <summary>The videos of labels as they are now.</summary>
    public static IReadOnlyList<JournalVideo> Of(IEnumerable<Video> videos) =>
        [
            .. videos.Select(video => new JournalVideo(
                video.Path,
                video.Dataset,
                // Images in the labels file go with it.
                video is { Kind: not VideoKind.Embedded, FoundPath: { } found }
                && System.IO.File.Exists(found)
                    ? new FileInfo(found).Length
                    : null
            )),
        ];
}

/// <summary>What a record of a journal says.</summary>
internal enum JournalKind
{
    /// <summary>A command was done.</summary>
    Do,

    /// <summary>The last step was undone.</summary>
    Undo,

    /// <summary>The step that was undone last was done again.</summary>
    Redo,

    /// <summary>The labels were saved, or were about to be.</summary>
    Save,
}

/// <summary>A record of a journal.</summary>
/// <param name="Number">Its number; numbers rise by 1 from 1.</param>
/// <param name="Kind">What it says.</param>
/// <param name="Command">The command that was done.</param>
/// <param name="At">For a save: the number of the last record that is in the file.</param>
/// <param name="Stamp">For a save: the file.</param>
/// <param name="Tracks">For a save: numbers of the file's tracks, then that of the next one.</param>
internal sealed record JournalRecord(
    long Number,
    JournalKind Kind,
    EditCommand? Command = null,
    long? At = null,
    FileStamp? Stamp = null,
    IReadOnlyList<int>? Tracks = null
)
{
    /// <summary>Whether it changes the labels.</summary>
    public bool IsEdit => Kind != JournalKind.Save;
}

/// <summary>The content of a journal.</summary>
/// <param name="Header">What it begins with.</param>
/// <param name="Records">The records that can be read.</param>
/// <param name="Ends">For each record the position behind it, in bytes; before them that behind the header.</param>
/// <param name="Sums">The check sums at these places.</param>
/// <param name="Unreadable">Lines from the first damaged one on; a last line that is not whole does not count.</param>
internal sealed record JournalContent(
    JournalHeader Header,
    IReadOnlyList<JournalRecord> Records,
    IReadOnlyList<long> Ends,
    IReadOnlyList<string> Sums,
    int Unreadable
)
{
    /// <summary>Number of the last edit; 0 when there is none.</summary>
    public long LastEdit => Records.LastOrDefault(record => record.IsEdit)?.Number ?? 0;

    /// <summary>The last save that made a file, by its stamp; null when none did.</summary>
    public JournalRecord? SaveOf(FileStamp file) => Records.LastOrDefault(record => record.Stamp == file);

    /// <summary>Number of the last record that a file has, by its stamp; -1 when the journal does not know the
    /// file.</summary>
    public long PlaceOf(FileStamp file) => SaveOf(file)?.At ?? (Header.Base == file ? 0 : -1);
}

/// <summary>
/// The file NAME.journal beside labels, to which each edit is appended and flushed to the disk before it counts. A line
/// is a check sum of it and of all lines before, a space, and JSON.
/// </summary>
internal sealed class JournalFile : IDisposable
{
    private const int SumLetters = 16;
    private readonly FileStream _file;
    private string _path;
    private string _sum;
    private long _length;

    private JournalFile(string path, FileStream file, string sum, long length) =>
        (_path, _file, _sum, _length) = (path, file, sum, length);

    /// <summary>The journal of a labels file.</summary>
    public static string PathOf(string labels) => labels + ".journal";

    /// <summary>Begins a journal.</summary>
    /// <exception cref="EditException">It cannot be written, or there is one.</exception>
    public static JournalFile Create(string path, JournalHeader header)
    {
        JournalFile? journal = null;
        try
        {
            journal = new JournalFile(path, Open(path, FileMode.CreateNew), "", 0);
            journal.Append(JsonSerializer.SerializeToUtf8Bytes(header, EditJson.Options));
            return journal;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw NotWritten(fault);
        }
        catch (EditException)
        {
            journal!.Delete();
            throw;
        }
    }

    /// <summary>Goes on with a journal behind one of its records; what lies behind it is cut off.</summary>
    /// <param name="path">The journal.</param>
    /// <param name="content">Its content.</param>
    /// <param name="records">How many records stay.</param>
    public static JournalFile Resume(string path, JournalContent content, int records)
    {
        var file = Open(path, FileMode.Open);
        file.SetLength(content.Ends[records]);
        return new JournalFile(path, file, content.Sums[records], content.Ends[records]);
    }

    /// <summary>Appends a record and flushes it to the disk.</summary>
    /// <exception cref="EditException">It cannot be written; the journal is as it was.</exception>
    public void Append(JournalRecord record) => Append(JsonSerializer.SerializeToUtf8Bytes(record, EditJson.Options));

    /// <summary>Reads a journal.</summary>
    /// <returns>Its content; null when there is no journal, or nothing was acknowledged in it.</returns>
    /// <exception cref="PoseFormatException">It is damaged from the first line on, or of another version.</exception>
    public static JournalContent? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var lines = new JournalLines(file);
        List<JournalRecord> records = [];
        List<long> ends = [];
        List<string> sums = [];
        JournalHeader? header = null;
        var sum = "";
        while (lines.Next() is { } line)
        {
            if (Content(line, ref sum) is not { } json || !Parse(json, records, ref header))
            {
                // A process that was killed, or a disk that was full, leaves a piece of the last line.
                var isTorn = line[^1] != '\n';
                var unreadable = isTorn ? 0 : 1;
                while (lines.Next() is not null)
                    unreadable++;
                if (header is not null)
                    return Checked(path, new JournalContent(header, records, ends, sums, unreadable));
                return isTorn ? null : throw new PoseFormatException(path, null, "the first line is damaged.");
            }

            ends.Add(lines.Position);
            sums.Add(sum);
        }

        return header is null ? null : Checked(path, new JournalContent(header, records, ends, sums, 0));
    }

    /// <summary>Puts the journal in the place of another one, which becomes a backup.</summary>
    /// <exception cref="EditException">That is not possible; both are as they were.</exception>
    public void MoveTo(string path, string? backup)
    {
        try
        {
            if (backup is null)
                File.Move(_path, path);
            else
                File.Replace(_path, path, backup);
            _path = path;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw NotWritten(fault);
        }
    }

    /// <summary>Closes and deletes the journal.</summary>
    public void Delete()
    {
        Dispose();
        File.Delete(_path);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static FileStream Open(string path, FileMode mode) =>
        new(path, mode, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0);

    private void Append(byte[] json)
    {
        if (json.Length > EditLimits.CommandBytes)
        {
            throw EditException.Invalid(
                $"The command has {json.Length:N0} bytes; {EditLimits.CommandBytes:N0} are allowed."
            );
        }
        var sum = SumOf(_sum, json);
        byte[] line = [.. Encoding.ASCII.GetBytes(sum), (byte)' ', .. json, (byte)'\n'];
        try
        {
            // What an append before could not finish, and not take back, is behind the end.
            if (_file.Length != _length)
                _file.SetLength(_length);
            _file.Position = _length;
            _file.Write(line);
            _file.Flush(flushToDisk: true);
        }
        // Where a file may not become longer, as on FAT, .NET throws the last one.
        catch (Exception fault)
            when (fault is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            TakeBack();
            throw NotWritten(fault);
        }

        (_sum, _length) = (sum, _length + line.Length);
    }

    private static EditException NotWritten(Exception fault) =>
        new(
            EditFault.NotWritten,
            $"The journal cannot be written, so that nothing was changed: {OneLine.Of(fault.Message)}",
            fault
        );

    private void TakeBack()
    {
        try
        {
            _file.SetLength(_length);
        }
        catch (IOException)
        {
            // The next append tries again, before it writes.
        }
    }

    private static JournalContent Checked(string path, JournalContent content) =>
        content.Header.Format == JournalHeader.Version
            ? content
            : throw new PoseFormatException(
                path,
                null,
                $"it has version {content.Header.Format}, expected {JournalHeader.Version}."
            );

    private static string SumOf(string before, ReadOnlySpan<byte> json)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(before));
        hash.AppendData(json);
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..SumLetters];
    }

    /// <summary>The JSON of a line; null when the line is damaged.</summary>
    private static byte[]? Content(byte[] line, ref string sum)
    {
        if (line.Length <= SumLetters + 1 || line[^1] != '\n' || line[SumLetters] != ' ')
            return null;
        var json = line[(SumLetters + 1)..^1];
        var now = SumOf(sum, json);
        if (Encoding.ASCII.GetString(line, 0, SumLetters) != now)
            return null;
        sum = now;
        return json;
    }

    private static bool Parse(byte[] json, List<JournalRecord> records, ref JournalHeader? header)
    {
        try
        {
            if (header is null)
            {
                header = JsonSerializer.Deserialize<JournalHeader>(json, EditJson.Options);
                return header is not null;
            }

            var record = JsonSerializer.Deserialize<JournalRecord>(json, EditJson.Options);
            var isWhole = record?.Kind switch
            {
                JournalKind.Do => record.Command is not null,
                JournalKind.Save => record is { At: >= 0, Stamp: not null, Tracks: not null },
                null => false,
                _ => true,
            };
            if (!isWhole || record!.Number != records.Count + 1)
                return false;
            records.Add(record);
            return true;
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            return false;
        }
    }
}

/// <summary>Reads a file line by line, as bytes with the line's end.</summary>
internal sealed class JournalLines(Stream file)
{
    private const int MaxLine = EditLimits.CommandBytes * 2;
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;

    /// <summary>The position behind the last line.</summary>
    public long Position { get; private set; }

    /// <summary>The next line; null behind the last one. A line that is too long comes in pieces.</summary>
    public byte[]? Next()
    {
        var line = new List<byte>();
        while (line.Count < MaxLine)
        {
            if (_start == _end)
            {
                (_start, _end) = (0, file.Read(_buffer));
                if (_end == 0)
                    break;
            }

            var rest = _buffer.AsSpan(_start, _end - _start);
            var length = rest.IndexOf((byte)'\n') + 1;
            var isEnd = length > 0;
            length = isEnd ? length : rest.Length;
            line.AddRange(rest[..length]);
            _start += length;
            if (isEnd)
                break;
        }

        Position += line.Count;
        return line.Count == 0 ? null : [.. line];
    }
}
