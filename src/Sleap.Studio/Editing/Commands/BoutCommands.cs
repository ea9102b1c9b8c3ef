using Sleap.IO;

namespace Sleap.Studio;

/// <summary>A bout as commands have it.</summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Behavior">The behavior.</param>
/// <param name="From">First frame.</param>
/// <param name="To">Last frame, included.</param>
/// <param name="Subject">Who shows it: the name of a track or an identity; null where it is not said.</param>
/// <param name="Target">Whom it is directed at; null for nobody.</param>
/// <param name="IsPredicted">Whether a model found it.</param>
internal sealed record BoutData(
    int Video,
    string Behavior,
    int From,
    int To,
    string? Subject = null,
    string? Target = null,
    bool IsPredicted = false
)
{
    /// <summary>The bouts of a project.</summary>
    /// <param name="bouts">The bouts.</param>
    /// <param name="videos">The videos of the project.</param>
    public static IEnumerable<BoutData> Of(IEnumerable<Bout> bouts, IReadOnlyList<Video> videos)
    {
        var numbers = BoutVideos.NamesOf(videos).Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        return bouts.Select(bout => new BoutData(
            numbers[bout.Video],
            bout.Behavior,
            bout.FirstFrame,
            bout.LastFrame,
            bout.Subject,
            bout.Target,
            bout.IsPredicted
        ));
    }

    /// <summary>The bout.</summary>
    /// <exception cref="EditException">It cannot be one.</exception>
    public Bout ToBout(StateEdit edit)
    {
        edit.Video(Video);
        EditLimits.CheckName("the behavior", Behavior);
        foreach (var name in new[] { Subject, Target }.OfType<string>())
            EditLimits.CheckName("an animal", name);
        if (From < 0 || To < From || To == int.MaxValue)
            throw EditException.Invalid($"The frames {From} to {To} are no range.");
        return new Bout(Subject, Behavior, From, To)
        {
            Video = BoutVideos.NamesOf(edit.Structure.Videos)[Video],
            Target = Target,
            IsPredicted = IsPredicted,
        };
    }
}

/// <summary>Removes bouts and adds others, as one step; a bout that is changed is removed and added.</summary>
/// <param name="Remove">Bouts that are there.</param>
/// <param name="Add">Bouts that come.</param>
internal sealed record ChangeBouts(IReadOnlyList<BoutData> Remove, IReadOnlyList<BoutData> Add) : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        EditLimits.CheckList("bouts to remove", Remove, EditLimits.Frames);
        EditLimits.CheckList("bouts to add", Add, EditLimits.Frames);
        if (edit.Bouts is not { } there)
            throw EditException.Invalid("The events of the file are laid out in a way that is not known.");
        var left = there.GroupBy(bout => bout).ToDictionary(same => same.Key, same => same.Count());
        foreach (var bout in Remove.Select(bout => bout.ToBout(edit)))
        {
            if (left.GetValueOrDefault(bout) == 0)
                throw new EditException(EditFault.Stale, "A bout is not any more as the edit says.");
            left[bout]--;
        }

        var kept = left.SelectMany(same => Enumerable.Repeat(same.Key, same.Value));
        edit.Structure = edit.Structure with
        {
            Bouts = [.. Bout.InOrder([.. kept, .. Add.Select(bout => bout.ToBout(edit))])],
        };
    }
}
