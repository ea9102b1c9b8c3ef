#:sdk Microsoft.NET.Sdk.Web
#:project ../src/Sleap.MLNet/Sleap.MLNet.csproj
// Poses over HTTP, an image or a video in, JSON out: dotnet run examples/serve.cs -- mouse.zip --urls
// http://127.0.0.1:5000
//
//   curl --data-binary @frame.png -H "Content-Type: image/png" http://127.0.0.1:5000/poses
//
// One model, loaded and warmed up once, is shared by all requests. More requests than there are places get 429 at once;
// GET /health says whether it answers, GET /metrics how fast. It trusts whoever reaches it: put it behind a proxy with
// authentication.
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;

var builder = WebApplication.CreateBuilder(args[1..]);
var settings = builder.Configuration;
int places = settings.GetValue("places", 16), // requests at once, those that wait included
    workers = settings.GetValue("workers", 2),
    maxFrames = settings.GetValue("maxFrames", 1000);

builder.WebHost.ConfigureKestrel(kestrel =>
    kestrel.Limits.MaxRequestBodySize = settings.GetValue("maxBytes", 64L << 20)
);
builder.Services.AddRequestTimeouts(timeouts =>
    timeouts.DefaultPolicy = new() { Timeout = TimeSpan.FromSeconds(settings.GetValue("seconds", 60)) }
);
builder.Services.AddRateLimiter(limiter =>
{
    limiter.AddConcurrencyLimiter("model", limit => (limit.PermitLimit, limit.QueueLimit) = (places, 0));
    limiter.OnRejected = (context, _) =>
    {
        context.HttpContext.Response.Headers.RetryAfter = "1";
        return ValueTask.CompletedTask;
    };
    limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
});

var ml = new MLContext(seed: 1);
using var model = (PoseModelTransformer)ml.Model.Load(args[0], out _);

// A predictor is for one thread at a time: requests borrow them. The networks are those of the one model.
LivePredictor[] predictors = [.. Enumerable.Range(0, workers).Select(_ => ml.Pose().CreateLivePredictor(model))];
var free = Channel.CreateUnbounded<LivePredictor>();
foreach (var predictor in predictors)
    free.Writer.TryWrite(predictor);

var answers = new ConcurrentDictionary<int, long>();
var app = builder.Build();
app.Use(
    async (context, next) =>
    {
        await next(context);
        if (context.Request.Path == "/poses")
            answers.AddOrUpdate(context.Response.StatusCode, 1, (_, count) => count + 1);
    }
);
app.UseRequestTimeouts();
app.UseRateLimiter();

var isStopping = app.Lifetime.ApplicationStopping;
app.MapGet("/health", () => isStopping.IsCancellationRequested ? Results.StatusCode(503) : Results.Text("ok"));
app.MapGet("/metrics", Metrics);
app.MapPost("/poses", Poses).RequireRateLimiting("model");
app.Run();

async Task<IResult> Poses(HttpRequest request, CancellationToken cancelled)
{
    var type = request.ContentType?.Split(';')[0].Trim();
    var extension = type switch
    {
        "image/png" => ".png",
        "image/jpeg" => ".jpg",
        "video/mp4" => ".mp4",
        "video/x-msvideo" => ".avi",
        _ => null,
    };
    if (extension is null)
        return Problem(415, $"The type is '{type}', expected image/png, image/jpeg, video/mp4 or video/x-msvideo.");
    var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + extension);
    try
    {
        await using (var stored = File.Create(file))
            await request.Body.CopyToAsync(stored, cancelled);
        var predictor = await free.Reader.ReadAsync(cancelled);
        try
        {
            return Results.Json(await Task.Run(() => Predict(predictor, file, cancelled), cancelled));
        }
        finally
        {
            free.Writer.TryWrite(predictor);
        }
    }
    catch (BadHttpRequestException refused)
    {
        return Problem(refused.StatusCode, refused.Message); // 413: more bytes than allowed
    }
    catch (Exception fault) when (fault is PoseFormatException or InvalidDataException)
    {
        // The message names the stored file, which means nothing to the client.
        return Problem(400, fault.Message.Replace(file, "the body", StringComparison.Ordinal));
    }
    finally
    {
        File.Delete(file);
    }
}

List<object> Predict(LivePredictor predictor, string file, CancellationToken cancelled)
{
    using var frames = Video.FromFile(file).Open();
    if (frames.FrameCount > maxFrames)
        throw new InvalidDataException($"The video has {frames.FrameCount} frames, expected at most {maxFrames}.");
    List<object> found = [];
    for (var index = 0; index < frames.FrameCount; index++)
    {
        cancelled.ThrowIfCancellationRequested();
        var frame = frames.Read(index);
        var instances = predictor.Predict(frame.Pixels, frame.Height, frame.Width, frame.Channels);
        found.Add(new { frame = index, instances = instances.Select(Instance) });
    }
    return found;
}

// Coordinates in pixels of the frame; a node that was not found is null.
object Instance(Instance instance) =>
    new
    {
        track = instance.Track?.Name,
        score = instance.Score,
        points = instance
            .Points.Select(
                (point, node) =>
                    (
                        Node: instance.Skeleton.Nodes[node],
                        Place: point.IsMissing
                            ? null
                            : new
                            {
                                x = point.X,
                                y = point.Y,
                                score = point.Score,
                            }
                    )
            )
            .ToDictionary(point => point.Node, point => point.Place),
    };

string Metrics()
{
    var text = new StringBuilder();
    foreach (var (status, count) in answers.OrderBy(answer => answer.Key))
        Line($"poses_requests_total{{status=\"{status}\"}} {count}");
    Line($"poses_free_workers {free.Reader.Count}");
    foreach (var (worker, latency) in predictors.Select(predictor => predictor.Latency).Index())
    {
        Line($"poses_frame_seconds{{worker=\"{worker}\",quantile=\"0.5\"}} {latency.P50.TotalSeconds}");
        Line($"poses_frame_seconds{{worker=\"{worker}\",quantile=\"0.99\"}} {latency.P99.TotalSeconds}");
    }
    return text.ToString();

    void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}

static IResult Problem(int status, string detail) => Results.Problem(detail, statusCode: status);
