using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>Frames on their way through a predictor, in slots 0, 1, 2 …</summary>
internal abstract class PredictionBatch
{
    /// <summary>Copies a frame into a slot, ready for the network.</summary>
    /// <param name="slot">Which.</param>
    /// <param name="frame">Its pixels; not kept.</param>
    /// <param name="centers">x and y of the animals' centers in frame pixels, for predictors that are told them; else
    /// empty.</param>
    public abstract void Read(int slot, FramePixels frame, ReadOnlySpan<float> centers);

    /// <summary>The animals in the first <paramref name="count"/> slots, in frame pixels.</summary>
    public abstract InstanceArray[] Predict(int count);
}
