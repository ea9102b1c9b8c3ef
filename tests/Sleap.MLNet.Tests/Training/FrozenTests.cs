using Microsoft.ML;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>Training from weights: what is frozen stays to the last bit, and the rest learns at its own rate.</summary>
public sealed class FrozenTests : IDisposable
{
    private static readonly UNetOptions Small = new()
    {
        Filters = 4,
        FiltersRate = 2,
        MaxStride = 8,
        OutputStride = 2,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("frozen-").FullName;
    private readonly SpotFolder _spots = new(12);

    public void Dispose()
    {
        _spots.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public static TheoryData<Optimizer, int, double> Cases =>
        new()
        {
            { Optimizer.Muon, 2, 1 },
            { Optimizer.Adam, 3, 0.5 },
            { Optimizer.AdamW, 1, 1 },
            { Optimizer.Muon, 0, 0 },
            { Optimizer.AdamW, 0, 0 },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Frozen_weights_stay_to_the_last_bit(Optimizer optimizer, int blocks, double rate)
    {
        var source = Source(Small);
        var start = new StartOptions(source) { FrozenBlocks = blocks, BackboneRate = rate };
        AssertFrozen(Small, source, start, optimizer);
    }

    [Fact]
    public void Stages_of_other_backbones_are_frozen_too()
    {
        foreach (
            var backbone in (BackboneOptions[])
                [
                    new ConvNeXtOptions { Architecture = new([1, 1, 1, 1], [4, 8, 8, 8]), OutputStride = 2 },
                    new SwinTOptions
                    {
                        Architecture = new(8, [1, 1, 1, 1], [2, 2, 2, 2]),
                        OutputStride = 2,
                        WindowSize = 4,
                    },
                ]
        )
        {
            var source = Source(backbone);
            AssertFrozen(backbone, source, new(source) { FrozenBlocks = 2 }, Optimizer.AdamW);
            AssertFrozen(backbone, source, new(source) { BackboneRate = 0 }, Optimizer.Auto);
        }
    }

    [Theory]
    [InlineData(Optimizer.Muon)]
    [InlineData(Optimizer.Adam)]
    [InlineData(Optimizer.AdamW)]
    public void The_backbone_learns_at_its_own_rate(Optimizer optimizer)
    {
        float[] Change(double factor, bool backbone)
        {
            using var scope = NewDisposeScope();
            manual_seed(5);
            using var network = new PoseNetwork(
                Small,
                [
                    new ConfidenceMapHeadOptions
                    {
                        Kind = ConfidenceMapKind.SingleInstance,
                        Nodes = 3,
                        OutputStride = 2,
                    },
                ]
            );
            // Without a rate of its own there is no weight decay either, which moves a weight by its value.
            using var steps = new NetworkOptimizer(
                network,
                new()
                {
                    Optimizer = optimizer,
                    WeightDecay = 0,
                    Start = new() { BackboneRate = factor },
                }
            );
            float[] Values() =>
                [
                    .. network
                        .named_parameters()
                        .Where(one => PoseNetwork.IsBackbone(one.name) == backbone)
                        .SelectMany(one => one.parameter.Values<float>()),
                ];
            var before = Values();
            var loss = network.parameters().Select(p => (p * (p + 1)).sum()).Aggregate((sum, one) => sum + one);
            loss.backward();
            steps.Step(1e-2);
            return [.. Values().Zip(before, (after, one) => after - one)];
        }

        foreach (var (whole, tenth) in Change(1, backbone: true).Zip(Change(0.1, backbone: true)))
            Assert.Equal(0.1f * whole, tenth, 1e-6f); // a rounding of weights of about 1
        Assert.Equal(Change(1, backbone: false), Change(0.1, backbone: false));
    }

    [Fact]
    public void Weight_decay_is_that_of_the_options_in_backbone_and_heads()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var network = new PoseNetwork(
            Small,
            [
                new ConfidenceMapHeadOptions
                {
                    Kind = ConfidenceMapKind.SingleInstance,
                    Nodes = 3,
                    OutputStride = 2,
                },
            ]
        );
        using var steps = new NetworkOptimizer(network, new() { Optimizer = Optimizer.AdamW, WeightDecay = 0.5 });
        foreach (var parameter in network.parameters())
            (parameter * 0).sum().backward();
        float[][] before = [.. network.parameters().Select(parameter => parameter.Values<float>())];
        steps.Step(0.1);
        // Without gradients a step is w ← w · (1 − rate · decay).
        foreach (var (weights, parameter) in before.Zip(network.parameters()))
        {
            foreach (var (was, now) in weights.Zip(parameter.Values<float>()))
                Assert.Equal(0.95f * was, now, 1e-6f);
        }
    }

    [Fact]
    public void A_run_that_started_from_weights_goes_on_to_the_same_losses_without_them()
    {
        var source = Source(Small);
        var run = Path.Combine(_folder, "run");
        var training = Training with
        {
            Start = new(source) { FrozenBlocks = 1, BackboneRate = 0.5 },
            Epochs = 4,
        };
        List<double> Losses(TrainerOptions options, int? stopAfter = null)
        {
            using var stop = new CancellationTokenSource();
            var losses = new List<double>();
            var seen = new ProgressTo(p =>
            {
                losses.Add(p.ValidationLoss);
                if (p.Epoch == stopAfter)
                    stop.Cancel();
            });
            Fit(Small, options with { Progress = seen, CancellationToken = stop.Token }).Dispose();
            return losses;
        }

        var whole = Losses(training);
        var first = Losses(training with { RunFolder = run }, stopAfter: 2);
        Assert.Contains("starts from", File.ReadAllText(Path.Combine(run, "single_instance", "start.txt")));
        var error = Assert.Throws<InvalidOperationException>(() =>
            Losses(training with { RunFolder = run, Resume = true, Start = null })
        );
        Assert.Contains("Training.Start was", error.Message);
        File.Delete(source);
        var second = Losses(training with { RunFolder = run, Resume = true });
        Assert.Equal(2, second.Count);
        // 1e-6 of the loss: the same numbers in the same order; a library's threads may sum in another.
        foreach (var (one, other) in whole.Zip(first.Concat(second)))
            Assert.Equal(one, other, one * 1e-6);
    }

    [Fact]
    public void Nothing_is_trained_if_a_later_stage_does_not_fit()
    {
        using var pairs = new PairFolder(4);
        var ml = new MLContext(1);
        var steps = 0;
        var training = Training with { Progress = new ProgressTo(_ => steps++) };
        var estimator = ml.Pose()
            .TopDown(
                new()
                {
                    Centroid = new() { Backbone = Small, Training = training },
                    CenteredInstance = new()
                    {
                        Backbone = Small,
                        CropSize = 32,
                        Training = training with { Start = new(Source(Small with { Filters = 6 })) },
                    },
                }
            );
        Assert.Throws<IO.PoseFormatException>(() => estimator.Fit(pairs.View(ml)));
        Assert.Throws<IO.PoseFormatException>(() => estimator.Lint(pairs.View(ml)));
        Assert.Equal(0, steps);
    }

    [Fact]
    public void Options_that_make_no_sense_are_faults()
    {
        string[] Faults(StartOptions start, BackboneOptions? backbone = null) =>
            [
                .. new SingleInstanceOptions
                {
                    Backbone = backbone ?? Small,
                    Training = new() { Start = start },
                }
                    .Checked(PoseSubject.Placeholder)
                    .Found,
            ];
        Assert.Empty(Faults(new("model.zip") { FrozenBlocks = 3, BackboneRate = 0.1 }));
        Assert.Contains("FrozenBlocks is 4, expected at most 3", Assert.Single(Faults(new("m") { FrozenBlocks = 4 })));
        Assert.Contains("BackboneRate is 2, expected 0 to 1", Assert.Single(Faults(new("m") { BackboneRate = 2 })));
        Assert.Contains("no weights to keep", Assert.Single(Faults(new() { FrozenBlocks = 1 })));
        Assert.Contains("no weights to keep", Assert.Single(Faults(new() { Heads = "m", BackboneRate = 0 })));
        Assert.Equal(2, Faults(new("")).Length);
        Assert.Empty(Faults(new("m") { FrozenBlocks = 4 }, new SwinTOptions { OutputStride = 2 }));
    }

    private static TrainerOptions Training =>
        new()
        {
            Epochs = 2,
            StepsPerEpoch = 3,
            LearningRate = 3e-3,
            Seed = 3,
            WeightDecay = 0.1,
            GradientClipNorm = 1,
            Device = "cpu",
        };

    private void AssertFrozen(BackboneOptions backbone, string source, StartOptions start, Optimizer optimizer)
    {
        using var before = (PoseModelTransformer)new MLContext().Model.Load(source, out _);
        using var after = Fit(backbone, Training with { Start = start, Optimizer = optimizer });
        var (theirs, own) = (before.Networks[0].Network.state_dict(), after.Networks[0].Network.state_dict());
        var (frozen, trained) = (0, 0);
        foreach (var (name, tensor) in own)
        {
            byte[] Bytes(Tensor values) => [.. values.detach().cpu().contiguous().bytes];
            var isSame = Bytes(theirs[name]).SequenceEqual(Bytes(tensor));
            if (start.Freezes(name, backbone))
            {
                Assert.True(isSame, $"{name} changed");
                frozen++;
            }
            else if (!isSame)
            {
                trained++;
            }
        }
        Assert.True(frozen > 0 && trained > 0, $"{frozen} frozen, {trained} trained");
    }

    private SingleInstanceTransformer Fit(BackboneOptions backbone, TrainerOptions training)
    {
        var ml = new MLContext(1);
        return ml.Pose()
            .SingleInstance(
                new()
                {
                    Backbone = backbone,
                    Sigma = 1.5f,
                    Training = training,
                    Device = "cpu",
                }
            )
            .Fit(_spots.View(ml));
    }

    // Weights as after a training: some are negative zeros, which only a copy keeps.
    private string Source(BackboneOptions backbone)
    {
        var ml = new MLContext(1);
        var options = new SingleInstanceOptions { Backbone = backbone, Sigma = 1.5f };
        var subject = new PoseSubject(SpotFolder.Skeleton, []);
        var network = options.CreateModel(subject, Initialization.He, 5);
        using (no_grad())
        {
            foreach (var bias in network.Network.parameters().Where(parameter => parameter.dim() == 1))
                bias.mul_(-1);
        }
        using var model = options.CreateTransformer(new(ml, options, subject, PoseModelTransformer.AnySize, [network]));
        var path = Path.Combine(_folder, $"{Guid.NewGuid():N}.zip");
        ml.Model.Save(model, null, path);
        return path;
    }
}
