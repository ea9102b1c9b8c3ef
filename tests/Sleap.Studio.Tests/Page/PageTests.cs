using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;

namespace Sleap.Studio.Tests;

/// <summary>What the page shows, and to whom.</summary>
[Collection(StudioCollection.Name)]
public sealed class PageTests(StudioFixture studio, BrowserFixture browser)
{
    /// <summary>Whether the overlay is painted at a point of the picture: its alpha there.</summary>
    private const string Alpha = """
        ([x, y]) => {
          const { scale, left, top } = document.getElementById("picture").dataset;
          const context = document.getElementById("overlay").getContext("2d");
          const at = [(x + 0.5) * scale + Number(left), (y + 0.5) * scale + Number(top)];
          return context.getImageData(...at.map(v => Math.round(v * devicePixelRatio)), 1, 1).data[3];
        }
        """;

    [SkippableFact]
    public async Task Names_of_a_file_are_text_and_nothing_else()
    {
        await using var page = await browser.OpenAsync(studio.Server);
        await page.GoAsync(35);
        await page.Page.Keyboard.PressAsync("t");
        await page.Page.Keyboard.PressAsync("1");
        Assert.Equal(StudioFixture.Hostile, await page.Page.TextContentAsync("#point-rows tr:nth-child(2) th"));
        Assert.Equal(0, await page.Page.Locator("#point-rows img").CountAsync());
        Assert.Equal("labels.slp – studio", await page.Page.TitleAsync());
    }

    /// <summary>The state of a point is told by its shape: filled, hollow, crossed.</summary>
    [SkippableFact]
    public async Task Points_of_a_person_are_filled_and_those_of_a_model_hollow()
    {
        await using var page = await browser.OpenAsync(studio.Server);
        await page.Page.Keyboard.PressAsync("l"); // without edges
        await page.GoAsync(30);
        Assert.Equal(255, await AlphaAsync(20, 10));
        Assert.Equal(255, await AlphaAsync(30, 20)); // the middle of a cross
        Assert.Equal(0, await AlphaAsync(50, 50)); // b, predicted
        Assert.Equal(0, await AlphaAsync(70, 25)); // the prediction that was corrected is not drawn
        await page.Page.Keyboard.PressAsync("v");
        await page.GoAsync(31);
        await page.GoAsync(30);
        Assert.Equal(0, await AlphaAsync(30, 20));

        Task<int> AlphaAsync(int x, int y) => page.Page.EvaluateAsync<int>(Alpha, new[] { x, y });
    }

    [SkippableFact]
    public async Task A_click_selects_the_instance_and_its_node()
    {
        await using var page = await browser.OpenAsync(studio.Server);
        await page.GoAsync(35);
        var box = (await page.Page.Locator("#picture").BoundingBoxAsync())!;
        var scale = float.Parse(await page.DataAsync("picture", "scale"));
        var (left, top) = (
            float.Parse(await page.DataAsync("picture", "left")),
            float.Parse(await page.DataAsync("picture", "top"))
        );
        await page.Page.Mouse.ClickAsync(box.X + left + (scale * 75.5f), box.Y + top + (scale * 55.5f));
        Assert.Equal("b", await page.Page.TextContentAsync("#instance-list button[aria-pressed=true] .name"));
        Assert.Equal(
            "2",
            await page.Page.EvaluateAsync<string>("String(document.querySelector('#point-rows tr.current').rowIndex)")
        );
        var node = await page.Page.TextContentAsync("#point-rows tr.current th");
        await page.UntilAsync(
            "spoken => document.getElementById('live').textContent === spoken",
            $"Frame 35 of 240, 2 instances, b selected, {node}"
        );
        await page.Page.Mouse.ClickAsync(box.X + left + (scale * 195), box.Y + top + (scale * 5));
        Assert.Equal(0, await page.Page.Locator("#instance-list button[aria-pressed=true]").CountAsync());
    }

    [SkippableFact]
    public async Task The_table_filters_and_leads_to_frames()
    {
        await using var page = await browser.OpenAsync(studio.Server);
        await page.Page.SelectOptionAsync("#filter", "user");
        await page.UntilAsync("document.getElementById('frame-count').textContent === '6 frames'");
        await page.Page.ClickAsync("#frame-rows .row:nth-child(3)");
        await page.ShownAsync(30);
        await page.Page.FocusAsync("#frame-list");
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await page.ShownAsync(40);
        await page.Page.SelectOptionAsync("#filter", "suggested");
        await page.UntilAsync("document.getElementById('frame-count').textContent === '3 frames'");
        await page.Page.ClickAsync("#frame-rows .row:nth-child(2)");
        await page.ShownAsync(7, video: 1);
    }

    [SkippableFact]
    public async Task The_row_of_the_frame_is_seen_in_the_table()
    {
        await using var page = await browser.OpenAsync(studio.Server);
        await page.Page.Locator("#frame-rows .row.current").WaitForAsync();
        await page.Page.FocusAsync("#frame-list");
        for (var frame = 11; frame <= 40; frame++)
        {
            await page.Page.Keyboard.PressAsync("ArrowDown");
            await page.ShownAsync(frame);
        }
        await SeenAsync();
        await page.GoAsync(12);
        await SeenAsync();

        Task SeenAsync() =>
            page.UntilAsync(
                """
                (() => {
                  const box = selector => document.querySelector(selector)?.getBoundingClientRect();
                  const [list, head, row] = [box("#frame-list"), box(".row.head"), box("#frame-rows .row.current")];
                  return Boolean(row) && row.top >= head.bottom - 1 && row.bottom <= list.bottom + 1;
                })()
                """
            );
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Axe_finds_nothing_serious(bool isDark)
    {
        await using var page = await browser.OpenAsync(studio.Server, isDark);
        await page.GoAsync(30);
        await page.Page.Keyboard.PressAsync("1");
        await CheckAsync("frames");
        await page.Page.ClickAsync("#tab-view");
        await CheckAsync("view");
        await page.Page.Keyboard.PressAsync("?");
        await page.Page.WaitForSelectorAsync("dialog[open]");
        await CheckAsync("help");

        async Task CheckAsync(string state)
        {
            var result = await page.Page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations] });
            var serious = result
                .Violations.Where(one => one.Impact is "serious" or "critical")
                .Select(one => $"{one.Id}: {one.Help} {string.Join(", ", one.Nodes.Select(node => node.Html))}");
            Assert.True(!serious.Any(), $"{state}: {string.Join("\n", serious)}");
        }
    }

    [SkippableFact]
    public async Task Colors_are_those_of_the_system_or_of_the_switch()
    {
        await using (var light = await browser.OpenAsync(studio.Server))
            Assert.True(await BackAsync(light) > 200);
        await using var page = await browser.OpenAsync(studio.Server, isDark: true);
        Assert.True(await BackAsync(page) < 60);
        Assert.Equal("Theme: system", await page.Page.GetAttributeAsync("#theme", "title"));
        await page.Page.ClickAsync("#theme");
        Assert.Equal("Theme: light", await page.Page.GetAttributeAsync("#theme", "title"));
        Assert.True(await BackAsync(page) > 200);
        await page.Page.ReloadAsync();
        await page.Page.WaitForSelectorAsync("body.started");
        Assert.True(await BackAsync(page) > 200);

        static Task<int> BackAsync(StudioPage page) =>
            page.Page.EvaluateAsync<int>("Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])");
    }

    [SkippableFact]
    public async Task The_secret_leaves_the_address_and_survives_a_reload()
    {
        await using var page = await browser.OpenAsync(studio.Server);
        Assert.Equal(studio.Server.Root, page.Page.Url);
        await page.GoAsync(12);
        await page.Page.ReloadAsync();
        await page.ShownAsync(10);
        // Another tab does not have it.
        var other = await page.Page.Context.NewPageAsync();
        await other.GotoAsync(studio.Server.Root);
        await other.WaitForSelectorAsync("#stage-fault:has-text('sleap studio')");
        await other.GotoAsync(studio.Server.NewAddressForBrowser());
        await other.ReloadAsync();
        await other.WaitForSelectorAsync("body.started");
        await other.CloseAsync();
    }

    [SkippableFact]
    public async Task Settings_of_the_picture_change_its_pixels_on_the_screen()
    {
        await using var page = await browser.OpenAsync(studio.Server);
        await page.Page.ClickAsync("#tab-view");
        await page.Page.FillAsync("#brightness", "2");
        await page.Page.FillAsync("#gamma-value", "0.5");
        await page.Page.CheckAsync("[data-setting=invert]");
        Assert.Equal(
            "url(\"#gamma\") brightness(2) invert(1)",
            await page.Page.EvaluateAsync<string>("document.getElementById('picture').style.filter")
        );
        await page.Page.ClickAsync("#reset-picture");
        Assert.Equal("", await page.Page.EvaluateAsync<string>("document.getElementById('picture').style.filter"));
    }
}
