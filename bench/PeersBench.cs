using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.MLNet;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.Bench;

/// <summary>
/// Prediction and training steps beside peers in this process, which are the same network with the same weights: of
/// plain TorchSharp modules (<c>eager</c>), of the same modules laid out channels-last (<c>channels_last</c>), and in
/// ONNX Runtime (<c>onnxruntime</c>), and whole models beside their export in ONNX Runtime. All must compute the same
/// before anything is timed.
/// Usage: peers [--json FILE].
/// </summary>
internal static class PeersBench
{
    private const string Ours = "ours",
        OnnxRuntime = "onnxruntime",
        Eager = "eager",
        Last = "channels_last",
        Half = "bfloat16";
    private const int Rounds = 5,
        StepsCompared = 3,
        FramesOfModels = 8;
    private const double MapTolerance = 1e-4,
        LossTolerance = 1e-3;

    // Those that were trained to the end: what is found costs time, too.
    private static IEnumerable<Checkpoint> Models =>
        InferenceBench.Checkpoints.Where(one => one.Name.EndsWith("openfield") || one.Name.EndsWith("flies13"));

    private static readonly Input[] Inputs = [Input.Usual, new(512, 512, 1), new(1024, 1024, 1)];

    public static int Run(string[] words)
    {
        if (words is not ([] or ["--json", _]))
        {
            Console.Error.WriteLine("bench peers: expected no word, or --json FILE.");
            return 2;
        }
        set_num_threads(BenchNetwork.Threads);
        try
        {
            var report = new JsonObject
            {
                ["predict"] = Table("prediction, frames/s", Inputs, Predict),
                ["train"] = Table("training, steps/s", Inputs[..2], Train),
                ["models"] = Table("whole models, frames/s", Models, PredictWhole),
            };
            if (words is [_, var file])
                File.WriteAllText(file, report.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
            return 0;
        }
        catch (InvalidDataException problem)
        {
            Console.Error.WriteLine($"bench peers: {problem.Message}");
            return 1;
        }
    }

    /// <summary>Measures and prints one row an input, and returns the speeds by input and name.</summary>
    private static JsonObject Table<T>(string title, IEnumerable<T> inputs, Func<T, Dictionary<string, double>> measure)
    {
        var table = new JsonObject();
        foreach (var input in inputs)
        {
            var speeds = measure(input);
            var half = speeds.Remove(Half, out var speed) ? speed : double.NaN;
            if (table.Count == 0)
            {
                var columns = speeds.Keys.Select(name => $"{name, 14}{(name == Ours ? "" : "ratio"), 8}");
                Console.WriteLine($"{title, -26}{string.Concat(columns)}   {BenchNetwork.Threads} threads");
            }
            Print($"{input}", speeds[Ours], speeds);
            // The peers stay in single precision.
            if (!double.IsNaN(half))
                Print($"{input}, {Half}", half, speeds);
            table[$"{input}"] = new JsonObject(
                speeds.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)Math.Round(one.Value, 3)))
            );
        }
        return table;
    }

    private static void Print(string row, double ours, Dictionary<string, double> speeds)
    {
        var peers = speeds
            .Where(speed => speed.Key != Ours)
            .Select(peer => Text($"{peer.Value, 14:0.00}{ours / peer.Value, 7:0.00}x"));
        Console.WriteLine(Text($"{row, -26}{ours, 14:0.00}{"", 8}{string.Concat(peers)}"));
    }

    private static Dictionary<string, double> Predict(Input input)
    {
        using var ours = BenchNetwork.ForPrediction();
        using var half = BenchNetwork.ForPrediction(ScalarType.BFloat16);
        var weights = new UNetWeights(ours);
        using EagerUNet eager = new(weights, channelsLast: false),
            last = new(weights, channelsLast: true);
        using var inference = inference_mode(true);
        // with one channel both layouts are the same
        using var images = rand(input.Batch, 1, input.Height, input.Width);
        using var onnx = new OnnxUNet(ours, images);
        CheckMaps(ours, eager, last, onnx, images);
        List<(string Name, Action Once)> all =
        [
            (Ours, () => ours.call(images)[0].Dispose()),
            (OnnxRuntime, onnx.Run),
            (Eager, () => eager.call(images).Dispose()),
            (Last, () => last.call(images).Dispose()),
        ];
        if (BFloat16Support.IsFast(CPU, trains: false))
            all.Add((Half, () => half.call(images)[0].Dispose()));
        return Measure(all, input.Batch);
    }

    /// <summary>
    /// From frames in memory to poses, one by one, by a model and by the same model as an exported graph. The export
    /// fails unless both find the same points.
    /// </summary>
    private static Dictionary<string, double> PredictWhole(Checkpoint checkpoint)
    {
        var pose = new MLContext(seed: 1).Pose();
        var folder = Directory.CreateTempSubdirectory("peers-bench-").FullName;
        try
        {
            using var model = pose.FromSleap(checkpoint.Folders);
            var video = pose.LoadVideo(checkpoint.Video, Enumerable.Range(0, 4));
            pose.ExportOnnx(model, Path.Combine(folder, "onnx"), new() { Frames = video });
            using var exported = pose.FromOnnx(Path.Combine(folder, "onnx"));
            using var source = Sleap.IO.Video.FromFile(checkpoint.Video).Open();
            var frames = Enumerable.Range(0, FramesOfModels).Select(source.Read).ToList();
            return Measure([(Ours, Through(model)), (OnnxRuntime, Through(exported))], frames.Count);

            Action Through(PoseModelTransformer whole)
            {
                var live = pose.CreateLivePredictor(whole);
                return () => frames.ForEach(one => live.Predict(one.Pixels, one.Height, one.Width, one.Channels));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Dictionary<string, double> Train(Input input)
    {
        using PoseNetwork ours = BenchNetwork.ForTraining(),
            half = BenchNetwork.ForTraining(ScalarType.BFloat16);
        var weights = new UNetWeights(ours);
        using EagerUNet eager = new(weights, channelsLast: false),
            last = new(weights, channelsLast: true);
        using var oursSteps = new AdamSteps(ours, x => ours.call(x)[0], input, channelsLast: true);
        using var halfSteps = new AdamSteps(half, x => half.call(x)[0], input, channelsLast: true);
        using var eagerSteps = new AdamSteps(eager, eager.call, input, channelsLast: false);
        using var lastSteps = new AdamSteps(last, last.call, input, channelsLast: true);
        CheckLosses(oursSteps, eagerSteps, lastSteps, input);
        List<(string Name, Action Once)> all =
        [
            (Ours, () => oursSteps.Step()),
            (Eager, () => eagerSteps.Step()),
            (Last, () => lastSteps.Step()),
        ];
        if (BFloat16Support.IsFast(CPU, trains: true))
            all.Add((Half, () => halfSteps.Step()));
        return Measure(all, 1);
    }

    private static Dictionary<string, double> Measure(List<(string Name, Action Once)> all, int each)
    {
        var speeds = Timing.BestInTurns(
            Rounds,
            [.. all.Select(one => (Func<double>)(() => each * Timing.RunsPerSecond(one.Once)))]
        );
        return all.Zip(speeds).ToDictionary(pair => pair.First.Name, pair => pair.Second);
    }

    /// <summary>Throws unless all networks make the same maps of the same images.</summary>
    private static void CheckMaps(PoseNetwork ours, EagerUNet eager, EagerUNet last, OnnxUNet onnx, Tensor images)
    {
        using var scope = NewDisposeScope();
        onnx.Run();
        var expected = ours.call(images)[0];
        var largest = expected.abs().max().item<float>();
        foreach (
            var (name, maps) in new[]
            {
                (Eager, eager.call(images)),
                (Last, last.call(images)),
                (OnnxRuntime, onnx.Maps()),
            }
        )
        {
            var difference = (maps - expected).abs().max().item<float>() / largest;
            // A comparison with NaN is false.
            if (!(difference < MapTolerance))
            {
                throw new InvalidDataException(
                    Text($"the maps of {name} differ from ours by {difference:0.0e+0} of the largest value, ")
                        + Text($"allowed is {MapTolerance:0.0e+0}; images of {string.Join(" x ", images.shape)}.")
                );
            }
        }
    }

    /// <summary>Throws unless the first losses are the same, which they are if gradients and updates are.</summary>
    private static void CheckLosses(AdamSteps ours, AdamSteps eager, AdamSteps last, Input input)
    {
        for (var step = 0; step < StepsCompared; step++)
        {
            var expected = ours.Step();
            foreach (var (name, loss) in new[] { (Eager, eager.Step()), (Last, last.Step()) })
            {
                if (!(Math.Abs(loss - expected) < LossTolerance * expected))
                {
                    throw new InvalidDataException(
                        Text($"in training step {step + 1} on {input} the loss of {name} is {loss} ")
                            + Text($"and ours {expected}; allowed is a difference of {LossTolerance:0.0e+0} of it.")
                    );
                }
            }
        }
    }

    private static string Text(string text) => text;
}
