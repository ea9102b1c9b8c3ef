using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Predicts with a network that sees whole frames.</summary>
internal sealed class WholeFramePredictor(PoseModel model, InputFrames frames, Device device) : PosePredictor
{
    public override PredictionBatch Begin(int size) => new Batch(model, frames, device, size);

    private sealed class Batch(PoseModel model, InputFrames frames, Device device, int size) : PredictionBatch
    {
        private readonly byte[] _inputs = new byte[size * frames.ByteCount];
        private readonly FrameGeometry[] _geometries = new FrameGeometry[size];

        public override void Read(int slot, FramePixels frame, ReadOnlySpan<float> centres) =>
            _geometries[slot] = frames.Read(frame, _inputs.AsSpan(slot * frames.ByteCount, frames.ByteCount));

        public override FoundInstances[] Predict(int count)
        {
            using var scope = NewDisposeScope();
            using var inference = inference_mode(true);
            var images = InputTensor.FromBytes(_inputs, count, frames.Geometry.InputHeight, frames.Geometry.InputWidth, frames.Channels, device);
            var found = model.Find(images);
            for (var slot = 0; slot < count; slot++)
            {
                _geometries[slot].ToFrame(found[slot].Points);
                _geometries[slot].ToFrame(found[slot].Centroids);
            }
            return found;
        }
    }
}
