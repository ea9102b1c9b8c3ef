using System.Diagnostics;
using System.Globalization;
using Sleap.IO;
using Sleap.MLNet;
using static TorchSharp.torch;

namespace Sleap.Bench;

/// <summary>
/// Where the time of a training step goes, part by part; then whole steps as training makes them, with the next batch
/// made meanwhile, beside steps of <see cref="EagerUNet"/> with Adam on a batch that stays the same: the peers have no
/// augmentation and draw no targets.
/// </summary>
internal static class StepBench
{
    private const int Steps = 30,
        Warm = 3,
        Rounds = 2;

    private static readonly string[] Parts =
    [
        "images and augmentation",
        "forward",
        "targets",
        "loss",
        "backward",
        "optimizer",
        "average of the weights",
    ];

    public static int Run()
    {
        set_num_threads(BenchNetwork.Threads);
        ScalarType[] precisions = BFloat16Support.IsFast(CPU, trains: true)
            ? [ScalarType.Float32, ScalarType.BFloat16]
            : [ScalarType.Float32];
        foreach (var precision in precisions)
        {
            var parts = ByParts(precision);
            var speeds = Timing.BestInTurns(
                Rounds,
                [
                    () => Whole(precision, Normalization.Auto),
                    () => Whole(precision, Normalization.None),
                    () => Peer(channelsLast: false),
                    () => Peer(channelsLast: true),
                ]
            );
            var (whole, plain, eager, last) = (speeds[0], speeds[1], speeds[2], speeds[3]);
            Say($"{precision}, {Input.Usual}, {BenchNetwork.Threads} threads");
            foreach (var (name, seconds) in Parts.Zip(parts))
                Say($"  {name, -28}{1000 * seconds / Steps, 8:0.0} ms{100 * seconds / parts.Sum(), 7:0.0} %");
            Say($"  one part after the other    {Steps / parts.Sum(), 8:0.00} steps/s");
            Say($"  as in training              {whole, 8:0.00} steps/s");
            Say($"  without normalization       {plain, 8:0.00} steps/s {whole / plain, 7:0.00}x");
            Say($"  eager, float32              {eager, 8:0.00} steps/s {whole / eager, 7:0.00}x");
            Say($"  channels-last, float32      {last, 8:0.00} steps/s {whole / last, 7:0.00}x");
        }
        return 0;
    }

    private static double Peer(bool channelsLast)
    {
        using var ours = BenchNetwork.ForTraining();
        using var peer = new EagerUNet(new UNetWeights(ours), channelsLast);
        using var steps = new AdamSteps(peer, peer.call, Input.Usual, channelsLast);
        for (var step = 0; step < Warm; step++)
            steps.Step();
        return Steps
            / Timing.Seconds(() =>
            {
                for (var step = 0; step < Steps; step++)
                    steps.Step();
            });
    }

    private static double[] ByParts(ScalarType precision)
    {
        using var training = new Setup(precision);
        var seconds = new double[Parts.Length];
        for (var step = -Warm; step < Steps; step++)
        {
            using var scope = NewDisposeScope();
            var (clock, part, counts) = (Stopwatch.StartNew(), 0, step >= 0);
            void Done()
            {
                if (counts)
                    seconds[part] += clock.Elapsed.TotalSeconds;
                part++;
                clock.Restart();
            }
            var batch = training.Samples.Batch(
                training.Order.Of(step + Warm),
                training.Augmenter,
                training.Order.RandomOf(step + Warm)
            );
            Done();
            training.State.Network.zero_grad(false);
            var outputs = training.State.Network.call(batch.Images);
            Done();
            var target = training.Codec.Encode(batch.Points.select(1, 0), batch.Height, batch.Width);
            Done();
            var loss = training.Loss.Of(outputs[0], target, batch.Weights());
            Done();
            loss.backward();
            Done();
            training.State.Optimizer.Step(training.State.Rate.At(0));
            Done();
            training.State.Average.Update();
            Done();
        }
        return seconds;
    }

    private static double Whole(ScalarType precision, Normalization normalization) =>
        StepsPerSecond(CPU, precision, normalization, Steps);

    /// <summary>Whole steps a second as in training, augmentation included.</summary>
    public static double StepsPerSecond(Device device, ScalarType precision, Normalization normalization, int steps)
    {
        using var training = new Setup(precision, normalization, device);
        using var feed = new BatchFeed(
            training.Samples,
            training.Order,
            training.Augmenter,
            0,
            Warm + steps,
            BatchFeed.MakersFor(device)
        );
        var clock = new Stopwatch();
        for (var step = -Warm; step < steps; step++)
        {
            if (step == 0)
            {
                Timing.Wait(device);
                clock.Start();
            }
            using var scope = NewDisposeScope();
            var batch = feed.Next().To(device);
            training.State.Network.zero_grad(false);
            training.Model.Loss(training.State.Network.call(batch.Images), batch).backward();
            training.State.Optimizer.Step(training.State.Rate.At(0));
            training.State.Average.Update();
        }
        Timing.Wait(device);
        return steps / clock.Elapsed.TotalSeconds;
    }

    private static void Say(string line) => Console.WriteLine(line);

    /// <summary>
    /// The network of the benches as a single-instance model, on made frames; what is in a frame does not change the
    /// time.
    /// </summary>
    private sealed class Setup : IDisposable
    {
        private static readonly Skeleton Mouse = new("mouse", ["snout", "left ear", "right ear", "tail base"]);

        public Setup(ScalarType precision, Normalization normalization = Normalization.Auto, Device? device = null)
        {
            var options = new SingleInstanceOptions
            {
                Backbone = BenchNetwork.Options,
                Sigma = 3.5f,
                Augmentation = new() { RotationMin = -180, RotationMax = 180 },
                Training = new() { Normalization = normalization },
            };
            Model = options.CreateModel(new PoseSubject(Mouse, []), Initialization.He, 0);
            State = new TrainingState(Model, options.Training, device ?? CPU, precision, Warm + Steps);
            State.Network.train();
            Loss = new MapLoss(options.Training.ForegroundWeight, null);
            Augmenter = new Augmenter(options.Augmentation, Mouse);
            var random = new Random(0);
            for (var i = 0; i < 40; i++)
            {
                var pixels = new byte[Samples.ByteCount];
                random.NextBytes(pixels);
                Samples.Add(
                    pixels,
                    [.. Enumerable.Range(0, 2 * Mouse.Nodes.Length).Select(_ => 20 + 200 * random.NextSingle())],
                    [-1],
                    1,
                    new FrameSource("", i)
                );
            }
            Order = new SampleOrder(Samples.Balanced(), BenchNetwork.Batch, 0);
        }

        public PoseModel Model { get; }

        public TrainingState State { get; }

        public TrainingSamples Samples { get; } =
            new((BenchNetwork.Height, BenchNetwork.Width), (BenchNetwork.Height, BenchNetwork.Width), 1, Mouse);

        public SampleOrder Order { get; }

        public Augmenter Augmenter { get; }

        public ConfidenceMap Codec { get; } = new(2, 3.5f);

        public MapLoss Loss { get; }

        public void Dispose()
        {
            State.Dispose();
            Model.Dispose();
        }
    }
}
