using System.CommandLine;
using System.CommandLine.Parsing;
using Sleap.MLNet;

namespace Sleap.Cli;

/// <summary>The command-line options of <c>sleap train</c> that say what is trained and how.</summary>
internal sealed class TrainingCommandOptions
{
    /// <summary>Word of --freeze and --start-only for the whole backbone.</summary>
    public const string BackboneWord = "backbone";

    private static readonly SingleInstanceOptions Defaults = new();

    public Option<string> Type { get; } =
        new("--type") { Description = $"Model type: {string.Join(", ", TrainingRequest.Types)}." };

    public Option<string[]> Config { get; } =
        new("--config")
        {
            Description =
                "A training_config.yaml of sleap-nn in place of the type and the options of the network: it is trained "
                + "as sleap-nn would. Twice for the two stages of top-down.",
        };

    public Option<bool> Auto { get; } =
        new("--auto")
        {
            Description =
                "In place of the options of the network, and unless --type says it of the type: those that the labels "
                + "suggest, see 'sleap config auto'.",
        };

    public Option<string[]> Start { get; } =
        new("--start")
        {
            Description =
                "A model to go on from: a model.zip, a model folder of SLEAP, or a checkpoint of sleap-nn; twice for "
                + "the folders of two stages. Without --type, --auto and --config the network is that of the model.",
            Arity = new ArgumentArity(1, 2),
        };

    public Option<string?> StartOnly { get; } =
        new("--start-only") { Description = "Take these weights of the model alone: backbone or heads." };

    public Option<string?> Freeze { get; } =
        new("--freeze")
        {
            Description =
                "What keeps its weights: backbone, or the number of the first blocks (ConvNeXt, Swin: stages) of the "
                + "encoder.",
        };

    public Option<double?> BackboneRate { get; } =
        new("--backbone-rate")
        {
            Description = "Factor of the learning rate of the backbone, 0 to 1; the default is 1.",
        };

    public Option<int> Epochs { get; } =
        new("--epochs") { Description = "Epochs at most.", DefaultValueFactory = _ => Defaults.Training.Epochs };

    public Option<int?> StepsPerEpoch { get; } =
        new("--steps-per-epoch") { Description = "Steps in an epoch; else each frame once." };

    public Option<int> BatchSize { get; } =
        new("--batch-size")
        {
            Description = "Frames (or crops, or with --tile tiles) in a step.",
            DefaultValueFactory = _ => Defaults.Training.BatchSize,
        };

    public Option<int?> Tile { get; } =
        new("--tile")
        {
            Description =
                "Networks of whole frames: train on square parts of them with this side in pixels of the network input, "
                + "--batch-size of them in a step; 0: on whole frames, where --auto or --config have tiles.",
        };

    public Option<double?> LearningRate { get; } =
        new("--learning-rate") { Description = "The highest learning rate; else one that suits the network." };

    public Option<float> Scale { get; } =
        new("--scale")
        {
            Description = "Size of the network input against the frame (or the crop).",
            DefaultValueFactory = _ => Defaults.Scale,
        };

    public Option<float> CentroidScale { get; } =
        new("--centroid-scale")
        {
            Description = "The same for the first stage of top-down.",
            DefaultValueFactory = _ => 0.5f,
        };

    public Option<float> Sigma { get; } =
        new("--sigma")
        {
            Description = "Spread of the confidence maps, in cells.",
            DefaultValueFactory = _ => Defaults.Sigma,
        };

    public Option<float> PafSigma { get; } =
        new("--paf-sigma")
        {
            Description = "Reach of bottom-up's part affinity fields, in pixels of the network input.",
            DefaultValueFactory = _ => new PartAffinityOptions().Sigma,
        };

    public Option<int> Filters { get; } =
        new("--filters")
        {
            Description = "Filters of the UNet's first block.",
            DefaultValueFactory = _ => ((UNetOptions)Defaults.Backbone).Filters,
        };

    public Option<string?> AnchorPart { get; } =
        new("--anchor-part")
        {
            Description =
                "Top-down: the node used as the center of an instance; default the mean of its visible nodes.",
        };

    public Option<int?> CropSize { get; } =
        new("--crop-size")
        {
            Description = "Top-down: side of the crops in pixels; default as the largest instance needs.",
        };

    public Option<int?> MaxInstances { get; } = new("--max-instances") { Description = "Animals in a frame at most." };

    public Option<bool> UsePredictions { get; } = VerbOutput.UsePredictions();

    public Option<float> Rotation { get; } =
        new("--rotation")
        {
            Description = "Largest angle of augmentation in degrees; 180 for animals filmed from above.",
            DefaultValueFactory = _ => Defaults.Augmentation.RotationMax,
        };

    public Option<double> ValidationFraction { get; } =
        new("--validation-fraction")
        {
            Description = "Share of the frames that chooses the best weights.",
            DefaultValueFactory = _ => Defaults.Training.ValidationFraction,
        };

    public Option<string?> Validation { get; } =
        new("--validation")
        {
            Description = "Labels of their own that choose the best weights, in place of a share of the frames.",
        };

    public Option<string[]> ValidationVideo { get; } =
        new("--validation-video")
        {
            Description =
                "A video of the labels, by path or file name, whose frames choose the best weights; several times for "
                + "several.",
        };

    public Option<int?> CacheMegabytes { get; } =
        new("--cache-mb")
        {
            Description = "Memory for decoded frames; the rest goes into a file. Else half of what there is.",
        };

    public Option<bool> ShowAugmented { get; } =
        new("--show-augmented")
        {
            Description =
                "Write an image of 16 samples as the network sees them, augmented.png, in the folder of each "
                + "network.",
        };

    public Option<bool> TensorBoard { get; } =
        new("--tensorboard")
        {
            Description = "Write event files to the folder of each network: tensorboard --logdir FOLDER shows them.",
        };

    public Option<int> Seed { get; } =
        new("--seed") { Description = "Seed of everything random.", DefaultValueFactory = _ => 0 };

    public Option<string> Precision { get; } =
        new("--precision")
        {
            Description =
                "auto, single or bfloat16: the numbers that the network is trained in. auto is bfloat16 where the "
                + "machine computes it fast and rightly.",
            DefaultValueFactory = _ => "auto",
        };

    public Option<string> Device { get; } =
        new("--device") { Description = "auto, cpu, cuda or cuda:N.", DefaultValueFactory = _ => "auto" };

    public Argument<string[]> Overrides { get; } =
        new("overrides")
        {
            Description =
                "Values in place of those in --config: trainer_config.optimizer.lr=1e-4. 'sleap config explain' tells "
                + "of the keys.",
            Arity = ArgumentArity.ZeroOrMore,
        };

    public void AddTo(Command verb)
    {
        verb.Add(Overrides);
        verb.Validators.Add(CheckOverrides);
        Type.AcceptOnlyFromAmong([.. TrainingRequest.Types]);
        Precision.AcceptOnlyFromAmong("auto", "single", "bfloat16");
        StartOnly.AcceptOnlyFromAmong(BackboneWord, "heads");
        verb.Validators.Add(parsed =>
        {
            // As it was typed: its value cannot be read when it is none of the types, which is told by itself.
            var (type, isAuto) = (WordOf(parsed, Type), parsed.GetValue(Auto));
            var (isTyped, isConfigured) = (type is not null || isAuto, parsed.GetResult(Config) is not null);
            if (isTyped ? isConfigured : !isConfigured && parsed.GetResult(Start) is null)
            {
                parsed.AddError("Say --type, --auto or both, or --config, or --start for the network of a model.");
            }
            else if (
                isAuto
                && type is not null
                && TrainingRequest.Types.Contains(type)
                && !ProposedOptions.Types.Contains(type)
            )
            {
                parsed.AddError(
                    $"--auto proposes nothing for --type {type}; it does for "
                        + $"{string.Join(", ", ProposedOptions.Types)}."
                );
            }
        });
        verb.Validators.Add(parsed =>
        {
            var freeze = WordOf(parsed, Freeze);
            if (parsed.GetResult(StartOnly) is not null && parsed.GetResult(Start) is null)
            {
                parsed.AddError("--start-only is of --start, which says the model.");
            }
            else if (freeze is not (null or BackboneWord) && !(int.TryParse(freeze, out var blocks) && blocks >= 1))
            {
                parsed.AddError($"--freeze is '{freeze}', expected {BackboneWord} or a number of blocks, at least 1.");
            }
            else if (freeze == BackboneWord && parsed.GetResult(BackboneRate) is not null)
            {
                parsed.AddError("--freeze backbone leaves no use for --backbone-rate.");
            }
        });
        foreach (
            var option in (Option[])
                [
                    Type,
                    Config,
                    Auto,
                    Start,
                    StartOnly,
                    Freeze,
                    BackboneRate,
                    Epochs,
                    StepsPerEpoch,
                    BatchSize,
                    Tile,
                    LearningRate,
                    Scale,
                    CentroidScale,
                    Sigma,
                    PafSigma,
                    Filters,
                    AnchorPart,
                    CropSize,
                    MaxInstances,
                    Rotation,
                    ValidationFraction,
                    Validation,
                    PrefixMap.Option,
                    ValidationVideo,
                    UsePredictions,
                    CacheMegabytes,
                    ShowAugmented,
                    TensorBoard,
                    Seed,
                    Precision,
                    Device,
                ]
        )
        {
            verb.Add(option);
        }
    }

    private void CheckOverrides(CommandResult parsed)
    {
        var overrides = parsed.GetResult(Overrides)?.Tokens.Select(token => token.Value).ToList() ?? [];
        if (overrides.Count > 0 && parsed.GetResult(Config) is null)
        {
            parsed.AddError($"'{overrides[0]}' replaces a value of a configuration, but there is no --config.");
            return;
        }

        foreach (var text in overrides)
        {
            try
            {
                ConfigOverride.Parse(text);
            }
            catch (UnknownKeyException fault)
            {
                parsed.AddError(fault.Message + ConfigVerb.DidYouMean(fault.Key));
            }
            catch (FormatException fault)
            {
                parsed.AddError(fault.Message);
            }
        }
    }

    private static string? WordOf(CommandResult parsed, Option option) =>
        parsed.GetResult(option)?.Tokens.FirstOrDefault()?.Value;
}
