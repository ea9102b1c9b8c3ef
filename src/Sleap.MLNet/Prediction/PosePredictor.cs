using Sleap.Transforms;
using static TorchSharp.torch;

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

/// <summary>Predicts with a network that sees whole frames.</summary>
/// <param name="model">The network and its codec.</param>
/// <param name="createResampler">Called once a pass; the pass' first frame may decide the input's size.</param>
/// <param name="device">Where the network is.</param>
internal sealed class WholeFramePredictor(PoseModel model, Func<FrameResampler> createResampler, Device device)
    : PosePredictor
{
    public override PredictionBatch[] Begin(int size, int count)
    {
        var resampler = createResampler();
        return [.. Enumerable.Range(0, count).Select(_ => new Batch(model, new NetworkInput(resampler, size), device))];
    }

    private sealed class Batch(PoseModel model, NetworkInput inputs, Device device) : PredictionBatch
    {
        public override void Read(int slot, FramePixels frame, ReadOnlySpan<float> centers) => inputs.Read(slot, frame);

        public override InstanceArray[] Predict(int count)
        {
            using var scope = NewDisposeScope();
            using var inference = inference_mode(true);
            var found = model.Find(inputs.ToTensor(count, device));
            for (var slot = 0; slot < count; slot++)
            {
                inputs.Geometry(slot).ToFrame(found[slot].Points);
                inputs.Geometry(slot).ToFrame(found[slot].Centroids);
            }
            return found;
        }
    }
}
