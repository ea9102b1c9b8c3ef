using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

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
