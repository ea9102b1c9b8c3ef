using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Predicts in crops, around the centres that a centroid model finds, or around those it is told. Crops of all frames of a batch go
/// through the network together.
/// </summary>
/// <param name="centroids">Finds the centres; null: they are told.</param>
/// <param name="frames">How frames reach the centroid model.</param>
/// <param name="canvas">What crops are cut from.</param>
/// <param name="crops">The second stage.</param>
/// <param name="device">Where the networks are.</param>
internal sealed class TopDownPredictor(CentroidModel? centroids, InputFrames? frames, FrameCanvas canvas, CropStage crops, Device device) : PosePredictor
{
    public override PredictionBatch Begin(int size) => new Batch(this, size);

    private FoundInstances[] FindCentres(byte[] inputs, int count, FrameGeometry[] geometries)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode(true);
        var images = InputTensor.FromBytes(inputs, count, frames!.Geometry.InputHeight, frames.Geometry.InputWidth, frames.Channels, device);
        var found = centroids!.Find(images);
        for (var slot = 0; slot < count; slot++) geometries[slot].ToFrame(found[slot].Centroids);
        return found;
    }

    private sealed class Batch : PredictionBatch
    {
        private readonly TopDownPredictor _owner;
        private readonly byte[] _inputs;
        private readonly FrameGeometry[] _inputGeometries, _geometries;
        private readonly CropStage.Canvas[] _canvases;
        private readonly FoundInstances[] _told;

        public Batch(TopDownPredictor owner, int size)
        {
            _owner = owner;
            _inputs = owner.FramesOrNull is { } inputs ? new byte[size * inputs.ByteCount] : [];
            (_inputGeometries, _geometries, _told) = (new FrameGeometry[size], new FrameGeometry[size], new FoundInstances[size]);
            _canvases = [.. Enumerable.Range(0, size).Select(_ => new CropStage.Canvas())];
        }

        public override void Read(int slot, FramePixels frame, ReadOnlySpan<float> centres)
        {
            _geometries[slot] = _canvases[slot].Read(_owner.Canvas, frame);
            if (_owner.FramesOrNull is { } inputs)
            {
                _inputGeometries[slot] = inputs.Read(frame, _inputs.AsSpan(slot * inputs.ByteCount, inputs.ByteCount));
                return;
            }
            _told[slot] = new FoundInstances(1, centres.Length / 2) { Centroids = centres.ToArray() };
            Array.Fill(_told[slot].CentroidScores, 1);
        }

        public override FoundInstances[] Predict(int count)
        {
            var centres = _owner.FramesOrNull is null ? _told[..count] : _owner.FindCentres(_inputs, count, _inputGeometries);
            for (var slot = 0; slot < count; slot++) _geometries[slot].ToInput(centres[slot].Centroids);
            var found = _owner.Crops.Find(_canvases[..count], centres);
            for (var slot = 0; slot < count; slot++)
            {
                _geometries[slot].ToFrame(found[slot].Points);
                _geometries[slot].ToFrame(found[slot].Centroids);
            }
            return found;
        }
    }

    private InputFrames? FramesOrNull => frames;

    private FrameCanvas Canvas => canvas;

    private CropStage Crops => crops;
}
