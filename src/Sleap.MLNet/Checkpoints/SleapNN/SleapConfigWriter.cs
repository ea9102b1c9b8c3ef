using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Sleap.MLNet;

/// <summary>Writes a network's options as a configuration that sleap-nn and <see cref="SleapConfig"/> read.</summary>
internal static class SleapConfigWriter
{
    private const string Custom = "custom";

    public static string Write(NetworkOptions options, PoseSubject subject, (int Height, int Width) frame)
    {
        var root = Section(
            ("data_config", Data(options, subject, frame)),
            (
                "model_config",
                Section(
                    ("init_weights", "default"),
                    ("backbone_config", Backbone(options.Backbone)),
                    (
                        "head_configs",
                        Section([
                            .. ModelTypes.Networks.Select(network =>
                                (
                                    network.SleapNN,
                                    (object?)(network.SleapNN == options.NetworkName ? Head(options, subject) : null)
                                )
                            ),
                        ])
                    )
                )
            ),
            ("trainer_config", Trainer(options.Training))
        );
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        new YamlStream(new YamlDocument(root)).Save(writer, assignAnchors: false);
        var text = writer.ToString();
        // Removes the end-of-document marker, which some readers do not accept.
        return text[..text.LastIndexOf("...", StringComparison.Ordinal)];
    }

    private static YamlMappingNode Data(NetworkOptions options, PoseSubject subject, (int Height, int Width) frame)
    {
        var (nodes, any) = (subject.Skeleton.Nodes, frame == PoseModelTransformer.AnySize);
        YamlMappingNode Named(int node) => Section(("name", nodes[node]));
        return Section(
            ("provider", "LabelsReader"),
            ("validation_fraction", options.Training.ValidationFraction),
            ("negative_loss_weight", options.Training.NegativeWeight),
            (
                "preprocessing",
                Section(
                    ("ensure_rgb", options.FrameChannels == 3),
                    ("ensure_grayscale", options.FrameChannels == 1),
                    ("max_height", any ? null : frame.Height),
                    ("max_width", any ? null : frame.Width),
                    ("scale", options.Scale),
                    ("crop_size", (options as CenteredInstanceOptions)?.CropSize)
                )
            ),
            ("use_augmentations_train", true),
            ("augmentation_config", Augmentation(options.Augmentation)),
            (
                "skeletons",
                new YamlSequenceNode(
                    Section(
                        ("nodes", new YamlSequenceNode(nodes.Select((_, node) => Named(node)))),
                        (
                            "edges",
                            new YamlSequenceNode(
                                subject.Skeleton.Edges.Select(edge =>
                                    Section(("source", Named(edge.Source)), ("destination", Named(edge.Destination)))
                                )
                            )
                        ),
                        (
                            "symmetries",
                            new YamlSequenceNode(
                                subject.Skeleton.Symmetries.Select(pair => new YamlSequenceNode(
                                    Named(pair.First),
                                    Named(pair.Second)
                                ))
                            )
                        ),
                        ("name", Scalar(subject.Skeleton.Name))
                    )
                )
            )
        );
    }

    private static YamlMappingNode Augmentation(AugmentationOptions a) =>
        Section(
            (
                "intensity",
                Section(
                    ("gaussian_noise_mean", 0),
                    ("gaussian_noise_std", a.NoiseStandardDeviation),
                    ("gaussian_noise_p", a.NoiseStandardDeviation > 0 ? 1 : 0),
                    ("uniform_noise_min", a.UniformNoiseMin),
                    ("uniform_noise_max", a.UniformNoiseMax),
                    ("uniform_noise_p", a.UniformNoiseMax > 0 ? 1 : 0),
                    ("contrast_min", a.ContrastMin),
                    ("contrast_max", a.ContrastMax),
                    ("contrast_p", a.ContrastMin != 1 || a.ContrastMax != 1 ? 1 : 0),
                    ("brightness_min", a.BrightnessMin),
                    ("brightness_max", a.BrightnessMax),
                    ("brightness_p", a.BrightnessMin != 1 || a.BrightnessMax != 1 ? 1 : 0)
                )
            ),
            (
                "geometric",
                Section(
                    ("rotation_min", a.RotationMin),
                    ("rotation_max", a.RotationMax),
                    ("rotation_p", a.RotationMin != 0 || a.RotationMax != 0 ? a.RotationProbability : 0),
                    ("scale_min", a.ScaleMin),
                    ("scale_max", a.ScaleMax),
                    ("scale_p", a.ScaleMin != 1 || a.ScaleMax != 1 ? 1 : 0),
                    ("translate_width", a.TranslateWidth),
                    ("translate_height", a.TranslateHeight),
                    ("translate_p", a.TranslateWidth > 0 || a.TranslateHeight > 0 ? 1 : 0),
                    ("flip_p", a.FlipProbability),
                    ("affine_p", 0),
                    ("erase_p", a.EraseProbability),
                    ("erase_scale_min", a.EraseScaleMin),
                    ("erase_scale_max", a.EraseScaleMax),
                    ("erase_ratio_min", a.EraseRatioMin),
                    ("erase_ratio_max", a.EraseRatioMax),
                    ("mixup_p", a.MixupProbability),
                    ("mixup_lambda_min", a.MixupLambdaMin),
                    ("mixup_lambda_max", a.MixupLambdaMax)
                )
            )
        );

    private static YamlMappingNode Backbone(BackboneOptions options)
    {
        if (options is CustomBackboneOptions own)
        {
            throw new ArgumentException(
                $"sleap-nn has no backbone "
                    + $"'{own.Name}': a model with a network of your own is saved with mlContext.Model.Save."
            );
        }

        YamlMappingNode? Kind(bool which, params (string, object?)[] own) =>
            which
                ? Section([
                    .. own,
                    ("in_channels", options.InChannels),
                    ("kernel_size", options.KernelSize),
                    ("filters_rate", options.FiltersRate),
                    ("max_stride", options.MaxStride),
                    ("convs_per_block", options.ConvsPerBlock),
                    ("up_interpolate", options.UpInterpolate),
                    ("output_stride", options.OutputStride),
                ])
                : null;
        var (u, c, s) = (options as UNetOptions, options as ConvNeXtOptions, options as SwinTOptions);
        return Section(
            (
                "unet",
                Kind(
                    u is not null,
                    ("filters", u?.Filters),
                    ("stem_stride", u?.StemStride),
                    ("middle_block", u?.MiddleBlock),
                    ("stacks", u?.Stacks)
                )
            ),
            (
                "convnext",
                Kind(
                    c is not null,
                    ("model_type", NameOf(c?.Architecture)),
                    (
                        "arch",
                        NameOf(c?.Architecture) != Custom
                            ? null
                            : Section(
                                ("depths", Wholes(c!.Architecture.Depths)),
                                ("channels", Wholes(c.Architecture.Channels))
                            )
                    ),
                    ("stem_patch_kernel", c?.StemPatchKernel),
                    ("stem_patch_stride", c?.StemPatchStride)
                )
            ),
            (
                "swint",
                Kind(
                    s is not null,
                    ("model_type", NameOf(s?.Architecture)),
                    (
                        "arch",
                        NameOf(s?.Architecture) != Custom
                            ? null
                            : Section(
                                ("embed", s!.Architecture.EmbeddingDimensions),
                                ("depths", Wholes(s.Architecture.Depths)),
                                ("num_heads", Wholes(s.Architecture.Heads))
                            )
                    ),
                    ("patch_size", s?.PatchSize),
                    ("stem_patch_stride", s?.StemPatchStride),
                    ("window_size", s?.WindowSize)
                )
            )
        );
    }

    private static YamlMappingNode Head(NetworkOptions options, PoseSubject subject)
    {
        var own = options.SleapHead(subject);
        List<(string, object?)> maps = [("sigma", options.Sigma), ("output_stride", options.HeadStride)];
        if (options is CentroidOptions centroid)
            maps.AddRange([("anchor_part", Text(centroid.AnchorPart)), ("use_sigmoid_activation", centroid.Sigmoid)]);
        else
            maps.Add(("part_names", subject.Skeleton.Nodes));
        if (options is CenteredInstanceOptions centered)
            maps.Add(("anchor_part", Text(centered.AnchorPart)));
        if (own is not null)
            maps.Add(("loss_weight", 1));
        List<(string, object?)> heads = [("confmaps", Section([.. maps]))];
        if (own is { } head)
            heads.Add((head.Name, Section(head.Values)));
        return Section([.. heads]);
    }

    private static YamlMappingNode Trainer(TrainerOptions options) =>
        Section(
            ("train_data_loader", Section(("batch_size", options.BatchSize), ("shuffle", true), ("num_workers", 0))),
            ("val_data_loader", Section(("batch_size", options.BatchSize), ("shuffle", false), ("num_workers", 0))),
            ("max_epochs", options.Epochs),
            ("train_steps_per_epoch", options.StepsPerEpoch),
            ("seed", options.Seed),
            ("optimizer_name", options.Optimizer == Optimizer.AdamW ? "AdamW" : "Adam"),
            ("optimizer", Section(("lr", options.LearningRate), ("amsgrad", false))),
            (
                "lr_scheduler",
                Section(
                    ("cosine_annealing_warmup", Cosine(options)),
                    (
                        "step_lr",
                        options.Schedule is LearningRateSchedule.Step step
                            ? Section(("step_size", step.Epochs), ("gamma", step.Factor))
                            : null
                    ),
                    (
                        "reduce_lr_on_plateau",
                        options.Schedule is LearningRateSchedule.ReduceOnPlateau p
                            ? Section(
                                ("threshold", p.Threshold),
                                ("threshold_mode", "abs"),
                                ("cooldown", p.Cooldown),
                                ("patience", p.Patience),
                                ("factor", p.Factor),
                                ("min_lr", p.Lowest)
                            )
                            : null
                    )
                )
            ),
            (
                "online_hard_keypoint_mining",
                options.HardKeypointMining is { } mining
                    ? Section(
                        ("online_mining", true),
                        ("hard_to_easy_ratio", mining.HardToEasyRatio),
                        ("min_hard_keypoints", mining.MinHardKeypoints),
                        ("max_hard_keypoints", mining.MaxHardKeypoints),
                        ("loss_scale", mining.LossScale)
                    )
                    : Section(("online_mining", false))
            ),
            (
                "early_stopping",
                Section(
                    ("patience", options.EarlyStoppingPatience ?? 10),
                    ("stop_training_on_plateau", options.EarlyStoppingPatience is not null)
                )
            )
        );

    // sleap-nn counts the warm-up in epochs; for a cycle, a warm-up followed by half a cosine is the nearest
    // equivalent.
    private static YamlMappingNode? Cosine(TrainerOptions options) =>
        options.Schedule switch
        {
            LearningRateSchedule.Cosine c => Section(
                (
                    "warmup_epochs",
                    c.WarmupSteps == 0
                        ? 0
                        : Math.Max(1, (int)Math.Round(c.WarmupSteps / (double)(options.StepsPerEpoch ?? c.WarmupSteps)))
                ),
                ("max_epochs", null),
                ("warmup_start_lr", 0),
                ("eta_min", c.FinalFraction * options.LearningRate)
            ),
            LearningRateSchedule.OneCycle c => Section(
                ("warmup_epochs", (int)Math.Round(c.RiseFraction * options.Epochs)),
                ("max_epochs", null),
                ("warmup_start_lr", options.LearningRate / 25),
                ("eta_min", 0)
            ),
            _ => null,
        };

    // sleap-nn uses tiny if there is no name, and reads arch only if it does not know the name.
    private static string? NameOf(ConvNeXtArchitecture? architecture)
    {
        (string, ConvNeXtArchitecture)[] known =
        [
            ("tiny", ConvNeXtArchitecture.Tiny),
            ("small", ConvNeXtArchitecture.Small),
            ("base", ConvNeXtArchitecture.Base),
            ("large", ConvNeXtArchitecture.Large),
        ];
        if (architecture is null)
            return null;
        return known
                .FirstOrDefault(one =>
                    one.Item2.Depths.SequenceEqual(architecture.Depths)
                    && one.Item2.Channels.SequenceEqual(architecture.Channels)
                )
                .Item1
            ?? Custom;
    }

    private static string? NameOf(SwinArchitecture? architecture)
    {
        (string, SwinArchitecture)[] known =
        [
            ("tiny", SwinArchitecture.Tiny),
            ("small", SwinArchitecture.Small),
            ("base", SwinArchitecture.Base),
        ];
        if (architecture is null)
            return null;
        return known
                .FirstOrDefault(one =>
                    one.Item2.EmbeddingDimensions == architecture.EmbeddingDimensions
                    && one.Item2.Depths.SequenceEqual(architecture.Depths)
                    && one.Item2.Heads.SequenceEqual(architecture.Heads)
                )
                .Item1
            ?? Custom;
    }

    private static YamlMappingNode Section(params (string Key, object? Value)[] entries) =>
        new(entries.Select(entry => KeyValuePair.Create((YamlNode)new YamlScalarNode(entry.Key), NodeOf(entry.Value))));

    private static YamlNode NodeOf(object? value) =>
        value switch
        {
            null => new YamlScalarNode("null"),
            YamlNode node => node,
            bool flag => new YamlScalarNode(flag ? "true" : "false"),
            IEnumerable<string> texts => new YamlSequenceNode(texts.Select(Scalar)),
            IEnumerable<string[]> rows => new YamlSequenceNode(rows.Select(row => NodeOf(row))),
            IFormattable number => new YamlScalarNode(number.ToString(null, CultureInfo.InvariantCulture)),
            _ => new YamlScalarNode(value.ToString()),
        };

    private static YamlSequenceNode Wholes(IEnumerable<int> values) =>
        new(values.Select(value => (YamlNode)value.ToString(CultureInfo.InvariantCulture)));

    // Quoted, so that a node named 'null', 'yes' or '1' remains a string.
    private static YamlScalarNode Scalar(string text) => new(text) { Style = YamlDotNet.Core.ScalarStyle.DoubleQuoted };

    private static YamlScalarNode? Text(string? text) => text is null ? null : Scalar(text);
}
