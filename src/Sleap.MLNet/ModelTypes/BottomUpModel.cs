using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>All animals at once: confidence maps for the nodes, part affinity fields for the edges that put them together.</summary>
internal sealed class BottomUpModel : PoseModel
{
    private readonly BottomUpOptions _options;
    private readonly ConfidenceMap _nodes;
    private readonly PartAffinity _edges;

    public BottomUpModel(BottomUpOptions options, PoseSubject subject, Initialization initialization, int? seed = null)
        : this(options, options.Heads(subject), subject, initialization, seed)
    {
    }

    private BottomUpModel(BottomUpOptions options, IReadOnlyList<HeadOptions> heads, PoseSubject subject, Initialization initialization, int? seed)
        : base(options, heads, initialization, seed)
    {
        _options = options;
        _nodes = ConfidenceMap.Of((ConfidenceMapHeadOptions)heads[0]);
        _edges = new PartAffinity(subject.Skeleton.Edges, heads[1].OutputStride, options.PartAffinity.Sigma)
        {
            LinePoints = options.PartAffinity.LinePoints,
            MaxEdgeLengthRatio = options.PartAffinity.MaxEdgeLengthRatio,
            DistancePenaltyWeight = options.PartAffinity.DistancePenaltyWeight,
            MinLineScore = options.PartAffinity.MinLineScore,
        };
    }

    public override Tensor Nearest(Tensor[] outputs, Tensor points) => new PeakLists(Peaks(outputs[0])).Nearest(points);

    public override FoundInstances[] Find(Tensor images)
    {
        using var scope = NewDisposeScope();
        var outputs = Network.call(images);
        throw new NotImplementedException();
    }

    protected override Tensor HeadLoss(int head, Tensor output, TrainingBatch batch) => MapLoss(output, head == 0
        ? _nodes.Encode(batch.Points, batch.Height, batch.Width)
        : _edges.Encode(batch.Points, batch.Height, batch.Width));

    private LocalPeaks Peaks(Tensor maps) => _nodes.DecodeAll(maps, _options.PeakThreshold, _options.Refinement);
}
