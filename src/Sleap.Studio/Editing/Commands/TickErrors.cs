namespace Sleap.Studio;

/// <summary>
/// Ticks places where tracks may be wrong as done, or takes the tick away. Ticks are in the journal and not in the
/// labels file, which has no place for them.
/// </summary>
/// <param name="Errors">The places.</param>
/// <param name="Done">Whether they are done.</param>
internal sealed record TickErrors(IReadOnlyList<TrackErrorKey> Errors, bool Done) : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        EditLimits.CheckList("places", Errors, EditLimits.Frames);
        foreach (var error in Errors)
            edit.Video(error.Video);
        var ticked = edit.Structure.Ticked;
        var now = Done ? ticked.Union(Errors) : ticked.Except(Errors);
        if (!ReferenceEquals(now, ticked))
            edit.Structure = edit.Structure with { Ticked = now };
    }
}
