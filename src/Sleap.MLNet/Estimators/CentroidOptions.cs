namespace Sleap.MLNet;

/// <summary>A model that finds each animal's centre: the first stage of top-down. SLEAP-NN's <c>centroid</c>.</summary>
public sealed record CentroidOptions : PoseModelOptions
{
    /// <summary>
    /// The node that is an animal's centre; where it is missing, and when this is null (default), the mean of the
    /// visible nodes is. A node near the body's middle that is nearly always visible does best. SLEAP-NN's
    /// <c>anchor_part</c>.
    /// </summary>
    public string? AnchorPart { get; init; }

    /// <summary>Animals in a frame at most: those of the highest peaks are kept. Null (default): any number.</summary>
    public int? MaxInstances { get; init; }

    /// <summary>
    /// Whether the map goes through a sigmoid; SLEAP-NN's <c>use_sigmoid_activation</c>. Default false.
    /// </summary>
    public bool Sigmoid { get; init; }

    /// <summary>
    /// Train by focal loss instead of mean squared error; needs <see cref="Sigmoid"/>. Null (default): mean squared
    /// error.
    /// </summary>
    public FocalLoss? FocalLoss { get; init; }

    internal IReadOnlyList<HeadOptions> Heads() =>
        [
            new ConfidenceMapHeadOptions
            {
                Kind = ConfidenceMapKind.Centroid,
                Nodes = 1,
                Sigma = Sigma,
                Sigmoid = Sigmoid,
                OutputStride = HeadStride,
            },
        ];

    internal IEnumerable<string> Faults(PoseSubject subject)
    {
        foreach (var fault in Faults(Heads()).Concat(AnchorFaults(AnchorPart, subject)))
            yield return fault;
        if (FocalLoss is not null && !Sigmoid)
            yield return "FocalLoss is set, but Sigmoid is not: it is a loss of probabilities.";
        foreach (var problem in FocalLoss?.Faults() ?? [])
            yield return $"FocalLoss: {problem}";
        if (MaxInstances < 1)
            yield return $"MaxInstances is {MaxInstances}; at least 1, or null.";
    }
}
