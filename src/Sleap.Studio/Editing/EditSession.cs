using Sleap.IO;

namespace Sleap.Studio;

/// <summary>
/// A project that is edited: labels in memory, a journal beside their file that has every edit on the disk before it
/// counts, and a lock. One thread edits at a time, and any number read <see cref="State"/>.
/// </summary>
internal sealed class EditSession : IDisposable
{
    private readonly EditOptions _options;
    private readonly Lock _gate = new(); // history, journal and what is known of the file
    private readonly Lock _saving = new(); // one save at a time; taken before the gate
    private SessionLock? _lock;
    private ProjectFile _file;
    private JournalFile? _journal;
    private EditHistory _history;
    private volatile ProjectState _state;
    private long _number;

    private EditSession(EditOptions options, SessionLock? held, ProjectFile file)
    {
        (_options, _lock, _file) = (options, held, file);
        _history = new EditHistory(file.Saved!);
        _state = _history.Current;
    }

    /// <summary>Full path of the labels.</summary>
    public string Path => _file.Path;

    /// <summary>Why the project cannot be edited, such as who edits it; null when it can.</summary>
    public string? ReadOnlyBecause { get; private set; }

    /// <summary>Edits of an earlier session to be restored or set aside before there are new ones; null for none.</summary>
    public PendingEdits? Pending { get; private set; }

    /// <summary>The project as it is now. It does not change: a later edit makes another one.</summary>
    public ProjectState State => _state;

    /// <summary>Number of the last edit, undo and redo included.</summary>
    public long Number => Volatile.Read(ref _number);

    /// <summary>Whether the file lacks something of the project.</summary>
    public bool IsDirty
    {
        get
        {
            lock (_gate)
                return !ReferenceEquals(_file.Saved, _state);
        }
    }

    /// <summary>The commands that are undone and done again next; null for none.</summary>
    public (EditCommand? Undo, EditCommand? Redo) Steps
    {
        get
        {
            lock (_gate)
                return (_history.ToUndo?.Command, _history.ToRedo?.Command);
        }
    }

    /// <summary>Opens labels, or begins new ones for a video.</summary>
    /// <param name="path">A file or folder of labels, a video, or a folder of images.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="PoseFormatException">The file is damaged or of no known format.</exception>
    public static EditSession Open(string path, EditOptions? options = null)
    {
        options ??= new EditOptions();
        var full = System.IO.Path.GetFullPath(path);
        if (!File.Exists(full) && !Directory.Exists(full))
            throw new FileNotFoundException($"There is no file or folder {path}.", path);
        var refusal = "it was opened for reading";
        var held = options.ReadOnly ? null : SessionLock.TryTake(full, out refusal);
        try
        {
            var session = new EditSession(options, held, ProjectFile.Read(full, options.Reading));
            if (held is null)
                session.ReadOnlyBecause = refusal;
            else
                session.Resume();
            return session;
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>What a command would change, in numbers; nothing is changed.</summary>
    /// <exception cref="EditException">It cannot be done.</exception>
    public EditCounts Preview(EditCommand command) => EditCounts.Of(EditStep.Of(command, _state, Number + 1));

    /// <summary>Does a command. When this returns, it is on the disk.</summary>
    /// <param name="command">The command.</param>
    /// <param name="frameRevision">The revision of the command's frame that the edit was made for; null for any.</param>
    /// <param name="revision">The revision of the project that the edit was made for; null for any.</param>
    /// <exception cref="EditException">It was not done, and nothing is changed.</exception>
    public EditResult Apply(EditCommand command, long? frameRevision = null, long? revision = null)
    {
        lock (_gate)
        {
            CheckEditable();
            if (revision is not null && revision != _state.Revision)
            {
                throw new EditException(
                    EditFault.Stale,
                    $"The project is at revision {_state.Revision}, and the edit is for {revision}."
                );
            }
            if (frameRevision is not null)
            {
                var key = command is FrameCommand { Key: var own }
                    ? own
                    : throw EditException.Invalid("It has no frame.");
                if (_state.RevisionOf(key) is var now && now != frameRevision)
                {
                    throw new EditException(
                        EditFault.Stale,
                        $"Frame {key.Frame} is at revision {now}, and the edit is for {frameRevision}."
                    );
                }
            }

            var step = EditStep.Of(command, _state, _number + 1);
            if (!step.IsChange)
                return new EditResult(_number, step, IsUndo: false);
            Write(JournalKind.Do, command);
            _history.Do(step);
            return Done(step, isUndo: false);
        }
    }

    /// <summary>Undoes the last step, of any frame. When this returns, that is on the disk.</summary>
    /// <exception cref="EditException">There is none, or it was not undone.</exception>
    public EditResult Undo()
    {
        lock (_gate)
        {
            CheckEditable();
            var step = _history.ToUndo ?? throw EditException.Invalid("There is nothing to undo.");
            Write(JournalKind.Undo);
            _history.Undo();
            return Done(step, isUndo: true);
        }
    }

    /// <summary>Does the step again that was undone last. When this returns, that is on the disk.</summary>
    /// <exception cref="EditException">There is none, or it was not done.</exception>
    public EditResult Redo()
    {
        lock (_gate)
        {
            CheckEditable();
            var step = _history.ToRedo ?? throw EditException.Invalid("There is nothing to do again.");
            Write(JournalKind.Redo);
            _history.Redo();
            return Done(step, isUndo: false);
        }
    }

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
            var content = JournalFile.Read(JournalFile.PathOf(Path))!;
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

    /// <summary>Saves the project into its file. What is edited meanwhile is in the journal, and in the next save.</summary>
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
                if (ReferenceEquals(_file.Saved, state) && !options.Overwrite)
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
                    WriteSaved(number, stamp);
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
            if (File.Exists(JournalFile.PathOf(full)))
                throw new SaveException(SaveFault.Taken, $"There is a journal of {path} with edits of its own.");
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

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_saving)
        {
            lock (_gate)
            {
                _journal?.Dispose();
                _lock?.Dispose();
                (_journal, _lock) = (null, null);
                ReadOnlyBecause ??= "it was closed";
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
            try
            {
                var file = ProjectFile.Read(path, _options.Reading);
                var earlier = JournalFile.PathOf(Path);
                if (_lock is not null && File.Exists(earlier))
                    File.Move(earlier, LabelsFile.NewJournalBackup(Path));
                _journal?.Dispose();
                _lock?.Dispose();
                (_file, _lock, _journal, ReadOnlyBecause) = (file, held, null, null);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or PoseFormatException)
            {
                throw new SaveException(SaveFault.NotWritten, OneLine.Of(fault.Message), fault);
            }

            _history = new EditHistory(_file.Saved!);
            _state = _history.Current;
            Volatile.Write(ref _number, 0);
        }
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
        return true;
    }

    private void CheckEditable()
    {
        if (_lock is null)
            throw new EditException(EditFault.ReadOnly, $"{Path} cannot be edited: {ReadOnlyBecause}.");
        if (Pending is not null)
        {
            throw new EditException(
                EditFault.Undecided,
                "Edits of an earlier session are to be restored or discarded."
            );
        }
    }

    private void Write(JournalKind kind, EditCommand? command = null) =>
        Write(new JournalRecord(_number + 1, kind, command));

    private void Write(JournalRecord record)
    {
        _journal ??= JournalFile.Create(JournalFile.PathOf(Path), _file.JournalHeader());
        _journal.Append(record);
    }

    private void WriteSaved(long number, FileStamp stamp)
    {
        try
        {
            // Before the file is in its place, so that its edits are never taken for unsaved ones.
            Write(new JournalRecord(_number + 1, JournalKind.Save, At: number, Stamp: stamp));
            Volatile.Write(ref _number, _number + 1);
        }
        catch (EditException fault)
        {
            throw new SaveException(SaveFault.NotWritten, fault.Message, fault);
        }
    }

    private EditResult Done(EditStep step, bool isUndo)
    {
        Volatile.Write(ref _number, _number + 1);
        _state = _history.Current;
        return new EditResult(_number, step, isUndo);
    }
}
