using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.Bench;

/// <summary>
/// How time and memory grow with the number of frames, animals, nodes, pixels and labels, on one thread. Growth is the
/// exponent from one size to the next: 1 is linear, 0 is flat, 2 is quadratic.
/// </summary>
/// <remarks>
/// Times are medians of three runs. Growth is that of the time on the processor, which other programs disturb less;
/// ffmpeg's is not in it. Memory is taken in a run of its own: what the managed heap holds at the end of the work,
/// before the result is let go, above what it held before.
/// </remarks>
internal static class GrowthBench
{
    private const int Rounds = 3;
    private const double WarmSeconds = 1;

    private static readonly int[] Frames = [1_000, 3_000, 10_000, 30_000],
        Animals = [1, 2, 5, 10, 20, 40],
        Nodes = [5, 10, 20, 40, 60],
        LabelCounts = [100, 300, 1_000, 3_000, 10_000];

    private static readonly (int Height, int Width)[] FrameSizes = [(240, 320), (480, 640), (1024, 1024), (2048, 2048)];

    private static readonly Dictionary<string, Action> Subjects = new()
    {
        ["tracking"] = Tracking,
        ["grouping"] = Grouping,
        ["files"] = Files,
        ["prediction"] = Prediction,
        ["training"] = Training,
    };

    /// <summary>The work of one size.</summary>
    /// <param name="Run">
    /// Does it all once. What is given is called at its end, while everything that the work needs is still held.
    /// </param>
    /// <param name="Count">Number of frames or labels that the time is divided by.</param>
    private readonly record struct Work(Action<Action> Run, int Count);

    /// <summary>Seconds on the clock and of the process on processors, and megabytes held.</summary>
    private readonly record struct Cost(double Wall, double Processor, double Held);

    public static int Run(string[] words)
    {
        if (words.FirstOrDefault(word => !Subjects.ContainsKey(word)) is { } unknown)
        {
            Console.Error.WriteLine($"growth: '{unknown}' is none of {string.Join(", ", Subjects.Keys)}.");
            return 2;
        }

        set_num_threads(1);
        Console.WriteLine(
            $"{"", -50}{"size", 10}{"ms each", 11}{"CPU ms", 11}{"growth", 8}{"held MB", 10}{"growth", 8}{"resident MB", 13}"
        );
        foreach (var (name, measure) in Subjects)
        {
            if (words.Length == 0 || words.Contains(name))
                measure();
        }
        return 0;
    }

    private static void Tracking()
    {
        Grow("tracking, 4 animals of 8 nodes, by frames", Frames, frames => Tracked(frames, 4, 8, new()));
        Grow(
            "tracking, 10 animals of 8 nodes that come and go",
            Frames,
            frames => Tracked(frames, 10, 8, new(), stays: 50)
        );
        Grow("tracking, 24 nodes, by animals", Animals, animals => Tracked(300, animals, 24, new()));
        Grow(
            "tracking, 24 nodes, as sleap-nn, by animals",
            Animals,
            animals =>
                Tracked(
                    300,
                    animals,
                    24,
                    new()
                    {
                        Candidates = TrackCandidates.FixedWindow,
                        WindowSize = 5,
                        Scoring = TrackScoring.Oks,
                        OksStandardDeviation = 0.025,
                    }
                )
        );
        Grow(
            "tracking, 24 nodes, Kalman, by animals",
            Animals,
            animals => Tracked(300, animals, 24, new() { Motion = TrackMotion.Kalman })
        );
        Grow("tracking, 10 animals, by nodes", Nodes, nodes => Tracked(300, 10, nodes, new()));
    }

    // With stays another animal, elsewhere, takes the place of each after as many frames.
    private static Work Tracked(int frames, int animals, int nodes, TrackingOptions options, int? stays = null)
    {
        var crowd = Crowd.Of(animals, nodes, 500, 1000, stays);
        return new(
            done =>
            {
                var tracker = new PoseTracker(options);
                for (var frame = 0; frame < frames; frame++)
                    tracker.Next(crowd.Tracked(frame), frame);
                done();
                GC.KeepAlive(tracker);
            },
            frames
        );
    }

    private static void Grouping()
    {
        Grow("grouping, 24 nodes, 512 pixels, by animals", Animals, animals => Grouped(animals, 24, 512));
        Grow("grouping, 10 animals, 512 pixels, by nodes", Nodes, nodes => Grouped(10, nodes, 512));
        Grow("grouping, 10 animals of 24 nodes, by side", [256, 512, 1024, 2048], side => Grouped(10, 24, side));
    }

    // From fields and peaks to instances, as many animals as there are.
    private static Work Grouped(int animals, int nodes, int side)
    {
        const int frames = 20;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var crowd = Crowd.Of(animals, nodes, 1, side);
        var codec = new PartAffinity(crowd.Skeleton.Edges, 4, 15);
        var points = tensor(
            crowd.Tracked(0).SelectMany(animal => animal.Points).Select(value => (float)value).ToArray(),
            new long[] { 1, animals, nodes, 2 }
        );
        var fields = codec.Encode(points, side, side).DetachFromDisposeScope();
        var peaks = new LocalPeaks(
            points.reshape(-1, 2).DetachFromDisposeScope(),
            ones(new long[] { animals * nodes }).DetachFromDisposeScope(),
            zeros(new long[] { animals * nodes }, ScalarType.Int64).DetachFromDisposeScope(),
            arange(0, animals * nodes, ScalarType.Int64).remainder(nodes).DetachFromDisposeScope()
        );
        return new(
            done =>
            {
                using var inference = no_grad();
                for (var frame = 0; frame < frames; frame++)
                    codec.Group(fields, peaks, nodes);
                done();
            },
            frames
        );
    }

    private static void Files()
    {
        using var folder = new BenchFolder();
        Grow(".slp written, 2 animals of 12 nodes, by frames", Frames, frames => Written(folder, frames, 2, 12));
        Grow(".slp written, 24 nodes, by animals", Animals, animals => Written(folder, 1000, animals, 24));
        Grow(".slp written, 2 animals, by nodes", Nodes, nodes => Written(folder, 1000, 2, nodes));
        Grow(".slp opened, 2 animals of 12 nodes, by frames", Frames, frames => Read(folder, frames, 2, 12, false));
        Grow(".slp read, 2 animals of 12 nodes, by frames", Frames, frames => Read(folder, frames, 2, 12, true));
        Grow(".slp read, 24 nodes, by animals", Animals, animals => Read(folder, 1000, animals, 24, true));
        Grow(".slp read, 2 animals, by nodes", Nodes, nodes => Read(folder, 1000, 2, nodes, true));
        Grow(".slp saved anew, 2 animals of 12 nodes, by frames", Frames, frames => Saved(folder, frames, 2, 12));
    }

    // The frames are made while they are written, as in a prediction.
    private static Work Written(BenchFolder folder, int frames, int animals, int nodes)
    {
        var crowd = Crowd.Of(animals, nodes, 100, 1000);
        return new(
            done =>
            {
                using var writer = LabelsWriter.Create(folder.Path("written.slp"), crowd.Skeleton, [crowd.Video]);
                for (var frame = 0; frame < frames; frame++)
                    writer.Add(crowd.Labeled(frame));
                done();
                writer.Finish();
            },
            frames
        );
    }

    private static Work Read(BenchFolder folder, int frames, int animals, int nodes, bool all)
    {
        var path = Recorded(folder, frames, animals, nodes);
        return new(
            done =>
            {
                var labels = Labels.Load(path);
                if (all && labels.Frames.Sum(frame => frame.Instances.Sum(i => i.Points.Length)) == 0)
                    throw new InvalidOperationException("The file is empty.");
                done();
                GC.KeepAlive(labels);
            },
            frames
        );
    }

    private static Work Saved(BenchFolder folder, int frames, int animals, int nodes)
    {
        var labels = Labels.Load(Recorded(folder, frames, animals, nodes));
        return new(
            done =>
            {
                labels.Save(folder.Path("saved.slp"));
                done();
            },
            frames
        );
    }

    private static string Recorded(BenchFolder folder, int frames, int animals, int nodes)
    {
        var path = folder.Path($"{frames}-{animals}-{nodes}.slp");
        if (!File.Exists(path))
        {
            var crowd = Crowd.Of(animals, nodes, 100, 1000);
            using var writer = LabelsWriter.Create(path, crowd.Skeleton, [crowd.Video]);
            for (var frame = 0; frame < frames; frame++)
                writer.Add(crowd.Labeled(frame));
            writer.Finish();
        }
        return path;
    }

    private static void Prediction()
    {
        using var folder = new BenchFolder();
        var pose = new MLContext(seed: 1).Pose();
        var small = folder.Video(96, 128, 500);
        using (var model = Untrained(pose, small, 4))
            Grow("prediction, 96 x 128, by frames", Frames, frames => Predicted(folder, pose, model, small, frames));
        Grow(
            "prediction, 96 x 128, by nodes",
            Nodes,
            nodes =>
            {
                var model = Untrained(pose, small, nodes);
                return Predicted(folder, pose, model, small, 500);
            }
        );
        Grow(
            "prediction, top-down, crops of 32, by animals",
            Animals,
            animals =>
            {
                var model = TopDown(pose, small, animals);
                return Predicted(folder, pose, model, small, 100);
            }
        );
        Grow(
            "prediction, by pixels",
            [.. FrameSizes.Select(size => size.Height * size.Width)],
            pixels =>
            {
                var (height, width) = FrameSizes.First(size => size.Height * size.Width == pixels);
                var video = folder.Video(height, width, 20);
                return Predicted(folder, pose, Untrained(pose, video, 4), video, 20);
            }
        );
    }

    // The frames of the video again and again.
    private static Work Predicted(
        BenchFolder folder,
        PoseCatalog pose,
        PoseModelTransformer model,
        Video video,
        int frames
    )
    {
        var length = video.Shape!.Value.Frames;
        return new(
            done =>
            {
                var view = pose.FromVideo(video, Enumerable.Range(0, frames).Select(frame => frame % length));
                var progress = new Last<PredictionProgress>(value =>
                {
                    if (value.IsLast)
                        done();
                });
                pose.Predict(
                    model,
                    view,
                    folder.Path("predicted.slp"),
                    new() { Progress = progress, ProgressInterval = TimeSpan.FromDays(1) }
                );
            },
            frames
        );
    }

    private static SingleInstanceTransformer Untrained(PoseCatalog pose, Video video, int nodes) =>
        pose.SingleInstance(
                new()
                {
                    Backbone = Tiny,
                    PeakThreshold = 0,
                    Training = OneStep(),
                    Device = "cpu",
                }
            )
            .Fit(pose.FromLabels(Crowd.Of(1, nodes, 4, 90).Labels(video, 4)));

    // With random weights every map has more peaks than there are animals; the limit says how many are cropped.
    private static TopDownTransformer TopDown(PoseCatalog pose, Video video, int animals) =>
        pose.TopDown(
                new()
                {
                    Centroid = new()
                    {
                        Backbone = Tiny,
                        MaxInstances = animals,
                        PeakThreshold = 0,
                        Training = OneStep(),
                    },
                    CenteredInstance = new()
                    {
                        Backbone = Tiny,
                        CropSize = 32,
                        PeakThreshold = 0,
                        Training = OneStep(),
                    },
                    Device = "cpu",
                }
            )
            .Fit(pose.FromLabels(Crowd.Of(1, 8, 4, 90).Labels(video, 4)));

    private static void Training()
    {
        using var folder = new BenchFolder();
        var pose = new MLContext(seed: 1).Pose();
        var video = folder.Video(96, 128, LabelCounts[^1]);
        Grow(
            "training until its first step, by labels",
            LabelCounts,
            count =>
            {
                var labels = pose.FromLabels(Crowd.Of(1, 8, 100, 90).Labels(video, count));
                return new(
                    done =>
                        pose.SingleInstance(
                                new()
                                {
                                    Backbone = Tiny,
                                    Training = OneStep() with { Progress = new Last<TrainingProgress>(_ => done()) },
                                    Device = "cpu",
                                }
                            )
                            .Fit(labels)
                            .Dispose(),
                    count
                );
            }
        );
    }

    private static UNetOptions Tiny { get; } =
        new()
        {
            Filters = 4,
            MaxStride = 4,
            OutputStride = 2,
        };

    private static TrainerOptions OneStep() =>
        new()
        {
            Epochs = 1,
            StepsPerEpoch = 1,
            ValidationFraction = 0.01,
            Seed = 1,
            Device = "cpu",
        };

    private static void Grow(string what, IReadOnlyList<int> sizes, Func<int, Work> work)
    {
        var (before, last) = (0, default(Cost));
        foreach (var size in sizes)
        {
            var (run, count) = work(size);
            var warm = Stopwatch.StartNew();
            while (before == 0 && warm.Elapsed.TotalSeconds < WarmSeconds)
                run(() => { }); // the runtime compiles again what runs often
            var held = Held(run);
            var times = Enumerable.Range(0, Rounds).Select(_ => Time(run)).ToList();
            var now = new Cost(
                times.Select(time => time.Wall).Order().ElementAt(Rounds / 2),
                times.Select(time => time.Processor).Order().ElementAt(Rounds / 2),
                held
            );
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{what, -50}{size, 10}{1000 * now.Wall / count, 11:0.000}{1000 * now.Processor / count, 11:0.000}"
                        + $"{Exponent(now.Processor, last.Processor, 1e-3), 8}"
                        + $"{held, 10:0.0}{Exponent(held, last.Held, 0.1), 8}{Environment.WorkingSet / 1e6, 13:0}"
                )
            );
            (what, before, last) = ("", size, now);

            string Exponent(double value, double previous, double least) =>
                before == 0 || previous < least || value < least
                    ? ""
                    : (Math.Log(value / previous) / Math.Log((double)size / before)).ToString(
                        "0.00",
                        CultureInfo.InvariantCulture
                    );
        }
    }

    private static (double Wall, double Processor) Time(Action<Action> run)
    {
        var before = Environment.CpuUsage.TotalTime;
        var wall = Timing.Seconds(() => run(() => { }));
        return (wall, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
    }

    private static double Held(Action<Action> run)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        long held = 0;
        run(() => held = GC.GetTotalMemory(forceFullCollection: true) - before);
        return held / 1e6;
    }

    private sealed class Last<T>(Action<T> then) : IProgress<T>
    {
        public void Report(T value) => then(value);
    }

    /// <summary>A temporary folder with drawn videos.</summary>
    private sealed class BenchFolder : IDisposable
    {
        private readonly string _path = Directory.CreateTempSubdirectory("growth-bench-").FullName;

        public string Path(string name) => System.IO.Path.Combine(_path, name);

        public Video Video(int height, int width, int frames)
        {
            var path = Path($"{height}x{width}x{frames}.mp4");
            using var ffmpeg = Process.Start(
                "ffmpeg",
                $"-v error -y -f lavfi -i testsrc=size={width}x{height}:rate=30 -frames:v {frames} -g 30 "
                    + $"-pix_fmt yuv420p -preset ultrafast {path}"
            );
            ffmpeg.WaitForExit();
            return Sleap.IO.Video.FromFile(path);
        }

        public void Dispose() => Directory.Delete(_path, recursive: true);
    }

    /// <summary>Animals that walk across each other in a square and back again, so that any number of frames is there.</summary>
    private sealed class Crowd
    {
        private readonly TrackedInstance[][] _tracked;
        private readonly Instance[][] _instances;

        private Crowd(int animals, int nodes, int frames, double side, int? stays)
        {
            var random = new Random(7);
            Skeleton = new(
                "made",
                Enumerable.Range(0, nodes).Select(node => $"node{node}"),
                // A chain of nodes with branches.
                Enumerable.Range(1, nodes - 1).Select(node => new Edge(node < 4 ? node - 1 : random.Next(node), node))
            );
            var body = Enumerable.Range(0, 2 * nodes).Select(_ => side * (random.NextDouble() - 0.5) / 8).ToArray();
            var places = Enumerable.Range(0, 2 * animals).Select(_ => Inside(random.NextDouble())).ToArray();
            (_tracked, _instances) = (new TrackedInstance[frames][], new Instance[frames][]);
            for (var frame = 0; frame < frames; frame++)
            {
                _tracked[frame] = new TrackedInstance[animals];
                for (var i = 0; i < places.Length; i++)
                {
                    if (frame % stays == i / 2 % stays)
                        places[i] = Inside(random.NextDouble());
                    places[i] += 6 * (random.NextDouble() - 0.5);
                    places[i] = Math.Clamp(places[i], Inside(0), Inside(1));
                }
                for (var animal = 0; animal < animals; animal++)
                {
                    double[] points =
                    [
                        .. body.Select((value, i) => value + places[2 * animal + (i & 1)] + random.NextDouble()),
                    ];
                    _tracked[frame][animal] = new TrackedInstance(points, 0.9);
                }
                _instances[frame] = [.. _tracked[frame].Select(InstanceOf)];
            }

            double Inside(double share) => side * (0.1 + 0.8 * share);
        }

        public Skeleton Skeleton { get; }

        public Video Video { get; } = Sleap.IO.Video.FromFile("crowd.mp4");

        public static Crowd Of(int animals, int nodes, int frames, double side, int? stays = null) =>
            new(animals, nodes, frames, side, stays);

        public TrackedInstance[] Tracked(int frame) => _tracked[There(frame)];

        public LabeledFrame Labeled(int frame) =>
            new()
            {
                Video = Video,
                FrameIndex = frame,
                Instances = [.. _instances[There(frame)]],
            };

        /// <summary>Labels of a person on frames of a video.</summary>
        public Labels Labels(Video video, int count) =>
            new(
                Enumerable
                    .Range(0, count)
                    .Select(frame => new LabeledFrame
                    {
                        Video = video,
                        FrameIndex = frame,
                        Instances =
                        [
                            .. _instances[There(frame)]
                                .Select(instance => new Instance { Skeleton = Skeleton, Points = instance.Points }),
                        ],
                    })
            );

        private int There(int frame)
        {
            if (_tracked.Length == 1)
                return 0;
            var place = frame % (2 * _tracked.Length - 2);
            return place < _tracked.Length ? place : 2 * _tracked.Length - 2 - place;
        }

        private Instance InstanceOf(TrackedInstance animal) =>
            new()
            {
                Skeleton = Skeleton,
                IsPredicted = true,
                Score = 0.9f,
                Points =
                [
                    .. Enumerable
                        .Range(0, Skeleton.Nodes.Length)
                        .Select(node => new Point(
                            animal.Points[2 * node],
                            animal.Points[2 * node + 1],
                            true,
                            false,
                            0.9f
                        )),
                ],
            };
    }
}
