using Microsoft.AspNetCore.Http;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>What the page is told of an exception: a sentence without folders, or nothing of it.</summary>
internal sealed class FaultText(OpenedProject project)
{
    public (int Status, string Text) Of(Exception fault) =>
        fault switch
        {
            ArgumentOutOfRangeException => (StatusCodes.Status404NotFound, Named(fault)),
            FileNotFoundException or DirectoryNotFoundException => (StatusCodes.Status404NotFound, Named(fault)),
            PoseFormatException or IOException or UnauthorizedAccessException or InvalidOperationException => (
                StatusCodes.Status422UnprocessableEntity,
                Named(fault)
            ),
            OutOfMemoryException => (StatusCodes.Status500InternalServerError, "There is not enough memory for this."),
            _ => (StatusCodes.Status500InternalServerError, "The studio failed at this."),
        };

    /// <summary>A message in which files are named without their folders.</summary>
    private string Named(Exception fault)
    {
        var text = fault.Message;
        if (fault is ArgumentException { ParamName: { } name })
            text = text.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal).Split('\n')[0];
        var folders = project
            .Labels.Videos.SelectMany(video => new[] { video.Path, video.FoundPath })
            .Append((fault as FileNotFoundException)?.FileName)
            .OfType<string>()
            .Select(path => path[..(path.LastIndexOfAny(['/', '\\']) + 1)])
            .Where(folder => folder.Length > 1)
            .Distinct()
            .OrderByDescending(folder => folder.Length);
        return OneLine.Of(
            folders.Aggregate(text, (part, folder) => part.Replace(folder, "", StringComparison.Ordinal))
        );
    }
}
