using System.Diagnostics;
using Microsoft.ML;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>Models written as sleap-nn keeps them, and read again.</summary>
public sealed class SaveSleapTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string[]> Models =>
        new()
        {
            { ["single_instance"] },
            { ["centroid"] },
            { ["centered_instance"] },
            { ["bottomup"] },
            { ["multiclass_bottomup"] },
            { ["centroid", "centered_instance"] },
            { ["centroid", "multiclass_centered_instance"] },
        };

    [Theory]
    [MemberData(nameof(Models))]
    public void What_was_written_reads_as_the_same_model(string[] names)
    {
        var pose = new MLContext(1).Pose();
        using var model = pose.FromSleap([.. names.Select(name => Golden.PathOf($"models/{name}"))]);
        var folders = pose.SaveSleap(model, _folder);
        Assert.Equal(names.Length, folders.Count);
        using var again = pose.FromSleap([.. folders]);
        Assert.Equal(model.GetType(), again.GetType());
        Assert.Equal(model.Skeleton, again.Skeleton);
        Assert.Equal(model.Classes, again.Classes);
        Assert.Equal(model.Frame, again.Frame);
        foreach (var (one, other) in model.Networks.Zip(again.Networks))
        {
            var (weights, same) = (one.Network.state_dict(), other.Network.state_dict());
            Assert.Equal(weights.Keys, same.Keys);
            Assert.All(weights.Keys, key => Assert.Equal(0, Golden.Difference(weights[key], same[key])));
            Assert.Equal(one.Network.Backbone, other.Network.Backbone);
            Assert.Equal(one.Options.ChannelConversion, other.Options.ChannelConversion);
            Assert.Equal(
                one.Network.Heads.Select(head => head with { LossWeight = 1 }),
                other.Network.Heads.Select(head => head with { LossWeight = 1 })
            );
        }
        foreach (var folder in folders)
        {
            using var stream = File.OpenRead(Path.Combine(folder, "best.safetensors"));
            var file = Safetensors.Read(stream, folder);
            Assert.All(file.Entries.Keys, key => Assert.StartsWith("model.", key));
        }
    }

    [Fact]
    public void A_crop_of_any_size_comes_back_but_is_refused_in_a_configuration_to_train_by()
    {
        var options = new CenteredInstanceOptions
        {
            CropSize = 100,
            Sigma = 2,
            Backbone = new UNetOptions { Filters = 4, OutputStride = 2 },
        };
        var subject = new PoseSubject(PairFolder.Skeleton, []);
        using var model = options.CreateModel(subject, Initialization.Default, 1);
        ModelFolder.Write(_folder, model.Network, SleapConfigWriter.Write(options, subject, (200, 300)));
        Assert.Equal(100, ((CenteredInstanceOptions)ModelFolder.Read(_folder).Config.Options).CropSize);
        var error = Assert.Throws<Sleap.IO.PoseFormatException>(() =>
            SleapConfig.Read(Path.Combine(_folder, "training_config.yaml"))
        );
        Assert.Contains("96 or 112", error.Message);
    }

    [Fact]
    public void Staged_backbones_are_written_and_read_too()
    {
        foreach (
            var backbone in (BackboneOptions[])
                [
                    new ConvNeXtOptions
                    {
                        Architecture = new([1, 1, 1, 1], [4, 8, 8, 8]),
                        OutputStride = 2,
                        InChannels = 3,
                    },
                    new SwinTOptions
                    {
                        Architecture = new(8, [1, 1, 1, 1], [2, 2, 2, 2]),
                        OutputStride = 2,
                        WindowSize = 4,
                    },
                ]
        )
        {
            var options = new SingleInstanceOptions { Backbone = backbone, Sigma = 2 };
            var subject = new PoseSubject(PairFolder.Skeleton, []);
            using var model = options.CreateModel(subject, Initialization.Default, 1);
            ModelFolder.Write(_folder, model.Network, SleapConfigWriter.Write(options, subject, (64, 64)));
            var folder = ModelFolder.Read(_folder);
            Assert.Equal(Describe(backbone), Describe(folder.Config.Options.Backbone));
            using var again = folder.Config.Options.CreateModel(subject);
            folder.Load(again.Network);
            Assert.Equal(
                0,
                Golden.Difference(model.Network.state_dict().Values.First(), again.Network.state_dict().Values.First())
            );
        }

        // Immutable arrays are equal only as the same array: the text says what is in them.
        static string Describe(BackboneOptions options) => System.Text.Json.JsonSerializer.Serialize<object>(options);
    }

    /// <summary>
    /// sleap-nn takes tiny where model_type is missing, and reads arch only under a name that it does not know.
    /// </summary>
    [Theory]
    [InlineData("small")]
    [InlineData("base")]
    [InlineData("large")]
    [InlineData("custom")]
    public void Architectures_are_written_by_the_name_that_sleap_nn_builds(string name)
    {
        var convNeXt = name switch
        {
            "small" => ConvNeXtArchitecture.Small,
            "base" => ConvNeXtArchitecture.Base,
            "large" => ConvNeXtArchitecture.Large,
            _ => new([1, 1, 1, 1], [4, 8, 8, 8]),
        };
        Assert.Contains(
            $"model_type: {name}\n",
            Text(
                new ConvNeXtOptions
                {
                    Architecture = convNeXt with { Depths = [.. convNeXt.Depths] },
                    OutputStride = 2,
                },
                new()
            )
        );
        Assert.Equal(
            name == "custom",
            Text(new ConvNeXtOptions { Architecture = convNeXt, OutputStride = 2 }, new()).Contains("depths:")
        );
        if (name is "small" or "base")
        {
            Assert.Contains(
                $"model_type: {name}\n",
                Text(
                    new SwinTOptions
                    {
                        Architecture = name == "small" ? SwinArchitecture.Small : SwinArchitecture.Base,
                        OutputStride = 2,
                    },
                    new()
                )
            );
        }
    }

    [Fact]
    public void How_it_was_trained_reads_as_it_was_written()
    {
        LearningRateSchedule[] schedules =
        [
            new LearningRateSchedule.Constant(),
            new LearningRateSchedule.Step { Epochs = 7, Factor = 0.3 },
            new LearningRateSchedule.ReduceOnPlateau { Patience = 2, IsRelative = true },
            new LearningRateSchedule.Linear
            {
                WarmupEpochs = 2,
                FinalFraction = 0.5,
                Epochs = 9,
            },
            new LearningRateSchedule.Cosine
            {
                WarmupEpochs = 3,
                FinalFraction = 0.25,
                StartFraction = 0.5,
                Epochs = 20,
            },
        ];
        foreach (var schedule in schedules)
        {
            var training = new TrainerOptions
            {
                Schedule = schedule,
                StepsPerEpoch = 100,
                Epochs = 30,
                BatchSize = 2,
                LearningRate = 2e-3,
                Optimizer = Optimizer.AdamW,
                Seed = 5,
                EarlyStoppingPatience = 4,
                EarlyStoppingMinDelta = 0.01,
                MinStepsPerEpoch = 30,
                Amsgrad = true,
                Normalization = Normalization.None,
                Monitor = TrainingMonitor.ValidationError,
                ValidationFraction = 0.2,
                ValidateOnTrainingFrames = true,
                Folds = new()
                {
                    Folds = 3,
                    Fold = 2,
                    Seed = 1,
                    ByVideo = true,
                },
                UseNegativeFrames = false,
                NegativeWeight = 0.5,
                FrameSize = (64, 64),
                HardKeypointMining = new() { MinHardKeypoints = 3 },
                // sleap-nn has no others
                ForegroundWeight = 0,
                Initialization = Initialization.Default,
                AverageDecay = null,
            };
            var augmentation = new AugmentationOptions
            {
                RotationProbability = 0.5f,
                ScaleProbability = 0.4f,
                TranslateProbability = 0.3f,
                BrightnessProbability = 0.25f,
                ContrastProbability = 0.75f,
                NoiseProbability = 0.125f,
                NoiseMean = 0.05f,
                UniformNoiseProbability = 0.625f,
                TranslateWidth = 0.1f,
                FlipProbability = 0.5f,
                NoiseStandardDeviation = 0.02f,
                UniformNoiseMin = 0.01f,
                UniformNoiseMax = 0.05f,
                BrightnessMax = 1.5f,
                ContrastMin = 0.5f,
            };
            var path = Path.Combine(_folder, "training_config.yaml");
            File.WriteAllText(path, Text(new UNetOptions { Filters = 4, OutputStride = 2 }, training, augmentation));
            var config = SleapConfig.Read(path);
            Assert.Equal(training, config.Options.Training);
            Assert.Equal(augmentation, config.Options.Augmentation);
            Assert.Empty(config.Remarks);
        }
    }

    [Fact]
    public void Whole_numbers_stay_whole_numbers_in_a_checkpoint()
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var network = new PoseNetwork(
            new SwinTOptions
            {
                Architecture = new(8, [1, 1, 1, 1], [2, 2, 2, 2]),
                OutputStride = 2,
                WindowSize = 4,
            },
            [
                new ConfidenceMapHeadOptions
                {
                    Kind = ConfidenceMapKind.SingleInstance,
                    Nodes = 2,
                    OutputStride = 2,
                },
            ]
        );
        var state = network.state_dict();
        using var file = new MemoryStream();
        TorchCheckpointWriter.Write(file, [.. state], new Dictionary<string, object> { ["epoch"] = 3 });
        file.Position = 0;
        var read = TorchCheckpoint.Read(file, "written");
        Assert.Equal(state.Keys, read.Names);
        Assert.All(
            state,
            entry =>
            {
                var same = read.ToTensor(entry.Key);
                Assert.Equal(entry.Value.dtype, same.dtype);
                Assert.Equal(0, Golden.Difference(entry.Value.detach(), same));
            }
        );
        Assert.Contains(state.Values, tensor => tensor.dtype == TorchSharp.torch.ScalarType.Int64);
    }

    private static string Text(
        BackboneOptions backbone,
        TrainerOptions training,
        AugmentationOptions? augmentation = null
    )
    {
        var options = new SingleInstanceOptions
        {
            Backbone = backbone,
            Training = training,
            Augmentation = augmentation ?? new(),
        };
        return SleapConfigWriter
            .Write(options, new PoseSubject(PairFolder.Skeleton, []), (64, 64))
            .ReplaceLineEndings("\n");
    }

    /// <summary>
    /// By Python's own unpickler and PyTorch's list of what is allowed; PyTorch itself is not installed for the tests.
    /// </summary>
    [Fact]
    public void Python_reads_the_checkpoint_as_weights_only_and_finds_the_same_tensors()
    {
        var pose = new MLContext(1).Pose();
        using var model = pose.FromSleap(Golden.PathOf("models/multiclass_bottomup"));
        pose.SaveSleap(model, _folder);
        var (code, text) = Python(
            Path.Combine(Golden.PathOf("."), "..", "interop", "check_ckpt.py"),
            Path.Combine(_folder, "best.ckpt")
        );
        Assert.True(code == 0, text);
        var found = System.Text.Json.Nodes.JsonNode.Parse(text)!;
        var weights = model.Networks[0].Network.state_dict();
        var sum = weights.Values.Sum(t => t.to(TorchSharp.torch.ScalarType.Float64).abs().sum().item<double>());
        Assert.Equal(
            (weights.Count, weights.Values.Sum(t => t.numel())),
            ((int)found["tensors"]!, (long)found["numbers"]!)
        );
        Assert.Equal(sum, (double)found["sum"]!, sum * 1e-8);
        Assert.Equal("OrderedDict", (string)found["type"]!);
    }

    /// <summary>Frozen weights are in the checkpoint for sleap-nn to the last bit.</summary>
    [Theory]
    [InlineData(1, 1.0)]
    [InlineData(0, 0.0)]
    public void A_model_of_sleap_nn_that_learned_on_here_goes_back_to_sleap_nn(int blocks, double rate)
    {
        var pose = new MLContext(1).Pose();
        var source = Golden.PathOf("models/single_instance");
        using var before = (SingleInstanceTransformer)pose.FromSleap(source);
        var labels = pose.LoadLabels(Golden.PathOf("../data/small_robot_minimal.slp"));
        var start = new StartOptions(source) { FrozenBlocks = blocks, BackboneRate = rate };
        var training = new TrainerOptions
        {
            Epochs = 1,
            StepsPerEpoch = 2,
            LearningRate = 0.01,
            Device = "cpu",
            // The weights after the epoch, better or not.
            Monitor = TrainingMonitor.TrainingLoss,
            Start = start,
        };
        using var tuned = pose.SingleInstance(before.Options with { Training = training }).Fit(labels);
        pose.SaveSleap(tuned, _folder);
        using var again = pose.FromSleap(_folder);
        var (old, own, read) = (
            before.Networks[0].Network.state_dict(),
            tuned.Networks[0].Network.state_dict(),
            again.Networks[0].Network.state_dict()
        );
        byte[] Bytes(TorchSharp.torch.Tensor values) => [.. values.detach().cpu().contiguous().bytes];
        Assert.All(own.Keys, key => Assert.Equal(Bytes(own[key]), Bytes(read[key])));
        var frozen = own.Keys.Where(key => start.Freezes(key, before.Options.Backbone)).ToHashSet();
        Assert.Equal(rate == 0, frozen.SetEquals(own.Keys.Where(PoseNetwork.IsBackbone)));
        Assert.All(
            own.Keys,
            key => Assert.Equal(frozen.Contains(key), Bytes(old[key]).SequenceEqual(Bytes(read[key])))
        );
        var (code, text) = Python(
            Path.Combine(Golden.PathOf("."), "..", "interop", "check_ckpt.py"),
            Path.Combine(_folder, "best.ckpt")
        );
        Assert.True(code == 0, text);
        Assert.Equal(own.Count, (int)System.Text.Json.Nodes.JsonNode.Parse(text)!["tensors"]!);
    }

    private static (int Code, string Text) Python(params string[] words)
    {
        using var process = Process.Start(
            new ProcessStartInfo("/usr/bin/python3", words)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, process.ExitCode == 0 ? output : error.Result);
    }
}
