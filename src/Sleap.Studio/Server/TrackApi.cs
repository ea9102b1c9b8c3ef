using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Sleap.Studio;

/// <summary>Lists what may be wrong with tracks, and the bouts of a video.</summary>
internal static class TrackApi
{
    private const int MaxRows = 500;
    private const int MaxBouts = 20_000;

    public static void Map(IEndpointRouteBuilder routes, OpenedProject project)
    {
        var lists = new ErrorList();
        routes.MapGet(
            "/api/videos/{video:int}/errors",
            (int video, string? kind, bool? open, float? jump, int? atFrame, int offset, int limit) =>
            {
                if (!project.View.HasVideo(video))
                    return ProjectApi.NotFound(video);
                TrackErrorKind only = default;
                var isAll = kind is null or "all";
                if ((!isAll && !ProjectApi.TryParse(kind!, out only)) || offset < 0 || limit is < 1 or > MaxRows)
                    return ProjectApi.Bad($"Errors have a kind, an offset and up to {MaxRows} rows.");
                var view = project.View;
                var ticked = view.Structure.Ticked;
                var rows = lists
                    .Of(view, video, jump is > 0 and < 1e6f ? jump.Value : TrackErrors.JumpSizes)
                    .Where(error => isAll || error.Kind == only)
                    .Select(error => new ErrorRow(
                        error.Kind,
                        video,
                        error.Frame,
                        error.Track,
                        error.Other,
                        MathF.Round(error.Value, 2),
                        ticked.Contains(new TrackErrorKey(error.Kind, video, error.Frame, error.Track))
                    ))
                    .ToList();
                var left = rows.Count(row => !row.IsDone);
                if (open is true)
                    rows.RemoveAll(row => row.IsDone);
                var place = rows.FindIndex(row => row.Frame >= atFrame);
                return ProjectApi.Ok(new ErrorAnswer(rows.Count, left, place, [.. rows.Skip(offset).Take(limit)]));
            }
        );
        routes.MapGet(
            "/api/videos/{video:int}/bouts",
            (int video) =>
            {
                if (!project.View.HasVideo(video))
                    return ProjectApi.NotFound(video);
                var all = BoutData.Of(project.View.State.Bouts ?? [], project.View.Videos).ToList();
                List<BoutData> own = [.. all.Where(bout => bout.Video == video)];
                return ProjectApi.Ok(
                    new BoutAnswer(
                        project.View.State.Bouts is not null,
                        [.. all.Select(bout => bout.Behavior).Distinct().Order(StringComparer.Ordinal)],
                        [.. project.View.Structure.Identities.Select(identity => identity.Name)],
                        [.. own.Take(MaxBouts)],
                        own.Count
                    )
                );
            }
        );
        routes.MapGet(
            "/api/videos/{video:int}/bout-rows",
            (int video, string? behavior, int offset, int limit) =>
            {
                if (!project.View.HasVideo(video))
                    return ProjectApi.NotFound(video);
                if (offset < 0 || limit is < 1 or > MaxRows)
                    return ProjectApi.Bad($"Bouts have an offset and up to {MaxRows} rows.");
                var rows = BoutsOf(video).Where(bout => behavior is not { Length: > 0 } || bout.Behavior == behavior);
                List<BoutData> all = [.. rows];
                return ProjectApi.Ok(new BoutRows(all.Count, [.. all.Skip(offset).Take(limit)]));
            }
        );

        IEnumerable<BoutData> BoutsOf(int video) =>
            BoutData.Of(project.View.State.Bouts ?? [], project.View.Videos).Where(bout => bout.Video == video);
    }

    /// <summary>The last list is kept, because a page scrolls through one.</summary>
    private sealed class ErrorList
    {
        private readonly Lock _gate = new();
        private (VideoTimeline Timeline, float Jump, IReadOnlyList<TrackError> Errors)? _last;

        public IReadOnlyList<TrackError> Of(ProjectView view, int video, float jump)
        {
            var timeline = view.TimelineOf(video);
            lock (_gate)
            {
                if (_last is not { } last || !ReferenceEquals(last.Timeline, timeline) || !last.Jump.Equals(jump))
                    _last = last = (timeline, jump, TrackErrors.Of(timeline, jump));
                return last.Errors;
            }
        }
    }

    private sealed record ErrorRow(
        TrackErrorKind Kind,
        int Video,
        int Frame,
        int Track,
        int Other,
        float Value,
        bool IsDone
    );

    private sealed record ErrorAnswer(int Total, int Open, int Place, IReadOnlyList<ErrorRow> Rows);

    private sealed record BoutRows(int Total, IReadOnlyList<BoutData> Rows);

    private sealed record BoutAnswer(
        bool CanEdit,
        IReadOnlyList<string> Behaviors,
        IReadOnlyList<string> Identities,
        IReadOnlyList<BoutData> Bouts,
        int Total
    );
}
