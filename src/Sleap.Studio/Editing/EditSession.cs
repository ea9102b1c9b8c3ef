using Sleap.IO;

namespace Sleap.Studio;

/// <summary>
/// A project that is edited: labels in memory, a journal beside their file that has every edit on the disk before it
/// counts, and a lock. One thread edits at a time, and any number read <see cref="State"/>.
/// </summary>
internal sealed partial class EditSession : IDisposable
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
    private long _lastEdit; // its number
    private long _lastSaved; // number of the last record that is in the file

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

    /// <summary>
    /// Edits of an earlier session to be restored or set aside before there are new ones; null for none.
    /// </summary>
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
        // A folder has one journal and one lock, however it is spelled.
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (!File.Exists(full) && !Directory.Exists(full))
            throw new FileNotFoundException($"There is no file or folder {path}.", path);
        var held = SessionLock.TryTake(full, out var refusal);
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
    public EditCounts Preview(EditCommand command) => EditCounts.Of(EditStep.Of(command, _state, 0));

    /// <summary>Does a command. When this returns, it is on the disk.</summary>
    /// <param name="command">The command.</param>
    /// <param name="frameRevision">The revision of the command's frame that the edit was made for; null for
    /// any.</param>
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

            var step = EditStep.Of(command, _state, NextRevision);
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

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_saving)
        {
            lock (_gate)
            {
                try
                {
                    MarkSaved();
                }
                catch (SaveException)
                {
                    // Then the edits are offered, although they undo each other.
                }

                _journal?.Dispose();
                _lock?.Dispose();
                (_journal, _lock) = (null, null);
                ReadOnlyBecause ??= "it was closed";
            }
        }
    }

    private long NextRevision => _file.Revision + _number + 1;

    /// <summary>Refuses where nothing can be changed.</summary>
    /// <exception cref="EditException">The project is only looked at, or earlier edits wait.</exception>
    public void CheckEditable()
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

    private EditResult Done(EditStep step, bool isUndo)
    {
        Volatile.Write(ref _number, _number + 1);
        _lastEdit = _number;
        _state = _history.Current;
        return new EditResult(_number, step, isUndo);
    }
}
