using Microsoft.ML;

namespace Sleap.MLNet;

/// <summary>An estimator that trains a pose model, whichever type it is of.</summary>
/// <typeparam name="TTransformer">The trained model.</typeparam>
public interface IPoseEstimator<out TTransformer> : IEstimator<TTransformer>
    where TTransformer : PoseModelTransformer
{
    /// <summary>
    /// Trains on all rows of <paramref name="input"/> and chooses the best weights by <paramref name="validation"/>;
    /// null: a part of the input is held back.
    /// </summary>
    /// <param name="input">Rows of frames and labels.</param>
    /// <param name="validation">Others, or null.</param>
    TTransformer Fit(IDataView input, IDataView? validation);

    /// <summary>
    /// Checks the options against the labels, without training; <c>Fit</c> does the same and sends warnings to
    /// <c>MLContext.Log</c>.
    /// </summary>
    /// <param name="input">Rows of frames and labels; one image is read, for its size.</param>
    /// <param name="validation">Others that choose the best weights, or null.</param>
    /// <returns>What was found, each with what to change.</returns>
    IReadOnlyList<LintFinding> Lint(IDataView input, IDataView? validation = null);
}
