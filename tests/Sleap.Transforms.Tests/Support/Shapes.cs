using Microsoft.ML;

namespace Sleap.Transforms.Tests;

/// <summary>Schema shapes as text, to compare them whole.</summary>
internal static class Shapes
{
    public static string Describe(SchemaShape.Column column) =>
        $"{column.Name} {TypeOf(column)}: "
        + $"{string.Join(", ", column.Annotations.OrderBy(a => a.Name, StringComparer.Ordinal).Select(a => $"{a.Name} {TypeOf(a)}"))}";

    public static SchemaShape Of(IDataView view) => SchemaShapes.Of(view.Schema);

    /// <summary>What an estimator announces must be what its transformer gives.</summary>
    public static void CheckAnnouncement<T>(IEstimator<T> estimator, IDataView input)
        where T : ITransformer
    {
        var announced = estimator.GetOutputSchema(Of(input)).Select(Describe);
        var given = Of(estimator.Fit(input).Transform(input)).Select(Describe);
        Assert.Equal(given, announced);
    }

    private static string TypeOf(SchemaShape.Column column)
    {
        var isImage = column.ItemType is Microsoft.ML.Transforms.Image.ImageDataViewType;
        var item = isImage ? "Image" : column.ItemType.ToString();
        return $"{column.Kind} {(column.IsKey ? "key " : "")}{item}";
    }
}
