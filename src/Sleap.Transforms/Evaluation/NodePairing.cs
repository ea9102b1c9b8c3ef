using System.Collections.Immutable;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// The nodes that the true and the predicted skeleton share, matched by name in any order. Nodes of only one skeleton
/// are left out.
/// </summary>
internal sealed class NodePairing
{
    private readonly Skeleton _truth;
    private readonly Skeleton _predicted;

    /// <param name="truth">The skeleton of the true instances.</param>
    /// <param name="predicted">The skeleton of the predicted ones.</param>
    /// <param name="truthName">Name of the true side in messages.</param>
    /// <param name="predictedName">Name of the predicted side in messages.</param>
    /// <exception cref="ArgumentException">They have no node in common.</exception>
    public NodePairing(Skeleton truth, Skeleton predicted, string truthName, string predictedName)
    {
        (_truth, _predicted) = (truth, predicted);
        string[] shared = [.. truth.Nodes.Where(node => predicted.IndexOf(node) >= 0)];
        if (shared.Length == 0)
        {
            throw new ArgumentException(
                $"Evaluate: {truthName} and {predictedName} have no node in common, and "
                    + $"nodes are matched by name. In {truthName}: {List(truth.Nodes)}; in {predictedName}: "
                    + $"{List(predicted.Nodes)}. EvaluateCentroids compares only the positions of instances."
            );
        }

        TruthNodes = [.. shared.Select(truth.IndexOf)];
        PredictedNodes = [.. shared.Select(predicted.IndexOf)];
        OnlyTrue = [.. truth.Nodes.Except(shared)];
        OnlyPredicted = [.. predicted.Nodes.Except(shared)];
        Skeleton = OnlyTrue.IsEmpty ? truth : Part(truth, shared);
        Remarks =
            OnlyTrue.IsEmpty && OnlyPredicted.IsEmpty
                ? []
                : [$"Evaluate: nodes {MetricsText.LeftOut(OnlyTrue, OnlyPredicted)}. Compared: {List(shared)}."];
    }

    /// <summary>The shared nodes, in the order of the true skeleton.</summary>
    public Skeleton Skeleton { get; }

    /// <summary>Nodes that only the true instances have.</summary>
    public ImmutableArray<string> OnlyTrue { get; }

    /// <summary>Nodes that only the predicted instances have.</summary>
    public ImmutableArray<string> OnlyPredicted { get; }

    /// <summary>Messages about nodes that are left out; empty when all are shared.</summary>
    public IReadOnlyCollection<string> Remarks { get; }

    /// <summary>For each shared node its place in the true skeleton.</summary>
    public int[] TruthNodes { get; }

    /// <summary>For each shared node its place in the predicted skeleton.</summary>
    public int[] PredictedNodes { get; }

    /// <summary>The options for the shared nodes.</summary>
    /// <exception cref="ArgumentException">They name a node that the true instances do not have, or a centroid node that
    /// is not shared.</exception>
    public EvaluationOptions Check(EvaluationOptions options)
    {
        options.Checked(_truth);
        if (options.CentroidNode is { } node && Skeleton.IndexOf(node) < 0)
        {
            throw new ArgumentException(
                $"Evaluation options: {nameof(EvaluationOptions.CentroidNode)} is '{node}', "
                    + $"which the predictions do not have. They have {List(_predicted.Nodes)}."
            );
        }

        return options with
        {
            NodeOksStddev = options.NodeOksStddev.RemoveRange(OnlyTrue),
        };
    }

    /// <summary>The metrics with the nodes that were left out.</summary>
    public PoseMetrics Mark(PoseMetrics metrics) =>
        metrics with
        {
            NodesOnlyTrue = OnlyTrue,
            NodesOnlyPredicted = OnlyPredicted,
        };

    private static Skeleton Part(Skeleton whole, string[] nodes)
    {
        int Place(int node) => Array.IndexOf(nodes, whole.Nodes[node]);
        return new Skeleton(
            whole.Name,
            nodes,
            whole
                .Edges.Select(edge => new Edge(Place(edge.Source), Place(edge.Destination)))
                .Where(edge => edge.Source >= 0 && edge.Destination >= 0),
            whole
                .Symmetries.Select(pair => new Symmetry(Place(pair.First), Place(pair.Second)))
                .Where(pair => pair.First >= 0 && pair.Second >= 0)
        );
    }

    private static string List(IEnumerable<string> nodes) => string.Join(", ", nodes);
}
