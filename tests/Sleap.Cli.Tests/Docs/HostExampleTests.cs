using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.ML;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli.Tests;

/// <summary>The examples that run on: a web service, and a worker that watches a folder.</summary>
public sealed partial class HostExampleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-hosts-").FullName;

    public HostExampleTests()
    {
        var ml = new MLContext(1);
        using var robot = ml.Pose().FromSleap(Data("tests/golden/models/single_instance"));
        ml.Model.Save(robot, null, Model);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Model => Path.Combine(_folder, "robot.zip");

    [Fact]
    public async Task A_web_service_answers_many_requests_with_one_model_and_refuses_what_is_wrong()
    {
        using var service = Compiler.Start(
            Data("examples/serve.cs"),
            _folder,
            Model,
            "--urls",
            "http://127.0.0.1:0",
            "--places",
            "4",
            "--maxBytes",
            "3000000",
            "--maxFrames",
            "200"
        );
        using var handler = new SocketsHttpHandler { Expect100ContinueTimeout = Timeout.InfiniteTimeSpan };
        using var client = new HttpClient(handler) { BaseAddress = AddressOf(service) };
        _ = service.Process.StandardOutput.ReadToEndAsync();
        _ = service.Process.StandardError.ReadToEndAsync();
        Assert.Equal("ok", await client.GetStringAsync("health"));

        // One image, and the frames of a video: what the model finds.
        var (first, png) = FirstFrame();
        var (status, answer) = await Post(client, png, "image/png");
        Assert.Equal(HttpStatusCode.OK, status);
        var point = JsonNode.Parse(answer)![0]!["instances"]![0]!["points"]!["A"]!;
        Assert.Equal(first.X, (double)point["x"]!, 1e-3);
        Assert.Equal(first.Y, (double)point["y"]!, 1e-3);
        var (videoStatus, poses) = await Post(
            client,
            File.ReadAllBytes(Data("tests/data/small_robot.mp4")),
            "video/mp4"
        );
        Assert.Equal((HttpStatusCode.OK, 166), (videoStatus, JsonNode.Parse(poses)!.AsArray().Count));

        // Many at once: each is answered, or refused at once, and all answers are the same.
        var load = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => Post(client, png, "image/png")));
        Assert.All(
            load,
            one => Assert.Contains(one.Status, new[] { HttpStatusCode.OK, HttpStatusCode.TooManyRequests })
        );
        var answered = load.Where(one => one.Status == HttpStatusCode.OK).ToList();
        Assert.InRange(answered.Count, 4, 60); // how many depends on the machine
        Assert.All(answered, one => Assert.Equal(answer, one.Body));

        // Requests whose images are not complete hold all places: another one is refused. Then they are answered.
        var rest = new TaskCompletionSource();
        var halves = Enumerable.Range(0, 4).Select(_ => new HalfContent(png, rest.Task)).ToList();
        var held = halves.Select(half => Send(client, half, expectContinue: true)).ToList();
        await Task.WhenAll(halves.Select(half => half.IsRead)).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await Post(client, png, "image/png")).Status);
        rest.SetResult();
        Assert.All(await Task.WhenAll(held), one => Assert.Equal((HttpStatusCode.OK, answer), one));

        // Malformed requests are told, and the service goes on.
        await Refused(415, png, "text/plain");
        await Refused(400, [], "image/png");
        await Refused(400, png[..(png.Length / 2)], "image/png");
        await Refused(400, [1, 2, 3], "video/mp4");
        await Refused(413, new byte[4_000_000], "image/png");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.GetAsync("poses")).StatusCode);
        Assert.Equal((HttpStatusCode.OK, answer), await Post(client, png, "image/png"));
        var metrics = await client.GetStringAsync("metrics");
        Assert.Contains("poses_requests_total{status=\"400\"} 3\n", metrics);
        Assert.Contains("poses_free_workers 2\n", metrics);
        Assert.Matches("quantile=\"0.99\"} 0\\.\\d+", metrics);

        async Task Refused(int expected, byte[] body, string type)
        {
            var (refused, message) = await Post(client, body, type);
            Assert.Equal(expected, (int)refused);
            Assert.DoesNotContain("/tmp", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_worker_predicts_what_is_in_a_folder_and_names_what_it_cannot()
    {
        var recordings = Directory.CreateDirectory(Path.Combine(_folder, "recordings")).FullName;
        File.Copy(Data("tests/data/small_robot.mp4"), Path.Combine(recordings, "good.mp4"));
        Ffmpeg("-i", Data("tests/data/small_robot.mp4"), "-frames:v", "3", Path.Combine(recordings, "good.avi"));
        File.WriteAllBytes(Path.Combine(recordings, "bad.mp4"), [1, 2, 3]);
        File.WriteAllText(Path.Combine(recordings, "notes.txt"), "no video");
        var output = Compiler.Run(Data("examples/watch-folder.cs"), _folder, Model, recordings, "once");
        Assert.Contains("good.mp4: 166 of 166 frames", output);
        Assert.Equal(166, Labels.Load(Path.Combine(recordings, "good.mp4.predictions.slp")).Frames.Count);
        Assert.Equal(3, Labels.Load(Path.Combine(recordings, "good.avi.predictions.slp")).Frames.Count);
        Assert.Contains("bad.mp4", File.ReadAllText(Path.Combine(recordings, "bad.mp4.error.txt")));
        Assert.Equal(7, Directory.GetFiles(recordings).Length);
        // Started again, it leaves what is done.
        Assert.Equal("", Compiler.Run(Data("examples/watch-folder.cs"), _folder, Model, recordings, "once"));
    }

    [Fact]
    public async Task A_camera_gives_a_line_for_each_node_and_the_numbers_of_its_own_frames()
    {
        var (code, lines, report) = await Camera(null, "-re", "-i", Data("tests/data/small_robot.mp4"));
        Assert.True(code == 0, report);
        var last = LastReport().Matches(report)[^1];
        var (computed, leftOut) = (int.Parse(last.Groups[1].Value), int.Parse(last.Groups[2].Value));
        Assert.Equal(166, computed + leftOut);
        AssertPoses(lines, computed);
    }

    [Fact]
    public async Task A_camera_reads_the_frames_of_a_pipe_and_keeps_the_newest()
    {
        using var source = Video.FromFile(Data("tests/data/small_robot.mp4")).Open();
        var frames = Enumerable.Range(0, 20).Select(source.Read).ToList();
        Assert.All(frames, frame => Assert.Equal(3, frame.Channels));
        // Half a frame at the end is none.
        var (code, lines, report) = await Camera([.. frames.SelectMany(frame => frame.Pixels), 1, 2, 3], "-");
        Assert.True(code == 0, report);
        AssertPoses(lines, int.Parse(LastReport().Matches(report)[^1].Groups[1].Value));
        Assert.StartsWith("19,", lines[^1]);
    }

    [Fact]
    public async Task A_camera_that_is_not_there_is_told()
    {
        var (code, lines, report) = await Camera(null, "-i", "no-camera");
        Assert.NotEqual(0, code);
        Assert.Equal(["frame,instance,node,x,y,score"], lines);
        Assert.Contains("no-camera", report);
    }

    private async Task<(int Code, string[] Lines, string Report)> Camera(byte[]? pipe, params string[] source)
    {
        using var camera = Compiler.Start(Data("examples/camera.cs"), _folder, [Model, "560x320", .. source]);
        var report = camera.Process.StandardError.ReadToEndAsync();
        var lines = camera.Process.StandardOutput.ReadToEndAsync();
        await using (var input = camera.Process.StandardInput.BaseStream)
            await input.WriteAsync(pipe ?? []);
        await camera.Process.WaitForExitAsync();
        return (camera.Process.ExitCode, (await lines).TrimEnd().Split('\n'), await report);
    }

    private void AssertPoses(string[] lines, int frames)
    {
        Assert.Equal("frame,instance,node,x,y,score", lines[0]);
        Assert.Equal(2 * frames, lines.Length - 1); // nodes A and B
        var ml = new MLContext(1);
        using var model = (PoseModelTransformer)ml.Model.Load(Model, out _);
        var live = ml.Pose().CreateLivePredictor(model, new() { WarmUpFrames = 0 });
        using var source = Video.FromFile(Data("tests/data/small_robot.mp4")).Open();
        foreach (var rows in lines.Skip(1).Select(line => line.Split(',')).Chunk(2))
        {
            Assert.Equal(["\"A\"", "\"B\""], rows.Select(row => row[2]));
            var frame = source.Read(int.Parse(rows[0][0]));
            var expected = live.Predict(frame.Pixels, frame.Height, frame.Width, frame.Channels)[0].Points;
            foreach (var (row, point) in rows.Zip(expected))
            {
                // Places are rounded to hundredths.
                Assert.Equal(point.X, Number(row[3]), 0.006);
                Assert.Equal(point.Y, Number(row[4]), 0.006);
            }
        }
    }

    private static double Number(string text) =>
        text.Length == 0 ? double.NaN : double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    internal static void Ffmpeg(params string[] words)
    {
        using var process = Process.Start("ffmpeg", ["-v", "error", .. words]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private (Point Point, byte[] Png) FirstFrame()
    {
        var png = Path.Combine(_folder, "frame.png");
        Ffmpeg("-i", Data("tests/data/small_robot.mp4"), "-frames:v", "1", png);
        var ml = new MLContext(1);
        using var model = (PoseModelTransformer)ml.Model.Load(Model, out _);
        using var source = Video.FromFile(png).Open();
        var frame = source.Read(0);
        var live = ml.Pose().CreateLivePredictor(model, new() { WarmUpFrames = 0 });
        var found = live.Predict(frame.Pixels, frame.Height, frame.Width, frame.Channels);
        return (found[0].Points[0], File.ReadAllBytes(png));
    }

    private static Task<(HttpStatusCode Status, string Body)> Post(HttpClient client, byte[] body, string type)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        // A body that is too large is refused before it is sent.
        return Send(client, content, expectContinue: body.Length > 3_000_000);
    }

    private static async Task<(HttpStatusCode Status, string Body)> Send(
        HttpClient client,
        HttpContent content,
        bool expectContinue
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "poses") { Content = content };
        request.Headers.ExpectContinue = expectContinue;
        using var response = await client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>
    /// An image whose second half follows when it is allowed. Sent with "Expect: 100-continue", the first half is sent
    /// when the service asks for it, thus after the request took a place.
    /// </summary>
    private sealed class HalfContent : HttpContent
    {
        private readonly byte[] _png;
        private readonly Task _rest;
        private readonly TaskCompletionSource _isRead = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public HalfContent(byte[] png, Task rest)
        {
            (_png, _rest) = (png, rest);
            Headers.ContentType = new MediaTypeHeaderValue("image/png");
        }

        public Task IsRead => _isRead.Task;

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_png.AsMemory(0, _png.Length / 2));
            await stream.FlushAsync();
            _isRead.SetResult();
            await _rest;
            await stream.WriteAsync(_png.AsMemory(_png.Length / 2));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _png.Length;
            return true;
        }
    }

    internal static Uri AddressOf(RunningProgram service)
    {
        while (service.Process.StandardOutput.ReadLine() is { } line)
        {
            if (Listening().Match(line) is { Success: true } found)
                return new Uri(found.Groups[1].Value);
        }
        throw new InvalidOperationException(service.Process.StandardError.ReadToEnd());
    }

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();

    [GeneratedRegex(@"(\d+) frames, \d+\.\d frames/s, p95 \d+\.\d ms, (\d+) frames left out")]
    private static partial Regex LastReport();

    private static string Data(string name) => Path.Combine(Cli.Root, name);
}
