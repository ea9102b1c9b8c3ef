using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

public sealed class LintTests : IDisposable
{
    private static readonly UNetOptions Small = new()
    {
        Filters = 4,
        FiltersRate = 2,
        MaxStride = 8,
        OutputStride = 2,
    };
    private readonly PairFolder _pairs = new(6);
    private readonly MLContext _ml = new(1);

    public void Dispose() => _pairs.Dispose();

    private PoseCatalog Pose => _ml.Pose();

    // The configurations that were measured on real recordings. What is found there besides their memory is a false
    // alarm.
    [Fact]
    public void Nothing_is_wrong_with_the_protocol_of_the_open_field()
    {
        var (train, validation) = Pose.SplitEvery(Pose.LoadLabels(Recordings.OpenField), 10, 3);
        var estimator = Pose.SingleInstance(
            new()
            {
                Backbone = Recordings.Network,
                Scale = 0.5f,
                Sigma = 3.5f,
                Augmentation = Recordings.Turned,
            }
        );
        Assert.All(estimator.Lint(train, validation), finding => Assert.Equal(LintRule.Memory, finding.Rule));
        Assert.DoesNotContain(estimator.Lint(train), finding => finding.IsWarning);
    }

    [Theory]
    [InlineData("topdown")]
    [InlineData("topdown-id")]
    [InlineData("bottomup")]
    [InlineData("bottomup-id")]
    public void Nothing_is_wrong_with_the_protocols_of_the_flies(string protocol)
    {
        var labels = Recordings.Flies(Pose);
        IDataView Take(Func<int, bool> which) => Pose.Split(labels, (_, frame) => which(frame)).TestSet;
        var (train, validation) = (Take(f => f < 2000 && f % 20 == 0), Take(f => f < 2000 && f % 100 == 10));
        var centroid = new CentroidOptions
        {
            Backbone = Recordings.Network,
            Scale = 0.25f,
            Sigma = 2.5f,
            AnchorPart = "thorax",
            Augmentation = Recordings.Turned,
        };
        var centered = new CenteredInstanceOptions
        {
            Backbone = Recordings.Network,
            Sigma = 2.5f,
            AnchorPart = "thorax",
            CropSize = 160,
            Augmentation = Recordings.Turned,
        };
        IPoseEstimator<PoseModelTransformer> estimator = protocol switch
        {
            "topdown" => Pose.TopDown(new() { Centroid = centroid, CenteredInstance = centered }),
            "topdown-id" => Pose.TopDownId(new() { Centroid = centroid, CenteredInstance = centered }),
            "bottomup" => Pose.BottomUp(
                new()
                {
                    Backbone = Recordings.Network,
                    Scale = 0.5f,
                    Sigma = 2.5f,
                    Augmentation = Recordings.Turned,
                }
            ),
            _ => Pose.BottomUpId(
                new()
                {
                    Backbone = Recordings.Network,
                    Scale = 0.5f,
                    Sigma = 2.5f,
                    Augmentation = Recordings.Turned,
                }
            ),
        };
        Assert.All(
            estimator.Lint(train, validation),
            finding => Assert.True(finding.Rule == LintRule.Memory && !finding.IsWarning, finding.ToString())
        );
    }

    [Fact]
    public void Class_spots_that_cover_an_animal_are_told()
    {
        var options = new BottomUpIdOptions
        {
            Backbone = Recordings.Network,
            Scale = 0.5f,
            Sigma = 2.5f,
            Augmentation = Recordings.Turned,
            ClassMaps = new() { Sigma = 15, OutputStride = 4 },
        };
        var found = Assert.Single(Pose.BottomUpId(options).Lint(Recordings.Flies(Pose)), f => f.Rule == LintRule.Sigma);
        Assert.Contains("ClassMaps.Sigma of 15 cells is 60 pixels", found.Message);
    }

    [Fact]
    public void An_animal_larger_than_what_the_network_sees_is_told_with_both_numbers()
    {
        // 3 blocks of two convolutions of 3 and a pooling, and two convolutions at stride 8: 1 + 4 · 7 + 7 + 4 · 8.
        Assert.Equal(68, NetworkSize.ReceptiveField(Small));
        Assert.Equal(140, NetworkSize.ReceptiveField(Small with { MaxStride = 16 }));
        using var far = new SpotFolder(6, height: 200, width: 300, seed: 2);
        var found = Assert.Single(
            Pose.SingleInstance(new() { Backbone = Small }).Lint(far.View(_ml)),
            f => f.Rule == LintRule.ReceptiveField
        );
        Assert.True(found.IsWarning);
        Assert.Contains("the network sees 68", found.Message);
        Assert.Contains("MaxStride of ", found.Advice);
        Assert.Equal("single_instance", found.Network);
        // What the advice says helps.
        Assert.DoesNotContain(
            Pose.SingleInstance(new() { Backbone = Small with { MaxStride = 32 } }).Lint(far.View(_ml)),
            f => f.Rule == LintRule.ReceptiveField
        );
    }

    [Fact]
    public void Crops_that_are_too_small_or_padded_are_told_with_a_size_that_is_neither()
    {
        var options = new CenteredInstanceOptions
        {
            Backbone = Small,
            Sigma = 1.5f,
            CropSize = 12,
        };
        var findings = Pose.CenteredInstance(options).Lint(_pairs.View(_ml));
        var crops = Assert.Single(findings, f => f.Rule == LintRule.CropSize);
        // Two nodes 14 pixels apart lie 7 from their middle in the direction they look.
        Assert.Matches("of 12 instances do not fit into crops of 12 pixels, the largest needs 1[34]", crops.Message);
        Assert.Contains("CropSize to 16", crops.Advice);
        Assert.Contains(
            findings,
            f => f.Rule == LintRule.Stride && f.Advice.Contains("CropSize 16", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(
            Pose.CenteredInstance(options with { CropSize = 16 }).Lint(_pairs.View(_ml)),
            f => f.IsWarning && f.Rule != LintRule.Scale
        );
        Assert.DoesNotContain(
            Pose.CenteredInstance(options with { CropSize = null }).Lint(_pairs.View(_ml)),
            f => f.Rule is LintRule.CropSize or LintRule.Stride
        );
    }

    [Theory]
    [InlineData(8f, true)]
    [InlineData(0.5f, true)]
    [InlineData(1.5f, false)]
    public void Sigma_is_held_against_the_animals(float sigma, bool isFound)
    {
        var findings = Pose.BottomUp(new() { Backbone = Small, Sigma = sigma }).Lint(_pairs.View(_ml));
        Assert.Equal(isFound, findings.Any(f => f.Rule == LintRule.Sigma && f.IsWarning));
    }

    [Fact]
    public void Nodes_without_labels_and_sides_without_a_symmetry_are_named()
    {
        var skeleton = new Skeleton(
            "mouse",
            ["snout", "leftear", "rightear", "footL1", "footR1", "tail", "paw_l", "paw_r"],
            symmetries: [new Symmetry(6, 7)]
        );
        var source = _pairs.Labels.Frames.Where(frame => frame.Instances.Count > 0).ToList();
        var labels = new Labels(
            source.Select(frame => new LabeledFrame
            {
                Video = frame.Video,
                FrameIndex = frame.FrameIndex,
                Instances =
                [
                    new Instance
                    {
                        Skeleton = skeleton,
                        Points =
                        [
                            .. Enumerable
                                .Range(0, 8)
                                .Select(i => i == 5 ? Point.Missing : new Point(30 + (7 * i), 40 + i)),
                        ],
                    },
                ],
            }),
            _pairs.Labels.Videos,
            [skeleton]
        );
        var options = new SingleInstanceOptions { Backbone = Small, Sigma = 2 };
        var plain = Pose.SingleInstance(options).Lint(Pose.FromLabels(labels));
        Assert.Contains("'tail' is labeled in none of the 6 instances", Assert.Single(plain, f => f.IsWarning).Message);
        var flipped = Pose.SingleInstance(options with { Augmentation = new() { FlipProbability = 0.5f } })
            .Lint(Pose.FromLabels(labels));
        var sides = Assert.Single(flipped, f => f.Rule == LintRule.Symmetry).Message;
        Assert.Contains("leftear and rightear, footL1 and footR1 are no symmetry", sides);
        Assert.DoesNotContain("paw", sides);
    }

    [Fact]
    public void Frames_that_validate_and_train_are_told_loudly_and_neighbors_gently()
    {
        var estimator = Pose.BottomUp(new() { Backbone = Small, Sigma = 1.5f });
        var same = Assert.Single(estimator.Lint(_pairs.View(_ml), _pairs.View(_ml)), f => f.Rule == LintRule.Leakage);
        Assert.True(same.IsWarning);
        Assert.Contains("6 of 6 validation frames train too", same.Message);

        var labels = Recordings.Flies(Pose);
        IDataView Take(Func<int, bool> which) => Pose.Split(labels, (_, frame) => which(frame)).TestSet;
        var near = Assert.Single(
            Pose.BottomUp(
                    new()
                    {
                        Backbone = Recordings.Network,
                        Scale = 0.5f,
                        Sigma = 2.5f,
                    }
                )
                .Lint(Take(f => f % 20 == 0), Take(f => f % 20 == 1)),
            f => f.Rule == LintRule.Leakage
        );
        Assert.False(near.IsWarning);
        Assert.Contains("lie within 2 frames of one that trains", near.Message);
    }

    [Fact]
    public void More_memory_than_there_is_is_a_warning_with_the_share_of_each_part()
    {
        var findings = Pose.SingleInstance(
                new()
                {
                    Backbone = Recordings.Network with { Filters = 256 },
                    Training = new() { BatchSize = 4096, Device = "cpu" },
                }
            )
            .Lint(Pose.LoadLabels(Recordings.OpenField));
        var memory = Assert.Single(findings, f => f.Rule == LintRule.Memory);
        Assert.True(memory.IsWarning);
        Assert.Contains("BatchSize", memory.Advice);
    }

    [Fact]
    public void Fit_sends_warnings_to_the_log_before_the_first_step()
    {
        var (ml, order) = (new MLContext(1), new List<string>());
        ml.Log += (_, entry) =>
        {
            if (entry.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                order.Add(entry.Message);
        };
        var progress = new Told(() => order.Add("epoch"));
        var training = new TrainerOptions
        {
            Epochs = 1,
            StepsPerEpoch = 1,
            BatchSize = 1,
            Seed = 1,
            Device = "cpu",
            Progress = progress,
        };
        ml.Pose()
            .BottomUp(
                new()
                {
                    Backbone = Small,
                    Sigma = 8,
                    Training = training,
                    Device = "cpu",
                }
            )
            .Fit(_pairs.View(ml))
            .Dispose();
        Assert.Equal("epoch", order[^1]);
        Assert.Contains(order[..^1], message => message.Contains("Set Sigma to", StringComparison.Ordinal));
    }

    private sealed class Told(Action report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report();
    }
}
