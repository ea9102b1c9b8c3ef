using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>
/// A transformer bound to one input schema: which columns it reads, which it adds, and how it is run over rows.
/// It holds no state of a pass, so that any number of cursors may run at once.
/// </summary>
internal abstract class PoseMapper
{
    /// <summary>The columns added, in order. A name that the input has too hides the input's column.</summary>
    public abstract IReadOnlyList<OutputColumn> Outputs { get; }

    /// <summary>The input columns needed as soon as any output is.</summary>
    public abstract IReadOnlyList<DataViewSchema.Column> Inputs { get; }

    /// <summary>How many rows a pass processes at once, at most. 1 is row by row, without buffering.</summary>
    public virtual int BatchSize => 1;

    /// <summary>
    /// How many rows after a row must have been read before it can be processed. 0 for mappers of single rows.
    /// </summary>
    public virtual int LookAhead => 0;

    /// <summary>
    /// Whether rows depend on the rows before or after them, so that each must be read, in order, even when its values
    /// are not asked for. Otherwise rows are processed only when their values are asked for.
    /// </summary>
    public virtual bool NeedsEveryRow => LookAhead > 0;

    /// <summary>How many slots a pass needs for its rows.</summary>
    public int SlotCount => BatchSize + LookAhead;

    /// <summary>
    /// Does the work that would delay the first row. Called before rows that come one at a time, as from a prediction
    /// engine.
    /// </summary>
    public virtual void WarmUp() { }

    /// <summary>
    /// Starts one pass over rows. <paramref name="input"/> is the row (mostly a cursor) that
    /// <see cref="PosePass.Read"/> reads from: its getters are taken here, once. <paramref name="activeOutputs"/> says
    /// for each of <see cref="Outputs"/> whether it will be asked for; at least one is. The pass does not own the row.
    /// </summary>
    public abstract PosePass Begin(DataViewRow input, IReadOnlyList<bool> activeOutputs);
}

/// <summary>
/// One pass of a <see cref="PoseMapper"/> over rows. Rows are held in slots 0 … SlotCount − 1: <see cref="Read"/> is
/// called once a row, in order, while the input row is current; <see cref="Process"/> then computes the oldest rows not
/// yet processed; getters return the values of one slot until its next <see cref="Read"/>. Without look-ahead a batch
/// always fills the slots 0 … count − 1; with it the slots are a ring.
/// </summary>
internal abstract class PosePass : IDisposable
{
    /// <summary>
    /// Copies what is needed of the current input row into <paramref name="slot"/>. No reference to values of the row
    /// may be kept: the next row overwrites its vectors and images.
    /// </summary>
    public abstract void Read(int slot);

    /// <summary>Computes the <paramref name="count"/> oldest rows that were read and not processed yet.</summary>
    public abstract void Process(int count);

    /// <summary>
    /// A <see cref="ValueGetter{TValue}"/> of the raw type of output <paramref name="output"/>, which copies the value
    /// of the processed row in the slot that <paramref name="slot"/> returns at the time of the call.
    /// </summary>
    public abstract Delegate CreateGetter(int output, Func<int> slot);

    /// <summary>Releases what the pass holds. Called once, also when not all rows were read.</summary>
    public virtual void Dispose() { }
}

/// <summary>
/// A column that a transformer adds. The estimator's schema shape and the transformed schema are made from the same
/// value, so they cannot differ.
/// </summary>
internal readonly record struct OutputColumn(
    string Name,
    DataViewType Type,
    DataViewSchema.Annotations? Annotations = null
);
