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
        var page = await _browser!.NewPageAsync(
            new()
            {
                ViewportSize = new() { Width = 1280, Height = 800 },
                ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
            }
        );
        page.SetDefaultTimeout(15_000);
        var opened = new StudioPage(page);
        await page.GotoAsync(studio.Address);
        await page.WaitForFunctionAsync("document.getElementById('picture').dataset.frame !== undefined");
        await page.WaitForFunctionAsync("document.getElementById('picture').dataset.frame !== ''");
        return opened;
    }
}

/// <summary>A page that is open, and what went wrong on it.</summary>
internal sealed class StudioPage : IAsyncDisposable
{
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
                Faults.Add(message.Text);
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
        Page.WaitForFunctionAsync(
            """
            ([frame, video]) => {
              const [picture, overlay] = ["picture", "overlay"].map(id => document.getElementById(id).dataset);
              return picture.frame === frame && overlay.frame === frame && picture.video === video;
            }
            """,
            new[] { $"{frame}", $"{video}" }
        );

    public Task<string> DataAsync(string id, string name) =>
        Page.EvaluateAsync<string>("([id, name]) => document.getElementById(id).dataset[name]", new[] { id, name });

    public async ValueTask DisposeAsync()
    {
        await Page.CloseAsync();
        Assert.Empty(Faults);
    }
}
