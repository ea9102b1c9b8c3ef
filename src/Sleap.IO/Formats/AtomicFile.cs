namespace Sleap.IO;

/// <summary>Writes a file so that it is there whole or not at all: into a temporary file beside it, to the disk, then renamed over the old one.</summary>
internal static class AtomicFile
{
    /// <summary>Writes through a temporary path; when writing fails, the old file stays as it was and nothing is left behind.</summary>
    /// <param name="path">The file to be.</param>
    /// <param name="write">Writes everything to the path it is given and closes it.</param>
    public static void Write(string path, Action<string> write)
    {
        var full = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(full)!;
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"{path} cannot be written: there is no folder {folder}.");
        if (Directory.Exists(full))
            throw new IOException($"{path} cannot be written: it is a folder.");
        var temporary = Path.Combine(folder, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
        try
        {
            write(temporary);
            // A rename may reach the disk before the content does: the content first.
            using (var stream = new FileStream(temporary, FileMode.Open, FileAccess.ReadWrite))
                stream.Flush(flushToDisk: true);
            File.Move(temporary, full, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
