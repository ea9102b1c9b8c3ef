namespace Sleap.Transforms;

/// <summary>The computation of one pass over rows. Rows come in order, each exactly once.</summary>
internal abstract class AnalysisComputation
{
    /// <summary>
    /// Computes the current row of <paramref name="window"/> into <paramref name="outputs"/>: one array for each
    /// output, all NaN to begin with, which holds the output's values of one animal after the other, or of the row.
    /// </summary>
    public abstract void Compute(PoseWindow window, IReadOnlyList<float[]> outputs);
}
