namespace Sleap.MLNet;

/// <summary>Finds the animals in frames. Safe to use from several threads, each with batches of its own.</summary>
internal abstract class PosePredictor
{
    /// <summary>
    /// Batches of one pass over frames, to take turns with. The pass' first frame may decide the size that all are
    /// matched to.
    /// </summary>
    /// <param name="size">Frames that a batch has room for.</param>
    /// <param name="count">How many batches.</param>
    public abstract PredictionBatch[] Begin(int size, int count);

    /// <summary>Predicts frames of no content, as many as the options say and of their size or the model's.</summary>
    public void WarmUp(LiveOptions options, (int Height, int Width) frame)
    {
        var (height, width) = frame == PoseModelTransformer.AnySize ? (480, 640) : frame;
        for (var i = 0; i < options.WarmUpFrames; i++)
            WarmUp(options.Height ?? height, options.Width ?? width);
    }

    /// <summary>
    /// Predicts a frame of no content, so that the first real one does not wait for what is done only once.
    /// </summary>
    public virtual void WarmUp(int height, int width)
    {
        var batch = Begin(1, 1)[0];
        batch.Read(0, new FramePixels(new byte[height * width], height, width, 1), [width / 2f, height / 2f]);
        batch.Predict(1);
    }
}
