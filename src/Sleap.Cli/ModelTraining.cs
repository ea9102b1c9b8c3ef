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

    public PoseModelTransformer Fit(PoseCatalog pose, IDataView labels) => parsed.GetRequiredValue(words.Type) switch
    {
        "centroid" => pose.Centroid(Centroid(words.Scale)).Fit(labels),
        "centered-instance" => pose.CenteredInstance(Centered()).Fit(labels),
        "top-down" => pose.TopDown(new() { Centroid = Centroid(words.CentroidScale), CenteredInstance = Centered(), Device = Device }).Fit(labels),
        "top-down-id" => pose.TopDownId(new() { Centroid = Centroid(words.CentroidScale), CenteredInstance = Centered(), Device = Device }).Fit(labels),
        "bottom-up" => pose.BottomUp(Common(new BottomUpOptions { MaxInstances = parsed.GetValue(words.MaxInstances), PartAffinity = new() { Sigma = parsed.GetValue(words.PafSigma) } }, words.Scale)).Fit(labels),
        "bottom-up-id" => pose.BottomUpId(Common(new BottomUpIdOptions(), words.Scale)).Fit(labels),
        _ => pose.SingleInstance(Common(new SingleInstanceOptions(), words.Scale)).Fit(labels),
    };

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
