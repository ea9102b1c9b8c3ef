namespace Sleap.MLNet;

/// <summary>
/// Several animals a frame, all nodes found at once and put together by which animal they look to be of, learned from
/// the tracks of the labels; at most one animal a class. SLEAP-NN's <c>multi_class_bottomup</c>.
/// </summary>
public sealed record BottomUpIdOptions : PoseModelOptions
{
    /// <summary>The maps that tell which animal is where.</summary>
    public ClassMapOptions ClassMaps { get; init; } = new();

    /// <summary>
    /// The animals' names, which are tracks of the labels; null (default): all tracks that occur in the training
    /// labels.
    /// </summary>
    public IReadOnlyList<string>? Classes { get; init; }

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
            ClassMaps.Head(subject.Classes.Count, HeadStride),
        ];

    internal IEnumerable<string> Faults(PoseSubject subject)
    {
        foreach (var fault in Faults(Heads(subject)))
            yield return fault;
        foreach (var fault in ClassMaps.Faults())
            yield return fault;
        foreach (var fault in Filter.Faults())
            yield return $"Filter.{fault}";
        if (Classes is { } classes && classes.Distinct().Count() < classes.Count)
            yield return $"Classes names an animal twice: {string.Join(", ", classes)}.";
    }
}
