using System.Globalization;
using Microsoft.ML;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;
using static Sleap.Bench.BenchNetwork;
using static Sleap.Bench.Timing;
using static TorchSharp.torch;

namespace Sleap.Bench;

/// <summary>
/// From a video's file to a written .slp beside plain TorchSharp modules in the same run, where the time goes, single
/// frames beside the bare network, and the checkpoints that lie in the repository.
/// </summary>
internal static class InferenceBench
{
    private const string OpenField = "examples/data/openfield/videos/m3v1mp4.mp4",
        Flies = "examples/data/flies13/flies13_20190128.mp4";
    private const string Models = "tests/golden/models/",
        Trained = "tests/golden/trained/",
        Robot = "tests/data/small_robot.mp4",
        Pair = "tests/data/centered_pair_small.mp4";

    /// <summary>The checkpoints of sleap-nn in the repository: a few steps on small samples, and whole trainings.</summary>
    public static IReadOnlyList<Checkpoint> Checkpoints { get; } =
    [
        new("single instance, sample", [Models + "single_instance"], Robot, 64),
        new("top-down, sample", [Models + "centroid", Models + "centered_instance"], Pair, 64),
        new("top-down-id, sample", [Models + "centroid", Models + "multiclass_centered_instance"], Pair, 64),
        new("bottom-up, sample", [Models + "bottomup"], Pair, 64),
        new("bottom-up-id, sample", [Models + "multiclass_bottomup"], Pair, 64),
        new("single instance, openfield", [Trained + "openfield_single"], OpenField, 64),
        new("top-down, flies13", [Trained + "flies13_centroid", Trained + "flies13_centered"], Flies, 32),
        new("top-down-id, flies13", [Trained + "flies13_centroid", Trained + "flies13_topdown_id"], Flies, 32),
        new("bottom-up, flies13", [Trained + "flies13_bottomup"], Flies, 16),
    ];

    private static readonly string Output = Path.Combine(
        Path.GetTempPath(),
        $"inference-bench-{Environment.ProcessId}.slp"
    );

    public static int Run(string[] words)
    {
        var frames = words is [var count] ? int.Parse(count, CultureInfo.InvariantCulture) : 400;
        set_num_threads(Threads);
        var pose = new MLContext(seed: 1).Pose();
        using var model = Formality(pose);
        try
        {
            BesidePeers(pose, model, frames);
            Parts(pose, frames);
            Live(pose, model);
            Predict(pose, Checkpoints);
        }
        finally
        {
            File.Delete(Output);
        }
        return 0;
    }

    // A model with the network of the benches; its training is a formality.
    private static SingleInstanceTransformer Formality(PoseCatalog pose) =>
        pose.SingleInstance(
                new()
                {
                    Backbone = Options,
                    Scale = 0.5f,
                    Refinement = PeakRefinement.Integral,
                    BatchSize = Batch,
                    Training = new() { Epochs = 1, StepsPerEpoch = 1 },
                }
            )
            .Fit(pose.Split(pose.LoadLabels("examples/data/openfield"), testFraction: 0.95).TrainSet);

    private static void BesidePeers(PoseCatalog pose, PoseModelTransformer model, int frames)
    {
        using PoseNetwork ours = ForPrediction(),
            oursInHalf = ForPrediction(ScalarType.BFloat16);
        var weights = new UNetWeights(ours);
        using EagerUNet eager = new(weights, channelsLast: false),
            last = new(weights, channelsLast: true);
        using var half = model.With(new() { Precision = Precision.BFloat16 });
        List<(string Name, Func<double> Ours, Func<EagerUNet, double> Peer)> rows =
        [
            (
                "file to .slp",
                () => FramesPerSecond(pose, model, OpenField, frames),
                peer => EagerVideo.FramesPerSecond(peer, OpenField, Output, frames)
            ),
            ("network alone, batch 4", () => Forward(x => ours.call(x)[0], Batch), peer => Forward(peer.call, Batch)),
            ("network alone, batch 1", () => Forward(x => ours.call(x)[0], 1), peer => Forward(peer.call, 1)),
        ];
        if (BFloat16Support.IsFast(CPU, trains: false))
        {
            // The peers stay in single precision.
            rows.Add(("file to .slp, bfloat16", () => FramesPerSecond(pose, half, OpenField, frames), rows[0].Peer));
            rows.Add(("network alone, bfloat16", () => Forward(x => oursInHalf.call(x)[0], Batch), rows[1].Peer));
        }
        Say($"{frames} frames of {OpenField}, scale 0.5, {Threads} threads; frames/s");
        Say($"{"", -26}{"ours", 10}{"eager", 10}{"ratio", 9}{"channels-last", 15}{"ratio", 9}");
        foreach (var (name, own, peer) in rows)
        {
            var speeds = BestInTurns(2, [own, () => peer(eager), () => peer(last)]);
            var (ourSpeed, eagerSpeed, lastSpeed) = (speeds[0], speeds[1], speeds[2]);
            Say(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name, -26}{ourSpeed, 10:0.0}{eagerSpeed, 10:0.0}{ourSpeed / eagerSpeed, 8:0.00}x"
                        + $"{lastSpeed, 15:0.0}{ourSpeed / lastSpeed, 8:0.00}x"
                )
            );
        }
    }

    /// <summary>Frames a second of a network by itself.</summary>
    private static double Forward(Func<Tensor, Tensor> network, int batch)
    {
        using var inference = inference_mode(true);
        using var images = rand(batch, 1, Height, Width);
        return batch * RunsPerSecond(() => network(images).Dispose());
    }

    private static double FramesPerSecond(PoseCatalog pose, ITransformer model, string video, int frames) =>
        pose.Predict(model, video, Output, new() { Frames = Enumerable.Range(0, frames) }).FramesPerSecond;

    /// <summary>
    /// Each part by itself over the same frames; those that run at the same time add up to more than the whole.
    /// </summary>
    private static void Parts(PoseCatalog pose, int frames)
    {
        using var source = Sleap.IO.Video.FromFile(OpenField).Open();
        var frame = source.Read(0);
        var resampler = new FrameResampler((480, 640), 0.5f, 16, 1);
        var geometry = resampler.Geometry;
        byte[][] inputs =
        [
            .. Enumerable.Range(0, Batch).Select(_ => new byte[geometry.InputHeight * geometry.InputWidth]),
        ];
        using var network = ForPrediction();
        using var images = rand(Batch, 1, geometry.InputHeight, geometry.InputWidth);
        using var inference = inference_mode(true);
        var codec = new ConfidenceMap(2, 5);
        using var maps = network.call(images)[0];
        var predicted = new Instance
        {
            Skeleton = new Skeleton("", ["a", "b", "c", "d"]),
            IsPredicted = true,
            Points = [.. Enumerable.Range(0, 4).Select(n => new Point(n, n, true, false, 0.5f))],
        };
        var video = Sleap.IO.Video.FromFile(OpenField);
        (string Name, double Seconds)[] parts =
        [
            ("decode", Seconds(() => Decode(pose, OpenField, frames)) / frames),
            (
                "resample",
                Best(3, () => Repeat(frames, () => resampler.Resample(FramePixels.Of(frame), inputs[0]))) / frames
            ),
            (
                "bytes to tensor",
                Best(
                    3,
                    () =>
                        Repeat(
                            frames / Batch,
                            () => NetworkInput.FromBytes(inputs, geometry.InputHeight, geometry.InputWidth, 1).Dispose()
                        )
                ) / frames
            ),
            ("network", Best(2, () => Repeat(frames / Batch, () => network.call(images)[0].Dispose())) / frames),
            (
                "peaks",
                Best(
                    3,
                    () =>
                        Repeat(
                            frames / Batch,
                            () =>
                            {
                                using var scope = NewDisposeScope();
                                codec.Decode(maps, 0.2f, PeakRefinement.Gaussian).Points.cpu();
                            }
                        )
                ) / frames
            ),
            ("write", Best(3, () => Write(video, predicted, frames)) / frames),
        ];
        Say("");
        Say("Where the time goes, each part by itself, ms a frame:");
        foreach (var (name, seconds) in parts)
            Say($"{name, -26}{seconds * 1e3, 14:0.00}");
    }

    private static void Live(PoseCatalog pose, PoseModelTransformer model)
    {
        using var source = Sleap.IO.Video.FromFile(OpenField).Open();
        var frames = Enumerable.Range(0, 100).Select(source.Read).ToList();
        var live = pose.CreateLivePredictor(model, new() { Height = 480, Width = 640 });
        using var network = ForPrediction();
        using var image = rand(1, 1, Height, Width);
        using var inference = inference_mode(true);
        var bare = new List<double>();
        for (var i = -5; i < frames.Count; i++)
        {
            // Turn about, so that a slow moment of the machine is in both.
            if (i >= 0)
                live.Predict(frames[i].Pixels, frames[i].Height, frames[i].Width, frames[i].Channels);
            var seconds = Seconds(() => network.call(image)[0].Dispose());
            if (i >= 0)
                bare.Add(seconds * 1e3);
        }
        bare.Sort();
        var (p50, p95) = (bare[(int)(0.5 * bare.Count) - 1], bare[(int)(0.95 * bare.Count) - 1]);
        Say("");
        Say($"Live, a frame of 640 x 480 in, poses out: {live.Latency}");
        Say(
            $"The network alone, batch 1: p50 {p50:0.0} ms, p95 {p95:0.0} ms; ratios "
                + $"{live.Latency.P50.TotalMilliseconds / p50:0.00} and "
                + $"{live.Latency.P95.TotalMilliseconds / p95:0.00}"
        );
    }

    private static void Predict(PoseCatalog pose, IEnumerable<Checkpoint> rows)
    {
        Say("");
        Say(
            $"{"checkpoints of sleap-nn", -28}{"frame", 11}{"animals", 9}{"frames/s", 10}{"decode ms", 11}{"all ms", 9}{"live p50 ms", 13}"
        );
        foreach (var (name, folders, video, frames) in rows)
        {
            using var model = pose.FromSleap(folders);
            var live = pose.CreateLivePredictor(model);
            using var source = Sleap.IO.Video.FromFile(video).Open();
            for (var i = 0; i < 8; i++)
                live.Predict(source.Read(i).Pixels, source.Height, source.Width, source.Channels);
            var report = pose.Predict(model, video, Output, new() { Frames = Enumerable.Range(0, frames) });
            var decode = Seconds(() => Decode(pose, video, frames)) / frames;
            var (size, found) = ($"{source.Width}x{source.Height}", (double)report.Instances / report.Processed);
            var (speed, latency) = (report.FramesPerSecond, live.Latency.P50.TotalMilliseconds);
            Say(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name, -28}{size, 11}{found, 9:0.0}{speed, 10:0.0}{decode * 1e3, 11:0.0}"
                        + $"{1e3 / speed, 9:0.0}{latency, 13:0.0}"
                )
            );
        }
    }

    private static void Decode(PoseCatalog pose, string video, int frames)
    {
        var view = pose.LoadVideo(video, Enumerable.Range(0, frames));
        // With the image active frames are decoded, whether or not somebody looks at them.
        using var cursor = view.GetRowCursor([view.Schema["Image"]]);
        while (cursor.MoveNext()) { }
    }

    private static void Write(Sleap.IO.Video video, Instance predicted, int frames)
    {
        using var writer = LabelsWriter.Create(Output, predicted.Skeleton, [video]);
        for (var i = 0; i < frames; i++)
        {
            writer.Add(
                new LabeledFrame
                {
                    Video = video,
                    FrameIndex = i,
                    Instances =
                    [
                        new Instance
                        {
                            Skeleton = predicted.Skeleton,
                            Points = predicted.Points,
                            IsPredicted = true,
                        },
                    ],
                }
            );
        }

        writer.Finish();
    }

    private static void Repeat(int times, Action work)
    {
        for (var i = 0; i < times; i++)
            work();
    }

    private static double Best(int rounds, Action work) => Enumerable.Range(0, rounds).Min(_ => Seconds(work));

    private static void Say(string line) => Console.WriteLine(line);
}

/// <summary>A model that sleap-nn trained, and frames for it.</summary>
/// <param name="Name">Its name in the tables.</param>
/// <param name="Folders">The folders of its networks.</param>
/// <param name="Video">A video.</param>
/// <param name="Frames">How many of its frames are predicted.</param>
internal sealed record Checkpoint(string Name, string[] Folders, string Video, int Frames)
{
    public override string ToString() => Name;
}
