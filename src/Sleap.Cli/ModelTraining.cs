using System.CommandLine;
using Microsoft.ML;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary>What <c>sleap train</c> was asked for, as options of the estimators.</summary>
internal sealed class ModelTraining(TrainingWords words, ParseResult parsed, IProgress<TrainingProgress> progress, CancellationToken cancellation)
{
    public static IReadOnlyList<string> Types { get; } = ["single-instance", "centroid", "centered-instance", "top-down", "bottom-up", "top-down-id", "bottom-up-id"];

    public int Seed => parsed.GetValue(words.Seed);

    public PoseModelTransformer Fit(PoseCatalog pose, IDataView labels) => parsed.GetValue(words.Config) is { Length: > 0 } configs
        ? FitConfigured(pose, labels, configs)
        : FitTyped(pose, labels);

    private PoseModelTransformer FitTyped(PoseCatalog pose, IDataView labels) => parsed.GetRequiredValue(words.Type) switch
    {
        "centroid" => pose.Centroid(Centroid(words.Scale)).Fit(labels),
        "centered-instance" => pose.CenteredInstance(Centered()).Fit(labels),
        "top-down" => pose.TopDown(new() { Centroid = Centroid(words.CentroidScale), CenteredInstance = Centered(), Device = Device }).Fit(labels),
        "top-down-id" => pose.TopDownId(new() { Centroid = Centroid(words.CentroidScale), CenteredInstance = Centered(), Device = Device }).Fit(labels),
        "bottom-up" => pose.BottomUp(Common(new BottomUpOptions { MaxInstances = parsed.GetValue(words.MaxInstances), PartAffinity = new() { Sigma = parsed.GetValue(words.PafSigma) } }, words.Scale)).Fit(labels),
        "bottom-up-id" => pose.BottomUpId(Common(new BottomUpIdOptions(), words.Scale)).Fit(labels),
        _ => pose.SingleInstance(Common(new SingleInstanceOptions(), words.Scale)).Fit(labels),
    };

    private PoseModelTransformer FitConfigured(PoseCatalog pose, IDataView labels, string[] files)
    {
        SleapConfig[] configs = [.. files.Select(SleapConfig.Read)];
        foreach (var (file, config) in files.Zip(configs))
            foreach (var remark in config.Remarks) Console.Error.WriteLine($"sleap: {file}: {remark}.");
        PoseModelOptions[] options = [.. configs.Select(config => config.Options with { Device = Device, Training = Overridden(config.Options.Training) })];
        return (configs.Select(config => config.Type).ToArray(), options) switch
        {
            ([ModelType.SingleInstance], [SingleInstanceOptions o]) => pose.SingleInstance(o).Fit(labels),
            ([ModelType.Centroid], [CentroidOptions o]) => pose.Centroid(o).Fit(labels),
            ([ModelType.CenteredInstance], [CenteredInstanceOptions o]) => pose.CenteredInstance(o).Fit(labels),
            ([ModelType.BottomUp], [BottomUpOptions o]) => pose.BottomUp(o).Fit(labels),
            ([ModelType.BottomUpId], [BottomUpIdOptions o]) => pose.BottomUpId(o with { Classes = configs[0].Classes }).Fit(labels),
            ([ModelType.Centroid, ModelType.CenteredInstance], [CentroidOptions c, CenteredInstanceOptions o]) => pose.TopDown(new() { Centroid = c, CenteredInstance = o, Device = Device }).Fit(labels),
            ([ModelType.Centroid, ModelType.TopDownId], [CentroidOptions c, CenteredInstanceOptions o]) =>
                pose.TopDownId(new() { Centroid = c, CenteredInstance = o, ClassVectors = configs[1].ClassVectors!, Classes = configs[1].Classes, Device = Device }).Fit(labels),
            var (types, _) => throw new ArgumentException($"--config gave {string.Join(" and ", types)}. A model is one configuration; or one of a centroid model and then one of a centered_instance or multi_class_topdown model."),
        };
    }

    // What is said on the command line goes before what the file says.
    private TrainerOptions Overridden(TrainerOptions training)
    {
        T Said<T>(Option<T> option, T other) => parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option)! : other;
        return training with
        {
            Epochs = Said(words.Epochs, training.Epochs),
            StepsPerEpoch = Said(words.StepsPerEpoch, training.StepsPerEpoch),
            BatchSize = Said(words.BatchSize, training.BatchSize),
            LearningRate = Said(words.LearningRate, training.LearningRate),
            ValidationFraction = Said(words.ValidationFraction, training.ValidationFraction),
            Seed = Said(words.Seed, training.Seed ?? 0),
            Device = Device,
            Progress = progress,
            CancellationToken = cancellation,
        };
    }

    private string Device => parsed.GetRequiredValue(words.Device);

    private CentroidOptions Centroid(Option<float> scale) =>
        Common(new CentroidOptions { AnchorPart = parsed.GetValue(words.AnchorPart), MaxInstances = parsed.GetValue(words.MaxInstances) }, scale);

    private CenteredInstanceOptions Centered() =>
        Common(new CenteredInstanceOptions { AnchorPart = parsed.GetValue(words.AnchorPart), CropSize = parsed.GetValue(words.CropSize) }, words.Scale);

    private TOptions Common<TOptions>(TOptions options, Option<float> scale)
        where TOptions : PoseModelOptions => (TOptions)(options with
        {
            Backbone = new UNetOptions { Filters = parsed.GetValue(words.Filters), OutputStride = 2 },
            Scale = parsed.GetValue(scale),
            Sigma = parsed.GetValue(words.Sigma),
            Device = Device,
            Augmentation = options.Augmentation with { RotationMin = -parsed.GetValue(words.Rotation), RotationMax = parsed.GetValue(words.Rotation) },
            Training = new()
            {
                Epochs = parsed.GetValue(words.Epochs),
                StepsPerEpoch = parsed.GetValue(words.StepsPerEpoch),
                BatchSize = parsed.GetValue(words.BatchSize),
                LearningRate = parsed.GetValue(words.LearningRate),
                ValidationFraction = parsed.GetValue(words.ValidationFraction),
                Seed = Seed,
                Device = Device,
                Progress = progress,
                CancellationToken = cancellation,
            },
        });
}
