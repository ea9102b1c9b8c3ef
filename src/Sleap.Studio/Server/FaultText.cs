using Microsoft.AspNetCore.Http;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>What the page is told of an exception: a sentence without folders, or nothing of it.</summary>
/// <param name="project">What is open.</param>
/// <param name="others">Paths beside it whose folders are left out, too.</param>
internal sealed class FaultText(OpenedProject project, params IReadOnlyList<string> others)
{
    public (int Status, string Text) Of(Exception fault) =>
        fault switch
        {
            EditException edit => (StatusOf(edit.Fault), Named(edit.Message)),
            SaveException save => (StatusOf(save.Fault), Named(string.Join(" ", save.Losses.Prepend(save.Message)))),
            ArgumentOutOfRangeException => (StatusCodes.Status404NotFound, Named(fault)),
            FileNotFoundException or DirectoryNotFoundException => (StatusCodes.Status404NotFound, Named(fault)),
            PoseFormatException or IOException or UnauthorizedAccessException or InvalidOperationException => (
                StatusCodes.Status422UnprocessableEntity,
                Named(fault)
            ),
            OutOfMemoryException => (StatusCodes.Status500InternalServerError, "There is not enough memory for this."),
            _ => (StatusCodes.Status500InternalServerError, "The studio failed at this."),
        };

    /// <summary>A text in which files are named without their folders.</summary>
    public string Named(string text)
    {
        var folders = project
            .View.Videos.SelectMany(video => new[] { video.Path, video.FoundPath })
            .Append(project.Session?.Path)
            .Concat(others)
            .OfType<string>()
            .Select(FolderOf)
            .Where(folder => folder.Length > 1)
            .Distinct()
            .OrderByDescending(folder => folder.Length);
        return OneLine.Of(
            folders.Aggregate(text, (part, folder) => part.Replace(folder, "", StringComparison.Ordinal))
        );
    }

    private string Named(Exception fault)
    {
        var text = fault.Message;
        if (fault is ArgumentException { ParamName: { } name })
            text = text.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal).Split('\n')[0];
        if (fault is FileNotFoundException { FileName: { } file } && FolderOf(file) is { Length: > 1 } folder)
            text = text.Replace(folder, "", StringComparison.Ordinal);
        return Named(text);
    }

    private static string FolderOf(string path) => path[..(path.LastIndexOfAny(['/', '\\']) + 1)];

    private static int StatusOf(EditFault fault) =>
        fault switch
        {
            EditFault.Invalid => StatusCodes.Status400BadRequest,
            EditFault.Stale or EditFault.Undecided => StatusCodes.Status409Conflict,
            EditFault.ReadOnly => StatusCodes.Status403Forbidden,
            _ => StatusCodes.Status507InsufficientStorage,
        };

    private static int StatusOf(SaveFault fault) =>
        fault switch
        {
            SaveFault.ReadOnly => StatusCodes.Status403Forbidden,
            SaveFault.WrongFormat or SaveFault.Losses => StatusCodes.Status422UnprocessableEntity,
            SaveFault.Taken or SaveFault.Changed => StatusCodes.Status409Conflict,
            _ => StatusCodes.Status507InsufficientStorage,
        };
}
