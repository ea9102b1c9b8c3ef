using System.Globalization;
using Microsoft.ML;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Bench;

/// <summary>
/// Trains each model type on the same frames, with the same network and for the same number of steps as sleap-nn 0.3.5
/// was trained, and measures it on the same frames. Usage: training [openfield|topdown|topdown-id|bottomup|bottomup-id
/// |finetune …] [--seeds N] [--seed FIRST] [--steps SHARE] [--rate X] [--single].
/// </summary>
internal static class TrainingProtocols
{
    private const string Flies = "tests/data/flies13_20190128.predictions.slp",
        FliesVideo = "examples/data/flies13/flies13_20190128.mp4";
    private const string FineTune = "finetune";
    private static readonly string[] All = ["openfield", "topdown", "topdown-id", "bottomup", "bottomup-id", FineTune];

    // What sleap-nn reached in one run: RMSE in pixels, share of all visible nodes found within 5 px, share of right
    // names.
    private static readonly Dictionary<string, string> Peer = new()
    {
        ["openfield"] = "RMSE 9.62 px",
        ["topdown"] = "within 5 px 51.7%, RMSE 25.51 px",
        ["topdown-id"] = "found 39.4%, within 5 px 30.6%, RMSE 13.02 px, identity 1.00",
        ["bottomup"] = "within 5 px 38.8%, RMSE 14.20 px",
        ["bottomup-id"] = "not measured",
        [FineTune] = "not measured",
    };

    private static Precision _precision;
    private static double? _rate;
    private static TrainingMemory _memory = new(new ConsoleProgress());

    public static int Run(string[] words)
    {
        _precision = words.Contains("--single") ? Precision.Single : Precision.Auto;
        _rate = words.Contains("--rate") ? Number(words, "--rate", 0.0) : null;
        var (seeds, first, share) = (
            Number(words, "--seeds", 1),
            Number(words, "--seed", 1),
            Number(words, "--steps", 1.0)
        );
        string[] chosen = [.. words.TakeWhile(word => !word.StartsWith("--", StringComparison.Ordinal))];
        if (chosen.Except(All).FirstOrDefault() is { } unknown)
        {
            Console.Error.WriteLine($"bench training: '{unknown}' is no protocol; there are {string.Join(", ", All)}.");
            return 2;
        }
        foreach (var protocol in chosen.Length == 0 ? All : chosen)
        {
            Console.WriteLine($"{protocol}: sleap-nn 0.3.5: {Peer[protocol]}");
            for (var seed = first; seed < first + seeds; seed++)
            {
                if (protocol == FineTune)
                    FineTuning.Run(seed, share, TopDown, Frames);
                else
                    RunOne(protocol, seed, share);
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
        var (train, validation, test) = protocol == "openfield" ? OpenField(pose) : FliesFrames(pose);
        var epochs = (int steps) => Epochs(steps, share);
        using PoseModelTransformer model = protocol switch
        {
            "topdown" => pose.TopDown(TopDown(seed, share)).Fit(train, validation),
            "topdown-id" => pose.TopDownId(
                    new() { Centroid = Centroid(seed, epochs(600)), CenteredInstance = Centered(seed, epochs(1500)) }
                )
                .Fit(train, validation),
            "bottomup" => pose.BottomUp(
                    new()
                    {
                        Backbone = Network,
                        Scale = 0.5f,
                        Sigma = 2.5f,
                        PartAffinity = new() { Sigma = 15, OutputStride = 4 },
                        Augmentation = Turned,
                        Training = Fast(seed, epochs(800)),
                    }
                )
                .Fit(train, validation),
            "bottomup-id" => pose.BottomUpId(
                    new()
                    {
                        Backbone = Network,
                        Scale = 0.5f,
                        Sigma = 2.5f,
                        ClassMaps = new() { Sigma = 4, OutputStride = 4 },
                        Augmentation = Turned,
                        Training = Fast(seed, epochs(800)),
                    }
                )
                .Fit(train, validation),
            _ => pose.SingleInstance(
                    new()
                    {
                        Backbone = Network,
                        Scale = 0.5f,
                        Sigma = 3.5f,
                        Augmentation = Turned,
                        Training = Training(seed, epochs(1500)),
                    }
                )
                .Fit(train, validation),
        };
        Console.WriteLine($"  {_memory}");
        var metrics = pose.Evaluate(model.Transform(test));
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

    private static TopDownOptions TopDown(int seed, double share) =>
        new() { Centroid = Centroid(seed, Epochs(600, share)), CenteredInstance = Centered(seed, Epochs(1500, share)) };

    private static int Epochs(int steps, double share) => Math.Max(1, (int)Math.Round(steps / 20 * share));

    private static UNetOptions Network =>
        new()
        {
            Filters = 16,
            FiltersRate = 1.5f,
            MaxStride = 16,
            OutputStride = 2,
        };

    private static AugmentationOptions Turned => new() { RotationMin = -180, RotationMax = 180 };

    private static TrainerOptions Training(int seed, int epochs, double rate = 1e-3) =>
        new()
        {
            Epochs = epochs,
            StepsPerEpoch = 20,
            Seed = seed,
            Precision = _precision,
            LearningRate = _rate ?? rate,
            Progress = _memory,
        };

    // The frames of a bottom-up network have few animals in much background: their gradients bear a higher rate.
    private static TrainerOptions Fast(int seed, int epochs) => Training(seed, epochs, 2e-3);

    private static CentroidOptions Centroid(int seed, int epochs) =>
        new()
        {
            Backbone = Network,
            Scale = 0.25f,
            Sigma = 2.5f,
            AnchorPart = "thorax",
            Augmentation = Turned,
            Training = Training(seed, epochs),
        };

    private static CenteredInstanceOptions Centered(int seed, int epochs) =>
        new()
        {
            Backbone = Network,
            Sigma = 2.5f,
            AnchorPart = "thorax",
            CropSize = 160,
            Augmentation = Turned with { TranslateWidth = 0.02f, TranslateHeight = 0.02f },
            Training = Training(seed, epochs),
        };

    private static (IDataView Train, IDataView Validation, IDataView Test) OpenField(PoseCatalog pose)
    {
        var (rest, test) = pose.SplitEvery(pose.LoadLabels("examples/data/openfield"), 5, 4);
        var (train, validation) = pose.SplitEvery(rest, 10, 3);
        return (train, validation, test);
    }

    private static (IDataView Train, IDataView Validation, IDataView Test) FliesFrames(PoseCatalog pose) =>
        (
            Frames(pose, f => f < 2000 && f % 20 == 0),
            Frames(pose, f => f < 2000 && f % 100 == 10),
            Frames(pose, f => f >= 2000 && f % 20 == 0)
        );

    private static IDataView Frames(PoseCatalog pose, Func<int, bool> which)
    {
        var labels = pose.LoadLabels(
            Flies,
            new LabelsOptions { Instances = InstanceChoice.Predicted, VideoPath = FliesVideo }
        );
        return pose.Split(labels, (_, frame) => which(frame)).TestSet;
    }

    private static T Number<T>(string[] words, string name, T other)
        where T : IParsable<T>
    {
        var at = Array.IndexOf(words, name);
        return at >= 0 && at + 1 < words.Length ? T.Parse(words[at + 1], CultureInfo.InvariantCulture) : other;
    }
}
