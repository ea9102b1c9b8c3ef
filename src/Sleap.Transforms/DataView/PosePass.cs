using Microsoft.ML;

namespace Sleap.Transforms;

/// <summary>
/// One pass of a <see cref="PoseMapper"/> over rows. Rows are held in slots 0 … SlotCount − 1: <see cref="Read"/> is
/// called once a row, in order, while the input row is current; <see cref="Process"/> then computes the oldest rows not
/// yet processed; getters give the values of one slot until its next <see cref="Read"/>. Without look-ahead a batch
/// always fills the slots 0 … count − 1; with it the slots are a ring.
/// </summary>
internal abstract class PosePass : IDisposable
{
    /// <summary>
    /// Copies what is needed of the current input row into <paramref name="slot"/>. Nothing of the row may be kept: the
    /// next value of a vector or an image overwrites the one before it.
    /// </summary>
    public abstract void Read(int slot);

    /// <summary>Computes the <paramref name="count"/> oldest rows that were read and not processed yet.</summary>
    public abstract void Process(int count);

    /// <summary>
    /// A <see cref="ValueGetter{TValue}"/> of the raw type of output <paramref name="output"/>, which gives the value
    /// of the processed row in the slot that <paramref name="slot"/> tells at the time of the call. It copies into the
    /// value it is given.
    /// </summary>
    public abstract Delegate CreateGetter(int output, Func<int> slot);

    /// <summary>Gives back what the pass holds. Called once, also when the rows were not read to the end.</summary>
    public virtual void Dispose() { }
}
