using Sleap.IO;

namespace Sleap.Studio;

/// <summary>A frame that is suggested for labeling.</summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Frame">Frame number.</param>
/// <param name="Group">Number of the group that it was suggested in, or null.</param>
internal sealed record Suggestion(int Video, int Frame, int? Group = null)
{
    /// <summary>The suggestions of a command, checked.</summary>
    public static IEnumerable<SuggestedFrame> Of(IReadOnlyList<Suggestion> suggestions, StateEdit edit)
    {
        EditLimits.CheckList("frames", suggestions, EditLimits.Frames);
        return suggestions.Select(suggestion =>
        {
            var video = edit.Video(suggestion.Video);
            return suggestion.Frame >= 0
                ? new SuggestedFrame(video, suggestion.Frame, suggestion.Group)
                : throw EditException.Invalid($"Frame {suggestion.Frame} is negative.");
        });
    }
}

/// <summary>Adds suggestions behind the others; those that are there stay as they are.</summary>
/// <param name="Frames">The frames.</param>
internal sealed record AddSuggestions(IReadOnlyList<Suggestion> Frames) : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var there = edit.Structure.Suggestions;
        var seen = there.Select(suggested => (suggested.Video, suggested.FrameIndex)).ToHashSet();
        var added = Suggestion.Of(Frames, edit).Where(suggested => seen.Add((suggested.Video, suggested.FrameIndex)));
        edit.Structure = edit.Structure with { Suggestions = [.. there, .. added] };
    }
}

/// <summary>Removes suggestions.</summary>
/// <param name="Frames">The frames, of any group.</param>
internal sealed record RemoveSuggestions(IReadOnlyList<Suggestion> Frames) : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        var gone = Suggestion.Of(Frames, edit).Select(frame => (frame.Video, frame.FrameIndex)).ToHashSet();
        edit.Structure = edit.Structure with
        {
            Suggestions = [.. edit.Structure.Suggestions.Where(s => !gone.Contains((s.Video, s.FrameIndex)))],
        };
    }
}

/// <summary>Sets all suggestions, in their order.</summary>
/// <param name="Frames">The frames; of one that is there twice the first counts.</param>
internal sealed record SetSuggestions(IReadOnlyList<Suggestion> Frames) : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit) =>
        edit.Structure = edit.Structure with
        {
            Suggestions = [.. Suggestion.Of(Frames, edit).DistinctBy(s => (s.Video, s.FrameIndex))],
        };
}

/// <summary>Adds a video behind the others.</summary>
/// <param name="Path">Full path of a movie or TIFF file, or of the first image.</param>
/// <param name="Images">Full paths of the images of a list, in frame order; null for a movie or TIFF file.</param>
internal sealed record AddVideo(string Path, IReadOnlyList<string>? Images = null) : EditCommand
{
    private const int MaxPath = 4096;

    /// <summary>The command for a file or a folder of images, whose files are named now.</summary>
    public static AddVideo Of(string path)
    {
        var video = Sleap.IO.Video.FromFile(System.IO.Path.GetFullPath(path));
        return new AddVideo(video.Path, video.Kind == VideoKind.Images ? video.ImagePaths : null);
    }

    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        foreach (var path in Images ?? [Path])
        {
            if (path is null || path.Length > MaxPath || !System.IO.Path.IsPathFullyQualified(path))
                throw EditException.Invalid("A video is named by its full path.");
        }

        EditLimits.CheckList("images", Images ?? [], EditLimits.Frames);
        if (Images is { Count: 0 } || (Images is null && ImageFiles.KindOf(Path) is VideoKind.Images))
            throw EditException.Invalid("A list of images names at least one.");
        var video = Images is null ? Sleap.IO.Video.FromFile(Path) : Sleap.IO.Video.FromImages(Images);
        var place = LabelsConcatenation.PlaceOf(video);
        if (edit.Structure.Videos.Any(other => place.Equals(LabelsConcatenation.PlaceOf(other))))
            throw EditException.Invalid("The video is in the project already.");
        edit.Structure = edit.Structure with { Videos = edit.Structure.Videos.Add(video) };
    }
}
