using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Sleap.Studio;

/// <summary>Videos and their frames as pictures.</summary>
/// <remarks>
/// A picture has one address for a video, a frame and a form. The browser keeps none of them (no-store), because what
/// needs a secret should not outlive the run on a disk; the page and the server keep the latest in memory.
/// </remarks>
internal static class PictureApi
{
    public static void Map(IEndpointRouteBuilder routes, OpenedProject project, VideoPictures pictures)
    {
        routes.MapGet(
            "/api/videos/{video:int}",
            async (int video, CancellationToken aborted) =>
                project.View.HasVideo(video)
                    ? ProjectApi.Ok(await pictures.FactsAsync(video, aborted))
                    : ProjectApi.NotFound(video)
        );
        Map(PictureForm.Jpeg, "image/jpeg");
        Map(PictureForm.Png, "image/png");

        void Map(PictureForm form, string type) =>
            routes.MapGet(
                $"/api/videos/{{video:int}}/frames/{{frame:int}}/{form.ToString().ToLowerInvariant()}",
                async (int video, int frame, CancellationToken aborted) =>
                    project.View.HasVideo(video) && frame >= 0
                        ? Results.Bytes(await pictures.ReadAsync(new PictureKey(video, frame, form), aborted), type)
                        : ProjectApi.NotFound(video)
            );
    }
}
