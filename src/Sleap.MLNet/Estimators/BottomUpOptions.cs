namespace Sleap.MLNet;

/// <summary>
/// Several animals a frame, all nodes found at once and put together to animals along part affinity fields, which need
/// a skeleton with edges. Its time hardly depends on how many animals there are. SLEAP-NN's <c>bottomup</c>.
/// </summary>
public sealed record BottomUpOptions : PoseModelOptions
{
    /// <summary>The fields that connect nodes, and how connections are made of them.</summary>
    public PartAffinityOptions PartAffinity { get; init; } = new();

    /// <summary>Animals in a frame at most: those of the highest scores are kept. Null (default): any number.</summary>
    public int? MaxInstances { get; init; }

    /// <summary>Which of the animals of a frame are kept: overlapping ones, faint ones. Default: all.</summary>
    public InstanceFilterOptions Filter { get; init; } = new();

    internal IReadOnlyList<HeadOptions> Heads(PoseSubject subject) =>
        [
            new ConfidenceMapHeadOptions
            {
                Kind = ConfidenceMapKind.MultiInstance,
                Nodes = subject.Skeleton.Nodes.Length,
                Sigma = Sigma,
                OutputStride = HeadStride,
            },
            PartAffinity.Head(subject.Skeleton.Edges.Length, HeadStride),
        ];

    internal IEnumerable<string> Faults(PoseSubject subject)
    {
        if (subject.Skeleton.Edges.Length == 0)
        {
            yield return "The skeleton has no edges, along which a bottom-up model connects nodes. Add edges to the "
                + "skeleton, or use a top-down model.";
            yield break;
        }
        foreach (var fault in Faults(Heads(subject)).Concat(PartAffinity.Faults()))
            yield return fault;
        foreach (var fault in Filter.Faults())
            yield return $"Filter.{fault}";
        if (MaxInstances < 1)
            yield return $"MaxInstances is {MaxInstances}; at least 1, or null.";
    }
}
