using Microsoft.ML;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

internal static class SchemaAssert
{
    /// <summary>
    /// What an estimator announces is what its transformer gives: names, kinds, item types, keys and annotations.
    /// </summary>
    public static void Same<T>(IEstimator<T> estimator, ITransformer transformer, DataViewSchema input)
        where T : ITransformer =>
        Assert.Equal(
            Describe(SchemaShapes.Of(transformer.GetOutputSchema(input))),
            Describe(estimator.GetOutputSchema(SchemaShapes.Of(input)))
        );

    private static IEnumerable<string> Describe(SchemaShape shape) =>
        shape
            .OrderBy(c => c.Name)
            .Select(c =>
                $"{c.Name} {c.Kind} {c.ItemType} {c.IsKey} "
                + $"[{string.Join(", ", c.Annotations.Select(a => a.Name).Order())}]"
            );
}
