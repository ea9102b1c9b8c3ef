using System.Text.Json.Serialization;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// Several animals a frame: a model finds their centres, another the nodes of each in a crop around its centre. SLEAP's
/// top-down.
/// </summary>
public sealed record TopDownOptions
{
    /// <summary>The first stage: where the animals are. A scale of 0.25 to 0.5 is usually enough.</summary>
    public CentroidOptions Centroid { get; init; } = new();

    /// <summary>The second stage: the nodes of the animal in a crop.</summary>
    public CenteredInstanceOptions CenteredInstance { get; init; } = new();

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
    internal TopDownOptions Shared() =>
        this with
        {
            Centroid = Centroid with
            {
                AnchorPart = AnchorPart ?? Centroid.AnchorPart,
                Device = Device,
                Columns = Columns,
            },
            CenteredInstance = CenteredInstance with
            {
                AnchorPart = AnchorPart ?? CenteredInstance.AnchorPart,
                Device = Device,
                Columns = Columns,
            },
        };

    internal IEnumerable<string> Faults(PoseSubject subject, ClassVectorOptions? classVectors = null)
    {
        var (centroid, centered) = (Shared().Centroid, Shared().CenteredInstance);
        foreach (var fault in centroid.Faults(subject))
            yield return $"Centroid: {fault}";
        foreach (var fault in centered.Faults(subject, classVectors))
            yield return $"CenteredInstance: {fault}";
        foreach (var fault in Filter.Faults())
            yield return $"Filter.{fault}";
    }

    /// <summary>
    /// What is wrong for training: with other centres than the first stage finds, the second would not look where it
    /// learned to.
    /// </summary>
    internal IEnumerable<string> AnchorFaults()
    {
        var (first, second) = (Shared().Centroid.AnchorPart, Shared().CenteredInstance.AnchorPart);
        if (first != second)
        {
            yield return $"Centroid.AnchorPart is {first ?? "null"} and CenteredInstance.AnchorPart "
                + $"{second ?? "null"}; the crops would not lie where the second stage learned to look. Set "
                + $"AnchorPart for both.";
        }
    }
}
