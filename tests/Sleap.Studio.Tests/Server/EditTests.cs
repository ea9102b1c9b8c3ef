using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Sleap.Studio.Tests;

/// <summary>Edits over the server: applied, refused, undone, saved.</summary>
[Collection(StudioCollection.Name)]
public sealed class EditTests(StudioFixture studio)
{
    /// <summary>Frame 30 has predictions of a and b, and the instance that a person made of a.</summary>
    private const string Move = """{"type":"moveInstance","video":0,"frame":30,"instance":2,"x":1.5,"y":-2}""";

    [Fact]
    public async Task An_edit_is_answered_with_the_frame_and_shows_everywhere()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        Assert.False((bool)(await own.GetAsync("/api/edit"))["isUnsaved"]!);
        var answer = await own.DoAsync("", $$"""{"command":{{Move}},"frameRevision":0}""");
        Assert.Equal("[21.5,8,1,null,0]", answer["labels"]!["instances"]![2]!["points"]![0]!.ToJsonString());
        Assert.Equal("""{"video":0,"frame":30}""", answer["frame"]!.ToJsonString());
        Assert.True((bool)answer["state"]!["isUnsaved"]!);
        Assert.True(JsonNode.DeepEquals(answer["labels"], await own.FrameAsync(30)));
        Assert.Equal(0, (int)(await own.FrameAsync(31))["revision"]!);
        // A new frame is in the timeline, in the table, and where "last edited" leads.
        var added = """{"type":"addInstance","video":0,"frame":99,"points":[{"x":1,"y":2},null,null],"track":1}""";
        await own.DoAsync("", $$"""{"command":{{added}}}""");
        var timeline = await own.GetAsync("/api/videos/0/timeline?from=90&to=110&columns=20");
        Assert.Equal("[9,9]", timeline["user"]!.ToJsonString());
        Assert.Equal("[[1,9,9]]", timeline["lanes"]!.ToJsonString());
        var table = await own.GetAsync("/api/frames?filter=user&sort=frame&offset=6&limit=9");
        Assert.Equal(7, (int)table["total"]!);
        Assert.Equal(99, (int)table["rows"]![0]!["frame"]!);
        var step = await own.GetAsync("/api/step?video=0&frame=0&to=edited&back=false");
        Assert.Equal(99, (int)step["place"]!["frame"]!);
        Assert.Equal(52, (int)(await own.GetAsync("/api/project"))["labeled"]!);
    }

    [Fact]
    public async Task A_stale_edit_is_refused_with_the_frame_as_it_is()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        var first = await own.DoAsync("", $$"""{"command":{{Move}},"frameRevision":0}""");
        var (status, body) = await own.PostAsync("", $$"""{"command":{{Move}},"frameRevision":0}""");
        Assert.Equal(409, status);
        Assert.Equal("stale", (string?)body["kind"]);
        Assert.True(JsonNode.DeepEquals(first["labels"], body["labels"]));
        // Another frame is not stale for that; a batch goes by the revision of the project.
        var other = Move.Replace("\"frame\":30", "\"frame\":40");
        await own.DoAsync("", $$"""{"command":{{other}},"frameRevision":0}""");
        var batch = $$"""{"command":{"type":"batch","commands":[{{Move}}]},"revision":1}""";
        Assert.Equal(409, (await own.PostAsync("", batch)).Status);
    }

    [Fact]
    public async Task Undo_and_redo_go_back_and_forth()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        var before = await own.FrameAsync(30);
        Assert.Equal(400, (await own.PostAsync("/undo", "{}")).Status);
        var done = await own.DoAsync("", $$"""{"command":{{Move}}}""");
        var undone = await own.DoAsync("/undo");
        Assert.True(JsonNode.DeepEquals(before, await own.FrameAsync(30)));
        Assert.False((bool)undone["state"]!["isUnsaved"]!);
        Assert.True((bool)undone["state"]!["canRedo"]!);
        await own.DoAsync("/redo");
        Assert.True(JsonNode.DeepEquals(done["labels"], await own.FrameAsync(30)));
        Assert.Equal(400, (await own.PostAsync("/redo", "{}")).Status);
    }

    [Fact]
    public async Task What_is_saved_is_what_was_edited()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        await own.DoAsync("", $$"""{"command":{{Move}}}""");
        await own.DoAsync("", """{"command":{"type":"addTrack","name":"new"}}""");
        await own.DoAsync("", """{"command":{"type":"setTrack","video":0,"frame":30,"instance":1,"track":2}}""");
        var state = await own.DoAsync("/save");
        Assert.False((bool)state["isUnsaved"]!);
        var frame = own.Saved(30)!;
        Assert.Equal(21.5, frame.Instances[2].Points[0].X);
        Assert.Equal("new", frame.Instances[1].Track!.Name);
        // Under another name beside it, with which it goes on.
        await own.DoAsync("", """{"command":{"type":"setNegative","video":0,"frame":200,"negative":true}}""");
        foreach (var name in new[] { "../other", "a/b", "a\\b", "..", ".hidden", "", " ", "C:x" })
            Assert.Equal(400, (await own.PostAsync("/save", $$"""{"name":"{{name.Replace("\\", "\\\\")}}"}""")).Status);
        state = await own.DoAsync("/save", """{"name":"other"}""");
        Assert.Equal("other.slp", (string?)state["name"]);
        Assert.False((bool)state["canUndo"]!);
        Assert.Null(own.Saved(200));
        Assert.True((bool)(await own.FrameAsync(200))["isEmpty"]!);
        var (status, body) = await own.PostAsync("/save", """{"name":"labels.slp"}""");
        Assert.Equal((409, "taken"), (status, (string?)body["kind"]));
        // Under its own name it is saved in place, and what was done can be undone still.
        await own.DoAsync("", """{"command":{"type":"addTrack","name":"last"}}""");
        state = await own.DoAsync("/save", """{"name":"other.slp"}""");
        Assert.Equal((false, true), ((bool)state["isUnsaved"]!, (bool)state["canUndo"]!));
        Assert.Equal("other.slp", (string?)state["name"]);
        // A picture is shown as before.
        using var picture = await own.Client.GetAsync("/api/videos/0/frames/3/jpeg");
        Assert.Equal(HttpStatusCode.OK, picture.StatusCode);
    }

    /// <summary>Saving replaces the file that the images are in.</summary>
    [Fact]
    public async Task A_package_shows_its_images_after_it_was_saved()
    {
        const string name = "edited.pkg.slp";
        studio.Labels.Save(Path.Combine(studio.Folder, name));
        await using var own = await EditedStudio.StartAsync(studio, name: name);
        var before = await own.Client.GetByteArrayAsync("/api/videos/0/frames/30/png");
        await own.DoAsync("", $$"""{"command":{{Move}}}""");
        await own.DoAsync("/save");
        Assert.Equal(before, await own.Client.GetByteArrayAsync("/api/videos/0/frames/30/png"));
        Assert.NotEmpty(await own.Client.GetByteArrayAsync("/api/videos/0/frames/31/png"));
        await own.DoAsync("/undo");
        Assert.True((bool)(await own.GetAsync("/api/edit"))["isUnsaved"]!);
    }

    [Fact]
    public async Task A_second_session_only_looks_and_says_why()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        var other = await own.StartAnotherAsync(studio);
        var because = (string?)(await other.GetAsync("/api/edit"))["readOnlyBecause"];
        Assert.Contains("edited by process", because);
        Assert.DoesNotContain(Path.GetTempPath(), because);
        foreach (var path in new[] { "", "/undo", "/redo", "/save", "/instance" })
        {
            var json = path switch
            {
                "" => $$"""{"command":{{Move}}}""",
                "/instance" => """{"video":0,"frame":1,"x":1,"y":1,"radius":1}""",
                _ => "{}",
            };
            var (status, body) = await other.PostAsync(path, json);
            Assert.Equal(403, status);
            Assert.DoesNotContain(Path.GetTempPath(), body.ToJsonString());
        }

        await other.StopAsync();
        await own.DoAsync("", $$"""{"command":{{Move}}}""");
    }

    [Fact]
    public async Task Several_files_and_other_formats_are_looked_at()
    {
        var labels = Path.Combine(studio.Folder, "labels.slp");
        using var several = OpenedProject.Open([labels, studio.Videos[0]], new());
        Assert.Contains("several files", several.ReadOnlyBecause);
        await using var server = await StudioServer.StartAsync(several);
        using var client = new HttpClient { BaseAddress = new Uri(server.Root) };
        client.DefaultRequestHeaders.Add(AccessToken.Header, server.Address.Split("token=")[1]);
        using var content = new StringContent(
            """{"command":{"type":"addTrack","name":"x"}}""",
            Encoding.UTF8,
            "application/json"
        );
        using var answer = await client.PostAsync("/api/edit", content);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("several files", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Edits_of_an_earlier_session_are_offered()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        await own.DoAsync("", $$"""{"command":{{Move}}}""");
        await own.StopAsync();
        await using var later = await own.StartAnotherAsync(studio);
        Assert.Equal(1, (int)(await later.GetAsync("/api/edit"))["pending"]!["edits"]!);
        Assert.Equal(409, (await later.PostAsync("", $$"""{"command":{{Move}}}""")).Status);
        Assert.Equal(20, (double)(await later.FrameAsync(30))["instances"]![2]!["points"]![0]![0]!);
        var state = await later.DoAsync("/restore");
        Assert.Null(state["pending"]);
        Assert.True((bool)state["canUndo"]!);
        Assert.Equal(21.5, (double)(await later.FrameAsync(30))["instances"]![2]!["points"]![0]![0]!);
        await later.StopAsync();
        await using var last = await own.StartAnotherAsync(studio);
        await last.DoAsync("/discard");
        Assert.Equal(20, (double)(await last.FrameAsync(30))["instances"]![2]!["points"]![0]![0]!);
        await last.DoAsync("", $$"""{"command":{{Move}}}""");
    }

    [Fact]
    public async Task What_an_edit_would_change_is_counted_first()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        var swap = """{"type":"swapTracks","video":0,"first":0,"second":1,"range":{"from":55}}""";
        var counts = await own.DoAsync("/preview", $$"""{"command":{{swap}}}""");
        Assert.Equal((5, 10), ((int)counts["frames"]!, (int)counts["predictions"]!["changed"]!));
        Assert.False((bool)(await own.GetAsync("/api/edit"))["isUnsaved"]!);
    }

    [Fact]
    public async Task A_new_instance_has_the_pose_of_a_prediction_or_the_frame_before_or_the_mean()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        // Frame 35: the prediction of the best score; then the other one; then the frame before has none that is not here.
        var first = await AddAsync(35);
        Assert.Equal(
            (false, 3),
            ((bool)first["isPredicted"]!, (await own.FrameAsync(35))["instances"]!.AsArray().Count)
        );
        Assert.Equal("[55,20,1,null,0]", first["points"]![0]!.ToJsonString());
        Assert.Equal("[55,50,1,null,0]", (await AddAsync(35))["points"]![0]!.ToJsonString());
        // Frame 60: that of a in frame 59, with its track.
        var next = await AddAsync(60);
        Assert.Equal(0, (int)next["track"]!);
        Assert.Equal("[79,20,1,null,0]", next["points"]![0]!.ToJsonString());
        // Frame 5 has none before: the mean pose where it is asked for; the mean of (20, 10) and (30, 20) is (25, 15).
        var mean = await AddAsync(5);
        Assert.All(mean["points"]!.AsArray(), point => Assert.Equal(1, (int)point![2]!));
        Assert.Equal(
            400,
            (await own.PostAsync("/instance", """{"video":9,"frame":1,"x":1,"y":1,"radius":1}""")).Status
        );

        async Task<JsonNode> AddAsync(int frame)
        {
            var answer = await own.DoAsync("/instance", $$"""{"video":0,"frame":{{frame}},"x":50,"y":40,"radius":9}""");
            return answer["labels"]!["instances"]!.AsArray()[^1]!;
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"command":null}""")]
    [InlineData("""{"command":{"type":"nothing"}}""")]
    [InlineData("""{"command":{"type":"addTrack","name":"x"},"other":1}""")]
    [InlineData("""{"command":{"type":"addTrack","name":"x","name":"y"}}""")]
    [InlineData("""{"command":{"type":"addVideo","path":"/etc/passwd"}}""")]
    [InlineData("""{"command":{"type":"batch","commands":[{"type":"addVideo","path":"/etc/passwd"}]}}""")]
    [InlineData("""{"command":{"type":"batch","commands":null}}""")]
    [InlineData("""{"command":{"type":"addTrack","name":"x"},"frameRevision":0}""")]
    [InlineData("""{"command":{"type":"setPoint","video":0,"frame":30,"instance":0,"node":0,"point":null}}""")]
    [InlineData("""{"command":{"type":"moveInstance","video":0,"frame":30,"instance":2,"x":1e999,"y":0}}""")]
    public async Task What_cannot_be_read_or_done_is_refused(string json)
    {
        await using var own = await EditedStudio.StartAsync(studio);
        foreach (var path in new[] { "", "/preview" })
        {
            if (path == "/preview" && json.Contains("frameRevision"))
                continue;
            var (status, body) = await own.PostAsync(path, json);
            Assert.Equal(400, status);
            Assert.DoesNotContain("Sleap.Studio", body.ToJsonString());
        }

        Assert.False((bool)(await own.GetAsync("/api/edit"))["isUnsaved"]!);
    }

    [Theory]
    [InlineData("text/plain", null, 415)]
    [InlineData("application/x-www-form-urlencoded", null, 415)]
    [InlineData("application/json", "http://evil.example", 403)]
    [InlineData("application/json", "null", 403)]
    public async Task Edits_of_other_pages_are_refused(string type, string? origin, int status)
    {
        await using var own = await EditedStudio.StartAsync(studio);
        foreach (var path in EditedStudio.Paths)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/edit{path}");
            request.Content = new StringContent($$"""{"command":{{Move}}}""", Encoding.UTF8, type);
            if (origin is not null)
                request.Headers.Add("Origin", origin);
            using var answer = await own.Client.SendAsync(request);
            Assert.Equal(status, (int)answer.StatusCode);
            using var get = await own.Client.GetAsync($"/api/edit{path}");
            Assert.Equal(path == "" ? 200 : 404, (int)get.StatusCode);
        }

        own.Client.DefaultRequestHeaders.Remove(AccessToken.Header);
        using var content = new StringContent($$"""{"command":{{Move}}}""", Encoding.UTF8, "application/json");
        using var without = await own.Client.PostAsync("/api/edit", content);
        Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
    }

    [Fact]
    public async Task A_large_body_is_refused()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        var (status, _) = await own.PostAsync("", $"[\"{new string('x', 1 << 20)}\"]");
        Assert.Equal(413, status);
    }
}
