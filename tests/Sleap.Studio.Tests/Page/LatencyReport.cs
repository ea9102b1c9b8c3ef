using Xunit.Abstractions;

namespace Sleap.Studio.Tests;

/// <summary>
/// Measures how long a frame takes from the key to the screen, on a video or labels that SLEAP_STUDIO_LATENCY names. It
/// prints figures and asserts none, because they are those of a machine.
/// </summary>
[Collection(StudioCollection.Name)]
public sealed class LatencyReport(BrowserFixture browser, ITestOutputHelper output)
{
    private const int Steps = 40;
    private const int Jumps = 40;

    // Milliseconds from the event to the moment when the frame is drawn.
    private const string Timed = """
        async ([kind, frames]) => {
          const picture = document.getElementById("picture");
          const field = document.getElementById("frame");
          const times = [];
          for (const frame of frames) {
            const start = performance.now();
            const drawn = new Promise(resolve => {
              const observer = new MutationObserver(() => {
                if (picture.dataset.frame !== String(frame)) return;
                observer.disconnect();
                resolve(performance.now() - start);
              });
              observer.observe(picture, { attributeFilter: ["data-frame"] });
            });
            if (kind === "step") window.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
            else {
              field.value = frame;
              field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
            }
            times.push(await drawn);
            // As a person does, who looks at the frame.
            await new Promise(resolve => setTimeout(resolve, 120));
          }
          return times;
        }
        """;

    [SkippableFact]
    public async Task Print()
    {
        var path = Environment.GetEnvironmentVariable("SLEAP_STUDIO_LATENCY");
        Skip.If(string.IsNullOrEmpty(path), "SLEAP_STUDIO_LATENCY names no file.");
        var opening = System.Diagnostics.Stopwatch.StartNew();
        var project = OpenedProject.Open([path], new());
        await using var server = await StudioServer.StartAsync(project);
        output.WriteLine($"labels opened in {opening.ElapsedMilliseconds} ms");
        opening.Restart();
        await using var page = await browser.OpenAsync(server);
        output.WriteLine($"first picture after {opening.ElapsedMilliseconds} ms");
        using var source = project.View.Videos[0].Open();
        var frames = source.FrameCount;
        var random = new Random(1);
        await MeasureAsync("jump", [.. Enumerable.Range(0, Jumps).Select(_ => random.Next(frames))]);
        await page.GoAsync(frames / 2);
        await MeasureAsync("step", [.. Enumerable.Range((frames / 2) + 1, Steps)]);
        await MeasureAsync("back to a frame that was shown", [.. Enumerable.Range(frames / 2, Steps / 2).Reverse()]);

        async Task MeasureAsync(string kind, int[] wanted)
        {
            var times = await page.Page.EvaluateAsync<double[]>(Timed, new object[] { kind, wanted });
            Array.Sort(times);
            output.WriteLine(
                $"{kind}: median {times[times.Length / 2]:0.0} ms, 95 % {times[times.Length * 95 / 100]:0.0} ms"
            );
        }
    }
}
