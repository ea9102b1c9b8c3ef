using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>Evaluation of models whose nodes are not those of the labels, or not in their order.</summary>
public sealed class EvaluationNodesTests
{
    private const int Frames = 4;
    private readonly MLContext _ml = new(1);
    private readonly List<string> _warnings = [];

    public EvaluationNodesTests() =>
        _ml.Log += (_, entry) =>
        {
            if (entry.Kind == ChannelMessageKind.Warning)
                _warnings.Add(entry.Message);
        };

    [Theory]
    [MemberData(nameof(SampleModels.Kinds), MemberType = typeof(SampleModels))]
    public void Nodes_are_matched_by_name_whatever_their_order(PoseModelKind kind)
    {
        using var model = SampleModels.Load(_ml, kind);
        _warnings.Clear(); // the two networks of sleap-nn's top-down ID sample have other anchors
        var labels = Labels(model, kind, [.. model.Skeleton.Nodes.Reverse()]);
        var metrics = _ml.Pose().Evaluate(Both(model, kind, labels));
        Assert.Equal(model.Skeleton.Nodes.Reverse(), metrics.Nodes.Select(node => node.Node));
        Assert.All(metrics.Nodes, node => Assert.Equal(node.Error.Visible, node.Error.Found));
        Assert.True(metrics.All.Found > 0);
        Assert.Equal((0, 0), (metrics.Missed, metrics.Spurious));
        Assert.InRange(metrics.All.P99, 0, 1e-3);
        var predicted = _ml.Pose().ToLabels(model.Transform(SampleModels.Frames(_ml, kind, Frames)));
        Assert.Equal(metrics.All, _ml.Pose().Evaluate(labels, predicted).All);
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData(PoseModelKind.SingleInstance)]
    [InlineData(PoseModelKind.BottomUp)]
    public void Nodes_of_one_side_only_are_left_out_and_named(PoseModelKind kind)
    {
        using var model = SampleModels.Load(_ml, kind);
        var missing = model.Skeleton.Nodes[0];
        var labels = Labels(model, kind, [.. model.Skeleton.Nodes.Skip(1).Reverse(), "extra"]);
        var view = Both(model, kind, labels);
        var metrics = _ml.Pose().Evaluate(view);
        Assert.Equal(model.Skeleton.Nodes.Skip(1).Reverse(), metrics.Nodes.Select(node => node.Node));
        Assert.True(metrics.All.Found > 0);
        Assert.InRange(metrics.All.P99, 0, 1e-3);
        Assert.Equal("extra", Assert.Single(metrics.NodesOnlyTrue));
        Assert.Equal(missing, Assert.Single(metrics.NodesOnlyPredicted));
        Says(Assert.Single(_warnings));
        Says(metrics.ToTable());
        Says(metrics.ToString());
        Says(metrics.ToJson().ToJsonString());

        _warnings.Clear();
        var predicted = _ml.Pose().ToLabels(model.Transform(SampleModels.Frames(_ml, kind, Frames)));
        var same = _ml.Pose().Evaluate(labels, predicted);
        Assert.Equal(
            (metrics.All, metrics.NodesOnlyTrue.Single(), metrics.NodesOnlyPredicted.Single()),
            (same.All, same.NodesOnlyTrue.Single(), same.NodesOnlyPredicted.Single())
        );
        Says(Assert.Single(_warnings));

        void Says(string text) => Assert.True(text.Contains("extra") && text.Contains(missing), text);
    }

    [Fact]
    public void No_node_in_common_is_an_error_with_both_lists()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance);
        var labels = Labels(model, PoseModelKind.SingleInstance, ["ear", "paw"]);
        var message = Assert
            .Throws<ArgumentException>(() => _ml.Pose().Evaluate(Both(model, PoseModelKind.SingleInstance, labels)))
            .Message;
        Assert.Contains(
            $"In 'Keypoints': ear, paw; in 'PredictedKeypoints': {string.Join(", ", model.Skeleton.Nodes)}",
            message
        );
        var predicted = _ml.Pose().ToLabels(model.Transform(SampleModels.Frames(_ml, PoseModelKind.SingleInstance, 1)));
        message = Assert.Throws<ArgumentException>(() => _ml.Pose().Evaluate(labels, predicted)).Message;
        Assert.Contains(
            $"In the true labels: ear, paw; in the predicted labels: {string.Join(", ", model.Skeleton.Nodes)}",
            message
        );
    }

    /// <summary>What the model finds, as labels with other nodes; one that it does not have is at (1, 1).</summary>
    private Labels Labels(PoseModelTransformer model, PoseModelKind kind, string[] nodes)
    {
        var skeleton = new Skeleton("labels", nodes);
        var found = _ml.Pose().ToLabels(model.Transform(SampleModels.Frames(_ml, kind, Frames)));
        return new Labels(
            found.Frames.Select(frame => new LabeledFrame
            {
                Video = frame.Video,
                FrameIndex = frame.FrameIndex,
                Instances =
                [
                    .. frame.Instances.Select(animal => new Instance
                    {
                        Skeleton = skeleton,
                        Points =
                        [
                            .. nodes.Select(node =>
                                model.Skeleton.IndexOf(node) is >= 0 and var place
                                    ? animal.Points[place]
                                    : new Point(1, 1)
                            ),
                        ],
                    }),
                ],
            })
        );
    }

    private IDataView Both(PoseModelTransformer model, PoseModelKind kind, Labels labels) =>
        model.Transform(
            _ml.Pose()
                .FromLabels(
                    labels,
                    new LabelsOptions
                    {
                        Layout = kind == PoseModelKind.SingleInstance ? InstanceLayout.Single : InstanceLayout.Many,
                    }
                )
        );
}
