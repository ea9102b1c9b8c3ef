using System.Globalization;
using YamlDotNet.RepresentationModel;
using static Sleap.MLNet.ConfigNodes;

namespace Sleap.MLNet;

/// <summary>
/// Writes a network's options as a configuration that sleap-nn and <see cref="SleapConfig"/> read: with every key, since
/// sleap-nn fills in no defaults where it predicts.
/// </summary>
internal static class SleapConfigWriter
{
    public static string Write(NetworkOptions options, PoseSubject subject, (int Height, int Width) frame)
    {
        var root = Section(
            ("data_config", Data(options, subject, frame)),
            (
                "model_config",
                Section(
                    ("init_weights", options.Training.Initialization == Initialization.Xavier ? "xavier" : "default"),
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
            ("trainer_config", Trainer(options))
        );
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        new YamlStream(new YamlDocument(ConfigKeys.Completed(root))).Save(writer, assignAnchors: false);
        var text = writer.ToString();
        // Removes the end-of-document marker, which some readers do not accept.
        return text[..text.LastIndexOf("...", StringComparison.Ordinal)];
    }

    private static YamlMappingNode Data(NetworkOptions options, PoseSubject subject, (int Height, int Width) frame)
    {
        var (nodes, any) = (subject.Skeleton.Nodes, frame == PoseModelTransformer.AnySize);
        var boxes = (options as CenteredInstanceOptions)?.BoxCrops;
        YamlMappingNode Named(int node) => Section(("name", nodes[node]));
        return Section(
            ("validation_fraction", options.Training.ValidationFraction),
            ("use_same_data_for_val", options.Training.ValidateOnTrainingFrames),
            ("use_negative_frames", options.Training.UseNegativeFrames),
            ("negative_loss_weight", options.Training.NegativeWeight),
            (
                "split",
                options.Training.Folds is { } folds
                    ? Section(
                        ("split_by", folds.ByVideo ? "video" : "frame"),
                        ("n_folds", folds.Folds),
                        ("fold", folds.Fold),
                        ("seed", folds.Seed)
                    )
                    : null
            ),
            (
                "preprocessing",
                Section([
                    ("ensure_rgb", options.FrameChannels == 3),
                    ("ensure_grayscale", options.FrameChannels == 1),
                    ("max_height", any ? null : frame.Height),
                    ("max_width", any ? null : frame.Width),
                    ("scale", options.Scale),
                    .. options is CenteredInstanceOptions crops
                        ? ((string, object?)[])
                            [
                                ("crop_size", crops.CropSize),
                                ("min_crop_size", crops.MinCropSize),
                                ("crop_padding", crops.CropPadding),
                            ]
                        : [],
                    .. boxes is null
                        ? ((string, object?)[])[]
                        :
                        [
                            ("crop_mode", "bbox"),
                            ("crop_bbox_aspect", $"{boxes.Aspect}".ToLowerInvariant()),
                            ("crop_bbox_padding", boxes.Padding),
                            ("crop_bbox_min_size", boxes.MinSize),
                        ],
                ])
            ),
            ("bbox_source", boxes is null ? "auto" : "instances"),
            ("bbox_padding", boxes?.NodePadding ?? 0f),
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
                !a.ChangesIntensity
                    ? null
                    : Section(
                        ("gaussian_noise_mean", a.NoiseMean),
                        ("gaussian_noise_std", a.NoiseStandardDeviation),
                        ("gaussian_noise_p", a.NoiseStandardDeviation > 0 || a.NoiseMean != 0 ? a.NoiseProbability : 0),
                        ("uniform_noise_min", a.UniformNoiseMin),
                        ("uniform_noise_max", a.UniformNoiseMax),
                        ("uniform_noise_p", a.UniformNoiseMax > 0 ? a.UniformNoiseProbability : 0),
                        ("contrast_min", a.ContrastMin),
                        ("contrast_max", a.ContrastMax),
                        ("contrast_p", a.ContrastMin != 1 || a.ContrastMax != 1 ? a.ContrastProbability : 0),
                        ("brightness_min", a.BrightnessMin),
                        ("brightness_max", a.BrightnessMax),
                        ("brightness_p", a.BrightnessMin != 1 || a.BrightnessMax != 1 ? a.BrightnessProbability : 0)
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
                    ("scale_p", a.ScaleMin != 1 || a.ScaleMax != 1 ? a.ScaleProbability : 0),
                    ("translate_width", a.TranslateWidth),
                    ("translate_height", a.TranslateHeight),
                    ("translate_p", a.TranslateWidth > 0 || a.TranslateHeight > 0 ? a.TranslateProbability : null),
                    ("flip_p", a.FlipProbability),
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
                    ("model_type", BackboneConfig.NameOf(c?.Architecture)),
                    (
                        "arch",
                        BackboneConfig.NameOf(c?.Architecture) != BackboneConfig.Custom
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
                    ("model_type", BackboneConfig.NameOf(s?.Architecture)),
                    (
                        "arch",
                        BackboneConfig.NameOf(s?.Architecture) != BackboneConfig.Custom
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
        {
            maps.AddRange(Centers(centroid.AnchorPart, centroid.CentroidMethod));
            maps.Add(("use_sigmoid_activation", centroid.Sigmoid));
            if (centroid.FocalLoss is { } focal)
            {
                maps.AddRange([
                    ("focal_loss_alpha", focal.Alpha),
                    ("focal_loss_beta", focal.Beta),
                    ("focal_loss_pos_threshold", focal.PositiveThreshold),
                ]);
            }
        }
        else
        {
            maps.Add(("part_names", subject.Skeleton.Nodes));
        }

        if (options is CenteredInstanceOptions centered)
            maps.AddRange(Centers(centered.AnchorPart, centered.CentroidMethod));
        if (own is not null)
            maps.Add(("loss_weight", 1));
        List<(string, object?)> heads = [("confmaps", Section([.. maps]))];
        if (own is { } head)
            heads.Add((head.Name, Section(head.Values)));
        return Section([.. heads]);
    }

    private static (string, object?)[] Centers(string? anchor, CentroidMethod method) =>
        [
            ("anchor_part", Text(anchor)),
            (
                anchor is null ? "centroid_method" : "centroid_fallback",
                method == default ? null : HeadConfig.NameOf(method)
            ),
        ];

    // sleap-nn trains without normalization.
    private static double RateOf(TrainerOptions options) => options.LearningRate ?? TrainerOptions.PlainRate;

    private static YamlMappingNode Trainer(NetworkOptions network)
    {
        // sleap-nn has no tiles of several animals, and with those of one it predicts in tiles, too.
        var options = network.Training.OnWholeFrames();
        return Section(
            ("train_data_loader", Section(("batch_size", options.BatchSize), ("shuffle", options.Shuffles))),
            ("val_data_loader", Section(("batch_size", options.BatchSize))),
            (
                "model_ckpt",
                Section(
                    ("monitor", TrainingMonitors.NameOf(options.Monitor, network)),
                    ("save_top_k", options.SaveTopK),
                    ("save_last", options.SaveLast ? true : null)
                )
            ),
            ("eval", Section(("oks_stddev", options.OksStddev), ("oks_scale", options.OksScale))),
            ("min_train_steps_per_epoch", options.MinStepsPerEpoch),
            ("max_epochs", options.Epochs),
            ("train_steps_per_epoch", options.StepsPerEpoch),
            ("seed", options.Seed),
            ("optimizer_name", options.Optimizer == Optimizer.AdamW ? "AdamW" : "Adam"),
            ("optimizer", Section(("lr", RateOf(options)), ("amsgrad", options.Amsgrad))),
            (
                "lr_scheduler",
                Section(
                    ("cosine_annealing_warmup", Cosine(options)),
                    ("linear_warmup_linear_decay", Linear(options)),
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
                                ("threshold_mode", p.IsRelative ? "rel" : "abs"),
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
                    : Section()
            ),
            (
                "early_stopping",
                Section(
                    ("min_delta", options.EarlyStoppingMinDelta),
                    ("patience", options.EarlyStoppingPatience ?? 10),
                    ("stop_training_on_plateau", options.EarlyStoppingPatience is not null)
                )
            )
        );
    }

    // sleap-nn counts the warm-up in epochs; for a cycle, a warm-up followed by half a cosine is the nearest
    // equivalent.
    private static YamlMappingNode? Cosine(TrainerOptions options) =>
        options.Schedule switch
        {
            LearningRateSchedule.Cosine c => Section(
                (
                    "warmup_epochs",
                    c.WarmupEpochs is { } epochs ? epochs
                    : c.WarmupSteps == 0 ? 0
                    // sleap-nn refuses a warm-up as long as the training.
                    : Math.Min(
                        options.Epochs - 1,
                        Math.Max(1, (int)Math.Round(c.WarmupSteps / (double)(options.StepsPerEpoch ?? c.WarmupSteps)))
                    )
                ),
                ("max_epochs", c.Epochs),
                ("warmup_start_lr", c.StartFraction * RateOf(options)),
                ("eta_min", c.FinalFraction * RateOf(options))
            ),
            LearningRateSchedule.OneCycle c => Section(
                ("warmup_epochs", (int)Math.Round(c.RiseFraction * options.Epochs)),
                ("max_epochs", null),
                ("warmup_start_lr", RateOf(options) / 25),
                ("eta_min", 0.0)
            ),
            _ => null,
        };

    private static YamlMappingNode? Linear(TrainerOptions options) =>
        options.Schedule is LearningRateSchedule.Linear linear
            ? Section(
                ("warmup_epochs", linear.WarmupEpochs),
                ("max_epochs", linear.Epochs),
                ("warmup_start_lr", linear.StartFraction * RateOf(options)),
                ("end_lr", linear.FinalFraction * RateOf(options))
            )
            : null;
}
