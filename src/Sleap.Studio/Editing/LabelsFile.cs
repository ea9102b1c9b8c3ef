using System.Globalization;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>A labels file as the studio reads, writes and keeps it.</summary>
internal static class LabelsFile
{
    /// <summary>Whether a path is of the format that projects are saved in.</summary>
    public static bool IsSlp(string path) => Path.GetExtension(path).Equals(".slp", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a path is of labels with their images.</summary>
    public static bool IsPackage(string path) => path.EndsWith(".pkg.slp", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads labels, or makes new ones for a video.</summary>
    /// <param name="path">A file or folder of labels, a video, or a folder of images.</param>
    /// <param name="options">How labels are read.</param>
    public static Labels Read(string path, LabelsReadOptions options)
    {
        var isVideo = Directory.Exists(path)
            ? !LabelFormats.IsFolderOfLabels(path)
            : File.Exists(path) && (ImageFiles.IsMovie(path) || ImageFiles.IsImage(path));
        return isVideo
            ? new Labels([], [Video.FromFile(path)], options.Skeleton is { } skeleton ? [skeleton] : [])
            : Labels.Load(path, options);
    }

    /// <summary>Writes labels into a temporary file beside a path, reads it back and compares.</summary>
    /// <param name="labels">The labels.</param>
    /// <param name="path">The path that the file is to have, of a .slp.</param>
    /// <param name="source">The .slp that images are copied from; null when the labels were not read from one.</param>
    /// <param name="embedImages">Whether images of labeled frames are put in, where none are copied.</param>
    /// <param name="acceptLosses">Whether the file may lack something that the labels hold.</param>
    /// <returns>The file, to be committed, and its stamp.</returns>
    /// <exception cref="SaveException">It cannot be written, lacks something, or differs from the labels.</exception>
    public static (AtomicFile File, FileStamp Stamp) Write(
        Labels labels,
        string path,
        string? source,
        bool embedImages,
        bool acceptLosses
    )
    {
        AtomicFile? file = null;
        try
        {
            file = AtomicFile.Begin(path);
            var losses = SlpWriter.Write(labels, path, file.Open(), source, embedImages);
            if (losses.Count > 0 && !acceptLosses)
                throw new SaveException(SaveFault.Losses, "The file would lack something.") { Losses = losses };
            var read = SlpReader.Read(file.Temporary, new LabelsReadOptions());
            var difference =
                SaveCheck.Difference(labels, source, read, file.Temporary, losses.Count > 0)
                ?? (source is null ? null : SaveCheck.Images(labels, source, read, file.Temporary));
            if (difference is not null)
                throw new SaveException(SaveFault.NotVerified, $"What was written differs: {difference}.");
            return (file, FileStamp.Of(file.Temporary)!);
        }
        // Where a file may not become longer, as on FAT, .NET throws the last one.
        catch (Exception fault)
            when (fault
                    is IOException
                        or UnauthorizedAccessException
                        or PoseFormatException
                        or ArgumentOutOfRangeException
            )
        {
            file?.Dispose();
            throw new SaveException(SaveFault.NotWritten, OneLine.Of(fault.Message), fault);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>Puts a written file in its place; what was there becomes a backup.</summary>
    /// <returns>The backup and its stamp; null when there was nothing.</returns>
    /// <exception cref="SaveException">The file cannot be replaced.</exception>
    public static (string? Backup, FileStamp? Replaced) Replace(string path, AtomicFile written)
    {
        try
        {
            var replaced = FileStamp.Of(path);
            var backup = replaced is null ? null : $"{path}.{Now()}-{replaced.ShortHash}{BackupEnding}";
            written.Commit(backup);
            return (backup, replaced);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SaveException(SaveFault.NotWritten, OneLine.Of(fault.Message), fault);
        }
    }

    /// <summary>Where a journal goes whose edits are not wanted, or cannot all be read.</summary>
    public static string NewJournalBackup(string path) => $"{JournalFile.PathOf(path)}.{Now()}{BackupEnding}";

    /// <summary>The backup of a labels file that has a stamp; null when there is none.</summary>
    public static string? FindBackup(string path, FileStamp stamp) =>
        Backups(path)
            .FirstOrDefault(backup =>
                backup.EndsWith($"-{stamp.ShortHash}{BackupEnding}", StringComparison.Ordinal)
                && FileStamp.Of(backup) == stamp
            );

    /// <summary>Deletes all but the newest backups.</summary>
    /// <param name="path">The labels file.</param>
    /// <param name="count">How many stay.</param>
    /// <param name="pinned">One that stays besides: the journal's edits are of it.</param>
    public static void KeepNewest(string path, int count, FileStamp? pinned)
    {
        foreach (var backup in Backups(path).OrderDescending(StringComparer.Ordinal).Skip(count))
        {
            if (pinned is not null && backup.EndsWith($"-{pinned.ShortHash}{BackupEnding}", StringComparison.Ordinal))
                continue;
            try
            {
                File.Delete(backup);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // It is tried again after the next save.
            }
        }
    }

    private const string BackupEnding = ".bak";

    private static IEnumerable<string> Backups(string path)
    {
        var full = Path.GetFullPath(path);
        var start = $"{full}.";
        return Directory
            .EnumerateFiles(Path.GetDirectoryName(full)!, $"*{BackupEnding}")
            .Where(file =>
                file.StartsWith(start, StringComparison.Ordinal)
                && file.Length > start.Length
                && char.IsAsciiDigit(file[start.Length])
            );
    }

    // Names sort by time; two of one moment get different times.
    private static string Now()
    {
        lock (Last)
        {
            Last[0] = Math.Max(Last[0] + TimeSpan.TicksPerMillisecond, DateTime.UtcNow.Ticks);
            return new DateTime(Last[0]).ToString("yyyyMMdd'T'HHmmssfff", CultureInfo.InvariantCulture);
        }
    }

    private static readonly long[] Last = [0];
}

/// <summary>Labels were not saved; the file is as it was.</summary>
/// <param name="fault">Why.</param>
/// <param name="message">Why, in words.</param>
/// <param name="cause">The exception behind it, or null.</param>
internal sealed class SaveException(SaveFault fault, string message, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>Why.</summary>
    public SaveFault Fault => fault;

    /// <summary>What the file would lack, one sentence each.</summary>
    public IReadOnlyList<string> Losses { get; init; } = [];
}

/// <summary>Why labels were not saved.</summary>
internal enum SaveFault
{
    /// <summary>The project cannot be edited, or earlier edits are not decided on.</summary>
    ReadOnly,

    /// <summary>Projects are saved as .slp only.</summary>
    WrongFormat,

    /// <summary>There is a file of that name, or another session has it open.</summary>
    Taken,

    /// <summary>Another program has changed the file since it was opened or saved.</summary>
    Changed,

    /// <summary>The format cannot hold all that the labels hold.</summary>
    Losses,

    /// <summary>What was written is not what the labels are.</summary>
    NotVerified,

    /// <summary>The file cannot be written; the disk may be full.</summary>
    NotWritten,
}
