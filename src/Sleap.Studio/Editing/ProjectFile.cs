using Sleap.IO;

namespace Sleap.Studio;

/// <summary>What a session knows of its labels file. Not safe for several threads.</summary>
internal sealed class ProjectFile
{
    private ProjectOrigin _origin;
    private FileStamp _base; // the labels that the journal's edits are of
    private FileStamp _stamp; // the file as it was read or saved last

    private ProjectFile(string path, FileStamp stamp, ProjectOrigin origin)
    {
        (Path, _base, _stamp, _origin) = (path, stamp, stamp, origin);
        Saved = new ProjectState(origin);
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <summary>The state that is in the file; null when that is not known.</summary>
    public ProjectState? Saved { get; private set; }

    /// <summary>Whether the project can be saved into it.</summary>
    public bool IsSlp => LabelsFile.IsSlp(Path);

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">It was changed while it was read.</exception>
    public static ProjectFile Read(string path, LabelsReadOptions options)
    {
        var stamp = FileStamp.Of(path);
        var labels = LabelsFile.Read(path, options);
        return stamp is not null && stamp == FileStamp.Of(path)
            ? new ProjectFile(path, stamp, new ProjectOrigin(labels, path))
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
        var place = content.PlaceOf(_stamp);
        if (place >= content.LastEdit && content.Unreadable == 0)
            return null;
        List<string> problems = [];
        var hasOrigin = content.Header.Base == _stamp || LabelsFile.FindBackup(Path, content.Header.Base) is not null;
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
        var place = content.PlaceOf(_stamp);
        var origin = _origin;
        if (content.Header.Base != _stamp)
        {
            if (LabelsFile.FindBackup(Path, content.Header.Base) is not { } backup)
                return null;
            origin = new ProjectOrigin(SlpReader.Read(backup, options), backup);
        }

        var replay = JournalReplay.Run(origin, content, place);
        if (place > 0 && (replay.AtPlace is null || !IsInFile(replay.AtPlace, origin)))
            return null;
        (_origin, _base, Saved) = (origin, content.Header.Base, replay.AtPlace);
        // Labels of another program in the place of ours are not to be replaced unseen.
        if (place < 0)
            _stamp = content.Records.LastOrDefault(record => record.Stamp is not null)?.Stamp ?? content.Header.Base;
        return replay;
    }

    /// <summary>Refuses to go on where another program has changed the file.</summary>
    /// <exception cref="SaveException">It has.</exception>
    public void CheckUnchanged(bool overwrite)
    {
        if (!overwrite && FileStamp.Of(Path) != _stamp)
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
    public (AtomicFile File, FileStamp Stamp) Write(ProjectState state, bool acceptLosses) =>
        LabelsFile.Write(state.ToLabels(), Path, _origin.ReadFrom, embedImages: false, acceptLosses);

    /// <summary>Writes a state beside another path.</summary>
    /// <exception cref="SaveException">It cannot be written.</exception>
    public AtomicFile WriteAs(ProjectState state, string path, bool acceptLosses)
    {
        var (labels, source) = (state.ToLabels(), IsSlp ? _origin.ReadFrom : null);
        // Images that another program put in the place of ours are not those that were labeled.
        if (source == Path && labels.Videos.Any(video => SlpImageCopy.GroupIn(video, Path) is not null))
            CheckUnchanged(overwrite: false);
        return LabelsFile.Write(labels, path, source, LabelsFile.IsPackage(path), acceptLosses).File;
    }

    /// <summary>Puts a written state into the file's place; the file becomes a backup.</summary>
    /// <exception cref="SaveException">The file cannot be replaced.</exception>
    public void Commit(AtomicFile written, FileStamp stamp, ProjectState state, int backups)
    {
        if (LabelsFile.Replace(Path, written) is { } backup && _origin.IsInPlace)
            _origin.MoveTo(backup);
        (_stamp, Saved) = (stamp, state);
        LabelsFile.KeepNewest(Path, backups, _base);
    }

    private bool IsInFile(ProjectState state, ProjectOrigin origin) =>
        SaveCheck.Difference(state.ToLabels(), origin.ReadFrom, _origin.Labels, Path, hasLosses: true) is null;
}
