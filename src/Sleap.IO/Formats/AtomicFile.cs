using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Sleap.IO;

/// <summary>
/// A file that appears whole or not at all: it is written to a temporary file beside it, flushed to the disk, then
/// renamed over the old one. Until then only the user can read it; then it has the mode of the file that it replaces.
/// It stays open while it is written, so that nobody can put a link to another file in its place.
/// </summary>
internal sealed class AtomicFile : IDisposable
{
    private readonly string _full;
    private readonly FileStream _file;
    private readonly List<FileStream> _streams = [];

    private AtomicFile(string full, string temporary)
    {
        (_full, Temporary) = (full, temporary);
        _file = CreatePrivate(temporary, FileOptions.None);
    }

    /// <summary>Path of the file until <see cref="Commit"/>, for other programs and for reading.</summary>
    public string Temporary { get; }

    /// <summary>Makes the empty temporary file, and so checks that the folder can be written to.</summary>
    /// <param name="path">The file to be.</param>
    /// <param name="ending">Ending of the temporary file, for writers that take the format from it.</param>
    /// <exception cref="IOException">There is no such folder, the path is a folder, or nothing can be written
    /// there.</exception>
    public static AtomicFile Begin(string path, string ending = ".tmp")
    {
        var full = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(full)!;
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"{path} cannot be written: there is no folder {folder}.");
        if (Directory.Exists(full))
            throw new IOException($"{path} cannot be written: it is a folder.");
        try
        {
            return new AtomicFile(full, Path.Combine(folder, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}{ending}"));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path} cannot be written: {folder} takes no new files ({fault.Message}).", fault);
        }
    }

    /// <summary>
    /// Writes a file; when writing fails, the old file stays as it was and nothing is left behind.
    /// </summary>
    /// <param name="path">The file to be.</param>
    /// <param name="write">Writes everything to the stream it is given, and may close it.</param>
    public static void Write(string path, Action<FileStream> write)
    {
        using var file = Begin(path);
        using (var stream = file.Open())
            write(stream);
        file.Commit();
    }

    /// <summary>Writes a text in UTF-8.</summary>
    /// <inheritdoc cref="Write"/>
    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>The temporary file as a stream with a position of its own, from the beginning.</summary>
    /// <remarks>It is closed with the file, whose handle it shares.</remarks>
    public FileStream Open(int bufferSize = 4096)
    {
        var handle = new SafeFileHandle(_file.SafeFileHandle.DangerousGetHandle(), ownsHandle: false);
        _streams.Add(new FileStream(handle, FileAccess.ReadWrite, bufferSize));
        return _streams[^1];
    }

    /// <summary>
    /// Makes a file that was not there, and that no other user can open. A link that somebody put there is not followed.
    /// </summary>
    public static FileStream CreatePrivate(string path, FileOptions options)
    {
        var how = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            Options = options,
        };
        if (!OperatingSystem.IsWindows())
            how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, how);
    }

    /// <summary>Puts the file in its place.</summary>
    /// <param name="backup">Where the file that it replaces goes, in the same folder; null: nowhere.</param>
    /// <exception cref="IOException">It cannot be replaced, or somebody put another file in the place of the temporary
    /// one.</exception>
    public void Commit(string? backup = null)
    {
        CloseStreams();
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(
                _file.SafeFileHandle,
                File.Exists(_full) ? File.GetUnixFileMode(_full) : NewFileMode()
            );
        }

        // A rename may reach the disk before the content does: the content first.
        _file.Flush(flushToDisk: true);
        var written = new FileInfo(Temporary);
        if (written.LinkTarget is not null || written.Length != RandomAccess.GetLength(_file.SafeFileHandle))
            throw new IOException($"{_full} cannot be written: {Temporary} was replaced while it was written.");
        _file.Dispose();
        if (backup is not null && File.Exists(_full))
            File.Replace(Temporary, _full, backup);
        else
            File.Move(Temporary, _full, overwrite: true);
    }

    /// <summary>Removes the temporary file if it was not committed.</summary>
    public void Dispose()
    {
        try
        {
            CloseStreams();
        }
        finally
        {
            _file.Dispose();
            File.Delete(Temporary);
        }
    }

    // A stream that is not closed would write what it holds later, into whatever has the number of the handle then.
    private void CloseStreams()
    {
        foreach (var stream in _streams)
            stream.Dispose();
        _streams.Clear();
    }

    /// <summary>The mode that new files get here, which the system tells only by making one.</summary>
    [UnsupportedOSPlatform("windows")]
    private UnixFileMode NewFileMode()
    {
        var probe = Temporary + "-mode";
        using var file = new FileStream(
            probe,
            FileMode.CreateNew,
            FileAccess.Write,
            FileShare.None,
            1,
            FileOptions.DeleteOnClose
        );
        return File.GetUnixFileMode(file.SafeFileHandle);
    }
}

/// <summary>
/// Keeps a file that is being written 2 to 4 MB longer than its content. A full disk is then noticed before a write of
/// content fails, and there is room to complete the file with what was written so far.
/// </summary>
internal sealed class DiskHeadroom : IDisposable
{
    private const int MinBytes = 2 << 20;
    private const int MaxBytes = 4 << 20;
    private static readonly byte[] Block = new byte[1 << 18];
    private readonly FileStream _file;
    private long _length;
    private bool _isFull;

    /// <param name="path">The file to be, for messages.</param>
    /// <param name="written">The file that is written.</param>
    /// <param name="end">Position behind the content, in bytes.</param>
    /// <exception cref="IOException">The disk is full already.</exception>
    public DiskHeadroom(string path, AtomicFile written, long end)
    {
        _file = written.Open(bufferSize: 0);
        _length = _file.Length;
        if (Ensure(end))
            return;
        _file.Dispose();
        throw new IOException($"{path} cannot be written: the disk has less than {MaxBytes >> 20} MB left.");
    }

    /// <summary>
    /// Lengthens the file where needed; false once the disk is full, when the reserve is left for completing the file.
    /// </summary>
    /// <param name="end">Position behind the content, in bytes.</param>
    public bool Ensure(long end)
    {
        if (_isFull || _length - end >= MinBytes)
            return !_isFull;
        try
        {
            _file.Position = Math.Max(_length, end);
            while (_file.Position < end + MaxBytes)
                _file.Write(Block);
            _length = _file.Position;
        }
        // Where a file may not become longer, as on FAT, .NET throws the latter.
        catch (Exception fault) when (fault is IOException or ArgumentOutOfRangeException)
        {
            _isFull = true;
        }
        return !_isFull;
    }

    /// <summary>Cuts off the reserve behind the end, when the writer is done.</summary>
    public void Trim(long end)
    {
        if (_file.Length > end)
            _file.SetLength(end);
    }

    public void Dispose() => _file.Dispose();
}
