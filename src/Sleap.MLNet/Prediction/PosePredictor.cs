using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Predicts the instances in frames. Thread-safe if each thread has its own batches.</summary>
internal abstract class PosePredictor
{
    /// <summary>
    /// Creates the batches of one pass over frames, which are used in turn. The first frame of the pass may determine
    /// the size that all frames are matched to.
    /// </summary>
    /// <param name="size">Maximum number of frames in a batch.</param>
    /// <param name="count">Number of batches.</param>
    public abstract PredictionBatch[] Begin(int size, int count);

    /// <summary>Predicts blank frames, as many as the options say, of their size or the model's.</summary>
    public void WarmUp(LiveOptions options, (int Height, int Width) frame)
    {
        var (height, width) = frame == PoseModelTransformer.AnySize ? (480, 640) : frame;
        for (var i = 0; i < options.WarmUpFrames; i++)
            WarmUp(options.Height ?? height, options.Width ?? width);
    }

    /// <summary>
    /// Predicts a blank frame, so that the first real frame is not delayed by one-time initialization.
    /// </summary>
    public virtual void WarmUp(int height, int width)
    {
        var batch = Begin(1, 1)[0];
        batch.Read(0, new FramePixels(new byte[height * width], height, width, 1), [width / 2f, height / 2f]);
        batch.Predict(1);
    }
}

/// <summary>A batch of frames in a predictor, in slots 0, 1, 2 …</summary>
internal abstract class PredictionBatch
{
    /// <summary>Copies a frame into a slot and prepares it for the network.</summary>
    /// <param name="slot">Index of the slot.</param>
    /// <param name="frame">Its pixels; not kept.</param>
    /// <param name="centers">
    /// x and y of the instances' centers in frame pixels, or left, top, right and bottom of their boxes, for predictors
    /// that need them; else empty.
    /// </param>
    public abstract void Read(int slot, FramePixels frame, ReadOnlySpan<float> centers);

    /// <summary>Predicts the instances in the first <paramref name="count"/> slots, in frame pixels.</summary>
    public abstract InstanceArray[] Predict(int count);
}

/// <summary>Predicts with a network on whole frames.</summary>
/// <param name="model">The network and its decoding.</param>
/// <param name="createResampler">
/// Called once per pass; the first frame of the pass may determine the input size.
/// </param>
/// <param name="device">Device of the network.</param>
internal sealed class WholeFramePredictor(PoseModel model, Func<FrameResampler> createResampler, Device device)
    : PosePredictor
{
    public override PredictionBatch[] Begin(int size, int count)
    {
        var resampler = createResampler();
        var channels = model.Options.Backbone.InChannels;
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ => new Batch(model, new NetworkInput(resampler, size, channels), device)),
        ];
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
