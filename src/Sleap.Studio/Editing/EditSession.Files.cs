using Sleap.IO;

namespace Sleap.Studio;

/// <content>What a session does with files: earlier edits, saving, merging.</content>
internal sealed partial class EditSession
{
    /// <summary>Brings back the edits of <see cref="Pending"/>.</summary>
    /// <returns>What could not be brought back, one sentence each; the journal is then kept under another name,
    /// too.</returns>
    /// <exception cref="EditException">There are none, or they cannot be brought back.</exception>
    public IReadOnlyList<string> Restore()
    {
        lock (_gate)
        {
            if (Pending is not { CanRestore: true })
                throw EditException.Invalid("There are no edits that can be restored.");
            var content =
                JournalFile.Read(JournalFile.PathOf(Path))
                ?? throw EditException.Invalid("The journal is not there any more.");
            var problems = Pending.Problems.ToList();
            if (!Replay(content, problems))
                throw EditException.Invalid($"The edits cannot be restored: {problems[^1]}");
            Pending = null;
            return problems;
        }
    }

    /// <summary>Sets the edits of <see cref="Pending"/> aside: the journal gets another name.</summary>
    /// <returns>Its path now.</returns>
    /// <exception cref="EditException">There are none.</exception>
    public string Discard()
    {
        lock (_gate)
        {
            if (Pending is null)
                throw EditException.Invalid("There are no edits of an earlier session.");
            var backup = LabelsFile.NewJournalBackup(Path);
            File.Move(JournalFile.PathOf(Path), backup);
            Pending = null;
            return backup;
        }
    }

    /// <summary>
    /// Saves the project into its file. What is edited meanwhile is in the journal, and in the next save.
    /// </summary>
    /// <param name="options">How; null for the defaults.</param>
    /// <returns>Whether a file was written; nothing is written where nothing changed.</returns>
    /// <exception cref="SaveException">It was not saved; the file and the journal are as they were.</exception>
    public bool Save(SaveOptions? options = null)
    {
        options ??= new SaveOptions();
        lock (_saving)
        {
            ProjectState state;
            long number;
            lock (_gate)
            {
                if (_lock is null || Pending is not null)
                    throw new SaveException(SaveFault.ReadOnly, ReadOnlyBecause ?? "Earlier edits are not decided on.");
                (state, number) = (_state, _number);
            }

            if (!options.Overwrite && ReferenceEquals(_file.Saved, state))
            {
                _file.CheckUnchanged(overwrite: false);
                lock (_gate)
                    MarkSaved();
                return false;
            }

            if (!_file.IsSlp)
            {
                throw new SaveException(
                    SaveFault.WrongFormat,
                    $"Projects are saved as .slp, which {System.IO.Path.GetFileName(Path)} is not; save it as NAME.slp."
                );
            }

            _file.CheckUnchanged(options.Overwrite);
            var (file, stamp) = _file.Write(state, options.AcceptLosses);
            using (file)
            {
                lock (_gate)
                {
                    _file.CheckUnchanged(options.Overwrite);
                    // Before the file is in its place, so that its edits are never taken for unsaved ones.
                    WriteSaved(number, stamp, state.Structure.TrackNumbers);
                    _file.Commit(file, stamp, state, _options.Backups);
                }
            }

            return true;
        }
    }

    /// <summary>
    /// Saves the project into a new file, and goes on with that. It cannot be undone any more what was done before.
    /// </summary>
    /// <param name="path">The file, which ends in .slp, or in .pkg.slp to have the images of labeled frames in
    /// it.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="SaveException">It was not saved; all is as it was.</exception>
    public void SaveAs(string path, SaveOptions? options = null)
    {
        options ??= new SaveOptions();
        var full = System.IO.Path.GetFullPath(path);
        if (!LabelsFile.IsSlp(full))
            throw new SaveException(SaveFault.WrongFormat, $"Projects are saved as .slp, which {path} is not.");
        lock (_saving)
        {
            if (Pending is not null)
                throw new SaveException(SaveFault.ReadOnly, "Earlier edits are not decided on.");
            if (full == Path || ((File.Exists(full) || Directory.Exists(full)) && !options.Overwrite))
                throw new SaveException(SaveFault.Taken, $"There is a file {path}.");
            if (File.Exists(JournalFile.PathOf(full)) && !options.Overwrite)
            {
                throw new SaveException(
                    SaveFault.Taken,
                    $"There is a journal of {path}, which may have edits of its own."
                );
            }
            var held =
                SessionLock.TryTake(full, out var refusal)
                ?? throw new SaveException(SaveFault.Taken, $"{path} cannot be edited: {refusal}.");
            try
            {
                GoOnWith(full, held, options);
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
    }

    /// <summary>
    /// Takes over a file that another program changed, and brings the changes of this project into it, as one step.
    /// What was done before cannot be undone any more. Nothing is saved.
    /// </summary>
    /// <param name="choice">Which version of a frame stays that was changed in both.</param>
    /// <exception cref="SaveException">They cannot be merged; all is as it was.</exception>
    /// <exception cref="EditException">The journal cannot be written; all is as it was.</exception>
    public EditResult Merge(MergeChoice choice = MergeChoice.None)
    {
        lock (_saving)
        {
            lock (_gate)
            {
                CheckEditable();
                if (_file.Saved is not { } ancestor)
                    throw new SaveException(SaveFault.Changed, "What the file was before is not known.");
                var theirs = Read(Path);
                var history = new EditHistory(theirs.Saved!);
                var command = LabelsMerge.Of(ancestor, _state, theirs.Saved!, choice);
                var step = EditStep.Of(command, history.Current, theirs.Revision + 1);
                // The new journal is whole before it takes the place of the old one.
                var path = JournalFile.PathOf(Path);
                var journal = JournalFile.Create($"{path}.{Guid.NewGuid():N}", theirs.JournalHeader());
                try
                {
                    journal.Append(new JournalRecord(1, JournalKind.Do, command));
                    journal.MoveTo(path, File.Exists(path) ? LabelsFile.NewJournalBackup(Path) : null);
                }
                catch
                {
                    journal.Delete();
                    throw;
                }

                _journal?.Dispose();
                (_file, _journal, _history) = (theirs, journal, history);
                _history.Do(step);
                Volatile.Write(ref _number, 0);
                _lastSaved = 0;
                return Done(step, isUndo: false);
            }
        }
    }

    private void GoOnWith(string path, SessionLock held, SaveOptions options)
    {
        // Nothing may be edited in between that would be in neither file.
        lock (_gate)
        {
            using (var written = _file.WriteAs(_state, path, options.AcceptLosses))
                LabelsFile.Replace(path, written);
            var file = Read(path);
            SetAside(path);
            if (_lock is not null)
                SetAside(Path);
            _journal?.Dispose();
            _lock?.Dispose();
            (_file, _lock, _journal, ReadOnlyBecause) = (file, held, null, null);
            _history = new EditHistory(_file.Saved!);
            _state = _history.Current;
            Volatile.Write(ref _number, 0);
            (_lastEdit, _lastSaved) = (0, 0);
        }
    }

    private static void SetAside(string path)
    {
        if (File.Exists(JournalFile.PathOf(path)))
            File.Move(JournalFile.PathOf(path), LabelsFile.NewJournalBackup(path));
    }

    /// <summary>Goes on with the journal of an earlier session where all of it is in the file; else it waits.</summary>
    private void Resume()
    {
        var path = JournalFile.PathOf(Path);
        try
        {
            if (JournalFile.Read(path) is not { } content)
            {
                // A journal of which nothing was acknowledged.
                File.Delete(path);
                return;
            }

            Pending = _file.PendingOf(content, path);
            if (Pending is not null)
                return;
            if (content.Ends[^1] > _options.MaxJournal || !Replay(content, []))
                File.Delete(path);
        }
        catch (PoseFormatException fault)
        {
            Pending = new PendingEdits(0, File.GetLastWriteTimeUtc(path), CanRestore: false, [fault.Message]);
        }
    }

    /// <summary>Does the edits of a journal again, and goes on behind them.</summary>
    private bool Replay(JournalContent content, List<string> problems)
    {
        if (_file.Replay(content, _options.Reading) is not { } replay)
        {
            problems.Add("The labels that they are of are neither in the file nor in a backup.");
            return false;
        }

        if (replay.Fault is not null)
            problems.Add(replay.Fault);
        var path = JournalFile.PathOf(Path);
        if (problems.Count > 0)
            File.Copy(path, LabelsFile.NewJournalBackup(Path));
        _journal = JournalFile.Resume(path, content, replay.Records);
        _history = replay.History;
        _state = _history.Current;
        Volatile.Write(ref _number, replay.Records);
        _lastEdit = content.LastEdit;
        return true;
    }

    private ProjectFile Read(string path)
    {
        try
        {
            return ProjectFile.Read(path, _options.Reading, NextRevision);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or PoseFormatException)
        {
            throw new SaveException(SaveFault.NotWritten, OneLine.Of(fault.Message), fault);
        }
    }

    /// <summary>Notes that edits came to what is in the file, by undoing.</summary>
    private void MarkSaved()
    {
        if (_journal is not null && _lastEdit > _lastSaved && ReferenceEquals(_file.Saved, _state))
            WriteSaved(_number, _file.Stamp, _state.Structure.TrackNumbers);
    }

    private void WriteSaved(long number, FileStamp stamp, IReadOnlyList<int> tracks)
    {
        try
        {
            Write(new JournalRecord(_number + 1, JournalKind.Save, At: number, Stamp: stamp, Tracks: tracks));
            Volatile.Write(ref _number, _number + 1);
            _lastSaved = number;
        }
        catch (EditException fault)
        {
            throw new SaveException(SaveFault.NotWritten, fault.Message, fault);
        }
    }
}
