using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>One animal in the image: one confidence map a node, its highest peak is the node's place.</summary>
internal class SingleInstanceModel : PoseModel
{
    private readonly PoseModelOptions _options;
    private readonly ConfidenceMap _codec;

    public SingleInstanceModel(
        SingleInstanceOptions options,
        PoseSubject subject,
        Initialization initialization,
        int? seed = null
    )
        : this(options, options.Heads(subject), subject, initialization, seed) { }

    protected SingleInstanceModel(
        PoseModelOptions options,
        IReadOnlyList<HeadOptions> heads,
        PoseSubject subject,
        Initialization initialization,
        int? seed
    )
        : base(options, heads, initialization, seed)
    {
        (_options, Nodes) = (options, subject.Skeleton.Nodes.Length);
        _codec = ConfidenceMap.Of((ConfidenceMapHeadOptions)heads[0]);
    }

    public int Nodes { get; }

    public override Tensor Nearest(Tensor[] outputs, Tensor points) =>
        _codec.Decode(outputs[0], float.NegativeInfinity, _options.Refinement).Points.unsqueeze(1);

    public override FoundInstances[] Find(Tensor images)
    {
        using var scope = NewDisposeScope();
        return Read(Outputs(images));
    }

    protected override Tensor[] HeadLosses(Tensor[] outputs, TrainingBatch batch) =>
        [MapLoss(outputs[0], _codec.Encode(batch.Points.select(1, 0), batch.Height, batch.Width), batch)];

    /// <summary>One animal an image from the network's outputs.</summary>
    protected virtual FoundInstances[] Read(Tensor[] outputs)
    {
        var (points, values) = _codec.Decode(outputs[0], _options.PeakThreshold, _options.Refinement);
        var (places, peaks) = (points.Values<float>(), values.Values<float>());
        var found = new FoundInstances[outputs[0].shape[0]];
        for (var image = 0; image < found.Length; image++)
        {
            found[image] = new FoundInstances(Nodes, 1)
            {
                Points = places[(image * Nodes * 2)..((image + 1) * Nodes * 2)],
                Values = peaks[(image * Nodes)..((image + 1) * Nodes)],
            };
            found[image].Summarize();
        }
        return found;
    }
}
