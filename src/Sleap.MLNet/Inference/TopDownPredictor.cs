using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Predicts in crops, around the centers that a centroid model finds, or around those it is told. Crops of all frames
/// of a batch go through the network together.
/// </summary>
/// <param name="centroids">Finds the centers, and how frames reach it; null: they are told.</param>
/// <param name="frame">The size that crops are cut from frames of, or
/// <see cref="PoseModelTransformer.AnySize"/>.</param>
/// <param name="crops">The second stage.</param>
/// <param name="device">Where the networks are.</param>
internal sealed class TopDownPredictor(
    (CentroidModel Model, Func<FrameResampler> CreateResampler)? centroids,
    (int Height, int Width) frame,
    CropStage crops,
    Device device
) : PosePredictor
{
    public override PredictionBatch[] Begin(int size, int count)
    {
        var toCanvas = FrameResampler.ForCrops(frame);
        var resampler = centroids?.CreateResampler();
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ => new Batch(
                    centroids?.Model,
                    resampler is null ? null : new NetworkInput(resampler, size),
                    toCanvas,
                    crops,
                    device,
                    size
                )),
        ];
    }

    /// <summary>In a frame of no content no centre is found, so the second stage is told one.</summary>
    public override void WarmUp(int height, int width)
    {
        base.WarmUp(height, width);
        if (centroids is not null)
            new TopDownPredictor(null, frame, crops, device).WarmUp(height, width);
    }

    private sealed class Batch(
        CentroidModel? centroids,
        NetworkInput? inputs,
        FrameResampler toCanvas,
        CropStage crops,
        Device device,
        int count
    ) : PredictionBatch
    {
        private readonly FrameGeometry[] _geometries = new FrameGeometry[count];
        private readonly FrameCanvas[] _canvases =
        [
            .. Enumerable.Range(0, count).Select(_ => new FrameCanvas(toCanvas)),
        ];
        private readonly InstanceArray[] _told = new InstanceArray[count];

        public override void Read(int slot, FramePixels frame, ReadOnlySpan<float> centers)
        {
            _geometries[slot] = _canvases[slot].Read(frame);
            inputs?.Read(slot, frame);
            if (inputs is not null)
                return;
            _told[slot] = new InstanceArray(1, centers.Length / 2) { Centroids = centers.ToArray() };
            Array.Fill(_told[slot].CentroidScores, 1);
        }

        public override InstanceArray[] Predict(int count)
        {
            var centers = inputs is null ? _told[..count] : FindCenters(count);
            for (var slot = 0; slot < count; slot++)
                _geometries[slot].ToInput(centers[slot].Centroids);
            var found = crops.Find(_canvases[..count], centers);
            for (var slot = 0; slot < count; slot++)
            {
                _geometries[slot].ToFrame(found[slot].Points);
                _geometries[slot].ToFrame(found[slot].Centroids);
            }
            return found;
        }

        private InstanceArray[] FindCenters(int count)
        {
            using var scope = NewDisposeScope();
            using var inference = inference_mode(true);
            var found = centroids!.Find(inputs!.ToTensor(count, device));
            for (var slot = 0; slot < count; slot++)
                inputs.Geometry(slot).ToFrame(found[slot].Centroids);
            return found;
        }
    }
}
