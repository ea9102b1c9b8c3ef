using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;

namespace Sleap.MLNet.Tests;

/// <summary>One rule for the scores of all models: they are what the maps say, and nothing is clamped.</summary>
public sealed class ScoreTests
{
    private readonly MLContext _ml = new(1);

    [Theory]
    [MemberData(nameof(SampleModels.Kinds), MemberType = typeof(SampleModels))]
    public void An_animals_score_is_the_mean_of_its_nodes_scores_above_1_too(PoseModelKind kind)
    {
        using var model = SampleModels.Load(_ml, kind);
        foreach (var network in model.Networks)
            // The maps of the sample of top-down ID stay below 0.04.
            Raise(network, kind == PoseModelKind.TopDownId && network == model.Networks[^1] ? 60 : 3);
        var poses = _ml.Data.Cache(model.Transform(SampleModels.Frames(_ml, kind, 2)));
        float[] nodes = [.. Rows(poses, "KeypointScore").SelectMany(row => row)],
            animals = [.. Rows(poses, "InstanceScore").SelectMany(row => row)];
        Assert.NotEmpty(animals);
        Assert.True(nodes.Max() > 1, $"the highest peak is {nodes.Max()}");
        if (Rows(poses, "CentroidScore") is { Count: > 0 } centers)
            Assert.True(centers.Max(row => row.Max()) > 1);
        if (kind == PoseModelKind.BottomUp)
            return; // there the edges tell
        float[][] animalsNodes = [.. nodes.Chunk(model.Skeleton.Nodes.Length)];
        Assert.Equal(animals.Length, animalsNodes.Length);
        Assert.True(animals.Max() > 1, $"the surest animal has {animals.Max()}");
        for (var i = 0; i < animals.Length; i++)
            Assert.Equal(animalsNodes[i].Where(score => score != 0).DefaultIfEmpty(0).Average(), animals[i], 1e-5f);
    }

    // Maps that are as many times as high: the last convolution's weights and bias are multiplied.
    private static void Raise(PoseModel model, float times)
    {
        using var noGrad = torch.no_grad();
        foreach (var (name, parameter) in model.Network.named_parameters())
        {
            if (name.StartsWith("head", StringComparison.Ordinal))
                parameter.mul_(times);
        }
    }

    private static List<float[]> Rows(IDataView view, string name) =>
        view.Schema.GetColumnOrNull(name) switch
        {
            null => [],
            { Type: VectorDataViewType } => [.. view.GetColumn<float[]>(name)],
            _ => [.. view.GetColumn<float>(name).Select(value => new[] { value })],
        };
}
