using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>What a single-instance model adds to the data: estimator and transformer tell it from here.</summary>
internal static class SingleInstanceColumns
{
    public const int Keypoints = 0, Scores = 1, InstanceScore = 2, Centroid = 3;

    public static IReadOnlyList<OutputColumn> Of(SingleInstanceOptions options, Skeleton skeleton) =>
    [
        KeypointColumns.Fixed(options.PredictedKeypointsColumn, skeleton),
        new(options.KeypointScoreColumn, new VectorDataViewType(NumberDataViewType.Single, skeleton.Nodes.Length), SlotNames(skeleton.Nodes)),
        new(options.InstanceScoreColumn, NumberDataViewType.Single),
        new(options.PredictedCentroidColumn, new VectorDataViewType(NumberDataViewType.Single, 2), SlotNames(["x", "y"])),
    ];

    private static DataViewSchema.Annotations SlotNames(IReadOnlyList<string> names)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        SkeletonAnnotations.AddSlotNames(builder, names);
        return builder.ToAnnotations();
    }
}
