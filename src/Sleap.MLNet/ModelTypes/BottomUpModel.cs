using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// All animals at once: confidence maps for the nodes, part affinity fields for the edges that put them together.
/// </summary>
internal sealed class BottomUpModel : PoseModel
{
    private readonly BottomUpOptions _options;
    private readonly ConfidenceMap _nodes;
    private readonly PartAffinity _edges;
    private readonly int _nodeCount;

    public BottomUpModel(BottomUpOptions options, PoseSubject subject, Initialization initialization, int? seed = null)
        : this(options, options.Heads(subject), subject, initialization, seed) { }

    private BottomUpModel(
        BottomUpOptions options,
        IReadOnlyList<HeadOptions> heads,
        PoseSubject subject,
        Initialization initialization,
        int? seed
    )
        : base(options, heads, initialization, seed)
    {
        (_options, _nodeCount) = (options, subject.Skeleton.Nodes.Length);
        _nodes = ConfidenceMap.Of((ConfidenceMapHeadOptions)heads[0]);
        _edges = new PartAffinity(subject.Skeleton.Edges, heads[1].OutputStride, options.PartAffinity.Sigma)
        {
            LinePoints = options.PartAffinity.LinePoints,
            MaxEdgeLengthRatio = options.PartAffinity.MaxEdgeLengthRatio,
            DistancePenaltyWeight = options.PartAffinity.DistancePenaltyWeight,
            MinLineScore = options.PartAffinity.MinLineScore,
            Rule = options.PartAffinity.Grouping,
            MinInstancePeaks = options.PartAffinity.MinInstancePeaks,
            MaxInstances = options.MaxInstances,
        };
    }

    public override Tensor Nearest(Tensor[] outputs, Tensor points) => new PeakLists(Peaks(outputs[0])).Nearest(points);

    public override FoundInstances[] Find(Tensor images)
    {
        using var scope = NewDisposeScope();
        var outputs = Outputs(images);
        return [.. _edges.Group(outputs[1], Peaks(outputs[0]), _nodeCount).Select(AnimalsOf)];
    }

    protected override Tensor[] HeadLosses(Tensor[] outputs, TrainingBatch batch) =>
        [
            MapLoss(outputs[0], _nodes.Encode(batch.Points, batch.Height, batch.Width), batch),
            MapLoss(outputs[1], _edges.Encode(batch.Points, batch.Height, batch.Width), batch),
        ];

    private LocalPeaks Peaks(Tensor maps) => _nodes.DecodeAll(maps, _options.PeakThreshold, _options.Refinement);

    private FoundInstances AnimalsOf(InstanceSet animals)
    {
        var found = new FoundInstances(_nodeCount, animals.Count) { Points = animals.Points, Values = animals.Values };
        found.Summarize();
        // How well the edges agree says more of an animal than its peaks do.
        for (var i = 0; i < animals.Count; i++)
            found.Scores[i] = animals.Scores[i];
        return found;
    }
}
