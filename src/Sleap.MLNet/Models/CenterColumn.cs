using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// The input column with the centers of the instances for a centered-instance model; with their boxes for one whose
/// crops are those of boxes.
/// </summary>
internal sealed class CenterColumn
{
    private readonly Func<float[], float[]> _centers;

    private CenterColumn(DataViewSchema.Column column, Func<float[], float[]> centers) =>
        (Column, _centers) = (column, centers);

    public DataViewSchema.Column Column { get; }

    /// <exception cref="ArgumentException">The column is missing or has another type.</exception>
    public static CenterColumn Bind(
        DataViewSchema schema,
        CenteredInstanceOptions options,
        Skeleton skeleton,
        string component
    )
    {
        switch (options.CropSource)
        {
            case CropSource.Labels:
                var labels = KeypointColumns.Rule.Require(schema, options.Columns.Keypoints, component);
                if (options.BoxCrops is { } crops)
                    return new(labels, points => BoxesOf(points, skeleton.Nodes.Length, crops));
                var anchor = InstanceCentroids.AnchorOf(options.AnchorPart, skeleton);
                return new(
                    labels,
                    points => InstanceCentroids.OfAll(points, skeleton.Nodes.Length, anchor, options.CentroidMethod)
                );
            case CropSource.Boxes:
                return new(
                    InputColumns.Require(
                        schema,
                        options.BoxesColumn,
                        IsNumbers,
                        "a vector of Single: left, top, right, bottom of each box",
                        component
                    ),
                    options.BoxCrops is null ? BoxCenters : boxes => boxes
                );
            default:
                return new(
                    InputColumns.Require(
                        schema,
                        options.Columns.PredictedCentroid,
                        IsNumbers,
                        "centroids: Vector<Single, *, 2>",
                        component
                    ),
                    centers => centers
                );
        }
    }

    /// <summary>
    /// Returns a function that gives x and y of the centers of the current row, in frame pixels; or left, top, right
    /// and bottom of the boxes.
    /// </summary>
    public Func<float[]> Open(DataViewRow row)
    {
        var getter = row.GetGetter<VBuffer<float>>(Column);
        var value = default(VBuffer<float>);
        return () =>
        {
            getter(ref value);
            var numbers = new float[value.Length];
            value.CopyTo(numbers);
            return _centers(numbers);
        };
    }

    private static bool IsNumbers(DataViewType type) =>
        type is VectorDataViewType { ItemType: NumberDataViewType item } && item == NumberDataViewType.Single;

    private static float[] BoxesOf(float[] points, int nodes, BoxCrops crops) =>
        [
            .. points
                .Chunk(2 * nodes)
                .Select(instance => crops.BoxOf(instance))
                .SelectMany(box => new[] { (float)box.Left, (float)box.Top, (float)box.Right, (float)box.Bottom }),
        ];

    private static float[] BoxCenters(float[] boxes) =>
        [
            .. boxes
                .Chunk(4)
                .Where(box => box.Length == 4)
                .SelectMany(box => new[] { (box[0] + box[2]) / 2, (box[1] + box[3]) / 2 }),
        ];
}
