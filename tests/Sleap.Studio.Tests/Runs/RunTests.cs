using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Sleap.Studio.Tests;

/// <summary>Trainings and predictions over the server.</summary>
[Collection(StudioCollection.Name)]
public sealed class RunTests(StudioFixture studio)
{
    /// <summary>The tool itself trains, predicts what is to do, and goes on from its model.</summary>
    [Fact]
    public async Task A_model_is_trained_predicts_the_queue_and_is_trained_further()
    {
        await using var own = await EditedStudio.StartAsync(studio, tool: FakeTool.Real());
        await own.DoAsync("/train", """{"type":"single-instance","epochs":2,"batchSize":2}""");
        // The studio goes on meanwhile, and starts nothing else.
        Assert.Equal(400, (await own.PostAsync("/train", "{}")).Status);
        await own.DoAsync("", """{"command":{"type":"setNegative","video":1,"frame":7,"negative":true}}""");
        var training = await EndAsync(own);
        Assert.True((string?)training["state"] == "done", training.ToJsonString());
        var curve = training["networks"]![0]!;
        Assert.Equal("[1,2]", curve["epochs"]!.ToJsonString());
        Assert.All(curve["validation"]!.AsArray(), loss => Assert.True((double)loss! > 0));
        var model = Assert.Single((await own.GetAsync("/api/models"))["models"]!.AsArray())!;
        Assert.StartsWith("models/", (string?)model["name"]);
        var id = (string)model["id"]!;
        await own.DoAsync("/predict", $$"""{"models":["{{id}}"],"scope":"queue"}""");
        var prediction = await EndAsync(own);
        Assert.True((string?)prediction["state"] == "done", prediction.ToJsonString());
        Assert.Equal("2 frames of the queue", (string?)prediction["title"]);
        var before = await own.FrameAsync(30);
        var (status, _) = await own.PostAsync("/merge-run", $$"""{"run":"{{prediction["id"]}}"}""");
        // Two epochs may find nothing, and then nothing changes; what a person labeled does not in any case.
        Assert.Equal(200, status);
        Assert.True(JsonNode.DeepEquals(before, await own.FrameAsync(30)));
        await own.DoAsync("/train", $$"""{"start":"{{id}}","epochs":1}""");
        var second = await EndAsync(own);
        Assert.True((string?)second["state"] == "done", second.ToJsonString());
        Assert.Equal(2, (await own.GetAsync("/api/models"))["models"]!.AsArray().Count);
        Assert.StartsWith("from models/", (string?)second["title"]);
    }

    [Fact]
    public async Task Predictions_are_counted_taken_over_and_undone()
    {
        await using var own = await EditedStudio.StartAsync(studio, tool: FakeTool.Of());
        FakeTool.WriteModel(Path.Combine(own.Folder, "model.zip"));
        var before = await own.FrameAsync(30);
        var model = await ModelAsync(own);
        await own.DoAsync(
            "/predict",
            $$"""{"models":["{{model}}"],"scope":"range","video":0,"from":28,"to":31,"tracking":true}"""
        );
        var run = await EndAsync(own);
        Assert.Equal((1.0, "done"), ((double)run["share"]!, (string?)run["state"]));
        var named = $$"""{"run":"{{run["id"]}}","isPreview":true}""";
        var counts = await own.DoAsync("/merge-run", named);
        // 28 and 29 have one, 31 has two, and a person labeled 30.
        Assert.Equal((3, 4, 3), ((int)counts["frames"]!, Kind(counts, "before"), Kind(counts, "after")));
        Assert.False((bool)(await own.GetAsync("/api/edit"))["isUnsaved"]!);
        await own.DoAsync("/merge-run", named.Replace("true", "false"));
        var after = await own.FrameAsync(31);
        Assert.Equal(40, (double)Assert.Single(after["instances"]!.AsArray())!["points"]![0]![1]!);
        Assert.Equal(2, (int)after["instances"]![0]!["track"]!);
        Assert.Equal("track_0", (string?)(await own.GetAsync("/api/project"))["tracks"]![2]);
        Assert.True(JsonNode.DeepEquals(before, await own.FrameAsync(30)));
        Assert.Empty((await own.GetAsync("/api/runs")).AsArray());
        Assert.Equal(400, (await own.PostAsync("/merge-run", named)).Status);
        await own.DoAsync("/undo");
        Assert.Equal(2, (await own.FrameAsync(31))["instances"]!.AsArray().Count);
        await own.DoAsync("/redo");
        await own.DoAsync("/save");
        Assert.Equal(40, own.Saved(31)!.Instances.Single().Points[0].Y);

        static int Kind(JsonNode counts, string name) => (int)counts["predictions"]![name]!;
    }

    /// <summary>The snapshot of a run lies in another folder than the images.</summary>
    [Fact]
    public async Task A_package_is_predicted_from_its_own_images()
    {
        const string name = "run.pkg.slp";
        studio.Labels.Save(Path.Combine(studio.Folder, name));
        await using var own = await EditedStudio.StartAsync(studio, name: name, tool: FakeTool.Of());
        FakeTool.WriteModel(Path.Combine(own.Folder, "model.zip"));
        await own.DoAsync("", """{"command":{"type":"setNegative","video":0,"frame":5,"negative":true}}""");
        await own.DoAsync("/save");
        var range = $$"""{"models":["{{await ModelAsync(own)}}"],"scope":"range","video":0,"from":31,"to":31}""";
        await own.DoAsync("/predict", range);
        var run = await EndAsync(own);
        var snapshot = IO.Labels.Load(Path.Combine(own.Folder, "predictions", (string)run["id"]!, "labels.slp"));
        using (var source = snapshot.Videos[0].Open())
            Assert.Equal(200, source.ReadMany([30]).Single().Frame!.Width);
        var taken = await own.DoAsync("/merge-run", $$"""{"run":"{{run["id"]}}"}""");
        Assert.Equal(1, (int)taken["frames"]!);
        Assert.Equal(40, (double)(await own.FrameAsync(31))["instances"]![0]!["points"]![0]![1]!);
    }

    /// <summary>A run has nothing to do with the studio that started it, except that it is listed.</summary>
    [SkippableFact]
    public async Task A_training_outlives_the_studio_and_is_found_and_stopped_by_the_next()
    {
        Skip.If(OperatingSystem.IsWindows(), "There a run is killed, and has no model.");
        await using var own = await EditedStudio.StartAsync(studio, tool: FakeTool.Of());
        await own.DoAsync("/train", """{"epochs":100000}""");
        await UntilAsync(async () => (await RunAsync(own))["networks"]!.AsArray().Count == 1);
        await own.StopAsync();
        await using var later = await own.StartAnotherAsync(studio, FakeTool.Of());
        var run = await RunAsync(later);
        Assert.Equal("running", (string?)run["state"]);
        var epochs = run["networks"]![0]!["epochs"]!.AsArray();
        await UntilAsync(async () =>
            (int)(await RunAsync(later))["networks"]![0]!["epochs"]!.AsArray()[^1]! > (int)epochs[^1]!
        );
        Assert.Equal(400, (await later.PostAsync("/delete-run", $$"""{"run":"{{run["id"]}}"}""")).Status);
        var stopping = await later.DoAsync("/stop-run", $$"""{"run":"{{run["id"]}}"}""");
        Assert.NotEqual("failed", (string?)stopping["state"]);
        run = await EndAsync(later);
        Assert.Equal("done", (string?)run["state"]);
        Assert.NotEmpty((await later.GetAsync("/api/models"))["models"]!.AsArray());
        // A folder that another program could have written makes no process of ours of a strange one.
        await later.StopAsync();
        var record = Path.Combine(own.Folder, "models", (string)run["id"]!, "run.json");
        File.Delete(Path.Combine(Path.GetDirectoryName(record)!, "model.zip"));
        using var strange = Process.Start(new ProcessStartInfo("sleep", ["60"]))!;
        new RunRecord("labels.slp", "x", ProcessIdentity.Of(strange)).Write(Path.GetDirectoryName(record)!);
        await using (var last = await own.StartAnotherAsync(studio, FakeTool.Of()))
        {
            Assert.Equal("failed", (string?)(await RunAsync(last))["state"]);
            await last.DoAsync("/stop-run", $$"""{"run":"{{run["id"]}}"}""");
            Assert.False(strange.HasExited);
            await last.DoAsync("/delete-run", $$"""{"run":"{{run["id"]}}"}""");
            Assert.False(Directory.Exists(Path.GetDirectoryName(record)));
            await last.StopAsync();
        }
        strange.Kill();
    }

    [Theory]
    [InlineData("/train", """{"type":"detector"}""")]
    [InlineData("/train", """{"type":"single-instance","start":"MODEL"}""")]
    [InlineData("/train", """{"type":"--out"}""")]
    [InlineData("/train", """{"start":"../model.zip"}""")]
    [InlineData("/train", """{"start":"/etc/passwd"}""")]
    [InlineData("/train", """{"epochs":0}""")]
    [InlineData("/train", """{"epochs":100001}""")]
    [InlineData("/train", """{"epochs":"1 --resume"}""")]
    [InlineData("/train", """{"batchSize":0}""")]
    [InlineData("/train", """{"out":"/tmp"}""")]
    [InlineData("/train", """{"config":"x.yaml"}""")]
    [InlineData("/predict", """{"scope":"queue"}""")]
    [InlineData("/predict", """{"models":[],"scope":"queue"}""")]
    [InlineData("/predict", """{"models":["model.zip"],"scope":"queue"}""")]
    [InlineData("/predict", """{"models":[null],"scope":"queue"}""")]
    [InlineData("/predict", """{"models":["MODEL","MODEL","MODEL"],"scope":"queue"}""")]
    [InlineData("/predict", """{"models":["MODEL"],"scope":"everything"}""")]
    [InlineData("/predict", """{"models":["MODEL"],"scope":"queue","tracking":true}""")]
    [InlineData("/predict", """{"models":["MODEL"],"scope":"queue","video":0}""")]
    [InlineData("/predict", """{"models":["MODEL"],"scope":"video"}""")]
    [InlineData("/predict", """{"models":["MODEL"],"scope":"video","video":99}""")]
    [InlineData("/predict", """{"models":["MODEL"],"scope":"range","video":0}""")]
    [InlineData("/predict", """{"models":["MODEL"],"scope":"range","video":0,"from":5,"to":4}""")]
    [InlineData("/predict", """{"models":["MODEL"],"scope":"range","video":0,"from":-5,"to":4}""")]
    [InlineData("/predict", """{"models":["MODEL"],"scope":"video","video":0,"out":"/tmp/x.slp"}""")]
    [InlineData("/stop-run", """{"run":"1"}""")]
    [InlineData("/merge-run", """{"run":"../models"}""")]
    [InlineData("/delete-run", """{"run":".."}""")]
    [InlineData("/delete-run", """{"run":""}""")]
    public async Task What_is_not_one_of_the_verbs_with_their_options_is_refused(string path, string json)
    {
        await using var own = await EditedStudio.StartAsync(studio, tool: FakeTool.Of());
        FakeTool.WriteModel(Path.Combine(own.Folder, "model.zip"));
        json = json.Replace("MODEL", await ModelAsync(own));
        var (status, body) = await own.PostAsync(path, json);
        Assert.Equal(400, status);
        Assert.DoesNotContain(own.Folder, body.ToJsonString());
        Assert.Empty((await own.GetAsync("/api/runs")).AsArray());
        Assert.False(Directory.Exists(Path.Combine(own.Folder, "models")));
    }

    [Fact]
    public async Task A_studio_that_only_looks_or_has_no_tool_starts_nothing()
    {
        await using var own = await EditedStudio.StartAsync(studio);
        Assert.False((bool)(await own.GetAsync("/api/models"))["canRun"]!);
        Assert.Equal(400, (await own.PostAsync("/train", "{}")).Status);
        await using var second = await own.StartAnotherAsync(studio, FakeTool.Of());
        Assert.Equal(403, (await second.PostAsync("/train", "{}")).Status);
        await second.StopAsync();
    }

    [Fact]
    public async Task A_tool_that_is_not_there_is_told_and_leaves_nothing()
    {
        var tool = FakeTool.Of() with { Program = "/gone/sleap" };
        await using var own = await EditedStudio.StartAsync(studio, tool: tool);
        var (status, run) = await own.PostAsync("/train", "{}");
        if (status == 200) // setsid is there, and starts nothing
            Assert.Equal("failed", (string?)(await EndAsync(own))["state"]);
        else
            Assert.Equal((422, 0), (status, Directory.GetDirectories(Path.Combine(own.Folder, "models")).Length));
        Assert.DoesNotContain(own.Folder, run.ToJsonString());
    }

    [Fact]
    public async Task What_a_run_says_names_no_folders()
    {
        await using var own = await EditedStudio.StartAsync(studio, tool: FakeTool.Of());
        await own.DoAsync("/train", """{"epochs":3}""");
        var run = await EndAsync(own);
        Assert.StartsWith("a sentence about models/", (string?)run["lines"]![0]);
        // A finished model is not deleted by the page.
        Assert.Equal(400, (await own.PostAsync("/delete-run", $$"""{"run":"{{run["id"]}}"}""")).Status);
        // Folders in the place of runs that are links, or whose record is damaged, are passed over.
        await own.StopAsync();
        File.WriteAllText(Path.Combine(own.Folder, "models", (string)run["id"]!, "run.json"), "{\"title\":1}");
        await using var later = await own.StartAnotherAsync(studio, FakeTool.Of());
        Assert.Empty((await later.GetAsync("/api/runs")).AsArray());
        await later.StopAsync();
    }

    private static async Task<string> ModelAsync(EditedStudio own) =>
        (string)(await own.GetAsync("/api/models"))["models"]![0]!["id"]!;

    private static async Task<JsonNode> RunAsync(EditedStudio own) => (await own.GetAsync("/api/runs"))[0]!;

    /// <summary>The newest run once it has ended.</summary>
    private static async Task<JsonNode> EndAsync(EditedStudio own)
    {
        JsonNode run = null!;
        await UntilAsync(async () => (string?)(run = await RunAsync(own))["state"] != "running");
        return run;
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        var clock = Stopwatch.StartNew();
        while (!await isSo())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(3), "It did not become so.");
            await Task.Delay(50);
        }
    }
}
