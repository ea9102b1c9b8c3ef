using Microsoft.ML.Transforms;

namespace Microsoft.ML;

public static class NormalizationCatalog
{
    public static NormalizingEstimator NormalizeMinMax(this TransformsCatalog catalog, string outputColumnName, string inputColumnName = null,
        long maximumExampleCount = 1000000000, bool fixZero = true)
        => Create(catalog, [(outputColumnName, inputColumnName ?? outputColumnName)], NormalizingEstimator.Scaling.MinMax, fixZero, maximumExampleCount);

    public static NormalizingEstimator NormalizeMinMax(this TransformsCatalog catalog, InputOutputColumnPair[] columns,
        long maximumExampleCount = 1000000000, bool fixZero = true)
        => Create(catalog, InputOutputColumnPair.ToPairs(columns), NormalizingEstimator.Scaling.MinMax, fixZero, maximumExampleCount);

    public static NormalizingEstimator NormalizeMeanVariance(this TransformsCatalog catalog, string outputColumnName, string inputColumnName = null,
        long maximumExampleCount = 1000000000, bool fixZero = true, bool useCdf = false)
        => Create(catalog, [(outputColumnName, inputColumnName ?? outputColumnName)], ByVariance(useCdf), fixZero, maximumExampleCount);

    public static NormalizingEstimator NormalizeMeanVariance(this TransformsCatalog catalog, InputOutputColumnPair[] columns,
        long maximumExampleCount = 1000000000, bool fixZero = true, bool useCdf = false)
        => Create(catalog, InputOutputColumnPair.ToPairs(columns), ByVariance(useCdf), fixZero, maximumExampleCount);

    private static NormalizingEstimator.Scaling ByVariance(bool useCdf)
        => useCdf ? NormalizingEstimator.Scaling.MeanVarianceCdf : NormalizingEstimator.Scaling.MeanVariance;

    private static NormalizingEstimator Create(TransformsCatalog catalog, (string Output, string Input)[] pairs,
        NormalizingEstimator.Scaling scaling, bool fixZero, long maximumExampleCount)
        => new(catalog.Environment, pairs, new NormalizingEstimator.Settings(scaling, fixZero, maximumExampleCount));
}
