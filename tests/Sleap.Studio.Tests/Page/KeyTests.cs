namespace Sleap.Studio.Tests;

/// <summary>What keys and mouse do.</summary>
[Collection(StudioCollection.Name)]
public sealed class KeyTests(StudioFixture studio, BrowserFixture browser)
{
    /// <summary>Where a key leads from frame 35 of the first video, which has labels in 10 to 59 and 70.</summary>
    private static readonly (string Key, int Frame)[] Moves =
    [
        ("ArrowRight", 36),
        ("ArrowLeft", 34),
        ("Control+ArrowRight", 45),
        ("Control+ArrowLeft", 25),
        ("PageDown", 45),
        ("PageUp", 25),
        ("Control+Alt+ArrowRight", 135),
        ("Control+Alt+ArrowLeft", 0),
        ("Alt+PageDown", 135),
        ("Alt+PageUp", 0),
        ("Home", 0),
        ("End", 239),
        ("Alt+ArrowRight", 36),
        ("Alt+ArrowLeft", 34),
        (".", 36),
        (",", 34),
        ("Control+u", 40),
        ("u", 40),
        ("Space", 100),
        ("Shift+Space", 5),
        ("Control+e", 35), // none follows
        ("e", 35),
        ("Control+a", 35), // nothing was changed
        ("a", 35),
        ("j", 10),
        ("k", 59),
    ];

    [SkippableFact]
    public async Task Each_key_moves_as_the_list_says()
    {
        await using var page = await browser.OpenAsync(studio.Server);
        foreach (var (key, frame) in Moves)
        {
            await page.GoAsync(35);
            await page.Page.Keyboard.PressAsync(key);
            try
            {
                await page.ShownAsync(frame);
            }
            catch (TimeoutException)
            {
                Assert.Fail($"{key} leads to frame {await page.DataAsync("picture", "frame")}, expected {frame}.");
            }
        }
    }

    [SkippableFact]
    public async Task Marks_fields_and_videos_are_gone_to()
    {
        await using var page = await browser.OpenAsync(studio.Server);
        var keys = page.Page.Keyboard;
        foreach (var (mark, back) in new[] { ("Control+m", "Control+Shift+M"), ("m", "Shift+M") })
        {
            await page.GoAsync(20);
            await keys.PressAsync(mark);
            await page.GoAsync(44);
            await keys.PressAsync(back);
            await page.ShownAsync(20);
        }
        foreach (var key in new[] { "Control+j", "g" })
        {
            await page.GoAsync(20);
            await keys.PressAsync(key);
            await keys.TypeAsync("123");
            await keys.PressAsync("Enter");
            await page.ShownAsync(123);
        }
        foreach (var key in new[] { "Control+Shift+J", "Shift+G" })
        {
            await page.GoAsync(20);
            await keys.PressAsync(key);
            await keys.TypeAsync("29");
            await keys.PressAsync("Enter");
            await page.ShownAsync(29);
            Assert.Contains("20–29 selected (10)", await page.Page.TextContentAsync("#range"));
            await keys.PressAsync("Escape");
            Assert.Equal("", await page.Page.TextContentAsync("#range"));
        }
        // A field that was left asks for no selection when it is used again.
        await keys.PressAsync("Shift+G");
        await page.Page.Locator("#frame").BlurAsync();
        await page.GoAsync(40);
        Assert.Equal("", await page.Page.TextContentAsync("#range"));
        await page.GoAsync(20);
        await keys.PressAsync("Alt+Shift+ArrowRight");
        await page.UntilAsync("document.getElementById('picture').dataset.video === '1'");
        await keys.PressAsync("Alt+Shift+ArrowLeft");
        await page.UntilAsync("document.getElementById('picture').dataset.video === '0'");
    }

    [SkippableFact]
    public async Task Shift_selects_the_frames_that_a_key_moves_over()
    {
        await using var page = await browser.OpenAsync(studio.Server);
        await page.GoAsync(20);
        await page.Page.Keyboard.PressAsync("Shift+ArrowRight");
        await page.ShownAsync(21);
        await page.Page.Keyboard.PressAsync("Control+Shift+ArrowRight");
        await page.ShownAsync(31);
        Assert.Contains("20–31", await page.Page.TextContentAsync("#range"));
        await page.Page.Keyboard.PressAsync("j");
        await page.ShownAsync(20);
        await page.Page.Keyboard.PressAsync("k");
        await page.ShownAsync(31);
    }

    [SkippableFact]
    public async Task Instances_are_picked_and_shown_by_keys()
    {
        await using var page = await browser.OpenAsync(studio.Server);
        var keys = page.Page.Keyboard;
        await page.GoAsync(35);
        var pressed = page.Page.Locator("#instance-list button[aria-pressed=true] .name");
        await keys.PressAsync("2");
        Assert.Equal("b", await pressed.TextContentAsync());
        await keys.PressAsync("Backquote");
        Assert.Equal("a", await pressed.TextContentAsync());
        await keys.PressAsync("Shift+ArrowUp");
        Assert.Equal("b", await pressed.TextContentAsync());
        await keys.PressAsync("Escape");
        Assert.Equal(0, await pressed.CountAsync());
        foreach (
            var (key, setting) in new[]
            {
                ("h", "instances"),
                ("Control+Tab", "names"),
                ("t", "names"),
                ("Control+Shift+Tab", "edges"),
                ("l", "edges"),
                ("s", "scores"),
                ("Shift+V", "hidden"),
                ("v", "hidden"),
                ("Shift+T", "trails"),
                ("z", "loupe"),
                ("x", "exact"),
            }
        )
        {
            var field = page.Page.Locator($"[data-setting={setting}]");
            var before = await field.IsCheckedAsync();
            await keys.PressAsync(key);
            Assert.Equal(!before, await field.IsCheckedAsync());
        }
    }

    [SkippableFact]
    public async Task Keys_do_nothing_else_while_somebody_types()
    {
        await using var page = await browser.OpenAsync(studio.Server);
        await page.GoAsync(35);
        await page.Page.FocusAsync("#frame");
        foreach (var key in new[] { "h", "1", "ArrowRight", "Home", "u", "Space", "Control+a" })
            await page.Page.Keyboard.PressAsync(key);
        Assert.True(await page.Page.Locator("[data-setting=instances]").IsCheckedAsync());
        Assert.Equal(0, await page.Page.Locator("#instance-list button[aria-pressed=true]").CountAsync());
        Assert.Equal("35", await page.DataAsync("picture", "frame"));
        // A list keeps its arrow keys, and gives the others back when it is left.
        await page.Page.FocusAsync("#filter");
        await page.Page.Keyboard.PressAsync("End");
        Assert.Equal("35", await page.DataAsync("picture", "frame"));
    }

    [SkippableFact]
    public async Task The_view_is_kept_from_frame_to_frame()
    {
        await using var page = await browser.OpenAsync(studio.Server);
        await page.GoAsync(35);
        await page.Page.Mouse.MoveAsync(500, 350);
        await page.Page.Mouse.WheelAsync(0, -400);
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync(530, 380, new() { Steps = 3 });
        await page.Page.Mouse.UpAsync();
        await page.UntilAsync("document.getElementById('picture').dataset.scale > 5");
        var before = await ViewAsync();
        foreach (var frame in new[] { 36, 200, 5 }) // with labels, and without
        {
            await page.GoAsync(frame);
            Assert.Equal(before, await ViewAsync());
        }
        await page.Page.Keyboard.PressAsync("r");
        await page.UntilAsync("document.getElementById('picture').dataset.scale < 5");
        await page.GoAsync(35);
        await page.Page.Keyboard.PressAsync("Control+=");
        await page.UntilAsync("document.getElementById('picture').dataset.scale > 6");

        async Task<string> ViewAsync() =>
            string.Join(
                " ",
                await page.DataAsync("picture", "scale"),
                await page.DataAsync("picture", "left"),
                await page.DataAsync("picture", "top")
            );
    }

    [SkippableFact]
    public async Task The_rows_below_move_select_and_zoom()
    {
        await using var page = await browser.OpenAsync(studio.Server);
        var (mouse, keys) = (page.Page.Mouse, page.Page.Keyboard);
        var box = (await page.Page.Locator("#marks").BoundingBoxAsync())!;
        float At(double frame) => box.X + (float)((frame + 0.5) / BinaryVideos.Frames * box.Width);
        var y = box.Y + (box.Height / 2);
        await mouse.ClickAsync(At(120), y);
        await page.ShownAsync(120);
        await DragAsync(60, 90);
        await page.ShownAsync(90);
        await keys.DownAsync("Shift");
        await DragAsync(30, 50);
        await keys.UpAsync("Shift");
        Assert.Contains("30–50", await page.Page.TextContentAsync("#range"));
        await keys.DownAsync("Alt");
        await DragAsync(80, 103);
        await keys.UpAsync("Alt");
        await mouse.ClickAsync(box.X + (box.Width / 2), y);
        await page.ShownAsync(92);

        async Task DragAsync(int from, int to)
        {
            await mouse.MoveAsync(At(from), y);
            await mouse.DownAsync();
            await mouse.MoveAsync(At(to), y, new() { Steps = 4 });
            await mouse.UpAsync();
        }
    }
}
