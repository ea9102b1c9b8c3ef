using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>All animals at once: confidence maps for the nodes, part affinity fields for the edges that put them together.</summary>
internal sealed class BottomUpModel : PoseModel
{
    private readonly BottomUpOptions _options;
    private readonly ConfidenceMap _nodes;
    private readonly PartAffinity _edges;
    private readonly InstanceGrouping _grouping;
    private readonly int _nodeCount;

    public BottomUpModel(BottomUpOptions options, PoseSubject subject, Initialization initialization, int? seed = null)
        : this(options, options.Heads(subject), subject, initialization, seed)
    {
    }

    private BottomUpModel(BottomUpOptions options, IReadOnlyList<HeadOptions> heads, PoseSubject subject, Initialization initialization, int? seed)
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
        };
        _grouping = new InstanceGrouping(subject.Skeleton.Edges, _nodeCount) { MinPeaks = options.PartAffinity.PeaksOf(_nodeCount) };
    }

    public override Tensor Nearest(Tensor[] outputs, Tensor points) => new PeakLists(Peaks(outputs[0])).Nearest(points);

    public override FoundInstances[] Find(Tensor images)
    {
        using var scope = NewDisposeScope();
        var outputs = Network.call(images);
        return Group(outputs[1], Peaks(outputs[0]), (int)images.shape[0]);
    }

    protected override Tensor HeadLoss(int head, Tensor output, TrainingBatch batch) => MapLoss(output, head == 0
        ? _nodes.Encode(batch.Points, batch.Height, batch.Width)
        : _edges.Encode(batch.Points, batch.Height, batch.Width));

    private LocalPeaks Peaks(Tensor maps) => _nodes.DecodeAll(maps, _options.PeakThreshold, _options.Refinement);

    private FoundInstances[] Group(Tensor fields, LocalPeaks peaks, int images)
    {
        var (points, values) = (peaks.Points.cpu().contiguous().data<float>().ToArray(), peaks.Values.cpu().contiguous().data<float>().ToArray());
        var animals = _grouping.Group(_edges.Decode(fields, peaks), peaks.Channels.cpu().data<long>().ToArray(), images);
        return [.. animals.Select(found => Animals([.. found.OrderByDescending(animal => animal.Score).Take(_options.MaxInstances ?? int.MaxValue)], points, values))];
    }

    private FoundInstances Animals((int[] Peaks, float Score)[] animals, float[] points, float[] values)
    {
        var found = new FoundInstances(_nodeCount, animals.Length);
        for (var i = 0; i < animals.Length * _nodeCount; i++)
        {
            if (animals[i / _nodeCount].Peaks[i % _nodeCount] is not (>= 0 and var peak)) continue;
            (found.Points[2 * i], found.Points[2 * i + 1], found.Values[i]) = (points[2 * peak], points[2 * peak + 1], values[peak]);
        }
        found.Summarize();
        // How well the edges agree, 0 to 1: the sum that sleap-nn gives, over the edges that there are.
        for (var i = 0; i < animals.Length; i++) found.Scores[i] = Math.Clamp(animals[i].Score / _grouping.EdgeOrder.Count, 0, 1);
        return found;
    }
}
