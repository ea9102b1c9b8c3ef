using System.Globalization;
using System.IO.MemoryMappedFiles;

namespace Sleap.MLNet;

/// <summary>
/// Decoded pictures of a training: in memory up to a budget, the rest in a memory-mapped file that is gone when the
/// program ends, however it ends. Pictures are added by one thread, and then read by several.
/// </summary>
internal sealed class SampleCache : IDisposable
{
    private readonly string _folder;
    private readonly Lock _opening = new();
    private FileStream? _file;
    private MemoryMappedFile? _map;
    private MemoryMappedViewAccessor? _view;

    /// <param name="budget">Bytes in memory at most.</param>
    /// <param name="folder">For the file.</param>
    public SampleCache(long budget, string folder) => (Budget, _folder) = (budget, folder);

    public long Budget { get; }

    /// <summary>Bytes of pictures in memory.</summary>
    public long MemoryBytes { get; private set; }

    /// <summary>Bytes of pictures in the file.</summary>
    public long FileBytes { get; private set; }

    /// <summary>Half of what the process may use.</summary>
    public static long DefaultBudget => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    /// <summary>Keeps a picture; the caller gives its bytes away.</summary>
    /// <exception cref="IOException">The file cannot be written: the disk is full, perhaps.</exception>
    public Picture Add(byte[] pixels)
    {
        if (MemoryBytes + pixels.Length <= Budget)
        {
            MemoryBytes += pixels.Length;
            return new(pixels, 0);
        }
        var at = FileBytes;
        try
        {
            (_file ??= Open()).Write(pixels);
        }
        catch (IOException problem)
        {
            throw new IOException(
                $"The training frames take more than Training.CacheMegabytes ({Budget >> 20} MB), "
                    + $"and the rest cannot be written to a file in '{_folder}' ({FileBytes >> 20} MB so far): "
                    + $"{problem.Message}",
                problem
            );
        }
        FileBytes += pixels.Length;
        return new(null, at);
    }

    /// <summary>Copies a picture.</summary>
    public void Read(Picture picture, Span<byte> to)
    {
        if (picture.InMemory is { } bytes)
            bytes.CopyTo(to);
        else
            View().SafeMemoryMappedViewHandle.ReadSpan((ulong)picture.At, to);
    }

    public override string ToString()
    {
        var file =
            FileBytes == 0
                ? ""
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $", {FileBytes / 1048576.0:0.0} MB in a file in '{_folder}'"
                );
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{MemoryBytes / 1048576.0:0.0} MB in memory (at most {Budget >> 20} MB){file}"
        );
    }

    public void Dispose()
    {
        _view?.Dispose();
        _map?.Dispose();
        _file?.Dispose();
    }

    private FileStream Open()
    {
        var path = Path.Combine(_folder, $".sleap-frames-{Guid.NewGuid():N}.tmp");
        var file = new FileStream(
            path,
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.ReadWrite | FileShare.Delete,
            1 << 20,
            FileOptions.DeleteOnClose
        );
        // Without a name it goes with the process, also when that is killed. Windows closes for us.
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
        return file;
    }

    private MemoryMappedViewAccessor View()
    {
        lock (_opening)
        {
            if (_view is not null)
                return _view;
            _file!.Flush();
            _map = MemoryMappedFile.CreateFromFile(
                _file,
                null,
                0,
                MemoryMappedFileAccess.Read,
                HandleInheritability.None,
                leaveOpen: true
            );
            return _view = _map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        }
    }

    /// <summary>Where a picture is.</summary>
    /// <param name="InMemory">Its bytes, or null.</param>
    /// <param name="At">Its place in the file.</param>
    public readonly record struct Picture(byte[]? InMemory, long At);
}
