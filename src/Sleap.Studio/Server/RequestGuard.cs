using Microsoft.AspNetCore.Http;

namespace Sleap.Studio;

/// <summary>
/// What every request passes: it must be meant for this machine (Host), come from the studio's own page (Origin,
/// Sec-Fetch-Site), and bring the secret if it asks for data. Every answer gets the headers that keep a page apart from
/// others, and no answer shows where in the program something failed.
/// </summary>
internal sealed class RequestGuard(RequestDelegate next, AccessToken token, FaultText faults)
{
    public const string DataPath = "/api";
    public const string SessionPath = "/api/session";

    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob:; "
        + "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public async Task InvokeAsync(HttpContext context)
    {
        AddHeaders(context);
        if (Refusal(context.Request) is { } refusal)
        {
            await AnswerAsync(context, refusal.Status, refusal.Reason);
            return;
        }
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer.
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (BadHttpRequestException fault) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, fault.StatusCode, "The request is not understood.");
        }
        catch (Exception fault) when (!context.Response.HasStarted)
        {
            var (status, text) = faults.Of(fault);
            await AnswerAsync(context, status, text);
        }
    }

    private (int Status, string Reason)? Refusal(HttpRequest request)
    {
        if (!IsLoopbackName(request.Host))
            return (StatusCodes.Status403Forbidden, "The studio answers to localhost only.");
        var host = request.Host.Value;
        foreach (var origin in request.Headers.Origin)
        {
            if (!string.Equals(origin, $"{request.Scheme}://{host}", StringComparison.OrdinalIgnoreCase))
                return (StatusCodes.Status403Forbidden, "Requests of other pages are refused.");
        }
        foreach (var site in request.Headers["Sec-Fetch-Site"])
        {
            if (site is not ("same-origin" or "none"))
            {
                return (
                    StatusCodes.Status403Forbidden,
                    "Requests of other pages are refused. Copy the address into the address bar."
                );
            }
        }
        if (!request.Path.StartsWithSegments(DataPath, StringComparison.OrdinalIgnoreCase))
            return null;
        if (
            !request.Path.Equals(SessionPath, StringComparison.OrdinalIgnoreCase)
            && !token.Accepts(request.Headers[AccessToken.Header])
        )
        {
            return (
                StatusCodes.Status401Unauthorized,
                "The secret of this run is missing or wrong. Open the address that 'sleap studio' printed."
            );
        }
        return HttpMethods.IsPost(request.Method) && !request.HasJsonContentType()
            ? (StatusCodes.Status415UnsupportedMediaType, "JSON is expected.")
            : null;
    }

    // A name of another machine that leads here, as in DNS rebinding, is not one of these. The port may be another
    // one, as with a forwarded port.
    private static bool IsLoopbackName(HostString host) =>
        host.HasValue
        && (host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (host.Host is "127.0.0.1" or "[::1]"));

    private static void AddHeaders(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-store";
    }

    private static async Task AnswerAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(new Fault(text), Answers.Json);
    }
}

/// <summary>The body of an answer that is not what was asked for.</summary>
/// <param name="Error">A sentence for the person at the page.</param>
internal sealed record Fault(string Error);
