namespace Sleap.MLNet;

/// <summary>Finds the animals in frames. Safe to use from several threads, each with batches of its own.</summary>
internal abstract class PosePredictor
{
    /// <summary>Room for up to <paramref name="size"/> frames.</summary>
    public abstract PredictionBatch Begin(int size);
}
