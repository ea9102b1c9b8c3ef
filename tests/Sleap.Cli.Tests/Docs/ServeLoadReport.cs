using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.ML;
using Sleap.MLNet;
using Sleap.Transforms;
using Xunit.Abstractions;

namespace Sleap.Cli.Tests;

/// <summary>
/// Many clients of the example of a web service, for as many minutes as SLEAP_SERVE_LOAD says, with malformed requests
/// in between. It prints figures of the machine, and asserts that no request is lost or answered wrongly.
/// </summary>
public sealed class ServeLoadReport(ITestOutputHelper output) : IDisposable
{
    private const int Clients = 32,
        MalformedEach = 5;

    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-load-").FullName;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, int> _answers = [];
    private readonly List<double> _latencies = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public async Task Print()
    {
        var minutes = Environment.GetEnvironmentVariable("SLEAP_SERVE_LOAD");
        Skip.If(string.IsNullOrEmpty(minutes), "SLEAP_SERVE_LOAD names no number of minutes.");
        var ml = new MLContext(1);
        using var robot = ml.Pose().FromSleap(Path.Combine(Cli.Root, "tests/golden/models/single_instance"));
        var model = Path.Combine(_folder, "robot.zip");
        ml.Model.Save(robot, null, model);
        using var service = Compiler.Start(
            Path.Combine(Cli.Root, "examples/serve.cs"),
            _folder,
            [model, "--urls", "http://127.0.0.1:0"]
        );
        using var client = new HttpClient { BaseAddress = HostExampleTests.AddressOf(service) };
        _ = service.Process.StandardOutput.ReadToEndAsync();
        _ = service.Process.StandardError.ReadToEndAsync();
        HostExampleTests.Ffmpeg(
            "-i",
            Cli.Data("small_robot.mp4"),
            "-frames:v",
            "1",
            Path.Combine(_folder, "frame.png")
        );
        var png = File.ReadAllBytes(Path.Combine(_folder, "frame.png"));
        var right = (await Ask(client, png, "image/png")).Body;
        List<long> memory = [Memory(service.Process)];

        var clock = Stopwatch.StartNew();
        var end = TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture));
        await Task.WhenAll([Watch(), .. Enumerable.Range(0, Clients).Select(number => Task.Run(() => Load(number)))]);

        _latencies.Sort();
        var seconds = clock.Elapsed.TotalSeconds;
        Line($"{_answers.Values.Sum()} requests of {Clients} clients in {seconds:0} s");
        foreach (var (answer, count) in _answers)
            Line($"{answer, -40} {count, 8}");
        double Rank(double share) => _latencies[(int)Math.Ceiling(share * _latencies.Count) - 1];
        Line(
            $"answered {_latencies.Count / seconds:0.0}/s: p50 {Rank(0.5):0} ms, p95 {Rank(0.95):0} ms, p99 {Rank(0.99):0} ms"
        );
        Line($"resident memory, MB, at the start and each tenth of the time: {string.Join(' ', memory)}");
        Assert.DoesNotContain(_answers.Keys, answer => answer.StartsWith("lost", StringComparison.Ordinal));
        Assert.Equal("ok", await client.GetStringAsync("health"));

        async Task Watch()
        {
            for (var tenth = 1; tenth <= 10; tenth++)
            {
                await Task.Delay(end / 10);
                memory.Add(Memory(service.Process));
            }
        }

        async Task Load(int number)
        {
            byte[][] bodies =
            [
                [],
                png[..(png.Length / 2)],
                [1, 2, 3],
                png,
            ];
            string[] types = ["image/png", "image/png", "video/mp4", "text/plain"];
            for (var i = number; clock.Elapsed < end; i++)
            {
                if (i % MalformedEach == 0)
                {
                    var kind = i / MalformedEach % bodies.Length;
                    var (status, _) = await Ask(client, bodies[kind], types[kind]);
                    var expected = kind == bodies.Length - 1 ? 415 : 400;
                    Count(status == expected || status == 429 ? $"malformed: {status}" : $"lost, malformed: {status}");
                    continue;
                }
                var one = Stopwatch.StartNew();
                var (code, body) = await Ask(client, png, "image/png");
                if (code == 429)
                {
                    Count("refused, as all places are taken: 429");
                    await Task.Delay(TimeSpan.FromSeconds(1)); // as Retry-After says
                }
                else if (code != 200 || body != right)
                {
                    Count($"lost: {code}");
                }
                else
                {
                    Count("poses: 200");
                    lock (_gate)
                        _latencies.Add(one.Elapsed.TotalMilliseconds);
                }
            }
        }
    }

    // 0 is no answer.
    private static async Task<(int Status, string Body)> Ask(HttpClient client, byte[] body, string type)
    {
        try
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
            using var response = await client.PostAsync("poses", content);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            return (0, fault.Message);
        }
    }

    private static long Memory(Process process)
    {
        process.Refresh();
        return process.WorkingSet64 >> 20;
    }

    private void Count(string answer)
    {
        lock (_gate)
            _answers[answer] = _answers.GetValueOrDefault(answer) + 1;
    }

    private void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
