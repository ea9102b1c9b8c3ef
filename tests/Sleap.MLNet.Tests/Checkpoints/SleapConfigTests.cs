using FsCheck.Xunit;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

public sealed class SleapConfigTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("config-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private const string ByHand = """
        model_config:
          backbone_config:
            unet:
              filters: 16
          head_configs:
            bottomup:
              confmaps:
                sigma: 2.5
                output_stride: 1
                loss_weight: 2
              pafs:
                output_stride: 4
                loss_weight: 1
        """;

    /// <summary>
    /// The defaults of sleap-nn's own configuration classes (config/*.py), which a file by hand leans on.
    /// </summary>
    [Fact]
    public void What_a_file_leaves_out_is_as_sleap_nn_has_it_by_default()
    {
        var config = SleapConfig.Read(Written(ByHand));
        Assert.Null(config.Skeleton);
        var options = Assert.IsType<BottomUpOptions>(config.Options);
        Assert.Equal(
            (1e-4, 100, 42, 10, 4),
            (
                options.Training.LearningRate,
                options.Training.Epochs,
                options.Training.Seed,
                options.Training.EarlyStoppingPatience,
                options.Training.BatchSize
            )
        );
        Assert.Equal(
            new LearningRateSchedule.ReduceOnPlateau
            {
                Factor = 0.5,
                Patience = 5,
                Cooldown = 3,
                Threshold = 1e-6,
                Lowest = 1e-8,
            },
            options.Training.Schedule
        );
        Assert.Equal(
            AugmentationOptions.None with
            {
                RotationMin = -15,
                RotationMax = 15,
                RotationProbability = 1,
                ScaleMin = 0.9f,
                ScaleMax = 1.1f,
            },
            options.Augmentation
        );
        // Weights of losses count against each other.
        Assert.Equal(0.5f, options.PartAffinity.LossWeight);
        Assert.Empty(config.Remarks);
    }

    [Fact]
    public void A_folder_of_a_trained_model_needs_its_skeleton()
    {
        Written(ByHand);
        File.WriteAllText(Path.Combine(_folder, "best.ckpt"), "");
        Assert.Contains(
            "data_config.skeletons is missing",
            Assert.Throws<PoseFormatException>(() => ModelFolder.Read(_folder)).Message
        );
    }

    [Theory]
    [InlineData("rotation_max: 90", 90, 1.1, 0)]
    [InlineData("rotation_max: 90, rotation_p: null, scale_p: null, affine_p: 0", 0, 1, 0)]
    [InlineData("rotation_max: 90, affine_p: 1, translate_width: 0.2", 90, 1.1, 0.2)]
    [InlineData("rotation_max: 90, rotation_p: 0, affine_p: 1, translate_width: 0.2", 0, 1, 0)]
    [InlineData("rotation_max: 90, scale_p: 0, translate_p: 1, translate_width: 0.2", 90, 1, 0.2)]
    public void Changes_of_place_follow_their_own_probability_or_the_common_one(
        string geometric,
        float turned,
        float scaled,
        float moved
    )
    {
        var options = SleapConfig
            .Read(Written(ByHand + $"\ndata_config:\n  augmentation_config:\n    geometric: {{{geometric}}}\n"))
            .Options;
        Assert.Equal(
            (turned, scaled, moved),
            (options.Augmentation.RotationMax, options.Augmentation.ScaleMax, options.Augmentation.TranslateWidth)
        );
    }

    [Fact]
    public void Changes_of_brightness_are_in_the_units_of_sleap_nn()
    {
        var config = SleapConfig.Read(
            Written(
                ByHand
                    + """

                    data_config:
                      augmentation_config:
                        intensity: {gaussian_noise_p: 1, gaussian_noise_std: 0.05, gaussian_noise_mean: 0.1, brightness_p: 0.3, contrast_p: 1}
                    """
            )
        );
        Assert.Equal(
            (0.05f, 0.1f, 0.3f, 0.9f, 1.1f, 0.9f),
            (
                config.Options.Augmentation.NoiseStandardDeviation,
                config.Options.Augmentation.NoiseMean,
                config.Options.Augmentation.BrightnessProbability,
                config.Options.Augmentation.BrightnessMin,
                config.Options.Augmentation.BrightnessMax,
                config.Options.Augmentation.ContrastMin
            )
        );
        Assert.Empty(config.Remarks);
    }

    [Theory]
    [InlineData(
        "cosine_annealing_warmup: {warmup_epochs: 2, eta_min: 0.00001}, reduce_lr_on_plateau: {patience: 3}",
        typeof(LearningRateSchedule.Cosine)
    )]
    [InlineData(
        "linear_warmup_linear_decay: {warmup_epochs: 2}, reduce_lr_on_plateau: {patience: 3}",
        typeof(LearningRateSchedule.Linear)
    )]
    [InlineData("step_lr: {step_size: 3}, reduce_lr_on_plateau: {patience: 3}", typeof(LearningRateSchedule.Step))]
    [InlineData("step_lr: null", typeof(LearningRateSchedule.ReduceOnPlateau))]
    [InlineData("reduce_lr_on_plateau: null", typeof(LearningRateSchedule.Constant))]
    public void Of_several_schedules_the_one_that_sleap_nn_takes_is_taken(string schedules, Type expected)
    {
        var config = SleapConfig.Read(
            Written(ByHand + $"\ntrainer_config:\n  train_steps_per_epoch: 100\n  lr_scheduler: {{{schedules}}}\n")
        );
        Assert.IsType(expected, config.Options.Training.Schedule);
        Assert.Empty(config.Remarks);
        if (config.Options.Training.Schedule is LearningRateSchedule.Cosine cosine)
            Assert.Equal((2, 0.1), (cosine.WarmupEpochs, Math.Round(cosine.FinalFraction, 12)));
    }

    [Theory]
    [InlineData("enabled: true", null, null, 0.5f)] // of the labels; whole frames are predicted
    [InlineData("enabled: true, tile_size: 250, sampling: grid", 256, null, 0f)] // too small for exact prediction
    [InlineData("enabled: true, tile_size: 250, overlap: 64", 256, 250, 0.5f)]
    [InlineData("enabled: true, tile_size: 1024, tile_fg_fraction: 0.9", 1024, 1024, 0.9f)]
    public void Tiling_is_training_on_tiles(string tiling, int? trained, int? predicted, float foreground)
    {
        var config = SleapConfig.Read(
            Written(ByHand + $"\ndata_config:\n  preprocessing:\n    tiling: {{{tiling}, samples_per_frame: 3}}\n")
        );
        Assert.Empty(config.Remarks);
        var options = Assert.IsType<BottomUpOptions>(config.Options);
        Assert.Equal(
            new()
            {
                Size = trained,
                ForegroundFraction = foreground,
                SamplesPerFrame = 3,
            },
            options.Training.Tiles
        );
        Assert.Equal(predicted, options.TileSize);
    }

    [Fact]
    public void Color_crops_and_optimizer_are_checked()
    {
        Assert.Equal(
            3,
            SleapConfig
                .Read(Written(ByHand + "\ndata_config:\n  preprocessing: {ensure_rgb: true}\n"))
                .Options.Backbone.InChannels
        );
        Assert.Contains(
            "crop_size (line 15) is 100, expected a multiple of the backbone's max_stride: 96 or 112",
            Assert
                .Throws<PoseFormatException>(() =>
                    SleapConfig.Read(Written(ByHand + "\ndata_config:\n  preprocessing: {crop_size: 100}\n"))
                )
                .Message
        );
        Assert.Contains(
            "optimizer_name (line 15) is 'SGD', expected Adam or AdamW",
            Assert
                .Throws<PoseFormatException>(() =>
                    SleapConfig.Read(Written(ByHand + "\ntrainer_config:\n  optimizer_name: SGD\n"))
                )
                .Message
        );
    }

    [Fact]
    public void Every_part_of_a_configuration_becomes_an_option()
    {
        var config = SleapConfig.Read(Golden.PathOf("trained/flies13_topdown_id/training_config.yaml"));
        Assert.Equal(ModelType.TopDownId, config.Type);
        Assert.Equal(["track_0", "track_1"], config.Classes);
        Assert.Equal((1024, 1024), config.FrameSize);
        Assert.Equal(13, config.Skeleton!.Nodes.Length);
        Assert.Equal(12, config.Skeleton!.Edges.Length);
        Assert.Equal(
            new ClassVectorOptions
            {
                Layers = 1,
                Units = 64,
                GlobalPool = true,
                LossWeight = 0.01f,
            },
            config.ClassVectors
        );
        var options = Assert.IsType<CenteredInstanceOptions>(config.Options);
        Assert.Equal(
            new UNetOptions
            {
                Filters = 16,
                FiltersRate = 1.5f,
                MaxStride = 16,
                OutputStride = 2,
            },
            options.Backbone
        );
        Assert.Equal(
            (160, "thorax", 2.5f, 2, 1f),
            (options.CropSize, options.AnchorPart, options.Sigma, options.OutputStride, options.Scale)
        );
        Assert.Equal((PeakRefinement.Integral, CropAlignment.SleapNN), (options.Refinement, options.CropAlignment));
        Assert.Equal(
            (-180f, 180f, 1f, 0.9f, 1.1f),
            (
                options.Augmentation.RotationMin,
                options.Augmentation.RotationMax,
                options.Augmentation.RotationProbability,
                options.Augmentation.ScaleMin,
                options.Augmentation.ScaleMax
            )
        );
        Assert.Equal(
            (75, 20, 4, 1e-3, 0),
            (
                options.Training.Epochs,
                options.Training.StepsPerEpoch,
                options.Training.BatchSize,
                options.Training.LearningRate,
                options.Training.Seed
            )
        );
        var plateau = Assert.IsType<LearningRateSchedule.ReduceOnPlateau>(options.Training.Schedule);
        Assert.Equal((0.5, 5, 3, 1e-6), (plateau.Factor, plateau.Patience, plateau.Cooldown, plateau.Lowest));
        Assert.Null(options.Training.EarlyStoppingPatience);
    }

    [Theory]
    [InlineData("models/single_instance", ModelType.SingleInstance)]
    [InlineData("models/centroid", ModelType.Centroid)]
    [InlineData("models/centered_instance", ModelType.CenteredInstance)]
    [InlineData("models/bottomup", ModelType.BottomUp)]
    [InlineData("models/multiclass_bottomup", ModelType.BottomUpId)]
    [InlineData("models/multiclass_centered_instance", ModelType.TopDownId)]
    [InlineData("trained/flies13_bottomup", ModelType.BottomUp)]
    [InlineData("trained/flies13_centroid", ModelType.Centroid)]
    public void Nothing_of_the_samples_is_left_aside_without_a_word(string folder, ModelType type)
    {
        var config = SleapConfig.Read(Golden.PathOf($"{folder}/training_config.yaml"));
        Assert.Equal(type, config.Type);
        Assert.All(config.Remarks, remark => Assert.DoesNotContain("model_config", remark));
    }

    [Fact]
    public void A_key_without_a_counterpart_is_remarked_with_its_path()
    {
        var config = SleapConfig.Read(Changed("filters_rate: 1.5", "filters_rate: 1.5\n      sparkle: 3"));
        Assert.Contains("model_config.backbone_config.unet.sparkle is not honoured", config.Remarks);
    }

    [Fact]
    public void What_is_not_honoured_is_one_warning_when_the_model_is_loaded()
    {
        Changed("filters_rate: 1.5", "filters_rate: 1.5\n      sparkle: 3");
        File.Copy(Golden.PathOf("models/bottomup/best.ckpt"), Path.Combine(_folder, "best.ckpt"));
        var (ml, warnings) = (new MLContext(1), new List<string>());
        ml.Log += (_, entry) =>
        {
            if (entry.Message.Contains("not honoured"))
                warnings.Add(entry.Message);
        };
        ml.Pose().FromSleap(_folder).Dispose();
        Assert.Contains("sparkle", Assert.Single(warnings));
    }

    [Theory]
    [InlineData(
        "    convnext: null",
        "    convnext:\n      model_type: tiny",
        "has 2 backbones (unet, convnext), expected one"
    )]
    [InlineData(
        "    centroid: null",
        "    centroid:\n      confmaps:\n        sigma: 5",
        "has 2 model types (centroid, bottomup), expected one"
    )]
    [InlineData(
        "      filters: 16",
        "      filters: many",
        "model_config.backbone_config.unet.filters (line 70) is 'many', expected a whole number"
    )]
    [InlineData("      max_stride: 8", "      max_stride: 12", "MaxStride is 12, expected a power of two")]
    [InlineData("        output_stride: 4\n", "        output_stride: 64\n", "OutputStride is 64, expected one of")]
    [InlineData(
        "    ensure_rgb: false\n    ensure_grayscale: false",
        "    ensure_rgb: true\n    ensure_grayscale: true",
        "are both true; one at most"
    )]
    [InlineData("  - nodes:", "  - knots:", "node")]
    public void A_contradiction_names_its_key_and_what_to_change(string from, string to, string expected)
    {
        var error = Assert.Throws<PoseFormatException>(() => SleapConfig.Read(Changed(from, to)));
        Assert.Contains(expected, error.Message);
        Assert.Contains("training_config.yaml", error.Message);
    }

    [Fact]
    public void All_faults_come_in_one_message()
    {
        var path = Changed("      filters: 16", "      filters: many");
        File.WriteAllText(
            path,
            File.ReadAllText(path)
                .Replace("      kernel_size: 3", "      kernel_size: wide")
                .Replace("    scale: 1.0", "    scale: small")
        );
        var error = Assert.Throws<PoseFormatException>(() => SleapConfig.Read(path));
        foreach (var part in (string[])["filters", "kernel_size", "scale"])
            Assert.Contains(part, error.Message);
    }

    [Fact]
    public void Folders_that_do_not_make_one_model_are_named()
    {
        var (pose, bottomUp, centroid) = (
            new MLContext(1).Pose(),
            Golden.PathOf("models/bottomup"),
            Golden.PathOf("models/centroid")
        );
        Assert.Contains(
            "no model folder",
            Assert.Throws<DirectoryNotFoundException>(() => pose.FromSleap("nowhere")).Message
        );
        Assert.Contains(
            "best.ckpt",
            Assert
                .Throws<FileNotFoundException>(() =>
                    pose.FromSleap(Path.GetDirectoryName(Changed("filters: 16", "filters: 16"))!)
                )
                .Message
        );
        Assert.Contains(
            "(BottomUp)",
            Assert.Throws<ArgumentException>(() => pose.FromSleap(centroid, bottomUp)).Message
        );
        Assert.Contains(
            "(TopDownId)",
            Assert
                .Throws<ArgumentException>(() => pose.FromSleap(Golden.PathOf("models/multiclass_centered_instance")))
                .Message
        );
        Assert.Throws<ArgumentException>(() => pose.FromSleap());
    }

    [Fact]
    public void Weights_of_another_network_are_named()
    {
        Changed("      filters: 16", "      filters: 8");
        File.Copy(Golden.PathOf("models/bottomup/best.ckpt"), Path.Combine(_folder, "best.ckpt"));
        var error = Assert.Throws<PoseFormatException>(() => new MLContext(1).Pose().FromSleap(_folder));
        Assert.Contains("have another shape", error.Message);
        Assert.Contains("best.ckpt", error.Message);
    }

    [Fact]
    public void Deep_nesting_is_an_error_and_not_the_end_of_the_process()
    {
        var path = Path.Combine(_folder, "training_config.yaml");
        foreach (
            var text in (string[])
                [
                    new string('[', 100_000),
                    string.Concat(Enumerable.Repeat("{a: ", 50_000)),
                    string.Join('\n', Enumerable.Range(0, 2000).Select(i => new string(' ', i) + "a:")),
                ]
        )
        {
            File.WriteAllText(path, text);
            Assert.Throws<PoseFormatException>(() => SleapConfig.Read(path));
        }
    }

    [Property(MaxTest = 1000)]
    public void A_mutated_configuration_is_read_or_refused_and_nothing_else(int seed)
    {
        var random = new Random(seed);
        var legacy = random.Next(2) == 0;
        var text = File.ReadAllText(
            Golden.PathOf(
                legacy
                    ? "legacy/minimal_instance.UNet.bottomup/training_config.json"
                    : "trained/flies13_bottomup/training_config.yaml"
            )
        );
        for (var change = 0; change < 1 + random.Next(4); change++)
        {
            var (at, length) = (random.Next(text.Length), random.Next(40));
            text = random.Next(4) switch
            {
                0 => text[..at],
                1 => text.Remove(at, Math.Min(length, text.Length - at)),
                2 => text.Insert(at, text.Substring(random.Next(text.Length - 1), 1)),
                _ => text.Insert(
                    at,
                    (
                        (string[])
                            ["null", "-1", "1e9", "99999999999999999999", "[]", "{}", "~", "\t", "&a [*a]", ": ", "\0"]
                    )[random.Next(11)]
                ),
            };
            if (text.Length < 2)
                text = "a: b";
        }
        var path = Path.Combine(_folder, legacy ? "training_config.json" : "training_config.yaml");
        File.WriteAllText(path, text);
        try
        {
            var config = legacy ? SleapConfig.ReadLegacy(path, 1) : SleapConfig.Read(path);
            Assert.NotNull(config.Options.Backbone);
        }
        catch (PoseFormatException)
        {
            // Refused, with a name.
        }
    }

    private string Written(string text)
    {
        var path = Path.Combine(_folder, "training_config.yaml");
        File.WriteAllText(path, text);
        return path;
    }

    private string Changed(string from, string to)
    {
        var text = File.ReadAllText(Golden.PathOf("models/bottomup/training_config.yaml"));
        Assert.Contains(from, text);
        var path = Path.Combine(_folder, "training_config.yaml");
        File.WriteAllText(path, text.Replace(from, to));
        return path;
    }
}
