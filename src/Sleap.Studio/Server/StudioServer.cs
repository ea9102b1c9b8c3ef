using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Sleap.Studio;

/// <summary>
/// Serves one page and its data on the loopback addresses of this machine. The configuration of ASP.NET Core (files,
/// environment) is not read, so that nothing makes it listen elsewhere.
/// </summary>
internal sealed class StudioServer : IAsyncDisposable
{
    private const long MaxBody = 1 << 20;
    private const int MaxRequestLine = 4096;
    private const int MaxHeaderBytes = 16 << 10;
    private const int MaxHeaders = 60;
    private const int MaxConnections = 500;

    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MaxWait = TimeSpan.FromDays(1); // a timer has an end

    private readonly WebApplication _app;
    private readonly OpenedProject _project;
    private readonly VideoPictures _pictures;
    private readonly RunList? _runs;
    private readonly AccessToken _token;
    private readonly LoopbackSockets _sockets;
    private readonly IdleClock _idle;

    private StudioServer(
        WebApplication app,
        OpenedProject project,
        VideoPictures pictures,
        RunList? runs,
        AccessToken token,
        LoopbackSockets sockets,
        IdleClock idle
    )
    {
        (_app, _project, _pictures, _runs) = (app, project, pictures, runs);
        (_token, _sockets, _idle) = (token, sockets, idle);
    }

    /// <summary>Where the page is, with the secret of this run.</summary>
    public string Address => $"{Root}#token={_token.Secret}";

    /// <summary>Where the page is, without the secret.</summary>
    public string Root => $"http://127.0.0.1:{_sockets.Port}/";

    public int Port => _sockets.Port;

    /// <summary>An address that works once, for a browser that is started as a program.</summary>
    public string NewAddressForBrowser() => $"{Root}#code={_token.NewCode()}";

    /// <summary>Starts to serve.</summary>
    /// <param name="project">What is shown; it is closed with the server.</param>
    /// <param name="port">The port, or 0 for any that is free.</param>
    /// <param name="tool">What trains and predicts; null for nothing.</param>
    /// <exception cref="IOException">The port cannot be used.</exception>
    public static async Task<StudioServer> StartAsync(OpenedProject project, int port = 0, StudioTool? tool = null)
    {
        var sockets = new LoopbackSockets(port);
        var (token, idle, faults) = (new AccessToken(), new IdleClock(), new FaultText(project, tool?.Models ?? []));
        var pictures = new VideoPictures(project, faults);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseSockets(options => options.CreateBoundListenSocket = address => sockets[address]);
        builder.WebHost.ConfigureKestrel(options => Limit(options, sockets));
        var app = builder.Build();
        app.Use(idle.CountAsync);
        app.UseMiddleware<RequestGuard>(token, faults);
        app.UseRouting();
        PageFiles.Map(app);
        ProjectApi.Map(app, project);
        PictureApi.Map(app, project, pictures);
        SessionApi.Map(app, token);
        var edits = EditApi.Map(app, project, faults);
        QueueApi.Map(app, project, pictures, edits);
        TrackApi.Map(app, project);
        var runs = RunApi.Map(app, project, faults, edits, tool);
        app.MapFallback(() => Results.Json(new Fault("There is nothing at this address."), Answers.Json, null, 404));
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            sockets.Dispose();
            throw;
        }
        return new StudioServer(app, project, pictures, runs, token, sockets, idle);
    }

    /// <summary>Serves until told to stop, or until no request came for a while.</summary>
    /// <param name="idleTime">How long without a request; null to wait for ever.</param>
    /// <param name="stop">Tells to stop.</param>
    /// <returns>Whether it stopped because nobody asked for anything.</returns>
    public async Task<bool> RunAsync(TimeSpan? idleTime, CancellationToken stop)
    {
        try
        {
            for (; ; )
            {
                var left = idleTime - _idle.Time;
                if (left <= TimeSpan.Zero)
                    return true;
                await Task.Delay(left < MaxWait ? left.Value : MaxWait, stop);
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var time = new CancellationTokenSource(StopTime);
        await _app.StopAsync(time.Token);
        await _app.DisposeAsync();
        _pictures.Dispose();
        _runs?.Dispose();
        _project.Dispose();
        _sockets.Dispose();
    }

    private static void Limit(KestrelServerOptions options, LoopbackSockets sockets)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = MaxBody;
        options.Limits.MaxRequestLineSize = MaxRequestLine;
        options.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        options.Limits.MaxRequestHeaderCount = MaxHeaders;
        options.Limits.MaxConcurrentConnections = MaxConnections;
        foreach (var address in sockets.EndPoints)
            options.Listen(address, listen => listen.Protocols = HttpProtocols.Http1);
    }

    /// <summary>Signals are the program's business.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>Measures the time since the last request.</summary>
internal sealed class IdleClock
{
    private long _last = Environment.TickCount64;

    public TimeSpan Time => TimeSpan.FromMilliseconds(Environment.TickCount64 - Volatile.Read(ref _last));

    public Task CountAsync(HttpContext context, RequestDelegate next)
    {
        Volatile.Write(ref _last, Environment.TickCount64);
        return next(context);
    }
}
