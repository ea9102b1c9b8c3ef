using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

public sealed class AutoOptionsTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly PairFolder _pictures = new(3);

    public void Dispose() => _pictures.Dispose();

    private PoseCatalog Pose => _ml.Pose();

    [Fact]
    public void One_mouse_from_above_is_a_single_instance_turned_any_way()
    {
        var labels = Pose.LoadLabels(Recordings.OpenField);
        var proposal = Pose.AutoOptions(labels);
        Assert.Equal("single-instance", proposal.Type);
        var options = (SingleInstanceOptions)proposal.Options;
        Assert.Equal(
            (0.5f, 16, 180f, 29),
            (
                options.Scale,
                options.Backbone.MaxStride,
                options.Augmentation.RotationMax,
                options.Training.StepsPerEpoch!.Value
            )
        );
        Assert.DoesNotContain(proposal.Estimator(Pose).Lint(labels), finding => finding.IsWarning);
        Assert.All(
            (string[])
                ["Type", "Scale", "Backbone.MaxStride", "Sigma", "Augmentation.RotationMin", "Training.BatchSize"],
            option => Assert.Contains(proposal.Reasons, reason => reason.Option == option && reason.Reason.Length > 10)
        );
    }

    [Fact]
    public void Two_small_flies_are_top_down_about_the_thorax_and_the_crop_holds_the_largest()
    {
        var labels = Recordings.Flies(Pose);
        var proposal = Pose.AutoOptions(labels);
        Assert.Equal("top-down", proposal.Type);
        var options = (TopDownOptions)proposal.Options;
        var (centroid, centered) = (options.Centroid, options.CenteredInstance);
        Assert.Equal(("thorax", 0.25f, 180f), (options.AnchorPart, centroid.Scale, centered.Augmentation.RotationMax));
        Assert.Equal((0, 100), (centered.CropSize % 16, centered.Training.StepsPerEpoch));
        Assert.DoesNotContain(proposal.Estimator(Pose).Lint(labels), finding => finding.IsWarning);
        Assert.Contains(
            proposal.Reasons,
            reason => reason.Option == "Type" && reason.Reason.Contains("names matter", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Large_animals_with_edges_are_bottom_up_and_those_of_one_node_are_centers()
    {
        Assert.Equal("bottom-up", Pose.AutoOptions(Scaled(nodes: 2, size: 60, edges: true)).Type);
        Assert.Equal("top-down", Pose.AutoOptions(Scaled(nodes: 2, size: 60, edges: false)).Type);
        Assert.Equal("top-down", Pose.AutoOptions(Scaled(nodes: 2, size: 10, edges: true)).Type);
        Assert.Equal("centroid", Pose.AutoOptions(Scaled(nodes: 1, size: 10, edges: false)).Type);
    }

    /// <summary>Crops would hold parts of both, so nodes are connected instead, if there are edges.</summary>
    [Theory]
    [InlineData(5, PoseModelKind.BottomUp)]
    [InlineData(12, PoseModelKind.TopDown)]
    public void Animals_that_lie_over_one_another_are_bottom_up(int apart, PoseModelKind expected)
    {
        var proposal = Pose.AutoOptions(Beside(apart));
        Assert.Equal(
            (expected, expected == PoseModelKind.BottomUp ? 1.0 : 0.0),
            (proposal.Kind, proposal.Labels.Overlapping())
        );
        Assert.Contains(
            expected == PoseModelKind.BottomUp
                ? "100 % of the instances lie over another one"
                : "0 % of which lie over",
            proposal.Reasons[0].Reason
        );
    }

    [Theory]
    [InlineData(PoseModelKind.Centroid)]
    [InlineData(PoseModelKind.TopDown)]
    [InlineData(PoseModelKind.BottomUp)]
    [InlineData(PoseModelKind.TopDownId)]
    [InlineData(PoseModelKind.BottomUpId)]
    public void A_kind_that_is_asked_for_is_proposed_with_a_reason_for_each_option_that_is_not_its_default(
        PoseModelKind kind
    )
    {
        var labels = Recordings.Flies(Pose);
        var proposal = Pose.AutoOptions(labels, kind);
        Assert.Equal(kind, proposal.Kind);
        Assert.StartsWith("it was asked for.", proposal.Reasons[0].Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(proposal.Estimator(Pose).Lint(labels), finding => finding.IsWarning);
        var prefixes = proposal.Options.Networks.Count == 1 ? ["", ""] : new[] { "", "Centroid.", "CenteredInstance." };
        string[] networks = ["", .. proposal.Options.Networks.Select(network => network.NetworkName)];
        HashSet<string> explained =
        [
            .. networks
                .Zip(prefixes)
                .SelectMany(network =>
                    proposal
                        .Reasons.Where(reason => reason.Network == network.First)
                        .Select(reason => network.Second + reason.Option)
                ),
        ];
        var plain = (PoseModelOptions)Activator.CreateInstance(proposal.Options.GetType())!;
        // The options of tiles have defaults of their own where there are tiles.
        if (proposal.Options is NetworkOptions { Training.Tiles: not null } && plain is NetworkOptions whole)
            plain = whole with { Training = new() { Tiles = new() } };
        var defaults = OptionList.Of(plain).ToHashSet();
        Assert.Empty(OptionList.Of(proposal.Options).Except(defaults).Select(option => option.Name).Except(explained));
    }

    [Fact]
    public void Id_types_learn_the_names_of_the_tracks()
    {
        var proposal = (TopDownIdOptions)Pose.AutoOptions(Recordings.Flies(Pose), PoseModelKind.TopDownId).Options;
        Assert.Equal(["track_0", "track_1"], proposal.Classes);
        Assert.Equal(("thorax", 2), (proposal.AnchorPart, proposal.Centroid.MaxInstances));
        Assert.Contains(
            "found nodes more exactly",
            Pose.AutoOptions(Recordings.Flies(Pose), PoseModelKind.BottomUpId).Reasons[0].Reason
        );
    }

    [Fact]
    public void What_labels_cannot_train_is_said()
    {
        string Fault(IDataView labels, PoseModelKind kind) =>
            Assert.Throws<ArgumentException>(() => Pose.AutoOptions(labels, kind)).Message;
        Assert.StartsWith(
            "single-instance: the labels have up to 2 instances",
            Fault(Recordings.Flies(Pose), PoseModelKind.SingleInstance),
            StringComparison.Ordinal
        );
        Assert.Contains("no edges", Fault(Pose.LoadLabels(Recordings.OpenField), PoseModelKind.BottomUp));
        Assert.Contains(
            "no labeled instance has a track",
            Fault(Pose.LoadLabels(Recordings.OpenField), PoseModelKind.TopDownId)
        );
        Assert.Contains("none of SingleInstance, Centroid", Fault(Recordings.Flies(Pose), (PoseModelKind)77));
    }

    [Fact]
    public void A_direction_in_which_next_to_no_animal_looks_is_none()
    {
        var rows = Enumerable
            .Range(0, 1000)
            .Select(i => LabeledRow.Of(i, [0, 0, i < 8 ? MathF.Cos(i) : 1, i < 8 ? MathF.Sin(i) : 0.1f], [], 2))
            .ToList();
        Assert.Equal(1, new LabelStatistics(rows, new Skeleton("a", ["tail", "head"])).Directions());
    }

    [Fact]
    public void The_configuration_it_writes_is_read_again_with_the_same_options()
    {
        var folder = Directory.CreateTempSubdirectory("auto-").FullName;
        var proposal = Pose.AutoOptions(Recordings.Flies(Pose));
        var files = proposal.Save(Path.Combine(folder, "config.yaml"));
        Assert.Equal(["config.centroid.yaml", "config.centered_instance.yaml"], files.Select(Path.GetFileName));
        var (first, second) = (SleapConfig.Read(files[0]), SleapConfig.Read(files[1]));
        Assert.Equal((ModelType.Centroid, ModelType.CenteredInstance), (first.Type, second.Type));
        var (centroid, centered) = ((CentroidOptions)first.Options, (CenteredInstanceOptions)second.Options);
        var options = (TopDownOptions)proposal.Options;
        Assert.Equal(
            ("thorax", 0.25f, options.Centroid.Backbone),
            (centroid.AnchorPart, centroid.Scale, centroid.Backbone)
        );
        Assert.Equal(
            (options.CenteredInstance.CropSize, 2.5f, options.CenteredInstance.Augmentation.RotationMax),
            (centered.CropSize, centered.Sigma, centered.Augmentation.RotationMax)
        );
        Assert.Contains("# centered_instance: CropSize = ", File.ReadAllText(files[1]));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_configuration_without_tiles_has_a_batch_of_frames()
    {
        var folder = Directory.CreateTempSubdirectory("auto-").FullName;
        var proposal = Pose.AutoOptions(Recordings.Flies(Pose), PoseModelKind.BottomUp);
        var file = Assert.Single(proposal.Save(Path.Combine(folder, "config.yaml")));
        Assert.DoesNotContain("Tiles", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.Equal((256, 16), (Tiled(proposal.Options).Tiles?.Size, Tiled(proposal.Options).BatchSize));
        Assert.Equal(
            (null, 4),
            (Tiled(SleapConfig.Read(file).Options).Tiles, Tiled(SleapConfig.Read(file).Options).BatchSize)
        );
        Directory.Delete(folder, recursive: true);

        static TrainerOptions Tiled(PoseModelOptions options) => ((NetworkOptions)options).Training;
    }

    [Fact]
    public void It_trains()
    {
        using var pairs = new PairFolder(4);
        var labels = pairs.View(_ml);
        var proposal = Pose.AutoOptions(labels)
            .With(options =>
                options with
                {
                    Device = "cpu",
                    Training = options.Training with { Epochs = 1, StepsPerEpoch = 1, Device = "cpu" },
                }
            );
        using var model = proposal.Estimator(Pose).Fit(labels);
        Assert.IsType<TopDownTransformer>(model);
    }

    // Two animals of 10 × 10 pixels, one so many to the right of the other.
    private IDataView Beside(int apart)
    {
        var skeleton = new Skeleton("animal", ["a", "b"], [new Edge(0, 1)]);
        Instance Animal(int x) => new() { Skeleton = skeleton, Points = [new Point(x, 20), new Point(x + 10, 30)] };
        return Pose.FromLabels(
            new Labels(
                _pictures.Labels.Frames.Select(frame => new LabeledFrame
                {
                    Video = frame.Video,
                    FrameIndex = frame.FrameIndex,
                    Instances = [Animal(30), Animal(30 + apart)],
                }),
                _pictures.Labels.Videos,
                [skeleton]
            )
        );
    }

    // Two animals in pictures of 96 × 128 pixels.
    private IDataView Scaled(int nodes, int size, bool edges)
    {
        var skeleton = new Skeleton(
            "animal",
            [.. Enumerable.Range(0, nodes).Select(i => $"n{i}")],
            edges ? [new Edge(0, 1)] : []
        );
        return Pose.FromLabels(
            new Labels(
                _pictures.Labels.Frames.Select(frame => new LabeledFrame
                {
                    Video = frame.Video,
                    FrameIndex = frame.FrameIndex,
                    Instances =
                    [
                        .. Enumerable
                            .Range(0, 2)
                            .Select(k => new Instance
                            {
                                Skeleton = skeleton,
                                Points =
                                [
                                    .. Enumerable
                                        .Range(0, nodes)
                                        .Select(i => new Point(10 + (40 * k) + (size * i), 20 + (30 * k))),
                                ],
                            }),
                    ],
                }),
                _pictures.Labels.Videos,
                [skeleton]
            )
        );
    }
}
