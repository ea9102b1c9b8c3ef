using System.Text.Json.Nodes;

namespace Sleap.Studio.Tests;

/// <summary>
/// The queue over the server. At first it is frame 100 of the first video, 7 of the second, 5 of the first.
/// </summary>
[Collection(StudioCollection.Name)]
public sealed class QueueTests(StudioFixture studio)
{
    [Theory]
    [InlineData("lowScore", "0.2", "11 13 15 17")] // a person labeled 10; scores rise with the number
    [InlineData("fewInstances", "2", "11 13 15 17")] // b is there from 30 on
    [InlineData("jump", "5", "51 41 31 21")] // from where a person put a back to the prediction
    [InlineData("jump", "70", "51")]
    [InlineData("jump", "100", "")]
    [InlineData("lowScore", "0.12", "11")]
    public async Task What_predictions_hold_chooses_frames_that_nobody_labeled(
        string method,
        string limit,
        string frames
    )
    {
        await using var own = await EditedStudio.StartAsync(studio);
        var request = $$"""{"method":"{{method}}","count":4,"video":0,"limit":{{limit}},"spacing":2""";
        var counted = await own.DoAsync("/suggest", request + ""","isPreview":true}""");
        Assert.Equal(frames.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length, (int)counted["frames"]!);
        Assert.False((bool)(await own.GetAsync("/api/edit"))["isUnsaved"]!);
        await own.DoAsync("/suggest", request + "}");
        Assert.Equal(frames, string.Join(' ', (await QueueAsync(own)).Skip(3)));
        // The same again finds what lies between them only where that is far enough from them.
        await own.DoAsync("/suggest", request + "}");
        var all = (await QueueAsync(own)).Skip(3).Select(int.Parse).Order().ToList();
        Assert.All(all.Zip(all.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 2));
        if (all.Count > (int)counted["frames"]!)
            await own.DoAsync("/undo");
        await own.DoAsync("/save");
        Assert.Equal(
            frames,
            string.Join(' ', IO.Labels.Load(own.Labels).Suggestions.Skip(3).Select(s => s.FrameIndex))
        );
    }

    [Fact]
    public async Task Frames_are_chosen_at_equal_distances_or_by_chance_in_all_videos()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        await own.DoAsync("/suggest", """{"method":"stride","count":3,"video":1,"from":0,"to":59}""");
        // 59 frames are free, as 7 is in the queue.
        Assert.Equal("10 30 50", string.Join(' ', (await QueueAsync(own)).Skip(3)));
        await own.DoAsync("/suggest", """{"method":"random","count":5,"seed":1}""");
        var now = (await QueueAsync(own)).Skip(6).ToList();
        Assert.Equal(5 * 6, now.Count);
        await own.DoAsync("/undo");
        await own.DoAsync("/suggest", """{"method":"random","count":5,"seed":1}""");
        Assert.Equal(now, (await QueueAsync(own)).Skip(6));
        await own.DoAsync("/undo");
        await own.DoAsync("/suggest", """{"method":"random","count":5,"seed":2}""");
        Assert.NotEqual(now, (await QueueAsync(own)).Skip(6));
        // All that is free, and no more.
        await own.DoAsync("/suggest", """{"method":"stride","count":1000,"video":0}""");
        var free = (await own.GetAsync("/api/frames?filter=suggested&sort=frame&video=0&offset=0&limit=1"))["total"];
        Assert.Equal(BinaryVideos.Frames - 6, (int)free!); // five labeled by a person, one marked as empty
    }

    [Fact]
    public async Task A_labeled_frame_is_done_and_the_step_goes_over_it()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        Assert.Equal("""{"total":3,"done":0}""", (await own.GetAsync("/api/queue")).ToJsonString());
        Assert.Equal("""{"video":1,"frame":7}""", await StepAsync(0, 100, back: false));
        await own.DoAsync("", """{"command":{"type":"setNegative","video":1,"frame":7,"negative":true}}""");
        Assert.Equal("""{"total":3,"done":1}""", (await own.GetAsync("/api/queue")).ToJsonString());
        Assert.Equal("""{"video":0,"frame":5}""", await StepAsync(0, 100, back: false));
        Assert.Equal("""{"video":0,"frame":100}""", await StepAsync(0, 5, back: true));
        var left = await own.GetAsync("/api/frames?filter=toDo&sort=frame&offset=0&limit=9");
        Assert.Equal("100 5", string.Join(' ', left["rows"]!.AsArray().Select(row => (int)row!["frame"]!)));
        await own.DoAsync("/clear-suggestions", """{"onlyDone":true}""");
        Assert.Equal("100 5", string.Join(' ', await QueueAsync(own)));
        await own.DoAsync("/clear-suggestions", """{"onlyDone":false}""");
        Assert.Empty(await QueueAsync(own));
        Assert.Equal("null", await StepAsync(0, 100, back: false));
        await own.DoAsync("/undo");
        await own.DoAsync("/undo");
        Assert.Equal("100 7 5", string.Join(' ', await QueueAsync(own)));

        async Task<string> StepAsync(int video, int frame, bool back)
        {
            var path = $"/api/step?video={video}&frame={frame}&to=toDo&back={back}";
            return (await own.GetAsync(path))["place"]?.ToJsonString() ?? "null";
        }
    }

    [Theory]
    [InlineData("""{"method":"model","count":1}""")]
    [InlineData("""{"method":1,"count":1}""")]
    [InlineData("""{"method":"stride"}""")]
    [InlineData("""{"method":"stride","count":0}""")]
    [InlineData("""{"method":"stride","count":100001}""")]
    [InlineData("""{"method":"stride","count":1,"video":6}""")]
    [InlineData("""{"method":"stride","count":1,"video":-1}""")]
    [InlineData("""{"method":"stride","count":1,"from":3}""")]
    [InlineData("""{"method":"stride","count":1,"video":0,"from":3,"to":2}""")]
    [InlineData("""{"method":"stride","count":1,"video":0,"from":-1}""")]
    [InlineData("""{"method":"lowScore","count":1}""")]
    [InlineData("""{"method":"lowScore","count":1,"limit":-1}""")]
    [InlineData("""{"method":"lowScore","count":1,"limit":1e999}""")]
    [InlineData("""{"method":"jump","count":1,"limit":1,"spacing":-1}""")]
    [InlineData("""{"method":"stride","count":1,"path":"/etc"}""")]
    public async Task What_is_no_question_is_refused(string json)
    {
        await using var own = await EditedStudio.StartAsync(studio);
        Assert.Equal(400, (await own.PostAsync("/suggest", json)).Status);
        Assert.False((bool)(await own.GetAsync("/api/edit"))["isUnsaved"]!);
    }

    private static async Task<IEnumerable<string>> QueueAsync(EditedStudio own)
    {
        var table = await own.GetAsync("/api/frames?filter=suggested&sort=frame&offset=0&limit=500");
        return table["rows"]!.AsArray().Select(row => row!["frame"]!.ToString());
    }
}
