using System.CommandLine;
using Microsoft.ML;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary>What <c>sleap train</c> was asked for, as options of the estimators.</summary>
/// <param name="words">The words that there are.</param>
/// <param name="parsed">Those that were said.</param>
/// <param name="run">Where the training is kept; null: nowhere.</param>
/// <param name="progress">Who is told; null: nobody.</param>
/// <param name="cancellation">Ends it.</param>
internal sealed class ModelTraining(
    TrainingWords words,
    ParseResult parsed,
    RunWords? run,
    IProgress<TrainingProgress>? progress,
    CancellationToken cancellation
)
{
    public static IReadOnlyList<string> Types { get; } =
    ["single-instance", "centroid", "centered-instance", "top-down", "bottom-up", "top-down-id", "bottom-up-id"];

    public int Seed => parsed.GetValue(words.Seed);

    public PoseModelTransformer Fit(PoseCatalog pose, IDataView labels) =>
        Estimator(pose, labels).Fit(labels, Validation(pose));

    public IReadOnlyList<LintFinding> Lint(PoseCatalog pose, IDataView labels) =>
        Estimator(pose, labels).Lint(labels, Validation(pose));

    private IDataView? Validation(PoseCatalog pose) =>
        parsed.GetValue(words.Validation) is { } file ? pose.LoadLabels(file) : null;

    private IPoseEstimator<PoseModelTransformer> Estimator(PoseCatalog pose, IDataView labels)
    {
        if (parsed.GetValue(words.Auto))
            return Proposed(ProposedOptions.Of(pose, labels, parsed.GetValue(words.Type))).Estimator(pose);
        return parsed.GetValue(words.Config) is { Length: > 0 } configs ? Configured(pose, configs) : Typed(pose);
    }

    private AutoOptions Proposed(AutoOptions proposal)
    {
        foreach (var reason in proposal.Reasons)
            Console.Error.WriteLine($"sleap: {reason}");
        return proposal.With(options =>
            options with
            {
                Device = Device,
                Training = Overridden(options.Training),
                Augmentation =
                    Said(words.Rotation, options.Augmentation.RotationMax) is var angle
                    && angle != options.Augmentation.RotationMax
                        ? options.Augmentation with
                        {
                            RotationMin = -angle,
                            RotationMax = angle,
                        }
                        : options.Augmentation,
            }
        );
    }

    private IPoseEstimator<PoseModelTransformer> Typed(PoseCatalog pose) =>
        parsed.GetRequiredValue(words.Type) switch
        {
            "centroid" => pose.Centroid(Centroid(words.Scale)),
            "centered-instance" => pose.CenteredInstance(Centered()),
            "top-down" => pose.TopDown(
                new()
                {
                    Centroid = Centroid(words.CentroidScale),
                    CenteredInstance = Centered(),
                    Device = Device,
                }
            ),
            "top-down-id" => pose.TopDownId(
                new()
                {
                    Centroid = Centroid(words.CentroidScale),
                    CenteredInstance = Centered(),
                    Device = Device,
                }
            ),
            "bottom-up" => pose.BottomUp(
                Common(
                    new BottomUpOptions
                    {
                        MaxInstances = parsed.GetValue(words.MaxInstances),
                        PartAffinity = new() { Sigma = parsed.GetValue(words.PafSigma) },
                    },
                    words.Scale
                )
            ),
            "bottom-up-id" => pose.BottomUpId(Common(new BottomUpIdOptions(), words.Scale)),
            _ => pose.SingleInstance(Common(new SingleInstanceOptions(), words.Scale)),
        };

    private IPoseEstimator<PoseModelTransformer> Configured(PoseCatalog pose, string[] files)
    {
        SleapConfig[] configs = [.. files.Select(SleapConfig.Read)];
        foreach (var (file, config) in files.Zip(configs))
        {
            foreach (var remark in config.Remarks)
                Console.Error.WriteLine($"sleap: {file}: {remark}.");
        }

        PoseModelOptions[] options =
        [
            .. configs.Select(config =>
                config.Options with
                {
                    Device = Device,
                    Training = Overridden(config.Options.Training),
                }
            ),
        ];
        return (configs.Select(config => config.Type).ToArray(), options) switch
        {
            ([ModelType.SingleInstance], [SingleInstanceOptions o]) => pose.SingleInstance(o),
            ([ModelType.Centroid], [CentroidOptions o]) => pose.Centroid(o),
            ([ModelType.CenteredInstance], [CenteredInstanceOptions o]) => pose.CenteredInstance(o),
            ([ModelType.BottomUp], [BottomUpOptions o]) => pose.BottomUp(o),
            ([ModelType.BottomUpId], [BottomUpIdOptions o]) => pose.BottomUpId(o with { Classes = configs[0].Classes }),
            ([ModelType.Centroid, ModelType.CenteredInstance], [CentroidOptions c, CenteredInstanceOptions o]) =>
                pose.TopDown(
                    new()
                    {
                        Centroid = c,
                        CenteredInstance = o,
                        Device = Device,
                    }
                ),
            ([ModelType.Centroid, ModelType.TopDownId], [CentroidOptions c, CenteredInstanceOptions o]) =>
                pose.TopDownId(
                    new()
                    {
                        Centroid = c,
                        CenteredInstance = o,
                        ClassVectors = configs[1].ClassVectors!,
                        Classes = configs[1].Classes,
                        Device = Device,
                    }
                ),
            var (types, _) => throw new ArgumentException(
                $"--config gave {string.Join(" and ", types)}. A model is one configuration; or one of a centroid "
                    + "model and then one of a centered_instance or multi_class_topdown model."
            ),
        };
    }

    // What is said on the command line goes before what the file says.
    private TrainerOptions Overridden(TrainerOptions training) =>
        Kept(
            training with
            {
                Epochs = Said(words.Epochs, training.Epochs),
                StepsPerEpoch = Said(words.StepsPerEpoch, training.StepsPerEpoch),
                BatchSize = Said(words.BatchSize, training.BatchSize),
                LearningRate = Said(words.LearningRate, training.LearningRate),
                ValidationFraction = Said(words.ValidationFraction, training.ValidationFraction),
                Seed = Said(words.Seed, training.Seed ?? 0),
            }
        );

    private T Said<T>(Option<T> option, T other) =>
        parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option)! : other;

    // What is of this run, and not of how a network learns.
    private TrainerOptions Kept(TrainerOptions training) =>
        training with
        {
            ValidationVideos = parsed.GetValue(words.ValidationVideo) is { Length: > 0 } videos ? videos : null,
            CacheMegabytes = parsed.GetValue(words.CacheMegabytes),
            Precision = Enum.Parse<Precision>(parsed.GetRequiredValue(words.Precision), ignoreCase: true),
            Device = Device,
            AugmentedPicture = run is not null && parsed.GetValue(words.ShowAugmented),
            RunFolder = run?.Folder,
            Resume = run?.Resume ?? false,
            Progress = progress,
            CancellationToken = cancellation,
        };

    private string Device => parsed.GetRequiredValue(words.Device);

    private CentroidOptions Centroid(Option<float> scale) =>
        Common(
            new CentroidOptions
            {
                AnchorPart = parsed.GetValue(words.AnchorPart),
                MaxInstances = parsed.GetValue(words.MaxInstances),
            },
            scale
        );

    private CenteredInstanceOptions Centered() =>
        Common(
            new CenteredInstanceOptions
            {
                AnchorPart = parsed.GetValue(words.AnchorPart),
                CropSize = parsed.GetValue(words.CropSize),
            },
            words.Scale
        );

    private TOptions Common<TOptions>(TOptions options, Option<float> scale)
        where TOptions : PoseModelOptions =>
        (TOptions)(
            options with
            {
                Backbone = new UNetOptions { Filters = parsed.GetValue(words.Filters), OutputStride = 2 },
                Scale = parsed.GetValue(scale),
                Sigma = parsed.GetValue(words.Sigma),
                Device = Device,
                Augmentation = options.Augmentation with
                {
                    RotationMin = -parsed.GetValue(words.Rotation),
                    RotationMax = parsed.GetValue(words.Rotation),
                },
                Training = Kept(
                    new()
                    {
                        Epochs = parsed.GetValue(words.Epochs),
                        StepsPerEpoch = parsed.GetValue(words.StepsPerEpoch),
                        BatchSize = parsed.GetValue(words.BatchSize),
                        LearningRate = parsed.GetValue(words.LearningRate),
                        ValidationFraction = parsed.GetValue(words.ValidationFraction),
                        Seed = Seed,
                    }
                ),
            }
        );
}
