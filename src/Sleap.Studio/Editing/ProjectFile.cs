using Sleap.IO;

namespace Sleap.Studio;

/// <summary>What a session knows of its labels file. Not safe for several threads.</summary>
internal sealed class ProjectFile
{
    private ProjectOrigin _origin;
    private FileStamp _base; // the labels that the journal's edits are of

    private ProjectFile(string path, FileStamp stamp, ProjectOrigin origin)
    {
        (Path, _base, Stamp, _origin) = (path, stamp, stamp, origin);
        Saved = new ProjectState(origin);
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <summary>
    /// The state that the file has, or had before another program changed it; null when that is not known.
    /// </summary>
    public ProjectState? Saved { get; private set; }

    /// <summary>The file as it was read or saved last.</summary>
    public FileStamp Stamp { get; private set; }

    /// <summary>Whether the project can be saved into it.</summary>
    public bool IsSlp => LabelsFile.IsSlp(Path);

    /// <summary>The revision of the labels that the journal's edits are of.</summary>
    public long Revision => _origin.Revision;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="options">How.</param>
    /// <param name="revision">The revision of its labels.</param>
    /// <exception cref="IOException">It was changed while it was read.</exception>
    public static ProjectFile Read(string path, LabelsReadOptions options, long revision = 0)
    {
        var stamp = FileStamp.Of(path);
        var labels = LabelsFile.Read(path, options);
        return stamp is not null && stamp == FileStamp.Of(path)
            ? new ProjectFile(path, stamp, new ProjectOrigin(labels, path, revision))
            : throw new IOException($"{path} was changed while it was read.");
    }

    /// <summary>What a journal begins with whose edits are of the labels as they were read.</summary>
    public JournalHeader JournalHeader() =>
        new(
            Studio.JournalHeader.Version,
            System.IO.Path.GetFileName(Path),
            _base,
            JournalVideo.Of(_origin.Labels.Videos)
        );

    /// <summary>The edits of a journal that are not in the file; null when all are.</summary>
    public PendingEdits? PendingOf(JournalContent content, string journal)
    {
        var place = content.PlaceOf(Stamp);
        if (place >= content.LastEdit && content.Unreadable == 0)
            return null;
        List<string> problems = [];
        var hasOrigin = place >= 0 || LabelsFile.FindBackup(Path, content.Header.Base) is not null;
        if (place < 0)
            problems.Add("The labels file was changed by another program since; the edits are of an earlier version.");
        if (!hasOrigin)
            problems.Add("The version of the labels that the edits are of is not there any more.");
        if (content.Unreadable > 0)
            problems.Add($"The journal is damaged: {content.Unreadable} of its records cannot be read.");
        foreach (var (then, now) in content.Header.Videos.Zip(JournalVideo.Of(Saved!.Structure.Videos)))
        {
            if (then.Length is not null && now.Length is not null && then.Length != now.Length)
            {
                problems.Add(
                    $"The video {OneLine.Of(OneLine.Short(now.Path))} is another file than when it was labeled."
                );
            }
        }

        return new PendingEdits(
            content.Records.Count(record => record.IsEdit && record.Number > place),
            File.GetLastWriteTimeUtc(journal),
            hasOrigin,
            problems
        );
    }

    /// <summary>Does the edits of a journal again.</summary>
    /// <returns>What came of it; null when the labels that they are of are not there, or the file is not what they
    /// give.</returns>
    public JournalReplay? Replay(JournalContent content, LabelsReadOptions options)
    {
        var place = content.PlaceOf(Stamp);
        if (content.Header.Base == Stamp)
            return Begin(_origin, JournalReplay.Run(new ProjectState(_origin), content, place));
        if (LabelsFile.FindBackup(Path, content.Header.Base) is { } backup)
        {
            var origin = new ProjectOrigin(SlpReader.Read(backup, options), backup);
            // Labels of another program in the place of ours are not to be replaced unseen: the file that is known is
            // ours.
            var known = place >= 0 ? Stamp : content.Records.LastOrDefault(record => record.Stamp is not null)?.Stamp;
            known ??= content.Header.Base;
            var replay = JournalReplay.Run(new ProjectState(origin), content, content.PlaceOf(known));
            if (place >= 0 && (replay.AtPlace is null || !IsInFile(replay.AtPlace, origin)))
                return null;
            (_base, Stamp) = (content.Header.Base, known);
            return Begin(origin, replay);
        }

        // Without the backup, what was edited since the last save is done on the file; what was before cannot be
        // undone.
        if (place < 0 || place >= content.LastEdit)
            return null;
        var start = new ProjectState(_origin, content.SaveOf(Stamp)!.Tracks);
        return Begin(_origin, JournalReplay.Run(start, content, place, place));
    }

    private JournalReplay Begin(ProjectOrigin origin, JournalReplay replay)
    {
        (_origin, Saved) = (origin, replay.AtPlace);
        return replay;
    }

    /// <summary>Refuses to go on where another program has changed the file.</summary>
    /// <exception cref="SaveException">It has.</exception>
    public void CheckUnchanged(bool overwrite)
    {
        if (!overwrite && FileStamp.Of(Path) != Stamp)
        {
            throw new SaveException(
                SaveFault.Changed,
                $"{Path} was changed or removed by another program since it was opened; save the project under another "
                    + "name, or replace the file, which then becomes a backup."
            );
        }
    }

    /// <summary>Writes a state beside the file.</summary>
    /// <exception cref="SaveException">It cannot be written.</exception>
    public (AtomicFile File, FileStamp Stamp) Write(ProjectState state, bool acceptLosses)
    {
        var labels = state.ToLabels();
        return LabelsFile.Write(labels, Path, SourceOf(labels), embedImages: false, acceptLosses);
    }

    /// <summary>Writes a state beside another path.</summary>
    /// <exception cref="SaveException">It cannot be written.</exception>
    public AtomicFile WriteAs(ProjectState state, string path, bool acceptLosses)
    {
        var labels = state.ToLabels();
        return LabelsFile.Write(labels, path, SourceOf(labels), LabelsFile.IsPackage(path), acceptLosses).File;
    }

    /// <summary>Puts a written state into the file's place; the file becomes a backup.</summary>
    /// <exception cref="SaveException">The file cannot be replaced.</exception>
    public void Commit(AtomicFile written, FileStamp stamp, ProjectState state, int backups)
    {
        var (backup, replaced) = LabelsFile.Replace(Path, written);
        if (backup is not null && replaced == _base && _origin.IsInPlace)
            _origin.MoveTo(backup);
        (Stamp, Saved) = (stamp, state);
        LabelsFile.KeepNewest(Path, backups, _base);
    }

    /// <summary>The .slp that images are copied from; null when the labels were not read from one.</summary>
    /// <exception cref="SaveException">Another program may have put other images in the place of ours.</exception>
    private string? SourceOf(Labels labels)
    {
        if (!IsSlp)
            return null;
        var hasImages = labels.Videos.Any(video => SlpImageCopy.GroupIn(video, Path) is not null);
        return hasImages && _origin.ReadFrom == Path && FileStamp.Of(Path) != Stamp
            ? throw new SaveException(
                SaveFault.Changed,
                $"{Path}, which the images of the project are in, was changed or removed by another program since it "
                    + "was opened; put it back to save the project."
            )
            : _origin.ReadFrom;
    }

    private bool IsInFile(ProjectState state, ProjectOrigin origin) =>
        SaveCheck.Difference(state.ToLabels(), origin.ReadFrom, _origin.Labels, Path, hasLosses: true) is null;
}
