namespace Sleap.MLNet;

/// <summary>
/// A model that finds the nodes of the animal in the middle of a crop: the second stage of top-down. SLEAP-NN's
/// <c>centered_instance</c>.
/// </summary>
public sealed record CenteredInstanceOptions : PoseModelOptions
{
    /// <summary>
    /// The node that is put in the middle of the crop; where it is missing, and when this is null (default), the mean
    /// of the visible nodes is. It should be the node that centroids were trained on. SLEAP-NN's <c>anchor_part</c>.
    /// </summary>
    public string? AnchorPart { get; init; }

    /// <summary>
    /// Side of the crops in frame pixels; null (default): as the largest labelled animal needs it, turned in any
    /// direction. After <c>Fit</c> the transformer's options have the number.
    /// </summary>
    public int? CropSize { get; init; }

    /// <summary>
    /// How crops lie on the pixels of the frame. Default <see cref="CropAlignment.Exact"/>; models that sleap-nn
    /// trained need <see cref="CropAlignment.SleapNN"/>.
    /// </summary>
    public CropAlignment CropAlignment { get; init; } = CropAlignment.Exact;

    /// <summary>
    /// Where the middles of the crops come from when the model predicts by itself; within top-down they come from the
    /// centroid model. Default <see cref="CropSource.Centroids"/>.
    /// </summary>
    public CropSource CropSource { get; init; } = CropSource.Centroids;

    /// <summary>
    /// Column of boxes for <see cref="CropSource.Boxes"/>: four numbers a box, left, top, right and bottom in frame
    /// pixels. Default <c>PredictedBoundingBoxes</c>, the name that ML.NET's object detection has.
    /// </summary>
    public string BoxesColumn { get; init; } = "PredictedBoundingBoxes";

    internal IReadOnlyList<HeadOptions> Heads(PoseSubject subject, ClassVectorOptions? classVectors = null)
    {
        var maps = new ConfidenceMapHeadOptions
        {
            Kind = ConfidenceMapKind.CenteredInstance,
            Nodes = subject.Skeleton.Nodes.Length,
            Sigma = Sigma,
            OutputStride = HeadStride,
        };
        return classVectors is null ? [maps] : [maps, classVectors.Head(subject.Classes.Count)];
    }

    internal IEnumerable<string> Faults(PoseSubject subject, ClassVectorOptions? classVectors = null)
    {
        foreach (var fault in Faults(Heads(subject, classVectors)).Concat(AnchorFaults(AnchorPart, subject)))
            yield return fault;
        if ((TileSize ?? TileOverlap) is not null)
            yield return "TileSize or TileOverlap is set; frames can be cut into tiles, crops cannot.";
        if (CropSize is { } size && size < Backbone.MaxStride)
        {
            yield return $"CropSize is {size}; at least the "
                + $"backbone's MaxStride ({Backbone.MaxStride}), or null.";
        }

        if (!Enum.IsDefined(CropAlignment))
        {
            yield return $"CropAlignment is {(int)CropAlignment}, which is none of "
                + $"{string.Join(", ", Enum.GetNames<CropAlignment>())}.";
        }

        if (!Enum.IsDefined(CropSource))
        {
            yield return $"CropSource is {(int)CropSource}, which is none of "
                + $"{string.Join(", ", Enum.GetNames<CropSource>())}.";
        }

        if (string.IsNullOrWhiteSpace(BoxesColumn))
            yield return "BoxesColumn has no name.";
    }

    /// <summary>The options with a size of the crops, if there was none.</summary>
    internal CenteredInstanceOptions Completed(PoseSubject subject, IReadOnlyList<LabelledRow> rows)
    {
        if (CropSize is not null)
            return this;
        var anchor = InstanceCentroids.AnchorOf(AnchorPart, subject.Skeleton);
        float Largest(Func<float[], float> side) =>
            rows.SelectMany(row => row.Points.Chunk(2 * row.Nodes))
                .Select(side)
                .Where(float.IsFinite)
                .DefaultIfEmpty(0)
                .Max();
        var (required, box) = (
            Largest(animal => MLNet.CropSize.Required(animal, anchor)),
            Largest(animal => MLNet.CropSize.BoxSide(animal))
        );
        var rotation = Math.Max(Math.Abs(Augmentation.RotationMin), Math.Abs(Augmentation.RotationMax));
        // The stride is that of the network's input, which the crop is scaled to.
        var stride = (int)Math.Ceiling(Backbone.MaxStride / Scale);
        return this with
        {
            CropSize = MLNet.CropSize.Of(
                [required],
                MLNet.CropSize.AugmentationPadding(box, rotation, Augmentation.ScaleMax),
                stride
            ),
        };
    }
}
