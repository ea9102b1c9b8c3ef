using Microsoft.AspNetCore.Routing;

namespace Sleap.Studio;

/// <summary>The queue of suggested frames: filled by methods that need no model, and emptied.</summary>
internal static class QueueApi
{
    public static void Map(IEndpointRouteBuilder routes, OpenedProject project, VideoPictures pictures, EditApi edits)
    {
        edits.Post<SuggestionRequest>(
            routes,
            "/suggest",
            async (request, aborted) =>
            {
                var view = project.View;
                request.Check(view);
                List<Suggestion> frames = [];
                foreach (var video in request.Video is { } one ? [one] : Enumerable.Range(0, view.Videos.Count))
                {
                    var facts = await pictures.FactsAsync(video, aborted);
                    var chosen = FrameSuggestions.Of(view.TimelineOf(video), facts, request);
                    frames.AddRange(chosen.Select(frame => new Suggestion(video, frame)));
                }
                return request.IsPreview
                    ? ProjectApi.Ok(new CountAnswer(frames.Count))
                    : ProjectApi.Ok(edits.Do(new AddSuggestions(frames)));
            }
        );
        edits.Post<ClearRequest>(
            routes,
            "/clear-suggestions",
            request =>
            {
                var done = project.View.DoneSuggestions.Select(key => new Suggestion(key.Video, key.Frame));
                return ProjectApi.Ok(
                    edits.Do(request.OnlyDone ? new RemoveSuggestions([.. done]) : new SetSuggestions([]))
                );
            }
        );
    }

    private sealed record ClearRequest(bool OnlyDone);

    private sealed record CountAnswer(int Frames);
}
