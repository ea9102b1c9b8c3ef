using System.Text.Json.Serialization;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// Top-down that also tells which animal is which, learned from the tracks of the labels. SLEAP-NN's
/// <c>multi_class_topdown</c> behind a <c>centroid</c>.
/// </summary>
public sealed record TopDownIdOptions
{
    /// <summary>The first stage: where the animals are.</summary>
    public CentroidOptions Centroid { get; init; } = new();

    /// <summary>The second stage: the nodes of the animal in a crop, and who it is.</summary>
    public CenteredInstanceOptions CenteredInstance { get; init; } = new();

    /// <summary>The head of the second stage that tells who it is.</summary>
    public ClassVectorOptions ClassVectors { get; init; } = new();

    /// <summary>
    /// The animals' names, which are tracks of the labels; null (default): all tracks that occur in the training
    /// labels.
    /// </summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>
    /// Below this probability of its class an animal gets no identity. No two animals of a frame have the same one, so
    /// an animal may get its second most probable class. Null (default): a tenth of a guess's, 1 / (10 · number of
    /// classes). 0 is SLEAP-NN, which of two animals that both look wholly like the first class calls one the second,
    /// with whatever probability.
    /// </summary>
    public float? LeastProbability { get; init; }

    /// <summary>The node that is an animal's centre in both stages; null (default): as each stage says.</summary>
    public string? AnchorPart { get; init; }

    /// <summary>
    /// Where to predict, for both stages: <c>auto</c> (default: the GPU if there is one), <c>cpu</c>, <c>cuda</c> or
    /// <c>cuda:N</c>.
    /// </summary>
    [JsonIgnore]
    public string Device { get; init; } = "auto";

    /// <summary>Names of the columns, in and out; the stages' own are not looked at.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    /// <summary>Which of the animals of a frame are kept: overlapping ones, faint ones. Default: all.</summary>
    public InstanceFilterOptions Filter { get; init; } = new();

    /// <summary>The two stages with what they share written into both.</summary>
    internal TopDownOptions Stages() =>
        new TopDownOptions
        {
            Centroid = Centroid,
            CenteredInstance = CenteredInstance,
            AnchorPart = AnchorPart,
            Device = Device,
            Columns = Columns,
        }.Shared();

    internal IEnumerable<string> Faults(PoseSubject subject)
    {
        foreach (var fault in Stages().Faults(subject, ClassVectors))
            yield return fault;
        foreach (var fault in Filter.Faults())
            yield return $"Filter.{fault}";
        if (LeastProbability is { } least and not (>= 0 and <= 1))
            yield return $"LeastProbability is {least}; 0 to 1, or null.";
        if (Classes is { } classes && classes.Distinct().Count() < classes.Count)
            yield return $"Classes names an animal twice: {string.Join(", ", classes)}.";
    }
}
