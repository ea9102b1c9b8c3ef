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
        var options = proposal.SingleInstance!;
        Assert.Equal((0.5f, 16, 180f, 29), (options.Scale, options.Backbone.MaxStride, options.Augmentation.RotationMax, options.Training.StepsPerEpoch!.Value));
        Assert.DoesNotContain(proposal.Estimator(Pose).Lint(labels), finding => finding.IsWarning);
        Assert.All((string[])["type", "Scale", "Backbone", "Sigma", "Rotation", "BatchSize"], option => Assert.Contains(proposal.Reasons, reason => reason.Option == option && reason.Reason.Length > 10));
    }

    [Fact]
    public void Two_small_flies_are_top_down_about_the_thorax_and_the_crop_holds_the_largest()
    {
        var labels = Recordings.Flies(Pose);
        var proposal = Pose.AutoOptions(labels);
        Assert.Equal("top-down", proposal.Type);
        var (centroid, centered) = (proposal.TopDown!.Centroid, proposal.TopDown.CenteredInstance);
        Assert.Equal(("thorax", 0.25f, 180f), (proposal.TopDown.AnchorPart, centroid.Scale, centered.Augmentation.RotationMax));
        Assert.Equal((0, 100), (centered.CropSize % 16, centered.Training.StepsPerEpoch));
        Assert.DoesNotContain(proposal.Estimator(Pose).Lint(labels), finding => finding.IsWarning);
        Assert.Contains(proposal.Reasons, reason => reason.Option == "type" && reason.Reason.Contains("names matter", StringComparison.Ordinal));
    }

    [Fact]
    public void Large_animals_with_edges_are_bottom_up_and_those_of_one_node_are_centres()
    {
        Assert.Equal("bottom-up", Pose.AutoOptions(Scaled(nodes: 2, size: 60, edges: true)).Type);
        Assert.Equal("top-down", Pose.AutoOptions(Scaled(nodes: 2, size: 60, edges: false)).Type);
        Assert.Equal("top-down", Pose.AutoOptions(Scaled(nodes: 2, size: 10, edges: true)).Type);
        Assert.Equal("centroid", Pose.AutoOptions(Scaled(nodes: 1, size: 10, edges: false)).Type);
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
        Assert.Equal(("thorax", 0.25f, proposal.TopDown!.Centroid.Backbone), (centroid.AnchorPart, centroid.Scale, centroid.Backbone));
        Assert.Equal((proposal.TopDown.CenteredInstance.CropSize, 2.5f, proposal.TopDown.CenteredInstance.Augmentation.RotationMax), (centered.CropSize, centered.Sigma, centered.Augmentation.RotationMax));
        Assert.Contains("# centered_instance: CropSize = ", File.ReadAllText(files[1]));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void It_trains()
    {
        using var pairs = new PairFolder(4);
        var labels = pairs.View(_ml);
        var proposal = Pose.AutoOptions(labels).With(options => options with { Device = "cpu", Training = options.Training with { Epochs = 1, StepsPerEpoch = 1, Device = "cpu" } });
        using var model = proposal.Estimator(Pose).Fit(labels);
        Assert.IsType<TopDownTransformer>(model);
    }

    // Two animals in pictures of 96 × 128 pixels.
    private IDataView Scaled(int nodes, int size, bool edges)
    {
        var skeleton = new Skeleton("animal", [.. Enumerable.Range(0, nodes).Select(i => $"n{i}")], edges ? [new Edge(0, 1)] : []);
        return Pose.FromLabels(new Labels(_pictures.Labels.Frames.Select(frame => new LabeledFrame
        {
            Video = frame.Video, FrameIndex = frame.FrameIndex,
            Instances = [.. Enumerable.Range(0, 2).Select(k => new Instance { Skeleton = skeleton, Points = [.. Enumerable.Range(0, nodes).Select(i => new Point(10 + (40 * k) + (size * i), 20 + (30 * k)))] })],
        }), _pictures.Labels.Videos, [skeleton]));
    }
}
