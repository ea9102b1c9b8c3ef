using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Sleap.Studio;

/// <summary>Exchanges the code of a browser that the program opened for the secret of the run.</summary>
internal static class SessionApi
{
    public static void Map(IEndpointRouteBuilder routes, AccessToken token) =>
        routes.MapPost(
            RequestGuard.SessionPath,
            async (HttpRequest request, CancellationToken aborted) =>
            {
                SessionCode? given;
                try
                {
                    given = await request.ReadFromJsonAsync<SessionCode>(Answers.Json, aborted);
                }
                catch (System.Text.Json.JsonException)
                {
                    given = null;
                }
                return token.Exchange(given?.Code) is { } secret
                    ? ProjectApi.Ok(new SessionAnswer(secret))
                    : Results.Json(
                        new Fault("This address was used already. Open the one that 'sleap studio' printed."),
                        Answers.Json,
                        null,
                        StatusCodes.Status401Unauthorized
                    );
            }
        );

    private sealed record SessionCode(string? Code);

    private sealed record SessionAnswer(string Token);
}
