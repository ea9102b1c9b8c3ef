using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;

namespace Sleap.Studio.Tests;

/// <summary>Training and prediction, tracks, the skeleton and bouts in the page.</summary>
[Collection(StudioCollection.Name)]
public sealed class LoopPageTests(StudioFixture studio, BrowserFixture browser)
{
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_model_is_trained_and_its_predictions_are_taken_over(bool isDark)
    {
        await using var own = await EditedStudio.StartAsync(studio, tool: FakeTool.Of());
        await using var page = await browser.OpenAsync(own.Server, isDark);
        await page.Page.ClickAsync("#tab-model");
        await page.Page.Locator("#model-none").WaitForAsync();
        Assert.True(await page.Page.IsDisabledAsync("#predict"));
        await page.Page.FillAsync("#train-epochs", "100000");
        await page.Page.ClickAsync("#train");
        await page.Page.Locator("#run-list canvas").WaitForAsync();
        await page.UntilAsync("document.querySelector('.run p').textContent.includes('left')");
        await NothingSeriousAsync(page);
        // The page stays usable; another training is refused.
        await page.GoAsync(12);
        await page.Page.ClickAsync("#train");
        await MessageAsync(page, "goes on");
        await page.Page.ReloadAsync();
        await page.Page.Locator("#run-list canvas").WaitForAsync();
        // A button keeps the focus while the curve grows.
        await page.Page.FocusAsync("#run-list button:has-text('Stop')");
        var epoch = await page.Page.TextContentAsync("#run-list figcaption");
        await page.UntilAsync("old => document.querySelector('#run-list figcaption').textContent !== old", epoch);
        Assert.Equal("Stop", await page.Page.EvaluateAsync<string>("document.activeElement.textContent"));
        await page.Page.Keyboard.PressAsync("Enter");
        await page.UntilAsync("document.querySelector('.run p').textContent.startsWith('done')");
        await MessageAsync(page, "training is done");
        // Its model predicts the queue.
        Assert.Equal(1, await page.Page.Locator("#model option").CountAsync());
        await page.Page.ClickAsync("#predict");
        await page.Page.ClickAsync("#run-list button:has-text('Take over')");
        await page.UntilAsync("document.getElementById('ask-counts').textContent === '3 frames: 3 predictions added.'");
        await NothingSeriousAsync(page);
        await page.Page.Keyboard.PressAsync("Enter");
        await MessageAsync(page, "3 frames changed");
        Assert.Single((await own.FrameAsync(100))["instances"]!.AsArray());
        await page.UntilAsync("document.querySelectorAll('.run').length === 1");
        // Selected frames.
        await page.GoAsync(40);
        await page.Page.Keyboard.PressAsync("Shift+ArrowRight");
        await page.Page.SelectOptionAsync("#predict-scope", "range");
        await page.Page.CheckAsync("#predict-labeled");
        await page.Page.ClickAsync("#predict");
        await page.Page.ClickAsync("#run-list button:has-text('Take over')");
        await page.UntilAsync("document.getElementById('ask-counts').textContent.startsWith('2 frames: 2 pred')");
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Page.ClickAsync("#run-list button:has-text('Delete')");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.UntilAsync("document.querySelectorAll('.run').length === 1");
    }

    [SkippableFact]
    public async Task Tracks_are_set_merged_split_and_deleted_in_frames_that_are_said()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        await using var page = await browser.OpenAsync(own.Server);
        await page.Page.ClickAsync("#tab-tracks");
        await page.GoAsync(55);
        // From here on b is a, and a is b.
        await PressAsync(page, "2", "Shift+W");
        await page.Page.SelectOptionAsync("#track-first", "0");
        await DoAsync(page, "5 frames: 10 predictions changed.");
        Assert.Equal((0, 0), (await TrackAsync(own, 55, 1), await TrackAsync(own, 59, 1)));
        Assert.Equal(1, await TrackAsync(own, 54, 1));
        await PressAsync(page, "Control+z");
        // A part of a track gets a name of its own, and is put back.
        await page.Page.ClickAsync("[data-command=track-split]");
        await page.Page.SelectOptionAsync("#track-first", "1");
        await page.Page.FillAsync("#track-name", "<i>late</i>");
        await DoAsync(page, "5 frames: 5 predictions changed.");
        await page.UntilAsync("document.getElementById('live').textContent !== null");
        Assert.Equal(2, await TrackAsync(own, 57, 1));
        await page.Page.ClickAsync("[data-command=track-merge]");
        await page.Page.SelectOptionAsync("#track-first", "2");
        await page.Page.SelectOptionAsync("#track-second", "1");
        await DoAsync(page, "5 frames: 5 predictions changed.");
        Assert.Equal(1, await TrackAsync(own, 57, 1));
        // Of a the predictions go, and what a person labeled stays unless it is ticked.
        await PressAsync(page, "Control+Shift+Backspace");
        await page.Page.SelectOptionAsync("#track-first", "0");
        await page.Page.SelectOptionAsync("#track-range", "all");
        await DoAsync(page, "45 frames: 45 predictions removed, 5 labeled instances left as they are.");
        Assert.Single((await own.FrameAsync(55))["instances"]!.AsArray());
        // b is not there between 30 and 34.
        await page.GoAsync(31);
        await PressAsync(page, "1", "Delete");
        await page.GoAsync(32);
        await PressAsync(page, "1", "Delete");
        await PressAsync(page, "Shift+I");
        // The track of an instance of the frame is proposed, which may be the deleted one until the answer is there.
        await page.Page.SelectOptionAsync("#gap-track", "1");
        await DoAsync(page, "2 frames: 2 predictions added.");
        Assert.Equal(0, (double)(await own.FrameAsync(32))["instances"]![0]!["score"]!);
        Assert.Equal(52, (double)(await own.FrameAsync(32))["instances"]![0]!["points"]![0]![0]!);
        Assert.True((bool)(await own.FrameAsync(32))["instances"]![0]!["isPredicted"]!);
        await page.Page.ClickAsync("[data-command=track-rename]");
        await page.Page.FillAsync("#track-name", "fly");
        await page.Page.ClickAsync("#ask-buttons button:has-text('Rename')");
        await page.UntilAsync("document.querySelector('.name').textContent === 'fly'");
    }

    [SkippableFact]
    public async Task Places_where_tracks_may_be_wrong_are_gone_through_and_ticked()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        await using var page = await browser.OpenAsync(own.Server);
        await page.Page.ClickAsync("#tab-tracks");
        await page.UntilAsync("document.getElementById('error-count').textContent.includes('open')");
        await page.Page.SelectOptionAsync("#error-kind", "newTrack");
        await page.UntilAsync("document.getElementById('error-count').textContent === '1 place, 1 open'");
        await NothingSeriousAsync(page);
        await page.Page.FocusAsync("#error-list");
        await PressAsync(page, "ArrowDown");
        await page.ShownAsync(30);
        await page.UntilAsync(
            "document.querySelector('#instance-list [aria-pressed=true] .name')?.textContent === 'b'"
        );
        await page.Page.Locator("#error-list").BlurAsync();
        await PressAsync(page, "Shift+D");
        await page.UntilAsync("document.getElementById('error-count').textContent === '1 place, 0 open'");
        Assert.True(await page.Page.IsCheckedAsync("#error-done-0"));
        await page.Page.CheckAsync("#error-open");
        await page.UntilAsync("document.getElementById('error-count').textContent === 'None.'");
        await PressAsync(page, "Control+z");
        await page.UntilAsync("document.getElementById('error-count').textContent === '1 place, 1 open'");
        await page.Page.ClickAsync("#error-done-0");
        await page.UntilAsync("document.getElementById('error-count').textContent === 'None.'");
        // By keys through all kinds, forth and back.
        await page.Page.UncheckAsync("#error-open");
        await page.Page.SelectOptionAsync("#error-kind", "break");
        await page.Page.Locator("#error-kind").BlurAsync();
        await page.GoAsync(0);
        await PressAsync(page, "Shift+E");
        await page.UntilAsync("document.getElementById('error-list').dataset.current !== undefined");
    }

    [SkippableFact]
    public async Task What_is_typed_while_an_answer_is_awaited_stays()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        await using var page = await browser.OpenAsync(own.Server);
        await page.Page.ClickAsync("#tab-skeleton");
        var isOpen = await HoldEditsAsync();
        await page.Page.FillAsync("#node-name-1", "ear");
        await page.Page.PressAsync("#node-name-1", "Tab"); // sends the name
        await page.Page.FillAsync("#node-name-2", "back");
        isOpen.SetResult();
        await page.UntilAsync("document.getElementById('node-name-1').defaultValue === 'ear'");
        Assert.Equal("back", await page.Page.InputValueAsync("#node-name-2"));
        Assert.Equal("node-name-2", await page.Page.EvaluateAsync<string>("document.activeElement.id"));
        await page.Page.PressAsync("#node-name-2", "Enter");
        await page.UntilAsync("document.getElementById('node-name-2').defaultValue === 'back'");

        // What is sent before the answer is there is changed behind it.
        isOpen = await HoldEditsAsync();
        await page.Page.FillAsync("#node-name-1", "eye");
        await page.Page.PressAsync("#node-name-1", "Tab");
        await page.Page.FillAsync("#node-name-2", "rump");
        await page.Page.PressAsync("#node-name-2", "Enter");
        isOpen.SetResult();
        await NodesAsync("nose,eye,rump");

        // The form of a bout, in the same way.
        await page.Page.ClickAsync("#tab-behavior");
        await page.Page.FillAsync("#bout-behavior", "run");
        await page.GoAsync(20);
        await PressAsync(page, "b");
        await page.GoAsync(60);
        await PressAsync(page, "b");
        await BoutAsync("run 20 60");
        isOpen = await HoldEditsAsync();
        await page.Page.FillAsync("#chosen-to", "70");
        await page.Page.PressAsync("#chosen-to", "Tab");
        await page.Page.FillAsync("#chosen-subject", "wide");
        isOpen.SetResult();
        await BoutAsync("run 20 70");
        Assert.Equal("wide", await page.Page.InputValueAsync("#chosen-subject"));
        Assert.True(await page.Page.IsVisibleAsync("#bout-form"));
        await page.Page.PressAsync("#chosen-subject", "Enter");
        await page.UntilAsync("document.getElementById('chosen-subject').defaultValue === 'wide'");
        isOpen = await HoldEditsAsync();
        await page.Page.FillAsync("#chosen-from", "10");
        await page.Page.PressAsync("#chosen-from", "Tab");
        await page.Page.FillAsync("#chosen-to", "80");
        await page.Page.PressAsync("#chosen-to", "Enter");
        await page.Page.FillAsync("#chosen-target", "slim");
        await page.Page.PressAsync("#chosen-target", "Enter");
        isOpen.SetResult();
        await page.UntilAsync("document.getElementById('chosen-target').defaultValue === 'slim'");
        await BoutAsync("run 10 80");
        await page.Page.EvaluateAsync("document.activeElement.blur()"); // a field takes keys itself
        await PressAsync(page, "Control+s");
        await page.UntilAsync("document.getElementById('edit-state').dataset.state === 'file'");
        var bout = Assert.Single(IO.Labels.Load(own.Labels).Bouts);
        Assert.Equal((10, 80), (bout.FirstFrame, bout.LastFrame));

        async Task<TaskCompletionSource> HoldEditsAsync()
        {
            var isReleased = new TaskCompletionSource();
            await page.Page.UnrouteAsync("**/api/edit");
            await page.Page.RouteAsync(
                "**/api/edit",
                async route =>
                {
                    await isReleased.Task;
                    await route.ContinueAsync();
                }
            );
            return isReleased;
        }

        Task BoutAsync(string text) =>
            page.UntilAsync("text => document.getElementById('bouts').dataset.chosen === text", text);

        Task NodesAsync(string names) =>
            page.UntilAsync(
                "names => [...document.querySelectorAll('#node-list input')].map(one => one.defaultValue).join() === names",
                names
            );
    }

    [SkippableFact]
    public async Task A_click_on_what_is_drawn_again_meanwhile_counts()
    {
        await using var own = await EditedStudio.StartAsync(studio, tool: FakeTool.Of());
        await using var page = await browser.OpenAsync(own.Server);
        await page.Page.ClickAsync("#tab-model");
        await page.Page.FillAsync("#train-epochs", "100000");
        await page.Page.ClickAsync("#train");
        await page.Page.Locator("#run-list canvas").WaitForAsync();
        await page.UntilAsync("document.querySelector('.run p').textContent.includes('left')");
        await page.Page.HoverAsync("#run-list button:has-text('Stop')");
        await page.Page.Mouse.DownAsync();
        for (var look = 0; look < 3; look++)
            await page.Page.WaitForResponseAsync(answer => answer.Url.EndsWith("/api/runs", StringComparison.Ordinal));
        await page.Page.Mouse.UpAsync();
        await page.UntilAsync("document.querySelector('.run p').textContent.startsWith('done')");
    }

    [SkippableFact]
    public async Task The_skeleton_is_edited_after_it_is_said_what_labels_lose()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        await using var page = await browser.OpenAsync(own.Server);
        await page.Page.ClickAsync("#tab-skeleton");
        Assert.Equal(StudioFixture.Hostile, await page.Page.InputValueAsync("#node-name-1"));
        await NothingSeriousAsync(page);
        await page.Page.FillAsync("#node-name-1", "ear <b>");
        await page.Page.PressAsync("#node-name-1", "Enter");
        await SkeletonAsync("nose,ear <b>,tail");
        // A name that is taken is refused, and the field shows what is.
        await page.Page.FillAsync("#node-name-0", "tail");
        await page.Page.PressAsync("#node-name-0", "Enter");
        await page.UntilAsync("document.getElementById('node-name-0').value === 'nose'");
        await page.Page.ClickAsync("#node-add");
        await page.Page.FillAsync("#node-new", "paw");
        await page.Page.ClickAsync("#ask-buttons button:has-text('Add')");
        await SkeletonAsync("nose,ear <b>,tail,paw");
        await page.Page.ClickAsync("#edge-add");
        await page.Page.SelectOptionAsync("#pair-first", "2");
        await page.Page.SelectOptionAsync("#pair-second", "3");
        await page.Page.ClickAsync("#ask-buttons button:has-text('Add')");
        await page.UntilAsync("document.querySelectorAll('#edge-list li').length === 3");
        await page.Page.ClickAsync("#symmetry-add");
        await page.Page.SelectOptionAsync("#pair-second", "3");
        await page.Page.ClickAsync("#ask-buttons button:has-text('Add')");
        await page.UntilAsync("document.querySelector('#symmetry-list li')?.textContent.startsWith('nose ↔ paw')");
        await page.Page.ClickAsync("#edge-remove-0");
        await page.UntilAsync("document.querySelectorAll('#edge-list li').length === 2");
        // 50 + 30 predictions and 5 instances of a person have the first node.
        await page.Page.ClickAsync("#node-remove-0");
        await page.UntilAsync("document.getElementById('ask-counts').textContent.includes('85 points removed')");
        Assert.Contains("50 frames: 80 predictions changed", await page.Page.TextContentAsync("#ask-counts"));
        await NothingSeriousAsync(page);
        await PressAsync(page, "Enter");
        await SkeletonAsync("ear <b>,tail,paw");
        Assert.Equal(3, (await own.FrameAsync(35))["instances"]![0]!["points"]!.AsArray().Count);
        await PressAsync(page, "Control+z");
        await SkeletonAsync("nose,ear <b>,tail,paw");
        await PressAsync(page, "Control+Shift+Z", "Control+s");
        await page.UntilAsync("document.getElementById('edit-state').dataset.state === 'file'");
        Assert.Equal("ear <b>,tail,paw", string.Join(',', own.Saved(35)!.Instances[0].Skeleton.Nodes));

        async Task SkeletonAsync(string nodes)
        {
            await page.UntilAsync(
                "nodes => [...document.querySelectorAll('#node-list input')].map(one => one.value).join() === nodes",
                nodes
            );
        }
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bouts_are_scored_by_keys_and_changed_on_the_time_line(bool isDark)
    {
        await using var own = await EditedStudio.StartAsync(studio);
        await using var page = await browser.OpenAsync(own.Server, isDark);
        await page.GoAsync(20);
        await PressAsync(page, "b"); // which behavior?
        await page.UntilAsync("document.activeElement.id === 'bout-behavior'");
        await page.Page.FillAsync("#bout-behavior", "run");
        await page.Page.FillAsync("#bout-subject", "a");
        await page.Page.Locator("#bout-subject").BlurAsync();
        await PressAsync(page, "b");
        await page.UntilAsync("document.getElementById('bout-begun').textContent === 'a bout begins at frame 20'");
        await page.GoAsync(60);
        await PressAsync(page, "b");
        await BoutsAsync("run a 20 60");
        await page.Page.Locator("#bouts").WaitForAsync();
        await NothingSeriousAsync(page);
        // Selected frames are one, and Esc forgets a begin.
        await page.GoAsync(100);
        await PressAsync(page, "b", "Escape");
        await page.UntilAsync("document.getElementById('bout-begun').textContent === ''");
        await page.Page.Keyboard.PressAsync("Shift+PageDown");
        await page.ShownAsync(110);
        await page.Page.FillAsync("#bout-behavior", "<i>rest</i>");
        await page.Page.FillAsync("#bout-subject", "");
        await page.Page.Locator("#bout-subject").BlurAsync();
        await PressAsync(page, "b");
        await BoutsAsync("run a 20 60", "<i>rest</i>  100 110");
        await PressAsync(page, "Alt+b");
        await page.ShownAsync(100);
        await PressAsync(page, "Alt+b");
        await page.ShownAsync(20);
        await PressAsync(page, "Shift+B");
        await page.ShownAsync(100);
        // The form changes the selected one; so does a drag of its end.
        await page.Page.FillAsync("#chosen-to", "120");
        await page.Page.PressAsync("#chosen-to", "Enter");
        await BoutsAsync("run a 20 60", "<i>rest</i>  100 120");
        await page.Page.FillAsync("#chosen-to", "50");
        await page.Page.PressAsync("#chosen-to", "Enter");
        await page.UntilAsync("document.getElementById('chosen-to').value === '120'");
        var box = (await page.Page.Locator("#bouts").BoundingBoxAsync())!;
        var row = box.Height / 2;
        float At(double frame) => (float)(box.X + (frame / BinaryVideos.Frames * box.Width));
        await page.Page.Mouse.ClickAsync(At(40), (float)(box.Y + (row * 1.5))); // "run" is the second by name
        await page.UntilAsync("document.getElementById('bouts').dataset.chosen === 'run 20 60'");
        await page.Page.Mouse.MoveAsync(At(61), (float)(box.Y + (row * 1.5)));
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync(At(80.5), (float)(box.Y + (row * 1.5)), new() { Steps = 3 });
        await page.Page.Mouse.UpAsync();
        await BoutsAsync("run a 20 80", "<i>rest</i>  100 120");
        await PressAsync(page, "Shift+Delete");
        await BoutsAsync("<i>rest</i>  100 120");
        await PressAsync(page, "Control+z", "Control+s");
        await page.UntilAsync("document.getElementById('edit-state').dataset.state === 'file'");
        var saved = IO.Labels.Load(own.Labels).Bouts;
        Assert.Equal(
            ["run 20 80", "<i>rest</i> 100 120"],
            saved.Select(b => $"{b.Behavior} {b.FirstFrame} {b.LastFrame}")
        );

        async Task BoutsAsync(params string[] expected)
        {
            await page.UntilAsync(
                """
                expected => JSON.stringify([...document.querySelectorAll('#bout-rows .row')].map(row =>
                  [...row.children].slice(0, 4).map(cell => cell.textContent.replace('–', '')).join(' '))
                ) === expected
                """,
                System.Text.Json.JsonSerializer.Serialize(
                    expected,
                    new System.Text.Json.JsonSerializerOptions
                    {
                        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                    }
                )
            );
        }
    }

    private static async Task PressAsync(StudioPage page, params string[] keys)
    {
        foreach (var key in keys)
            await page.Page.Keyboard.PressAsync(key);
    }

    /// <summary>Waits for the sentence of what changes, does it, and waits until it is done.</summary>
    private static async Task DoAsync(StudioPage page, string counts)
    {
        await page.UntilAsync("text => document.getElementById('ask-counts').textContent === text", counts);
        await page.Page.ClickAsync("#ask-buttons button:first-child");
        await page.UntilAsync("document.getElementById('edit-state').dataset.state === 'journal'");
    }

    private static Task MessageAsync(StudioPage page, string part) =>
        page.UntilAsync("part => document.getElementById('message').textContent.includes(part)", part);

    private static async Task<int> TrackAsync(EditedStudio own, int frame, int instance) =>
        (int)(await own.FrameAsync(frame))["instances"]![instance]!["track"]!;

    private static async Task NothingSeriousAsync(StudioPage page)
    {
        var result = await page.Page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations] });
        var serious = result
            .Violations.Where(one => one.Impact is "serious" or "critical")
            .Select(one => $"{one.Id}: {one.Help} {string.Join(", ", one.Nodes.Select(node => node.Html))}");
        Assert.True(!serious.Any(), string.Join("\n", serious));
    }
}
