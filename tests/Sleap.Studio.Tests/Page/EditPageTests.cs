using System.Text.Json.Nodes;
using Deque.AxeCore.Playwright;

namespace Sleap.Studio.Tests;

/// <summary>Labeling in the page, by keys and by mouse.</summary>
[Collection(StudioCollection.Name)]
public sealed class EditPageTests(StudioFixture studio, BrowserFixture browser)
{
    [SkippableFact]
    public async Task A_whole_instance_is_labeled_by_keys_alone_and_saved()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        await using var page = await browser.OpenAsync(own.Server);
        await page.GoAsync(5);
        await PressAsync(page, "i");
        await page.UntilAsync("document.querySelector('#point-rows tr.current')?.rowIndex === 1");
        var before = await PointsAsync(own, 5, 0);
        await PressAsync(
            page,
            "ArrowRight",
            "ArrowRight",
            "Shift+ArrowDown",
            "Tab",
            "ArrowUp",
            "y",
            "Tab",
            "Backspace"
        );
        await PressAsync(page, "Shift+Digit2");
        await StateAsync(page, "journal");
        var after = await PointsAsync(own, 5, 0);
        Assert.Equal(((double)before[0]![0]! + 2, (double)before[0]![1]! + 10), XY(after[0]!));
        Assert.Equal(((double)before[1]![0]!, (double)before[1]![1]! - 1), XY(after[1]!));
        Assert.Equal(0, (int)after[1]![2]!);
        Assert.Null(after[2]![0]);
        Assert.Equal(1, (int)(await own.FrameAsync(5))["instances"]![0]!["track"]!);
        // Its node is placed again, and another frame gets its copy.
        await PressAsync(page, "ArrowLeft", "Control+c", "Escape");
        await page.GoAsync(6);
        await PressAsync(page, "Control+v", "Control+s");
        await StateAsync(page, "file");
        Assert.Equal(XY(after[0]!), (own.Saved(6)!.Instances[0].Points[0].X, own.Saved(6)!.Instances[0].Points[0].Y));
        Assert.Equal("b", own.Saved(5)!.Instances[0].Track!.Name);
        Assert.False(own.Saved(5)!.Instances[0].Points[2].IsMissing);
    }

    [SkippableFact]
    public async Task A_dragged_node_is_there_after_a_reload_and_is_undone_from_any_frame()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        await using var page = await browser.OpenAsync(own.Server);
        await page.GoAsync(30);
        await DragAsync(page, (20, 10), (28, 14));
        await StateAsync(page, "journal");
        await page.Page.ReloadAsync();
        await page.UntilAsync("Boolean(document.getElementById('picture').dataset.frame)");
        await StateAsync(page, "journal");
        var (x, y) = XY((await PointsAsync(own, 30, 2))[0]!);
        Assert.Equal((28, 14), (Math.Round(x), Math.Round(y)));
        // With Alt the whole instance, of which the third node is missing.
        await page.GoAsync(30);
        await page.Page.Keyboard.DownAsync("Alt");
        await DragAsync(page, (28, 14), (18, 24));
        await page.Page.Keyboard.UpAsync("Alt");
        await page.UntilAsync("document.querySelector('[data-command=undo]').disabled === false");
        await UntilAsync(async () => Math.Round(XY((await PointsAsync(own, 30, 2))[1]!).Item2) == 30);
        Assert.Null((await PointsAsync(own, 30, 2))[2]![0]);
        await page.GoAsync(100);
        await PressAsync(page, "Control+z");
        await page.ShownAsync(30);
        await PressAsync(page, "Control+z");
        await StateAsync(page, "file");
        Assert.Equal((20, 10), XY((await PointsAsync(own, 30, 2))[0]!));
        await PressAsync(page, "Control+Shift+Z");
        await StateAsync(page, "journal");
        Assert.Equal((x, y), XY((await PointsAsync(own, 30, 2))[0]!));
    }

    [SkippableFact]
    public async Task Two_tabs_do_not_overwrite_each_other()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        await using var one = await browser.OpenAsync(own.Server);
        await using var other = await browser.OpenAsync(own.Server);
        foreach (var page in new[] { one, other })
        {
            await page.GoAsync(30);
            await PressAsync(page, "2", "Tab");
        }

        await PressAsync(one, "Shift+ArrowRight");
        await StateAsync(one, "journal");
        await PressAsync(other, "Shift+ArrowDown");
        await other.UntilAsync("document.getElementById('message').textContent.includes('changed elsewhere')");
        await other.UntilAsync("document.querySelector('#point-rows td')?.textContent === '30.0'");
        Assert.Equal((30, 10), XY((await PointsAsync(own, 30, 2))[0]!));
        await PressAsync(other, "Shift+ArrowDown");
        await UntilAsync(async () => XY((await PointsAsync(own, 30, 2))[0]!) == (30, 20));
    }

    [SkippableFact]
    public async Task Predictions_are_made_editable_and_points_hidden_by_mouse()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        await using var page = await browser.OpenAsync(own.Server);
        await page.GoAsync(35);
        var (x, y) = await page.AtAsync(75, 55); // the second node of b
        await page.Page.Mouse.DblClickAsync(x, y);
        await StateAsync(page, "journal");
        Assert.False((bool)(await own.FrameAsync(35))["instances"]![2]!["isPredicted"]!);
        await page.Page.Mouse.ClickAsync(x, y, new() { Button = Microsoft.Playwright.MouseButton.Right });
        await UntilAsync(async () => (int)(await PointsAsync(own, 35, 2))[1]![2]! == 0);
        await PressAsync(page, "Delete");
        await UntilAsync(async () => (await own.FrameAsync(35))["instances"]!.AsArray().Count == 2);
        await PressAsync(page, "Control+Shift+A");
        await UntilAsync(async () => (await own.FrameAsync(35))["instances"]!.AsArray().Count == 4);
        await page.GoAsync(36);
        await PressAsync(page, "2", "Enter", "Shift+Digit0");
        await UntilAsync(async () => (await own.GetAsync("/api/project"))["tracks"]!.AsArray().Count == 3);
        Assert.Equal(2, (int)(await own.FrameAsync(36))["instances"]![2]!["track"]!);
    }

    [SkippableFact]
    public async Task Clicks_place_node_after_node()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        await using var page = await browser.OpenAsync(own.Server);
        await page.GoAsync(100);
        await PressAsync(page, "n");
        Assert.Equal("place nose (1 of 3)", await page.Page.TextContentAsync("#mode"));
        await ClickAsync(40, 20);
        await page.UntilAsync("document.getElementById('mode').textContent.endsWith('(2 of 3)')");
        await PressAsync(page, "Tab"); // skips the second
        await ClickAsync(60, 30);
        await page.UntilAsync("document.getElementById('mode').textContent.endsWith('(2 of 3)')");
        await PressAsync(page, "Escape");
        Assert.Equal("", await page.Page.TextContentAsync("#mode"));
        var points = await PointsAsync(own, 100, 0);
        Assert.Equal((40, 20), (Math.Round(XY(points[0]!).Item1), Math.Round(XY(points[0]!).Item2)));
        Assert.Null(points[1]![0]);
        Assert.Equal((60, 30), (Math.Round(XY(points[2]!).Item1), Math.Round(XY(points[2]!).Item2)));
        await page.GoAsync(101);
        await PressAsync(page, "o");
        await UntilAsync(async () => (bool)(await own.FrameAsync(101))["isEmpty"]!);

        async Task ClickAsync(double px, double py)
        {
            var (x, y) = await page.AtAsync(px, py);
            await page.Page.Mouse.ClickAsync(x, y);
        }
    }

    [SkippableFact]
    public async Task Tracks_are_swapped_after_the_numbers_are_said()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        await using var page = await browser.OpenAsync(own.Server);
        await page.GoAsync(50);
        await PressAsync(page, "w");
        await page.Page.SelectOptionAsync("#track-range", "end");
        await page.UntilAsync("document.getElementById('ask-counts').textContent.startsWith('10 frames: 19 pred')");
        Assert.DoesNotContain((await page.Page.RunAxe()).Violations, one => one.Impact is "serious" or "critical");
        await page.Page.ClickAsync("#ask-buttons button:has-text('Swap')");
        await StateAsync(page, "journal");
        Assert.Equal(1, (int)(await own.FrameAsync(59))["instances"]![0]!["track"]!);
        Assert.Equal(0, (int)(await own.FrameAsync(49))["instances"]![0]!["track"]!);
    }

    [SkippableFact]
    public async Task Earlier_edits_are_offered_and_a_second_session_is_read_only()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        await own.DoAsync("", """{"command":{"type":"setNegative","video":0,"frame":200,"negative":true}}""");
        await using (var second = await own.StartAnotherAsync(studio))
        {
            await using var looking = await browser.OpenAsync(second.Server);
            await StateAsync(looking, "read-only");
            await PressAsync(looking, "i");
            await looking.UntilAsync("document.getElementById('message').textContent.includes('edited by process')");
            await second.StopAsync();
            await own.StopAsync();
            await using var later = await own.StartAnotherAsync(studio);
            await using var page = await browser.OpenAsync(later.Server);
            await page.Page.Locator("#ask[open]").WaitForAsync();
            Assert.Contains("1 edit that", await page.Page.TextContentAsync("#ask-body"));
            // What fails is not said to be done, and is asked again.
            await page.Page.RouteAsync("**/api/edit/restore", route => route.FulfillAsync(new() { Status = 507 }));
            await PressAsync(page, "Enter");
            await page.UntilAsync("document.getElementById('message').textContent.includes('507')");
            await StateAsync(page, "pending");
            await page.Page.UnrouteAsync("**/api/edit/restore");
            await page.Page.ClickAsync("#edit-state");
            await PressAsync(page, "Enter"); // restores
            await StateAsync(page, "journal");
            Assert.True((bool)(await later.FrameAsync(200))["isEmpty"]!);
            await later.StopAsync();
        }
    }

    [SkippableFact]
    public async Task A_video_alone_is_labeled_anew()
    {
        await using var own = await EditedStudio.StartAsync(studio, name: BinaryVideos.Kinds[4].Name);
        await using var page = await browser.OpenAsync(own.Server);
        await page.GoAsync(3);
        await PressAsync(page, "i");
        await page.Page.FillAsync("#ask-field", "nose, left ear, tail");
        await PressAsync(page, "Enter");
        await page.UntilAsync("document.querySelectorAll('#point-rows tr').length === 3");
        await StateAsync(page, "journal");
        await PressAsync(page, "Control+s");
        await page.Page.FillAsync("#ask-field", "labels");
        await PressAsync(page, "Enter");
        await StateAsync(page, "file");
        await page.UntilAsync("document.title === 'labels.slp – studio'");
        var instance = own.Saved(3)!.Instances[0];
        Assert.Equal("nose, left ear, tail", string.Join(", ", instance.Skeleton.Nodes));
        Assert.All(instance.Points, point => Assert.True(point is { IsMissing: false, X: > 50 and < 150 }));
        // Labels are asked for anew before this is said.
        await page.UntilAsync("document.getElementById('message').textContent.includes('which is open now')");
        await page.ShownAsync(3);
        await PressAsync(page, "1", "Tab", "ArrowRight");
        await StateAsync(page, "journal");
    }

    /// <summary>Labels that were asked for before an edit, and come after it, are not shown.</summary>
    [SkippableFact]
    public async Task An_answer_from_before_an_edit_changes_nothing()
    {
        await using var own = await EditedStudio.StartAsync(studio, name: BinaryVideos.Kinds[4].Name);
        await using var page = await browser.OpenAsync(own.Server);
        await page.GoAsync(3);
        var isAdded = new TaskCompletionSource();
        await page.Page.RouteAsync(
            "**/api/edit/instance",
            async route =>
            {
                var answer = await route.FetchAsync();
                await route.FulfillAsync(new() { Response = answer });
                isAdded.TrySetResult();
            }
        );
        // The first request for the labels of the frame is answered with what they were, after the edit.
        var held = 0;
        await page.Page.RouteAsync(
            "**/api/videos/0/frames/3",
            async route =>
            {
                var answer = await route.FetchAsync();
                if (Interlocked.Increment(ref held) == 1)
                {
                    await isAdded.Task;
                    await Task.Delay(200);
                }

                await route.FulfillAsync(new() { Response = answer });
            }
        );
        await PressAsync(page, "i");
        await page.Page.FillAsync("#ask-field", "nose, left ear, tail");
        await PressAsync(page, "Enter");
        await isAdded.Task;
        await Task.Delay(500);
        await page.ShownAsync(3);
        Assert.Equal(3, await page.Page.Locator("#point-rows tr").CountAsync());
    }

    /// <summary>The project's own name saves it; a file that another session has is not asked for again and again.
    /// </summary>
    [SkippableFact]
    public async Task Saving_as_a_name_that_is_taken_comes_to_an_end()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        var taken = Path.Combine(Path.GetDirectoryName(own.Labels)!, "taken.slp");
        File.Copy(own.Labels, taken);
        using var other = EditSession.Open(taken);
        await using var page = await browser.OpenAsync(own.Server);
        await page.GoAsync(5);
        await PressAsync(page, "i");
        await StateAsync(page, "journal");
        await SaveAsAsync("labels");
        await StateAsync(page, "file");
        Assert.Single(own.Saved(5)!.Instances);
        await SaveAsAsync("taken");
        await page.Page.ClickAsync("text=Replace the file");
        await page.UntilAsync("document.querySelectorAll('#ask-buttons button').length === 1");
        await PressAsync(page, "Enter");
        await page.UntilAsync("!document.getElementById('ask').open");
        Assert.Equal("labels.slp – studio", await page.Page.TitleAsync());

        async Task SaveAsAsync(string name)
        {
            await PressAsync(page, "Control+Shift+s");
            await page.Page.FillAsync("#ask-field", name);
            await PressAsync(page, "Enter");
        }
    }

    [SkippableFact]
    public async Task What_another_program_wrote_is_put_together_with_the_edits_of_here()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        await using var page = await browser.OpenAsync(own.Server);
        await page.GoAsync(101);
        await PressAsync(page, "o");
        await page.GoAsync(30);
        await PressAsync(page, "2", "Delete");
        await UntilAsync(async () => (await own.FrameAsync(30))["instances"]!.AsArray().Count == 2);
        var theirs = IO.Labels.Load(own.Labels);
        var frames = theirs.Frames.Where(frame => frame.FrameIndex is not (30 or 31));
        new IO.Labels(frames, theirs.Videos, theirs.Skeletons, theirs.Tracks).Save(own.Labels);
        await PressAsync(page, "Control+s");
        await page.Page.ClickAsync("#ask-buttons button:has-text('Put both together')");
        // Frame 30 was changed in both.
        await page.Page.ClickAsync("#ask-buttons button:has-text('Frames of here stay')");
        await StateAsync(page, "file");
        Assert.True(own.Saved(101)!.IsNegative);
        Assert.Equal(2, own.Saved(30)!.Instances.Count);
        Assert.Null(own.Saved(31));
        Assert.Null((await own.FrameAsync(31))["instances"]!.AsArray().FirstOrDefault());
    }

    private static async Task PressAsync(StudioPage page, params string[] keys)
    {
        foreach (var key in keys)
            await page.Page.Keyboard.PressAsync(key);
    }

    /// <summary>Waits until the edits are where they are to be: journal or file.</summary>
    private static Task StateAsync(StudioPage page, string state) =>
        page.UntilAsync("state => document.getElementById('edit-state').dataset.state === state", state);

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!await isSo())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), "It did not become so.");
            await Task.Delay(10);
        }
    }

    private static async Task DragAsync(StudioPage page, (double X, double Y) from, (double X, double Y) to)
    {
        var (x, y) = await page.AtAsync(from.X, from.Y);
        await page.Page.Mouse.MoveAsync(x, y);
        await page.Page.Mouse.DownAsync();
        (x, y) = await page.AtAsync(to.X, to.Y);
        await page.Page.Mouse.MoveAsync(x, y, new() { Steps = 4 });
        await page.Page.Mouse.UpAsync();
    }

    private static async Task<JsonArray> PointsAsync(EditedStudio own, int frame, int instance) =>
        (await own.FrameAsync(frame))["instances"]![instance]!["points"]!.AsArray();

    private static (double, double) XY(JsonNode point) => ((double)point[0]!, (double)point[1]!);
}
