using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>The column that tells a centered-instance model where the animals are.</summary>
internal sealed class CentreColumn
{
    private readonly Func<float[], float[]> _centres;

    private CentreColumn(DataViewSchema.Column column, Func<float[], float[]> centres) =>
        (Column, _centres) = (column, centres);

    public DataViewSchema.Column Column { get; }

    /// <exception cref="ArgumentException">The column is missing or has another type.</exception>
    public static CentreColumn Bind(
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
                var anchor = InstanceCentroids.AnchorOf(options.AnchorPart, skeleton);
                return new(labels, points => InstanceCentroids.OfAll(points, skeleton.Nodes.Length, anchor));
            case CropSource.Boxes:
                return new(
                    InputColumns.Require(
                        schema,
                        options.BoxesColumn,
                        IsNumbers,
                        "a vector of Single: left, top, right, bottom of each box",
                        component
                    ),
                    Middles
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
                    centres => centres
                );
        }
    }

    /// <summary>A function that gives x and y of the centres of the current row, in frame pixels.</summary>
    public Func<float[]> Open(DataViewRow row)
    {
        var getter = row.GetGetter<VBuffer<float>>(Column);
        var value = default(VBuffer<float>);
        return () =>
        {
            getter(ref value);
            var numbers = new float[value.Length];
            value.CopyTo(numbers);
            return _centres(numbers);
        };
    }

    private static bool IsNumbers(DataViewType type) =>
        type is VectorDataViewType { ItemType: NumberDataViewType item } && item == NumberDataViewType.Single;

    private static float[] Middles(float[] boxes) =>
        [
            .. boxes
                .Chunk(4)
                .Where(box => box.Length == 4)
                .SelectMany(box => new[] { (box[0] + box[2]) / 2, (box[1] + box[3]) / 2 }),
        ];
}
