using System.Globalization;
using Microsoft.ML;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Bench;

/// <summary>
/// Trains each model type on the same frames, with the same network and for the same number of steps as sleap-nn 0.3.5
/// was trained, and measures it on the same frames. Usage: training [openfield|topdown|topdown-id|bottomup|bottomup-id
/// |finetune …, or for choices crops|pair] [--other] [--seeds N] [--seed FIRST] [--steps SHARE] [--rate X] [--single]
/// [--normalization Batch|None] [--optimizer Adam|Muon|AdamW] [--foreground WEIGHT] [--decay X]
/// [--tiles SIZE] [--foreground-tiles SHARE] [--batch N] [--scale X] [--filters N] [--filters-rate X] [--max-stride N]
/// [--flip P] [--photometric] [--auto] [--device NAME].
/// </summary>
internal static class TrainingProtocols
{
    private const string Flies = "tests/data/flies13_20190128.predictions.slp",
        FliesVideo = "examples/data/flies13/flies13_20190128.mp4";
    private const string FineTune = "finetune";
    private static readonly string[] All = ["openfield", "topdown", "topdown-id", "bottomup", "bottomup-id", FineTune],
        ForChoices = ["crops", "pair"];

    // What sleap-nn reached in one run: RMSE in pixels, share of all visible nodes found within 5 px, share of right
    // names.
    private static readonly Dictionary<string, string> Peer = new()
    {
        ["openfield"] = "RMSE 9.62 px",
        ["topdown"] = "within 5 px 51.7%, RMSE 25.51 px",
        ["topdown-id"] = "found 39.4%, within 5 px 30.6%, RMSE 13.02 px, identity 1.00",
        ["bottomup"] = "within 5 px 38.8%, RMSE 14.20 px",
    };

    private static bool _other; // other training and test frames, on which options are chosen
    private static bool _auto; // the options that pose.AutoOptions proposes, instead of those of the protocol
    private static Precision _precision;
    private static string _device = "auto";
    private static Action<string, int, PoseMetrics> _report = (_, _, _) => { };
    private static double? _rate,
        _foreground,
        _decay;
    private static Normalization _normalization;
    private static Optimizer _optimizer;
    private static TrainingTileOptions? _tiles;
    private static int _batch;
    private static float _scale;
    private static UNetOptions _network = new();
    private static AugmentationOptions _augmentation = new();
    private static TrainingMemory _memory = new(new ConsoleProgress());

    /// <summary>The protocols that are measured by default.</summary>
    public static IReadOnlyList<string> Protocols => All;

    /// <param name="words">Of the command line.</param>
    /// <param name="report">
    /// Gets each result: the protocol (of fine-tuning also what it started from), the seed and the metrics.
    /// </param>
    public static int Run(string[] words, Action<string, int, PoseMetrics>? report = null)
    {
        _report = report ?? ((_, _, _) => { });
        _device = Text(words, "--device") ?? "auto";
        _other = words.Contains("--other");
        _auto = words.Contains("--auto");
        _precision = words.Contains("--single") ? Precision.Single : Precision.Auto;
        (_rate, _foreground, _decay) = (Given("--rate"), Given("--foreground"), Given("--decay"));
        _tiles = words.Contains("--tiles")
            ? new()
            {
                Size = Number(words, "--tiles", 192),
                ForegroundFraction = Number(words, "--foreground-tiles", 0.5f),
            }
            : null;
        (_batch, _scale) = (Number(words, "--batch", 4), Number(words, "--scale", 0.5f));
        _normalization = Choice(words, "--normalization", Normalization.Auto);
        _optimizer = Choice(words, "--optimizer", Optimizer.Auto);
        _network = new()
        {
            Filters = Number(words, "--filters", 16),
            FiltersRate = Number(words, "--filters-rate", 1.5f),
            MaxStride = Number(words, "--max-stride", 16),
            OutputStride = 2,
        };
        var photometric = words.Contains("--photometric") ? 0.3f : 0;
        _augmentation = new()
        {
            RotationMin = -180,
            RotationMax = 180,
            FlipProbability = Number(words, "--flip", 0f),
            BrightnessMin = 1 - photometric,
            BrightnessMax = 1 + photometric,
            ContrastMin = 1 - photometric,
            ContrastMax = 1 + photometric,
        };
        var (seeds, first, share) = (
            Number(words, "--seeds", 1),
            Number(words, "--seed", 1),
            Number(words, "--steps", 1.0)
        );
        double? Given(string name) => words.Contains(name) ? Number(words, name, 0.0) : null;
        string[] chosen = [.. words.TakeWhile(word => !word.StartsWith("--", StringComparison.Ordinal))];
        if (chosen.Except(All.Concat(ForChoices)).FirstOrDefault() is { } unknown)
        {
            Console.Error.WriteLine(
                $"bench training: '{unknown}' is no protocol; there are {string.Join(", ", All.Concat(ForChoices))}."
            );
            return 2;
        }
        foreach (var protocol in chosen.Length == 0 ? All : chosen)
        {
            Console.WriteLine($"{protocol}: sleap-nn 0.3.5: {Peer.GetValueOrDefault(protocol, "not measured")}");
            for (var seed = first; seed < first + seeds; seed++)
            {
                if (protocol == FineTune)
                {
                    FineTuning.Run(
                        seed,
                        share,
                        TopDown,
                        Frames,
                        (start, metrics) => _report($"{protocol}, {start}", seed, metrics)
                    );
                }
                else
                {
                    RunOne(protocol, seed, share);
                }
            }
        }
        return 0;
    }

    private static void RunOne(string protocol, int seed, double share)
    {
        var ml = new MLContext(seed);
        var pose = ml.Pose();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        _memory = new(new ConsoleProgress());
        var (train, validation, test) = protocol switch
        {
            "openfield" => OpenField(pose),
            "pair" => PairFrames(pose),
            _ => FliesFrames(pose),
        };
        var epochs = (int steps) => Epochs(steps, share);
        using var model = protocol switch
        {
            _ when _auto => Proposed(pose, train, protocol, seed, share).Fit(train, validation),
            "topdown" => pose.TopDown(TopDown(seed, share)).Fit(train, validation),
            "crops" or "pair" => pose.CenteredInstance(
                    Centered(seed, epochs(1500)) with
                    {
                        CropSource = CropSource.Labels,
                    }
                )
                .Fit(train, validation),
            "topdown-id" => pose.TopDownId(
                    new() { Centroid = Centroid(seed, epochs(600)), CenteredInstance = Centered(seed, epochs(1500)) }
                )
                .Fit(train, validation),
            "bottomup" => pose.BottomUp(
                    new()
                    {
                        Backbone = _network,
                        Scale = _scale,
                        Sigma = 2.5f,
                        PartAffinity = new() { Sigma = 15, OutputStride = 4 },
                        Augmentation = _augmentation,
                        Training = Training(seed, epochs(800)) with { Tiles = _tiles },
                    }
                )
                .Fit(train, validation),
            "bottomup-id" => pose.BottomUpId(
                    new()
                    {
                        Backbone = _network,
                        Scale = _scale,
                        Sigma = 2.5f,
                        ClassMaps = new() { Sigma = 4, OutputStride = 4 },
                        Augmentation = _augmentation,
                        Training = Training(seed, epochs(800)) with { Tiles = _tiles },
                    }
                )
                .Fit(train, validation),
            _ => pose.SingleInstance(
                    new()
                    {
                        Backbone = _network,
                        Scale = _scale,
                        Sigma = 3.5f,
                        Augmentation = _augmentation,
                        Training = Training(seed, epochs(1500)) with { Tiles = _tiles },
                    }
                )
                .Fit(train, validation),
        };
        Console.WriteLine($"  {_memory}");
        using var predicting = model.With(new PredictionOptions { Device = _device });
        var metrics = pose.Evaluate(predicting.Transform(test));
        _report(protocol, seed, metrics);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  seed {seed}: {metrics}, identity "
                    + $"{metrics.Identities?.Accuracy ?? double.NaN:0.00}, {clock.Elapsed.TotalSeconds:0} s"
            )
        );
        Directory.CreateDirectory("artifacts/bench");
        ml.Model.Save(model, train.Schema, $"artifacts/bench/{protocol}-{seed}.zip");
    }

    private static IPoseEstimator<PoseModelTransformer> Proposed(
        PoseCatalog pose,
        IDataView train,
        string protocol,
        int seed,
        double share
    )
    {
        var proposal = pose.AutoOptions(
                train,
                protocol switch
                {
                    "topdown" => PoseModelKind.TopDown,
                    "topdown-id" => PoseModelKind.TopDownId,
                    "bottomup" => PoseModelKind.BottomUp,
                    "bottomup-id" => PoseModelKind.BottomUpId,
                    "openfield" => PoseModelKind.SingleInstance,
                    _ => throw new ArgumentException($"bench training: {protocol} has no proposed options."),
                }
            )
            .With(network =>
                network with
                {
                    Training = network.Training with
                    {
                        Epochs = Math.Max(1, (int)Math.Round(network.Training.Epochs * share)),
                        Seed = seed,
                        Progress = _memory,
                    },
                }
            );
        foreach (var reason in proposal.Reasons)
            Console.WriteLine($"  {reason.Network}: {reason.Option} = {reason.Value}");
        return proposal.Estimator(pose);
    }

    private static TopDownOptions TopDown(int seed, double share) =>
        new() { Centroid = Centroid(seed, Epochs(600, share)), CenteredInstance = Centered(seed, Epochs(1500, share)) };

    private static int Epochs(int steps, double share) => Math.Max(1, (int)Math.Round(steps / 20 * share));

    private static TrainerOptions Training(int seed, int epochs) =>
        new()
        {
            Epochs = epochs,
            StepsPerEpoch = 20,
            BatchSize = _batch,
            Seed = seed,
            Precision = _precision,
            Device = _device,
            Normalization = _normalization,
            ForegroundWeight = _foreground ?? new TrainerOptions().ForegroundWeight,
            AverageDecay = _decay ?? new TrainerOptions().AverageDecay,
            Optimizer = _optimizer,
            LearningRate = _rate,
            Progress = _memory,
        };

    private static CentroidOptions Centroid(int seed, int epochs) =>
        new()
        {
            Backbone = _network,
            Scale = 0.25f,
            Sigma = 2.5f,
            AnchorPart = "thorax",
            Augmentation = _augmentation,
            Training = Training(seed, epochs),
        };

    private static CenteredInstanceOptions Centered(int seed, int epochs) =>
        new()
        {
            Backbone = _network,
            Sigma = 2.5f,
            AnchorPart = "thorax",
            CropSize = 160,
            Augmentation = _augmentation with { TranslateWidth = 0.02f, TranslateHeight = 0.02f },
            Training = Training(seed, epochs),
        };

    private static (IDataView Train, IDataView Validation, IDataView Test) OpenField(PoseCatalog pose)
    {
        var (rest, test) = pose.SplitEvery(pose.LoadLabels("examples/data/openfield"), 5, 4);
        if (_other)
            (rest, test) = pose.SplitEvery(rest, 5, 2);
        var (train, validation) = pose.SplitEvery(rest, 10, 3);
        return (train, validation, test);
    }

    private static (IDataView Train, IDataView Validation, IDataView Test) FliesFrames(PoseCatalog pose) =>
        _other
            ? (
                Frames(pose, f => f >= 1000 && f % 20 == 0),
                Frames(pose, f => f >= 1000 && f % 100 == 10),
                Frames(pose, f => f < 980 && f % 20 == 0)
            )
            : (
                Frames(pose, f => f < 2000 && f % 20 == 0),
                Frames(pose, f => f < 2000 && f % 100 == 10),
                Frames(pose, f => f >= 2000 && f % 20 == 0)
            );

    // Two flies of 24 nodes; the test is later in time.
    private static (IDataView Train, IDataView Validation, IDataView Test) PairFrames(PoseCatalog pose)
    {
        IDataView Of(Func<int, bool> which) =>
            Frames(pose, which, "tests/data/centered_pair_predictions.slp", "tests/data/centered_pair_low_quality.mp4");
        return (Of(f => f < 700 && f % 10 == 0), Of(f => f < 700 && f % 50 == 5), Of(f => f >= 750 && f % 10 == 0));
    }

    private static IDataView Frames(PoseCatalog pose, Func<int, bool> which) => Frames(pose, which, Flies, FliesVideo);

    private static IDataView Frames(PoseCatalog pose, Func<int, bool> which, string labels, string video)
    {
        var all = pose.LoadLabels(
            labels,
            new LabelsOptions { Instances = InstanceChoice.Predicted, VideoPath = video }
        );
        return pose.Split(all, (_, frame) => which(frame)).TestSet;
    }

    private static T Choice<T>(string[] words, string name, T other)
        where T : struct, Enum => Enum.Parse<T>(Text(words, name) ?? other.ToString());

    private static T Number<T>(string[] words, string name, T other)
        where T : IParsable<T> => Text(words, name) is { } text ? T.Parse(text, CultureInfo.InvariantCulture) : other;

    private static string? Text(string[] words, string name)
    {
        var at = Array.IndexOf(words, name);
        return at >= 0 && at + 1 < words.Length ? words[at + 1] : null;
    }
}
