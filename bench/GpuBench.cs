using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.Bench;

/// <summary>
/// All that is to be known of a device, in one JSON file: how fast networks, training steps and whole models are, how
/// far poses move from those of the CPU in single precision, and the accuracies of all training protocols.
/// Usage: gpu --json FILE [--device cuda] [--seeds N] [--quick].
/// </summary>
/// <remarks>
/// Built with <c>Torch=cuda-linux</c> in the environment, <c>dotnet run build.cs -- bench gpu --json gpu.json</c> takes
/// minutes on a GPU. With <c>--device cpu --quick</c> everything runs with few frames and steps, to try the script where
/// there is no GPU. The file is written after each figure, so that an interrupted run keeps what it has. A figure that
/// fails has its error in the file, the others are measured, and the exit code is 1.
/// </remarks>
internal sealed class GpuBench
{
    private readonly string _name,
        _file;
    private readonly bool _isQuick;
    private readonly int _seeds;
    private readonly Device _device;
    private readonly JsonArray _figures = [];
    private readonly JsonObject _report;

    private GpuBench(string[] words)
    {
        (_name, _file) = (Word(words, "--device") ?? "cuda", Word(words, "--json")!);
        _isQuick = words.Contains("--quick");
        _seeds = int.Parse(Word(words, "--seeds") ?? "1", CultureInfo.InvariantCulture);
        _device = TorchDevice.Of(_name);
        _report = new()
        {
            ["command"] = $"bench gpu {string.Join(' ', words)}",
            ["started"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture),
            ["device"] = DeviceWords(),
            ["versions"] = new JsonObject
            {
                ["Sleap.MLNet"] = typeof(PoseNetwork).Assembly.GetName().Version?.ToString(),
                ["TorchSharp"] = typeof(torch).Assembly.GetName().Version?.ToString(),
                ["libtorch"] = __version__,
                [".NET"] = Environment.Version.ToString(),
                ["system"] = $"{RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture}",
            },
            ["threads"] = get_num_threads(),
            ["figures"] = _figures,
        };
    }

    public static int Run(string[] words)
    {
        if (Word(words, "--json") is null)
        {
            Console.Error.WriteLine(
                "bench gpu: expected --json FILE [--device cuda|cuda:N|cpu] [--seeds N] [--quick]."
            );
            return 2;
        }
        if (TorchDevice.Absence(Word(words, "--device") ?? "cuda") is { } absence)
        {
            Console.Error.WriteLine(
                $"bench gpu: the device {absence}. A build with a libtorch for GPUs has Torch=cuda-linux in the "
                    + "environment; --device cpu --quick tries the script without one."
            );
            return 2;
        }
        return new GpuBench(words).Measure() ? 0 : 1;
    }

    private bool Measure()
    {
        foreach (var precision in (Precision[])[Precision.Single, Precision.BFloat16])
        {
            foreach (var input in Inputs)
                Add($"network, {input}, {precision}", null, () => NetworkSpeed(input, precision));
            Add($"training steps, {Input.Usual}, {precision}", null, () => StepSpeed(precision));
            foreach (var checkpoint in Checkpoints)
                Add($"{checkpoint}, {precision}", null, () => ModelSpeed(checkpoint, precision));
        }
        for (var seed = 1; seed <= _seeds; seed++)
        {
            foreach (var protocol in TrainingProtocols.Protocols)
                AddTraining(protocol, seed);
        }
        return _figures.All(figure => figure!["error"] is null);
    }

    private Input[] Inputs =>
        _isQuick
            ? [new(64, 96, 1)]
            : [Input.Usual, Input.Usual with { Batch = 32 }, new(512, 512, 8), new(1024, 1024, 4)];

    // Those that were trained to the end.
    private IEnumerable<Checkpoint> Checkpoints =>
        InferenceBench
            .Checkpoints.Where(one => one.Name.EndsWith("openfield") || one.Name.EndsWith("flies13"))
            .Select(one => one with { Frames = _isQuick ? 2 : 4 * one.Frames })
            .Take(_isQuick ? 1 : int.MaxValue);

    // Frames a second of the bare network, ours and the same one of plain modules, channels-last.
    private JsonObject NetworkSpeed(Input input, Precision precision)
    {
        var type = precision == Precision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        using var plain = BenchNetwork.ForTraining();
        using var peer = new EagerUNet(new UNetWeights(plain), channelsLast: true);
        using var ours = BenchNetwork.ForTraining(type);
        ours.to(_device);
        ours.eval();
        ours.Freeze();
        peer.to(_device);
        using var inference = inference_mode(true);
        using var images = rand(input.Batch, 1, input.Height, input.Width, device: _device);
        var speeds = Timing.BestInTurns(
            _isQuick ? 1 : 3,
            [
                () => input.Batch * Timing.RunsPerSecond(() => Once(() => ours.call(images)[0])),
                () => input.Batch * Timing.RunsPerSecond(() => Once(() => peer.call(images))),
            ]
        );
        return new() { ["frames_per_second"] = speeds[0], ["plain_modules_in_single_precision"] = speeds[1] };
    }

    private void Once(Func<Tensor> compute)
    {
        compute().Dispose();
        Timing.Wait(_device);
    }

    private JsonObject StepSpeed(Precision precision) =>
        new()
        {
            ["steps_per_second"] = StepBench.StepsPerSecond(
                _device,
                precision == Precision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32,
                Normalization.Auto,
                _isQuick ? 1 : 200
            ),
        };

    // From the video to a file, and how far the poses are from those of the CPU in single precision.
    private JsonObject ModelSpeed(Checkpoint checkpoint, Precision precision)
    {
        var pose = new MLContext(seed: 1).Pose();
        using var loaded = pose.FromSleap(checkpoint.Folders);
        using var model = loaded.With(new() { Device = _name, Precision = precision });
        using var reference = loaded.With(new() { Device = "cpu", Precision = Precision.Single });
        var frames = Enumerable.Range(0, checkpoint.Frames).ToList();
        pose.Predict(model, checkpoint.Video, null, new() { Frames = frames.Take(2) }); // not counted
        var report = pose.Predict(model, checkpoint.Video, null, new() { Frames = frames });
        var compared = frames.Take(16).ToHashSet();
        var expected = pose.Predict(reference, checkpoint.Video, null, new() { Frames = compared }).Labels!;
        var moved = Displacements(expected, report.Labels!, compared).Order().ToList();
        var found = Nodes(expected);
        return new()
        {
            ["frames"] = report.Processed,
            ["frames_per_second"] = report.FramesPerSecond,
            ["instances"] = report.Instances,
            ["nodes_on_the_cpu"] = found,
            ["nodes_of_both"] = moved.Count,
            ["moved_px"] =
                moved.Count == 0
                    ? null
                    : new JsonObject
                    {
                        ["median"] = moved[moved.Count / 2],
                        ["p95"] = moved[moved.Count * 95 / 100],
                        ["most"] = moved[^1],
                    },
        };
    }

    private static int Nodes(Labels labels) =>
        labels.Frames.Sum(frame => frame.Instances.Sum(one => one.Points.Count(point => !point.IsMissing)));

    // Each expected instance with the nearest one of its frame.
    private static IEnumerable<double> Displacements(Labels expected, Labels actual, HashSet<int> frames)
    {
        var others = actual.Frames.Where(frame => frames.Contains(frame.FrameIndex)).ToDictionary(f => f.FrameIndex);
        foreach (var frame in expected.Frames)
        {
            foreach (var instance in frame.Instances)
            {
                var nearest = others[frame.FrameIndex]
                    .Instances.Select(other => Distances(instance, other))
                    .Where(distances => distances.Count > 0)
                    .MinBy(distances => distances.Average());
                foreach (var distance in nearest ?? [])
                    yield return distance;
            }
        }
    }

    private static List<double> Distances(Instance one, Instance other) =>
        [
            .. one
                .Points.Zip(other.Points)
                .Where(pair => !pair.First.IsMissing && !pair.Second.IsMissing)
                .Select(pair =>
                    Math.Sqrt(Squared(pair.First.X - pair.Second.X) + Squared(pair.First.Y - pair.Second.Y))
                ),
        ];

    private static double Squared(double value) => value * value;

    private void AddTraining(string protocol, int seed)
    {
        var share = _isQuick ? " --steps 0.0001" : "";
        var command = $"training {protocol} --seed {seed} --device {_name}{share}";
        var results = new JsonObject();
        Add(
            command,
            seed,
            () =>
            {
                var clock = Stopwatch.StartNew();
                TrainingProtocols.Run(
                    command.Split(' ')[1..],
                    (name, _, metrics) => results[name] = MetricsJson.Of(metrics)
                );
                results["seconds"] = clock.Elapsed.TotalSeconds;
                return results;
            }
        );
    }

    private void Add(string what, int? seed, Func<JsonObject> measure)
    {
        Console.WriteLine(what);
        var figure = new JsonObject
        {
            ["figure"] = what,
            ["seed"] = seed,
            ["command"] = seed is null ? (string)_report["command"]! : $"bench {what}",
        };
        try
        {
            figure["values"] = measure();
        }
        catch (Exception problem)
        {
            // Any problem of one figure, out of memory on the device for example, leaves the others.
            figure["error"] = $"{problem.GetType().Name}: {problem.Message}";
            Console.Error.WriteLine($"bench gpu: {what}: {problem.Message}");
        }
        _figures.Add((JsonNode)figure);
        File.WriteAllText(
            _file,
            _report.ToJsonString(
                new JsonSerializerOptions
                {
                    WriteIndented = true,
                    NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
                }
            ) + "\n"
        );
    }

    private JsonObject DeviceWords()
    {
        var words = new JsonObject { ["name"] = _name, ["processors"] = Environment.ProcessorCount };
        if (_device.type == DeviceType.CUDA)
            words["gpu"] = Output("nvidia-smi", "--query-gpu=name,memory.total,driver_version --format=csv,noheader");
        words["cpu"] = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name"))?.Split(": ")[^1]
            : null;
        return words;
    }

    private static string? Output(string program, string words)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardOutput = true })!;
            return process.StandardOutput.ReadToEnd().Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // not installed
        }
    }

    private static string? Word(string[] words, string name)
    {
        var at = Array.IndexOf(words, name);
        return at >= 0 && at + 1 < words.Length ? words[at + 1] : null;
    }
}
