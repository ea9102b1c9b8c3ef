namespace Sleap.Studio.Tests;

/// <summary>The picture on the screen is that of the frame whose number is shown.</summary>
[Collection(StudioCollection.Name)]
public sealed class FrameExactTests(StudioFixture studio, BrowserFixture browser)
{
    private const int JumpsPerVideo = 170;

    // Jumps as a person does by the field of the frame's number, and reads the number from the pixels of the canvas.
    private const string Jumps = """
        async ([frames, bits, width, height, video]) => {
          const [picture, overlay] = ["picture", "overlay"].map(id => document.getElementById(id));
          const field = document.getElementById("frame");
          const context = picture.getContext("2d");
          const wrong = [];
          for (const frame of frames) {
            field.value = frame;
            field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
            const end = performance.now() + 10000;
            while (picture.dataset.frame !== String(frame) || picture.dataset.video !== String(video)) {
              if (performance.now() > end) return [`frame ${frame} does not come`];
              await new Promise(resolve => setTimeout(resolve, 2));
            }
            const { scale, left, top } = picture.dataset;
            const ratio = devicePixelRatio;
            const y = Math.floor((Number(top) + (Number(scale) * height) / 2) * ratio);
            const row = context.getImageData(0, y, picture.width, 1).data;
            let number = 0;
            for (let bit = 0; bit < bits; bit++) {
              const x = (Number(left) + Number(scale) * ((2 * bit + 1) * width) / (2 * bits)) * ratio;
              if (row[4 * Math.floor(x)] > 127) number |= 1 << bit;
            }
            if (number !== frame || overlay.dataset.frame !== String(frame)) {
              wrong.push(`frame ${frame}: picture of ${number}, labels of ${overlay.dataset.frame}`);
            }
          }
          return wrong;
        }
        """;

    [SkippableFact]
    public async Task A_thousand_jumps_show_the_right_frame()
    {
        // Two pages at a time, each with every other video.
        await Task.WhenAll(JumpAsync(first: 0), JumpAsync(first: 1));

        async Task JumpAsync(int first)
        {
            await using var page = await browser.OpenAsync(studio.Server);
            await page.Page.SetViewportSizeAsync(800, 600);
            var random = new Random(first);
            for (var video = first; video < BinaryVideos.Kinds.Count; video += 2)
            {
                var kind = BinaryVideos.Kinds[video];
                await page.Page.SelectOptionAsync("#video", $"{video}");
                int[] frames = [.. Enumerable.Range(0, JumpsPerVideo).Select(_ => random.Next(BinaryVideos.Frames))];
                var wrong = await page.Page.EvaluateAsync<string[]>(
                    Jumps,
                    new object[] { frames, BinaryVideos.Bits, kind.Width, kind.Height, video }
                );
                Assert.True(wrong.Length == 0, $"{kind.Name}: {string.Join("; ", wrong.Take(5))}");
            }
        }
    }

    /// <summary>A slow picture: the old one stays with its own labels, and the page says that another comes.</summary>
    [SkippableFact]
    public async Task Labels_wait_for_the_picture_of_their_frame()
    {
        await using var page = await browser.OpenAsync(studio.Server);
        await page.GoAsync(20);
        var isOpen = new TaskCompletionSource();
        await page.Page.RouteAsync(
            "**/frames/35/jpeg",
            async route =>
            {
                await isOpen.Task;
                await route.ContinueAsync();
            }
        );
        await page.Page.FillAsync("#frame", "35");
        await page.Page.PressAsync("#frame", "Enter");
        await page.Page.WaitForSelectorAsync("#stage.loading");
        Assert.Equal("20", await page.DataAsync("picture", "frame"));
        Assert.Equal("20", await page.DataAsync("overlay", "frame"));
        Assert.Equal("35", await page.Page.InputValueAsync("#frame"));
        isOpen.SetResult();
        await page.ShownAsync(35);
        await page.Page.WaitForSelectorAsync("#stage:not(.loading)");
    }

    [SkippableFact]
    public async Task The_latest_jump_wins_and_the_one_before_is_given_up()
    {
        await using var page = await browser.OpenAsync(studio.Server);
        await page.GoAsync(20);
        var isAsked = new TaskCompletionSource();
        await page.Page.RouteAsync("**/frames/45/jpeg", _ => isAsked.TrySetResult()); // no answer
        await page.Page.FillAsync("#frame", "45");
        var givenUp = page.Page.WaitForRequestFinishedOrFailedAsync("/frames/45/jpeg");
        await page.Page.PressAsync("#frame", "Enter");
        await isAsked.Task;
        await page.GoAsync(50);
        Assert.Contains("ABORTED", await givenUp);
    }

    [SkippableFact]
    public async Task Frames_are_fetched_ahead_after_single_steps_only()
    {
        await using var page = await browser.OpenAsync(studio.Server);
        List<string> asked = [];
        page.Page.Request += (_, request) => asked.Add(request.Url.Split("/api/videos/").Last());
        await page.GoAsync(150);
        await page.GoAsync(170);
        await Task.Delay(100);
        Assert.Equal(["0/frames/150/jpeg", "0/frames/170/jpeg"], asked.Where(url => url.EndsWith("jpeg")));
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.ShownAsync(171);
        await page.UntilAsync("performance.getEntriesByType('resource').some(e => e.name.endsWith('/174/jpeg'))");
        var count = asked.Count(url => url.EndsWith("172/jpeg"));
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.ShownAsync(172);
        Assert.Equal(1, count);
        Assert.Equal(1, asked.Count(url => url.EndsWith("172/jpeg")));
    }
}

internal static class RequestWaiting
{
    /// <summary>How a request ends: "finished", or why it failed.</summary>
    public static Task<string> WaitForRequestFinishedOrFailedAsync(this Microsoft.Playwright.IPage page, string end)
    {
        var done = new TaskCompletionSource<string>();
        page.RequestFailed += (_, request) =>
        {
            if (request.Url.EndsWith(end, StringComparison.Ordinal))
                done.TrySetResult(request.Failure ?? "");
        };
        page.RequestFinished += (_, request) =>
        {
            if (request.Url.EndsWith(end, StringComparison.Ordinal))
                done.TrySetResult("finished");
        };
        return done.Task.WaitAsync(TimeSpan.FromSeconds(15));
    }
}
