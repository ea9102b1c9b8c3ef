using System.Globalization;
using System.IO.MemoryMappedFiles;
using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>
/// Cache of the decoded images of a training: in memory up to a limit, the rest in a memory-mapped file that is deleted
/// when the process ends, even if it is killed. Images are added by one thread; afterwards several threads can read.
/// </summary>
internal sealed class SampleCache : IDisposable
{
    private readonly string _folder;
    private readonly Lock _opening = new();
    private FileStream? _file;
    private MemoryMappedFile? _map;
    private MemoryMappedViewAccessor? _view;

    /// <param name="budget">Maximum number of bytes in memory.</param>
    /// <param name="folder">Folder of the file.</param>
    public SampleCache(long budget, string folder) => (Budget, _folder) = (budget, folder);

    public long Budget { get; }

    /// <summary>Bytes of images in memory.</summary>
    public long MemoryBytes { get; private set; }

    /// <summary>Bytes of images in the file.</summary>
    public long FileBytes { get; private set; }

    /// <summary>The default limit: half of the memory that the process may use.</summary>
    public static long DefaultBudget => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    /// <summary>Adds an image; takes ownership of its bytes.</summary>
    /// <exception cref="IOException">The file cannot be written, for example because the disk is full.</exception>
    public Picture Add(byte[] pixels)
    {
        if (MemoryBytes + pixels.Length <= Budget)
        {
            MemoryBytes += pixels.Length;
            return new(pixels, 0, pixels.Length);
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
        return new(null, at, pixels.Length);
    }

    /// <summary>Returns the bytes of an image, which must not be changed.</summary>
    public byte[] Read(Picture image)
    {
        if (image.InMemory is { } pixels)
            return pixels;
        var read = new byte[image.Length];
        View().SafeMemoryMappedViewHandle.ReadSpan((ulong)image.At, read.AsSpan());
        return read;
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
        var file = AtomicFile.CreatePrivate(path, FileOptions.DeleteOnClose);
        // An unlinked file is deleted with the process, even if it is killed. On Windows the system deletes it.
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

    /// <summary>Location of an image.</summary>
    /// <param name="InMemory">The bytes, or null if the image is in the file.</param>
    /// <param name="At">Offset in the file.</param>
    /// <param name="Length">Number of bytes.</param>
    public readonly record struct Picture(byte[]? InMemory, long At, int Length);
}
