using FsCheck.Xunit;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

public sealed class SleapConfigTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("config-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_part_of_a_configuration_becomes_an_option()
    {
        var config = SleapConfig.Read(Golden.PathOf("trained/flies13_topdown_id/training_config.yaml"));
        Assert.Equal(ModelType.TopDownId, config.Type);
        Assert.Equal(["track_0", "track_1"], config.Classes);
        Assert.Equal((1024, 1024), config.FrameSize);
        Assert.Equal(13, config.Skeleton.Nodes.Length);
        Assert.Equal(12, config.Skeleton.Edges.Length);
        Assert.Equal(new ClassVectorOptions { Layers = 1, Units = 64, GlobalPool = true, LossWeight = 0.01f }, config.ClassVectors);
        var options = Assert.IsType<CenteredInstanceOptions>(config.Options);
        Assert.Equal(new UNetOptions { Filters = 16, FiltersRate = 1.5f, MaxStride = 16, OutputStride = 2 }, options.Backbone);
        Assert.Equal((160, "thorax", 2.5f, 2, 1f), (options.CropSize, options.AnchorPart, options.Sigma, options.OutputStride, options.Scale));
        Assert.Equal((PeakRefinement.Integral, CropAlignment.SleapNN), (options.Refinement, options.CropAlignment));
        Assert.Equal((-180f, 180f, 1f, 0.9f, 1.1f), (options.Augmentation.RotationMin, options.Augmentation.RotationMax, options.Augmentation.RotationProbability, options.Augmentation.ScaleMin, options.Augmentation.ScaleMax));
        Assert.Equal((75, 20, 4, 1e-3, 0), (options.Training.Epochs, options.Training.StepsPerEpoch, options.Training.BatchSize, options.Training.LearningRate, options.Training.Seed));
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
        ml.Log += (_, entry) => { if (entry.Message.Contains("not honoured")) warnings.Add(entry.Message); };
        ml.Pose().FromSleap(_folder).Dispose();
        Assert.Contains("sparkle", Assert.Single(warnings));
    }

    [Theory]
    [InlineData("    convnext: null", "    convnext:\n      model_type: tiny", "has 2 backbones (unet, convnext), expected one")]
    [InlineData("    centroid: null", "    centroid:\n      confmaps:\n        sigma: 5", "has 2 model types (centroid, bottomup), expected one")]
    [InlineData("      filters: 16", "      filters: many", "model_config.backbone_config.unet.filters (line 70) is 'many', expected a whole number")]
    [InlineData("      max_stride: 8", "      max_stride: 12", "MaxStride is 12, expected a power of two")]
    [InlineData("        output_stride: 4\n", "        output_stride: 64\n", "OutputStride is 64, but")]
    [InlineData("    ensure_rgb: false\n    ensure_grayscale: false", "    ensure_rgb: true\n    ensure_grayscale: true", "are both true; one at most")]
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
        File.WriteAllText(path, File.ReadAllText(path).Replace("      kernel_size: 3", "      kernel_size: wide").Replace("    scale: 1.0", "    scale: small"));
        var error = Assert.Throws<PoseFormatException>(() => SleapConfig.Read(path));
        foreach (var part in (string[])["filters", "kernel_size", "scale"]) Assert.Contains(part, error.Message);
    }

    [Fact]
    public void Folders_that_do_not_make_one_model_are_named()
    {
        var (pose, bottomUp, centroid) = (new MLContext(1).Pose(), Golden.PathOf("models/bottomup"), Golden.PathOf("models/centroid"));
        Assert.Contains("no model folder", Assert.Throws<DirectoryNotFoundException>(() => pose.FromSleap("nowhere")).Message);
        Assert.Contains("best.ckpt", Assert.Throws<FileNotFoundException>(() => pose.FromSleap(Path.GetDirectoryName(Changed("filters: 16", "filters: 16"))!)).Message);
        Assert.Contains("(BottomUp)", Assert.Throws<ArgumentException>(() => pose.FromSleap(centroid, bottomUp)).Message);
        Assert.Contains("(TopDownId)", Assert.Throws<ArgumentException>(() => pose.FromSleap(Golden.PathOf("models/multiclass_centered_instance"))).Message);
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
        foreach (var text in (string[])[new string('[', 100_000), string.Concat(Enumerable.Repeat("{a: ", 50_000)), string.Join('\n', Enumerable.Range(0, 2000).Select(i => new string(' ', i) + "a:"))])
        {
            File.WriteAllText(path, text);
            Assert.Throws<PoseFormatException>(() => SleapConfig.Read(path));
        }
    }

    [Property(MaxTest = 400)]
    public void A_mutated_configuration_is_read_or_refused_and_nothing_else(int seed)
    {
        var random = new Random(seed);
        var legacy = random.Next(2) == 0;
        var text = File.ReadAllText(Golden.PathOf(legacy ? "legacy/minimal_instance.UNet.bottomup/training_config.json" : "trained/flies13_bottomup/training_config.yaml"));
        for (var change = 0; change < 1 + random.Next(4); change++)
        {
            var (at, length) = (random.Next(text.Length), random.Next(40));
            text = random.Next(4) switch
            {
                0 => text[..at],
                1 => text.Remove(at, Math.Min(length, text.Length - at)),
                2 => text.Insert(at, text.Substring(random.Next(text.Length - 1), 1)),
                _ => text.Insert(at, ((string[])["null", "-1", "1e9", "99999999999999999999", "[]", "{}", "~", "\t", "&a [*a]", ": ", "\0"])[random.Next(11)]),
            };
            if (text.Length < 2) text = "a: b";
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

    private string Changed(string from, string to)
    {
        var text = File.ReadAllText(Golden.PathOf("models/bottomup/training_config.yaml"));
        Assert.Contains(from, text);
        var path = Path.Combine(_folder, "training_config.yaml");
        File.WriteAllText(path, text.Replace(from, to));
        return path;
    }
}
