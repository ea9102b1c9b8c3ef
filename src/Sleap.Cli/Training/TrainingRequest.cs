using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary>What <c>sleap train</c> or <c>sleap config lint</c> was asked for, as options of the estimators.</summary>
/// <param name="command">The command-line options that there are.</param>
/// <param name="parsed">Those that were given.</param>
/// <param name="run">The folder that keeps the run; null to keep none.</param>
/// <param name="progress">Receives the progress of the training; null for none.</param>
/// <param name="cancellation">Ends the training after the current step.</param>
internal sealed class TrainingRequest(
    TrainingCommandOptions command,
    ParseResult parsed,
    RunLocation? run,
    IProgress<TrainingProgress>? progress,
    CancellationToken cancellation
)
{
    private SleapConfig[]? _configs;
    private bool? _userCentroids;

    public static IReadOnlyList<string> Types { get; } = [.. ModelTypes.Defaults.Keys];

    public int Seed => parsed.GetValue(command.Seed);

    public PoseModelTransformer Fit(PoseCatalog pose, IDataView labels) =>
        Estimator(pose, labels).Fit(labels, Validation(pose));

    public IReadOnlyList<LintFinding> Lint(PoseCatalog pose, IDataView labels) =>
        Estimator(pose, labels).Lint(labels, Validation(pose));

    public IDataView Load(PoseCatalog pose, string labels) => Load(pose, [labels]);

    private IDataView Load(PoseCatalog pose, IReadOnlyList<string> labels) => pose.LoadLabels(labels, Options(labels));

    private LabelsOptions Options(IReadOnlyList<string> labels)
    {
        var options = VerbOutput.LabelsOf(
            parsed.GetValue(command.UsePredictions) || Configs.Any(config => config.UsesPredictions)
        ) with
        {
            Reading = parsed.Reading(),
        };
        // Decided by the training labels, for the validation too.
        _userCentroids ??= UsesUserCentroids(labels, options.Reading);
        return _userCentroids.Value ? options with { Instances = InstanceChoice.UserCentroids } : options;
    }

    private bool UsesUserCentroids(IReadOnlyList<string> labels, LabelsReadOptions reading)
    {
        if (Configs is not [{ Type: ModelType.Centroid } config])
        {
            return Configs.Any(one => one.UserCentroids == true)
                ? throw new ArgumentException(
                    "centroid_source is user: the centroids of a person have no nodes for a second network. Train the "
                        + "centroid network alone, with one --config."
                )
                : false;
        }

        return config.UserCentroids
            ?? labels.SelectMany(path => LabelFormats.LoadMany([path], reading)).Any(SlpCentroids.IsIn);
    }

    private IDataView? Validation(PoseCatalog pose)
    {
        if (parsed.GetValue(command.Validation) is { } file)
            return Load(pose, file);
        if (parsed.GetResult(command.ValidationFraction) is { Implicit: false })
            return null;
        return
            Configs.Select(config => config.ValidationLabels).FirstOrDefault(files => files.Count > 0) is { } files
            && !Configs[0].Options.Training.ValidateOnTrainingFrames
            ? Load(pose, [.. files.Select(Mapped)])
            : null;
    }

    // Read when they are first needed: what is wrong with them is told once.
    private SleapConfig[] Configs => _configs ??= ReadConfigs();

    private IPoseEstimator<PoseModelTransformer> Estimator(PoseCatalog pose, IDataView labels)
    {
        if (parsed.GetValue(command.Auto))
            return Proposed(ProposedOptions.Of(pose, labels, parsed.GetValue(command.Type))).Estimator(pose);
        if (parsed.GetValue(command.Config) is { Length: > 0 } configs)
            return Configured(pose, configs);
        return parsed.GetValue(command.Type) is null ? Started(pose) : Typed(pose);
    }

    // The network of the model that training starts from; how it is trained is not kept in a model.
    private IPoseEstimator<PoseModelTransformer> Started(PoseCatalog pose)
    {
        var options = StartSource.OptionsOf(pose.Context, Starts);
        return (
            options.WithNetworks([
                .. options.Networks.Select(network =>
                    WithOverrides(network with { Training = new(), Augmentation = new() })
                ),
            ]) with
            {
                Device = Device,
            }
        ).CreateEstimator(pose);
    }

    private AutoOptions Proposed(AutoOptions proposal)
    {
        foreach (var reason in proposal.Reasons)
            Terminal.Say(reason.ToString());
        return proposal.With(WithOverrides);
    }

    // Options of the command line that were given replace those of a proposal or of a model.
    private NetworkOptions WithOverrides(NetworkOptions options)
    {
        var angle = Given(command.Rotation, options.Augmentation.RotationMax);
        return options with
        {
            Device = Device,
            Training = Override(options.Training, options),
            Augmentation =
                angle == options.Augmentation.RotationMax
                    ? options.Augmentation
                    : options.Augmentation with
                    {
                        RotationMin = -angle,
                        RotationMax = angle,
                    },
        };
    }

    private IPoseEstimator<PoseModelTransformer> Typed(PoseCatalog pose)
    {
        var options = ModelTypes.Defaults[parsed.GetRequiredValue(command.Type)];
        var networks = options.Networks;
        return (
            options.WithNetworks([
                .. networks.Select(network =>
                    WithCommandLine(
                        network,
                        network is CentroidOptions && networks.Count > 1 ? command.CentroidScale : command.Scale
                    )
                ),
            ]) with
            {
                Device = Device,
            }
        ).CreateEstimator(pose);
    }

    private IPoseEstimator<PoseModelTransformer> Configured(PoseCatalog pose, string[] files)
    {
        var configs = Configs;
        foreach (var (file, config) in files.Zip(configs))
        {
            foreach (var remark in config.Remarks)
                Terminal.Say($"{file}: {remark}.");
        }

        var options = ModelTypes.Join([
            .. configs.Select(config =>
                config.Options with
                {
                    Device = Device,
                    Training = Override(config.Options.Training, config.Options),
                }
            ),
        ]);
        if (options is null)
        {
            throw new ArgumentException(
                $"--config gave {string.Join(" and ", configs.Select(config => config.Type))}. A model is one "
                    + "configuration; or one of a centroid model and then one of a centered_instance or "
                    + "multi_class_topdown model."
            );
        }

        return (options.WithClasses(configs[^1].Classes) with { Device = Device }).CreateEstimator(pose);
    }

    private SleapConfig[] ReadConfigs()
    {
        ConfigOverride[] overrides = [.. (parsed.GetValue(command.Overrides) ?? []).Select(ConfigOverride.Parse)];
        return
        [
            .. (parsed.GetValue(command.Config) ?? []).Select(file =>
                SleapConfig.Read(file, trained: false, overrides)
            ),
        ];
    }

    // An option of the command line replaces the one of the configuration.
    private TrainerOptions Override(TrainerOptions training, NetworkOptions network)
    {
        if (parsed.GetResult(command.Tile) is { Implicit: false })
            training = Tiles is null ? training.OnWholeFrames() : training with { Tiles = Tiles };
        return WithRun(
            network,
            training with
            {
                Epochs = Given(command.Epochs, training.Epochs),
                StepsPerEpoch = Given(command.StepsPerEpoch, training.StepsPerEpoch),
                BatchSize = Given(command.BatchSize, training.BatchSize),
                LearningRate = Given(command.LearningRate, training.LearningRate),
                ValidationFraction = Given(command.ValidationFraction, training.ValidationFraction),
                Seed = Given(command.Seed, training.Seed ?? 0),
            }
        );
    }

    private TrainingTileOptions? Tiles =>
        parsed.GetValue(command.Tile) is not (null or 0) and var side ? new() { Size = side } : null;

    private T Given<T>(Option<T> option, T other) =>
        parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option)! : other;

    // What belongs to this run, not to how a network learns.
    private TrainerOptions WithRun(NetworkOptions network, TrainerOptions training) =>
        training with
        {
            Start = StartOf(network, training.Start),
            ValidationVideos = parsed.GetValue(command.ValidationVideo) is { Length: > 0 } videos ? videos : null,
            CacheMegabytes = parsed.GetValue(command.CacheMegabytes),
            Precision = Enum.Parse<Precision>(parsed.GetRequiredValue(command.Precision), ignoreCase: true),
            Device = Device,
            AugmentedImage = run is not null && parsed.GetValue(command.ShowAugmented),
            TensorBoard = run is not null && parsed.GetValue(command.TensorBoard),
            RunFolder = run?.Folder,
            Resume = run?.Resume ?? false,
            Progress = progress,
            CancellationToken = cancellation,
        };

    private StartOptions? StartOf(NetworkOptions network, StartOptions? configured)
    {
        var start = configured is null
            ? null
            : configured with
            {
                Backbone = configured.Backbone is { } backbone ? Mapped(backbone) : null,
                Heads = configured.Heads is { } heads ? Mapped(heads) : null,
            };
        if (Starts is not [])
        {
            var path = Starts[network is CentroidOptions ? 0 : ^1];
            start = parsed.GetValue(command.StartOnly) switch
            {
                null => new(path),
                TrainingCommandOptions.BackboneWord => new() { Backbone = path },
                _ => new() { Heads = path },
            };
        }
        var (freeze, rate) = (parsed.GetValue(command.Freeze), parsed.GetValue(command.BackboneRate));
        if (freeze is null && rate is null)
            return start;
        var isWhole = freeze == TrainingCommandOptions.BackboneWord;
        return (start ?? new()) with
        {
            FrozenBlocks = freeze is null || isWhole ? 0 : int.Parse(freeze, CultureInfo.InvariantCulture),
            BackboneRate = isWhole ? 0 : rate ?? 1,
        };
    }

    // A path that a configuration names.
    private string Mapped(string path) => parsed.Reading().PrefixMap.Map(path);

    private string[] Starts => parsed.GetValue(command.Start) ?? [];

    private string Device => parsed.GetRequiredValue(command.Device);

    private NetworkOptions WithCommandLine(NetworkOptions network, Option<float> scale)
    {
        var own = network switch
        {
            CentroidOptions centroid => centroid with
            {
                AnchorPart = parsed.GetValue(command.AnchorPart),
                MaxInstances = parsed.GetValue(command.MaxInstances),
            },
            CenteredInstanceOptions centered => centered with
            {
                AnchorPart = parsed.GetValue(command.AnchorPart),
                CropSize = parsed.GetValue(command.CropSize),
            },
            BottomUpOptions bottomUp => bottomUp with
            {
                MaxInstances = parsed.GetValue(command.MaxInstances),
                PartAffinity = bottomUp.PartAffinity with { Sigma = parsed.GetValue(command.PafSigma) },
            },
            _ => network,
        };
        return own with
        {
            Backbone = new UNetOptions { Filters = parsed.GetValue(command.Filters), OutputStride = 2 },
            Scale = parsed.GetValue(scale),
            Sigma = parsed.GetValue(command.Sigma),
            Device = Device,
            Augmentation = network.Augmentation with
            {
                RotationMin = -parsed.GetValue(command.Rotation),
                RotationMax = parsed.GetValue(command.Rotation),
            },
            Training = WithRun(
                network,
                new()
                {
                    Epochs = parsed.GetValue(command.Epochs),
                    StepsPerEpoch = parsed.GetValue(command.StepsPerEpoch),
                    BatchSize = parsed.GetValue(command.BatchSize),
                    Tiles = Tiles,
                    LearningRate = parsed.GetValue(command.LearningRate),
                    ValidationFraction = parsed.GetValue(command.ValidationFraction),
                    Seed = Seed,
                }
            ),
        };
    }
}

/// <summary>The folder that keeps a training run.</summary>
/// <param name="Folder">Its path.</param>
/// <param name="Resume">Whether a run that is there is continued.</param>
internal sealed record RunLocation(string Folder, bool Resume);
