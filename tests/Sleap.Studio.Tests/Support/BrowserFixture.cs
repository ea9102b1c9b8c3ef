using System.Diagnostics;
using Microsoft.Playwright;
using Sleap.IO;

namespace Sleap.Studio.Tests;

/// <summary>One browser for all tests of the page; null where Chromium is not installed.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (ProgramPath.Find("chromium") is not { } path)
            return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = path, Args = Environment.UserName == "root" ? ["--no-sandbox"] : [] }
        );
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>Opens the page of a studio, and waits until it shows a frame.</summary>
    /// <param name="studio">The studio.</param>
    /// <param name="isDark">What the system says of colors.</param>
    internal async Task<StudioPage> OpenAsync(StudioServer studio, bool isDark = false)
    {
        Skip.If(_browser is null, "Chromium is not installed: apt-get install chromium.");
        var context = await _browser!.NewContextAsync(
            new()
            {
                ViewportSize = new() { Width = 1280, Height = 800 },
                ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
            }
        );
        var opened = new StudioPage(await context.NewPageAsync());
        await opened.Page.GotoAsync(studio.Address);
        await opened.UntilAsync("Boolean(document.getElementById('picture').dataset.frame)");
        return opened;
    }
}

/// <summary>A page that is open, and what went wrong on it.</summary>
internal sealed class StudioPage : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public StudioPage(IPage page)
    {
        Page = page;
        page.PageError += (_, error) => Faults.Add(error);
        page.Console += (_, message) =>
        {
            // The browser itself writes a line for each answer that is not 200.
            if (
                message.Type == "error"
                && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)
            )
            {
                Faults.Add(message.Text);
            }
        };
    }

    public IPage Page { get; }

    public List<string> Faults { get; } = [];

    /// <summary>Goes to a frame by the field of the frame's number.</summary>
    public async Task GoAsync(int frame)
    {
        await Page.FillAsync("#frame", $"{frame}");
        await Page.PressAsync("#frame", "Enter");
        await ShownAsync(frame);
    }

    /// <summary>Waits until picture and labels of a frame are on the screen.</summary>
    public Task ShownAsync(int frame, int video = 0) =>
        UntilAsync(
            """
            ([frame, video]) => {
              const [picture, overlay] = ["picture", "overlay"].map(id => document.getElementById(id).dataset);
              return picture.frame === frame && overlay.frame === frame && picture.video === video;
            }
            """,
            new[] { $"{frame}", $"{video}" }
        );

    /// <summary>
    /// Waits until something is true. Playwright's own waiting evaluates a text in the page, which the page's policy
    /// forbids.
    /// </summary>
    public async Task UntilAsync(string expression, object? argument = null)
    {
        var clock = Stopwatch.StartNew();
        while (!await Page.EvaluateAsync<bool>(expression, argument))
        {
            if (clock.Elapsed > Patience)
                throw new TimeoutException($"Not so after {Patience.TotalSeconds} s: {expression}");
            await Task.Delay(5);
        }
    }

    /// <summary>Where a place of the picture is on the screen.</summary>
    public async Task<(float X, float Y)> AtAsync(double x, double y)
    {
        var box = (await Page.Locator("#picture").BoundingBoxAsync())!;
        async Task<double> NumberAsync(string name) =>
            double.Parse(await DataAsync("picture", name), System.Globalization.CultureInfo.InvariantCulture);
        var (scale, left, top) = (await NumberAsync("scale"), await NumberAsync("left"), await NumberAsync("top"));
        return ((float)(box.X + left + (scale * (x + 0.5))), (float)(box.Y + top + (scale * (y + 0.5))));
    }

    public Task<string> DataAsync(string id, string name) =>
        Page.EvaluateAsync<string>("([id, name]) => document.getElementById(id).dataset[name]", new[] { id, name });

    public async ValueTask DisposeAsync()
    {
        await Page.Context.CloseAsync();
        Assert.Empty(Faults);
    }
}
