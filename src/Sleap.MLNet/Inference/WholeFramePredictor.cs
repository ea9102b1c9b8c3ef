using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Predicts with a network that sees whole frames.</summary>
internal sealed class WholeFramePredictor(PoseModel model, InputSizes sizes, Device device) : PosePredictor
{
    public override PredictionBatch[] Begin(int size, int count)
    {
        var frames = new FirstFrame<InputFrames>(sizes.For);
        return [.. Enumerable.Range(0, count).Select(_ => new Batch(model, new InputBuffer(frames, size), device))];
    }

    private sealed class Batch(PoseModel model, InputBuffer inputs, Device device) : PredictionBatch
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
