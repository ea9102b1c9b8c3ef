using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Sleap.Studio;

/// <summary>What the page reads of the labels. Nothing here changes anything.</summary>
internal static class ProjectApi
{
    private const int MaxColumns = 4096;
    private const int MaxRows = 500;
    private const int MaxTrail = 1000;

    public static void Map(IEndpointRouteBuilder routes, OpenedProject project)
    {
        var table = new FrameTable();
        routes.MapGet("/api/project", () => Ok(Answers.Project(project)));
        routes.MapGet(
            "/api/videos/{video:int}/frames/{frame:int}",
            (int video, int frame) =>
                project.View.HasVideo(video) && frame >= 0
                    ? Ok(Answers.Frame(project.View, new FrameKey(video, frame)))
                    : NotFound(video)
        );
        routes.MapGet(
            "/api/videos/{video:int}/timeline",
            (int video, int from, int to, int columns) =>
                !project.View.HasVideo(video) ? NotFound(video)
                : from < 0 || to <= from || columns is < 1 or > MaxColumns
                    ? Bad($"A timeline has 0 <= from < to and 1 to {MaxColumns} columns.")
                : Ok(TimelineView.Of(project.View.TimelineOf(video), from, to, columns))
        );
        routes.MapGet(
            "/api/videos/{video:int}/trails",
            (int video, int frame, int length) =>
                !project.View.HasVideo(video) ? NotFound(video)
                : frame < 0 || length is < 1 or > MaxTrail ? Bad($"A trail is 1 to {MaxTrail} frames long.")
                : Ok(Trail.Of(project.View.TimelineOf(video), frame, length))
        );
        routes.MapGet(
            "/api/step",
            (int video, int frame, string to, bool back) =>
                !project.View.HasVideo(video) ? NotFound(video)
                : !TryParse(to, out StepTarget target) ? Bad("Such a step is not known.")
                : Ok(new StepAnswer(FrameSearch.Next(project, new FrameKey(video, frame), target, back)))
        );
        routes.MapGet(
            "/api/queue",
            () => Ok(new QueueAnswer(project.View.Suggestions.Count, project.View.DoneSuggestions.Count()))
        );
        routes.MapGet(
            "/api/frames",
            (string filter, string sort, int? video, float? below, int? atVideo, int? atFrame, int offset, int limit) =>
            {
                if (video is { } one && !project.View.HasVideo(one))
                    return NotFound(one);
                if (
                    !TryParse(filter, out FrameFilter chosen)
                    || !TryParse(sort, out FrameSort order)
                    || offset < 0
                    || limit is < 1 or > MaxRows
                )
                {
                    return Bad($"A table has a filter, an order, an offset and up to {MaxRows} rows.");
                }
                var view = project.View;
                var places = table.Find(view, new FrameQuery(chosen, order, video, below ?? 0));
                var at = new FrameKey(atVideo ?? -1, atFrame ?? -1);
                var rows = places.Skip(offset).Take(limit).Select(place => FrameTable.RowOf(view, place));
                return Ok(new TableAnswer(places.Length, Array.IndexOf(places, at), [.. rows]));
            }
        );
    }

    /// <summary>An answer as JSON.</summary>
    public static IResult Ok<T>(T answer) => Results.Json(answer, Answers.Json);

    /// <summary>The answer to a number that no video has.</summary>
    public static IResult NotFound(int video) =>
        Results.Json(new Fault($"There is no video {video} or no such frame of it."), Answers.Json, null, 404);

    /// <summary>The answer to what is not understood.</summary>
    public static IResult Bad(string text) => Results.Json(new Fault(text), Answers.Json, null, 400);

    /// <summary>Reads the name of a value, not its number.</summary>
    public static bool TryParse<T>(string word, out T value)
        where T : struct, Enum =>
        Enum.TryParse(word, ignoreCase: true, out value) && Enum.IsDefined(value) && char.IsLetter(word[0]);
}

/// <summary>Where a step leads; null if there is no such frame.</summary>
internal sealed record StepAnswer(FrameKey? Place);

/// <summary>How far the queue is.</summary>
/// <param name="Total">Suggested frames.</param>
/// <param name="Done">Those that a person labeled, or marked as empty.</param>
internal sealed record QueueAnswer(int Total, int Done);

/// <summary>A window of a table.</summary>
/// <param name="Total">Rows of the whole table.</param>
/// <param name="Place">Where the table has the frame that was asked for; -1 if it has not.</param>
/// <param name="Rows">Rows of the window.</param>
internal sealed record TableAnswer(int Total, int Place, IReadOnlyList<FrameTableRow> Rows);
