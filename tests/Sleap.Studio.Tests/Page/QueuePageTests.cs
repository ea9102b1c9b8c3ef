using Deque.AxeCore.Playwright;

namespace Sleap.Studio.Tests;

/// <summary>The queue in the page.</summary>
[Collection(StudioCollection.Name)]
public sealed class QueuePageTests(StudioFixture studio, BrowserFixture browser)
{
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Frames_are_chosen_labeled_and_cleared_by_keys(bool isDark)
    {
        await using var own = await EditedStudio.StartAsync(studio);
        await using var page = await browser.OpenAsync(own.Server, isDark);
        await page.Page.ClickAsync("#tab-queue");
        await CountAsync("0 of 3 frames done");
        await page.UntilAsync("document.querySelectorAll('#queue-rows .row').length === 3");
        // The frame on the screen goes in and out.
        await page.GoAsync(20);
        await page.Page.Keyboard.PressAsync("q");
        await CountAsync("1 of 4 frames done"); // a person labeled it
        await page.Page.Keyboard.PressAsync("q");
        await CountAsync("0 of 3 frames done");
        // Others are chosen, after they are counted.
        await page.Page.Keyboard.PressAsync("Shift+Q");
        await page.Page.SelectOptionAsync("#queue-method", "lowScore");
        await page.Page.FillAsync("#queue-limit", "0.2");
        await page.Page.FillAsync("#queue-spacing", "2");
        await page.UntilAsync("document.getElementById('ask-counts').textContent.startsWith('5 frames that nobody')");
        Assert.DoesNotContain((await page.Page.RunAxe()).Violations, one => one.Impact is "serious" or "critical");
        await page.Page.ClickAsync("#ask-buttons button:has-text('Add')");
        await CountAsync("0 of 8 frames done");
        Assert.DoesNotContain((await page.Page.RunAxe()).Violations, one => one.Impact is "serious" or "critical");
        // From one that is to do to the next, marking them as empty.
        await page.GoAsync(11);
        await page.Page.Keyboard.PressAsync("o");
        await CountAsync("1 of 8 frames done");
        await page.Page.Keyboard.PressAsync("Shift+N");
        await page.ShownAsync(13);
        await page.Page.Keyboard.PressAsync("Shift+Space");
        await page.ShownAsync(11);
        await page.Page.SelectOptionAsync("#queue-filter", "toDo");
        await page.UntilAsync("document.querySelectorAll('#queue-rows .row').length === 7");
        await page.Page.ClickAsync("[data-command=queue-clear]");
        await page.Page.ClickAsync("#ask-buttons button:has-text('All 8')");
        await CountAsync("The queue is empty.");
        await page.Page.Keyboard.PressAsync("Control+z");
        await CountAsync("1 of 8 frames done");

        Task CountAsync(string text) =>
            page.UntilAsync("text => document.getElementById('queue-count').textContent === text", text);
    }
}
