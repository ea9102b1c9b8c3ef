using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.Bench;

/// <summary>
/// Identity switches, IDF1, HOTA and frames/s of settings of the tracker, on recordings thinned to every 1st, 4th …
/// frame and on a made crowd.
/// </summary>
internal static class TrackingBench
{
    private static readonly int[] ManySteps = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

    private static readonly TrackingOptions Reference = new()
    {
        Candidates = TrackCandidates.FixedWindow,
        Scoring = TrackScoring.Oks,
        Features = TrackFeatures.Keypoints,
        WindowSize = 5,
        OksStandardDeviation = 0.025,
        Motion = TrackMotion.None,
        Reduction = ScoreReduction.Mean,
    };

    public static void Run(string[] only)
    {
        var pose = new MLContext(seed: 1).Pose();
        (string Name, Labels Labels, int Animals)[] scenes =
        [
            (
                "centered_pair",
                Chained(
                    At(
                        "tests/data/centered_pair_low_quality.mp4",
                        Labels.Load("tests/data/centered_pair_predictions.slp")
                    )
                ),
                2
            ),
            (
                "flies13",
                At(
                    "examples/data/flies13/flies13_20190128.mp4",
                    Labels.Load("tests/data/flies13_20190128.predictions.slp")
                ),
                2
            ),
            ("crowd of 40", Crowd(40, 2000), 40),
        ];
        if (only.Length == 0 || only.Contains("spread"))
        {
            Spread(
                pose,
                [.. scenes.Select(scene => (scene.Name, scene.Labels, scene.Animals == 2 ? ManySteps : [1, 2]))]
            );
        }

        foreach (var (name, labels, animals) in scenes.Where(scene => only.Length == 0 || only.Contains(scene.Name)))
        {
            foreach (var every in animals == 2 ? new[] { 1, 4, 8, 16 } : [1])
            {
                Console.WriteLine($"{name}, every {every}. frame{"", 20}tracks  switches   IDF1   HOTA  frames/s");
                foreach (var (setting, options) in Settings(animals))
                    Score(pose, Thinned(labels, every), setting, options);
            }
        }
    }

    /// <summary>
    /// Switches by how far a node is expected to go, all thinnings of a scene together; the number of animals is not
    /// told.
    /// </summary>
    private static void Spread(PoseCatalog pose, (string Name, Labels Labels, int[] Steps)[] scenes)
    {
        Console.WriteLine(
            $"switches, "
                + $"{string.Join(", ", scenes.Select(scene => $"{scene.Name}: every {string.Join(' ', scene.Steps)}"))}"
        );
        Line("sleap-nn default", Reference);
        foreach (var scoring in new[] { TrackScoring.Oks, TrackScoring.WeightedOks })
        {
            foreach (var spread in new[] { 0.025, 0.1, 0.3, 0.5, 0.7, 1, 1.5, 2.5 })
            {
                Line(
                    string.Create(CultureInfo.InvariantCulture, $"{scoring}, spread {spread}"),
                    new() { Scoring = scoring, OksStandardDeviation = spread }
                );
            }
        }

        void Line(string setting, TrackingOptions options)
        {
            var switches = scenes.Select(scene =>
                scene.Steps.Sum(every => Tracks(pose, Thinned(scene.Labels, every), options).Switches)
            );
            Console.WriteLine($"  {setting, -28}{string.Concat(switches.Select(count => $"{count, 8}"))}");
        }
    }

    private static IEnumerable<(string, TrackingOptions)> Settings(int animals)
    {
        yield return ("sleap-nn default (fixed window)", Reference);
        yield return ("sleap-nn local queues", Reference with { Candidates = TrackCandidates.LocalQueues });
        yield return ("sleap-nn local queues, max", Reference with { MaxTracks = animals });
        yield return (
            "centroids, max",
            Reference with
            {
                Features = TrackFeatures.Centroids,
                Scoring = TrackScoring.EuclideanDistance,
                MaxTracks = animals,
            }
        );
        yield return ("OKS 0.1, max", Reference with { OksStandardDeviation = 0.1, MaxTracks = animals });
        yield return (
            "OKS 0.1, window 1, max",
            Reference with
            {
                OksStandardDeviation = 0.1,
                WindowSize = 1,
                MaxTracks = animals,
            }
        );
        yield return (
            "OKS 0.1, Kalman",
            Reference with
            {
                Candidates = TrackCandidates.LocalQueues,
                OksStandardDeviation = 0.1,
                Motion = TrackMotion.Kalman,
            }
        );
        yield return (
            "OKS 0.1, Kalman, max",
            Reference with
            {
                OksStandardDeviation = 0.1,
                Motion = TrackMotion.Kalman,
                MaxTracks = animals,
            }
        );
        yield return (
            "OKS 0.3, Kalman, max",
            Reference with
            {
                OksStandardDeviation = 0.3,
                Motion = TrackMotion.Kalman,
                MaxTracks = animals,
            }
        );
        yield return (
            "centroids, Kalman, max",
            Reference with
            {
                Features = TrackFeatures.Centroids,
                Scoring = TrackScoring.EuclideanDistance,
                Motion = TrackMotion.Kalman,
                MaxTracks = animals,
            }
        );
        if (animals == 2)
        {
            // The crowd has no pictures.
            yield return ("sleap-nn flow (fixed window)", Reference with { Motion = TrackMotion.OpticalFlow });
            yield return (
                "OKS 0.1, flow, max",
                Reference with
                {
                    OksStandardDeviation = 0.1,
                    Motion = TrackMotion.OpticalFlow,
                    MaxTracks = animals,
                }
            );
            yield return (
                "OKS 0.1, window 1, flow, max",
                Reference with
                {
                    OksStandardDeviation = 0.1,
                    WindowSize = 1,
                    Motion = TrackMotion.OpticalFlow,
                    MaxTracks = animals,
                }
            );
        }
        yield return ("our default", new TrackingOptions());
        yield return ("our default, max", new TrackingOptions { MaxTracks = animals });
    }

    private static void Score(PoseCatalog pose, Labels labels, string setting, TrackingOptions options)
    {
        var clock = Stopwatch.StartNew();
        var score = Tracks(pose, labels, options, clock);
        var speed = labels.Frames.Count / clock.Elapsed.TotalSeconds;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  {setting, -36}{score.PredictedTracks, 10}{score.Switches, 10}{score.IDF1, 7:0.000}"
                    + $"{score.HOTA, 7:0.000}{speed, 10:0}"
            )
        );
    }

    // Every animal is where the truth has it, so that only identities can be wrong; one without a track counts as
    // missed.
    private static TrackMetrics Tracks(
        PoseCatalog pose,
        Labels labels,
        TrackingOptions options,
        Stopwatch? clock = null
    )
    {
        var tracked = pose.Track(labels, options);
        clock?.Stop();
        return pose.Evaluate(
            labels,
            new Labels(tracked.Frames.Select(Tracked), tracked.Videos, tracked.Skeletons, tracked.Tracks)
        ).Tracks!;
    }

    private static LabeledFrame Tracked(LabeledFrame frame) =>
        new()
        {
            Video = frame.Video,
            FrameIndex = frame.FrameIndex,
            Instances = [.. frame.Instances.Where(animal => animal.Track is not null)],
        };

    /// <summary>The same labels on a video that is there.</summary>
    private static Labels At(string video, Labels labels)
    {
        var there = Sleap.IO.Video.FromFile(video);
        return new Labels(
            labels.Frames.Select(frame => new LabeledFrame
            {
                Video = there,
                FrameIndex = frame.FrameIndex,
                Instances = frame.Instances,
            }),
            [there],
            labels.Skeletons,
            labels.Tracks
        );
    }

    private static Labels Thinned(Labels labels, int every) =>
        new(
            labels.Frames.Where(frame => frame.FrameIndex % every == 0),
            labels.Videos,
            labels.Skeletons,
            labels.Tracks
        );

    /// <summary>
    /// The truth of centered_pair, whose own tracks break: of each frame the two animals of the most nodes, each paired
    /// with the nearer one of the frame before. It is certain where staying costs far less than swapping; the smallest
    /// difference is printed. Other animals of a frame are false and have no truth.
    /// </summary>
    private static Labels Chained(Labels file)
    {
        Track[] truth = [new("a"), new("b")];
        Instance[]? before = null;
        var (margin, at) = (double.PositiveInfinity, 0);
        List<LabeledFrame> frames = [];
        foreach (var frame in file.Frames.OrderBy(frame => frame.FrameIndex))
        {
            Instance[] pair = [.. frame.Instances.OrderByDescending(i => i.Points.Count(p => !p.IsMissing)).Take(2)];
            if (before is not null && pair.Length == 2)
            {
                var stay = Apart(before[0], pair[0]) + Apart(before[1], pair[1]);
                var swap = Apart(before[0], pair[1]) + Apart(before[1], pair[0]);
                if (swap < stay)
                    pair = [pair[1], pair[0]];
                if (Math.Abs(swap - stay) < margin)
                    (margin, at) = (Math.Abs(swap - stay), frame.FrameIndex);
            }
            if (pair.Length == 2)
                before = pair;
            frames.Add(
                new LabeledFrame
                {
                    Video = frame.Video,
                    FrameIndex = frame.FrameIndex,
                    Instances =
                    [
                        .. frame.Instances.Select(i =>
                            With(
                                i,
                                pair.Length < 2 ? null
                                    : Array.IndexOf(pair, i) is var n and >= 0 ? truth[n]
                                    : null
                            )
                        ),
                    ],
                }
            );
        }
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"truth of centered_pair: the least certain "
                    + $"step is into frame {at}, where staying and swapping differ by {margin:0.0} pixels"
            )
        );
        return new Labels(frames, file.Videos, file.Skeletons, truth);
    }

    // Mean distance of the nodes that both have.
    private static double Apart(Instance a, Instance b) =>
        a
            .Points.Zip(b.Points)
            .Where(p => !p.First.IsMissing && !p.Second.IsMissing)
            .Select(p => Math.Sqrt(Math.Pow(p.First.X - p.Second.X, 2) + Math.Pow(p.First.Y - p.Second.Y, 2)))
            .DefaultIfEmpty(1e3)
            .Average();

    private static Instance With(Instance instance, Track? track) =>
        new()
        {
            Skeleton = instance.Skeleton,
            Points = instance.Points,
            IsPredicted = instance.IsPredicted,
            Score = instance.Score,
            Track = track,
        };

    /// <summary>
    /// Animals that wander and meet in a square; each is missed in 5 % of the frames, and a tenth of the time for a
    /// second together; in shuffled order.
    /// </summary>
    private static Labels Crowd(int animals, int frames)
    {
        var random = new Random(7);
        var skeleton = new Skeleton("made", ["head", "neck", "left", "right", "tail"]);
        var video = Sleap.IO.Video.FromFile("crowd.mp4");
        Track[] tracks = [.. Enumerable.Range(0, animals).Select(i => new Track($"animal {i}"))];
        (double X, double Y)[] body = [(0, 0), (-8, 0), (-14, -6), (-14, 6), (-26, 0)];
        var (x, y, angle, hidden) = (new double[animals], new double[animals], new double[animals], new int[animals]);
        for (var a = 0; a < animals; a++)
        {
            (x[a], y[a], angle[a]) = (
                random.NextDouble() * 1000,
                random.NextDouble() * 1000,
                random.NextDouble() * Math.Tau
            );
        }

        List<LabeledFrame> made = [];
        for (var frame = 0; frame < frames; frame++)
        {
            List<Instance> here = [];
            for (var a = 0; a < animals; a++)
            {
                angle[a] += (random.NextDouble() - 0.5) * 0.4;
                if (x[a] is < 20 or > 980 || y[a] is < 20 or > 980)
                    angle[a] = Math.Atan2(500 - y[a], 500 - x[a]);
                (x[a], y[a]) = (x[a] + 3 * Math.Cos(angle[a]), y[a] + 3 * Math.Sin(angle[a]));
                if (hidden[a]-- > 0 || random.NextDouble() < 0.05)
                    continue;
                if (random.NextDouble() < 0.003)
                    hidden[a] = 30;
                var (c, s) = (Math.Cos(angle[a]), Math.Sin(angle[a]));
                here.Add(
                    new Instance
                    {
                        Skeleton = skeleton,
                        IsPredicted = true,
                        Score = 0.9f,
                        Track = tracks[a],
                        Points =
                        [
                            .. body.Select(p => new Point(
                                x[a] + c * p.X - s * p.Y + random.NextDouble() - 0.5,
                                y[a] + s * p.X + c * p.Y + random.NextDouble() - 0.5,
                                true,
                                false,
                                0.9f
                            )),
                        ],
                    }
                );
            }
            made.Add(
                new LabeledFrame
                {
                    Video = video,
                    FrameIndex = frame,
                    Instances = [.. here.OrderBy(_ => random.Next())],
                }
            );
        }
        return new Labels(made, [video], [skeleton], tracks);
    }
}
