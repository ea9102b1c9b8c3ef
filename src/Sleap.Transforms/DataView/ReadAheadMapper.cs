using Microsoft.ML;

namespace Sleap.Transforms;

/// <summary>
/// A mapper whose batches stand for themselves, so that the next batch can be read (which decodes and resamples frames)
/// on another thread while this one is computed and its rows are asked for.
/// </summary>
internal abstract class ReadAheadMapper : PoseMapper
{
    public sealed override int LookAhead => 0;

    public sealed override bool NeedsEveryRow => false;

    public sealed override PosePass Begin(DataViewRow input, IReadOnlyList<bool> activeOutputs) =>
        Begin(input, activeOutputs, 1)[0];

    /// <summary>
    /// Passes over the same rows that take turns: each reads a batch and processes it while another one reads.
    /// <see cref="PosePass.Read"/> is called on one thread at a time, <see cref="PosePass.Process"/> on one thread at a
    /// time, and the two never at once on the same pass.
    /// </summary>
    /// <param name="input">The rows, as for <see cref="PoseMapper.Begin"/>.</param>
    /// <param name="activeOutputs">Which outputs will be asked for.</param>
    /// <param name="count">How many passes.</param>
    public abstract PosePass[] Begin(DataViewRow input, IReadOnlyList<bool> activeOutputs, int count);

    /// <summary>
    /// Called when a cursor of a view has computed the outputs of all rows. May be called on several threads at once.
    /// </summary>
    /// <param name="count">How many cursors of this view have done so by now.</param>
    public virtual void OnPassEnded(int count) { }
}
