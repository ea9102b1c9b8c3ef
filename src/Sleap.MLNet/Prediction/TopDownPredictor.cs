using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Predicts in crops around the centers that a centroid model finds or that are given. Crops of all frames of a batch
/// form one network batch.
/// </summary>
/// <param name="centroids">The centroid model and its resampler; null: the centers are given.</param>
/// <param name="frame">The frame size that crops are cut from, or <see cref="PoseModelTransformer.AnySize"/>.</param>
/// <param name="crops">The second stage.</param>
/// <param name="device">Device of the networks.</param>
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
                    resampler is null
                        ? null
                        : new NetworkInput(resampler, size, centroids!.Value.Model.Options.Backbone.InChannels),
                    toCanvas,
                    crops,
                    device,
                    size
                )),
        ];
    }

    /// <summary>
    /// Predicts a blank frame in both stages. No center is found in a blank frame, so the second stage gets a given
    /// center.
    /// </summary>
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
            _told[slot] = crops.Given(centers.ToArray());
            Array.Fill(_told[slot].CentroidScores, 1);
        }

        public override InstanceArray[] Predict(int count)
        {
            var centers = inputs is null ? _told[..count] : FindCenters(count);
            for (var slot = 0; slot < count; slot++)
            {
                _geometries[slot].ToInput(centers[slot].Centroids);
                _geometries[slot].ToInput(centers[slot].Points);
            }
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

/// <summary>
/// The second stage of top-down: cuts a crop around each center, runs the network over the crops of all frames of a
/// batch, and converts the results to frame coordinates. Thread-safe.
/// </summary>
internal sealed class CropStage(
    CenteredInstanceModel model,
    CenteredInstanceOptions options,
    ClassVector? classes,
    Device device
)
{
    private readonly int _size = options.CropSize!.Value;
    private readonly FrameResampler _resampler = FrameResampler.ForCropNetwork(options);

    /// <summary>Returns the instances of given centers; of given boxes they have the corners as two nodes.</summary>
    public InstanceArray Given(float[] centers) =>
        options.BoxCrops is null
            ? new InstanceArray(1, centers.Length / 2) { Centroids = centers }
            : new InstanceArray(2, centers.Length / 4)
            {
                Points = centers,
                Centroids =
                [
                    .. centers.Chunk(4).SelectMany(box => new[] { (box[0] + box[2]) / 2, (box[1] + box[3]) / 2 }),
                ],
            };

    /// <param name="canvases">The frames with all their pixels.</param>
    /// <param name="centers">
    /// Centroids and their scores of each frame, in pixels of its canvas; an instance with a NaN center stays empty.
    /// </param>
    /// <returns>For each frame as many instances as it has centers, in pixels of its canvas.</returns>
    public InstanceArray[] Find(IReadOnlyList<FrameCanvas> canvases, IReadOnlyList<InstanceArray> centers)
    {
        var crops = new List<(int Frame, int Instance)>();
        for (var frame = 0; frame < centers.Count; frame++)
        {
            for (var instance = 0; instance < centers[frame].Count; instance++)
            {
                if (
                    !float.IsNaN(centers[frame].Centroids[2 * instance])
                    && !float.IsNaN(centers[frame].Centroids[2 * instance + 1])
                )
                {
                    crops.Add((frame, instance));
                }
            }
        }

        var found = new InstanceArray?[centers.Count][];
        for (var frame = 0; frame < found.Length; frame++)
            found[frame] = new InstanceArray?[centers[frame].Count];
        foreach (var chunk in crops.Chunk(options.BatchSize))
            FindIn(chunk, canvases, centers, found);
        return [.. centers.Select((frame, index) => Join(frame, found[index]))];
    }

    private void FindIn(
        (int Frame, int Instance)[] crops,
        IReadOnlyList<FrameCanvas> canvases,
        IReadOnlyList<InstanceArray> centers,
        InstanceArray?[][] found
    )
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode(true);
        var windows = new ICropWindow[crops.Length];
        var inputs = new NetworkInput(_resampler, crops.Length, options.Backbone.InChannels);
        var pixels = new byte[_size * _size * 3];
        for (var i = 0; i < crops.Length; i++)
        {
            var (frame, instance) = crops[i];
            windows[i] = WindowOf(centers[frame], instance);
            var canvas = canvases[frame].Pixels;
            var crop = pixels.AsSpan(0, _size * _size * canvas.Channels);
            windows[i].Cut(canvas, crop);
            inputs.Read(i, new FramePixels(crop, _size, _size, canvas.Channels));
        }
        var instances = model.Find(inputs.ToTensor(crops.Length, device));
        for (var i = 0; i < crops.Length; i++)
        {
            inputs.Geometry(i).ToFrame(instances[i].Points);
            windows[i].ToFrame(instances[i].Points);
            found[crops[i].Frame][crops[i].Instance] = instances[i];
        }
    }

    private ICropWindow WindowOf(InstanceArray centers, int instance) =>
        options.BoxCrops is { } boxes
            ? boxes.WindowOf(Box.Around(centers.PointsOf(instance)), _size)
            : CropWindow.Around(
                centers.Centroids[2 * instance],
                centers.Centroids[2 * instance + 1],
                _size,
                options.CropAlignment
            );

    /// <summary>Joins the instances of a frame, with the centers of their crops.</summary>
    private InstanceArray Join(InstanceArray centers, InstanceArray?[] instances)
    {
        var (nodes, classCount) = (model.Nodes, classes?.Classes ?? 0);
        var joined = new InstanceArray(nodes, instances.Length)
        {
            Centroids = centers.Centroids,
            CentroidScores = centers.CentroidScores,
            ClassProbabilities = InstanceArray.Missing(instances.Length * classCount),
        };
        for (var i = 0; i < instances.Length; i++)
        {
            if (instances[i] is not { } instance)
                continue;
            instance.Points.CopyTo(joined.Points, i * nodes * 2);
            instance.PeakScores.CopyTo(joined.PeakScores, i * nodes);
            joined.Scores[i] = instance.Scores[0];
            instance.ClassProbabilities.CopyTo(joined.ClassProbabilities, i * classCount);
        }
        classes?.Decode(joined.ClassProbabilities).CopyTo(joined.Tracks, 0);
        return joined;
    }
}
