namespace Sleap.Studio;

/// <summary>
/// The state of a project with the steps that can be undone and redone. A step keeps the states before and after it,
/// which share all but what it changed, so that undoing gives exactly what was there. Not safe for several threads.
/// </summary>
/// <param name="start">The state before all steps.</param>
internal sealed class EditHistory(ProjectState start)
{
    /// <summary>Steps that can be undone; of more, the oldest stay done.</summary>
    public const int MaxSteps = 1_000;

    private readonly LinkedList<EditStep> _done = [];
    private readonly Stack<EditStep> _undone = [];

    /// <summary>The state now.</summary>
    public ProjectState Current { get; private set; } = start;

    /// <summary>The step that is undone next; null when there is none.</summary>
    public EditStep? ToUndo => _done.Last?.Value;

    /// <summary>The step that is done again next; null when there is none.</summary>
    public EditStep? ToRedo => _undone.TryPeek(out var step) ? step : null;

    /// <summary>Does a planned step. Steps that were undone cannot be redone any more.</summary>
    public void Do(EditStep step)
    {
        _undone.Clear();
        _done.AddLast(step);
        if (_done.Count > MaxSteps)
            _done.RemoveFirst();
        Current = step.After;
    }

    /// <summary>Undoes the last step.</summary>
    public void Undo()
    {
        var step = _done.Last!.Value;
        _done.RemoveLast();
        _undone.Push(step);
        Current = step.Before;
    }

    /// <summary>Does the step again that was undone last.</summary>
    public void Redo()
    {
        var step = _undone.Pop();
        _done.AddLast(step);
        Current = step.After;
    }
}

/// <summary>A step of undo.</summary>
/// <param name="Command">What was done.</param>
/// <param name="Before">The state before it.</param>
/// <param name="After">The state after it.</param>
/// <param name="Frames">The frames that it changed.</param>
/// <param name="Spared">User instances in its range that it left as they were.</param>
internal sealed record EditStep(
    EditCommand Command,
    ProjectState Before,
    ProjectState After,
    IReadOnlyList<FrameKey> Frames,
    int Spared
)
{
    /// <summary>Whether anything is different after it.</summary>
    public bool IsChange => Frames.Count > 0 || !ReferenceEquals(Before.Structure, After.Structure);

    /// <summary>What a command does; nothing is changed.</summary>
    /// <param name="command">The command.</param>
    /// <param name="state">The state before it.</param>
    /// <param name="revision">The new state's revision.</param>
    /// <exception cref="EditException">It cannot be done.</exception>
    public static EditStep Of(EditCommand command, ProjectState state, long revision)
    {
        var edit = new StateEdit(state);
        command.Apply(edit);
        return new EditStep(command, state, edit.Build(revision), [.. edit.Changed], edit.Spared);
    }

    /// <summary>Whether skeletons changed, and with them frames that the step does not name.</summary>
    public bool ChangesSkeletons => !ReferenceEquals(Before.Structure.Changed, After.Structure.Changed);
}
