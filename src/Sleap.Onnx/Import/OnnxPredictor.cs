using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>Predicts with a graph, and makes instances of its outputs.</summary>
/// <param name="options">The graph and the options of its model.</param>
/// <param name="model">Skeleton, classes and frame size.</param>
internal sealed class OnnxPredictor(OnnxModelOptions options, TrainedModel model) : PosePredictor, IDisposable
{
    private readonly OnnxSession _session = options.Session;
    private readonly int _nodes = model.Subject.Skeleton.Nodes.Length;

    public override PredictionBatch[] Begin(int size, int count)
    {
        var frame = model.Frame == PoseModelTransformer.AnySize ? ((int, int)?)null : model.Frame;
        var resampler = new FrameResampler(frame, 1, options.Multiple, _session.Interface.Channels);
        return [.. Enumerable.Range(0, count).Select(_ => new Batch(this, resampler, size))];
    }

    public void Dispose() => _session.Release();

    // Instances in pixels of the images.
    private IReadOnlyList<InstanceArray> Find(byte[] images, long[] shape)
    {
        using var results = _session.Run(images, shape);
        var (count, outputs) = (shape[0], _session.Interface.Outputs);
        if (outputs.Contains("peak_mask"))
            return Grouped(results, count);
        if (outputs.Contains("centroids"))
            return Centered(results, count, hasNodes: outputs.Contains("peaks"));
        var (points, values) = (
            results.Read<float>("peaks", count, _nodes, 2),
            results.Read<float>("peak_vals", count, _nodes)
        );
        return
        [
            .. Enumerable
                .Range(0, (int)count)
                .Select(image => Summarized(1, Part(points, image, 2 * _nodes), Part(values, image, _nodes))),
        ];
    }

    private List<InstanceArray> Centered(OnnxResults results, long count, bool hasNodes)
    {
        var each = results.Shape("centroid_vals")[^1];
        var (centers, scores, isValid) = (
            results.Read<float>("centroids", count, each, 2),
            results.Read<float>("centroid_vals", count, each),
            results.Read<bool>("instance_valid", count, each)
        );
        var (points, values) = hasNodes
            ? (
                results.Read<float>("peaks", count, each, _nodes, 2),
                results.Read<float>("peak_vals", count, each, _nodes)
            )
            : (centers, scores);
        var (nodes, classes) = (hasNodes ? _nodes : 1, model.Subject.Classes.Count);
        var probabilities = ClassesOf() is null ? [] : results.Read<float>("class_logits", count, each, classes);
        List<InstanceArray> all = [];
        for (var image = 0; image < count; image++)
        {
            int[] slots =
            [
                .. Enumerable
                    .Range(image * (int)each, (int)each)
                    .Where(slot => isValid[slot])
                    .Take(options.Networks[0] is CentroidOptions { MaxInstances: { } most } ? most : int.MaxValue),
            ];
            float[] Rows(float[] of, int width) => [.. slots.SelectMany(slot => Part(of, slot, width))];
            var found = Summarized(
                slots.Length,
                Rows(points, 2 * nodes),
                Rows(values, nodes),
                Rows(probabilities, probabilities.Length == 0 ? 0 : classes)
            );
            Rows(centers, 2).CopyTo(found.Centroids, 0);
            Rows(scores, 1).CopyTo(found.CentroidScores, 0);
            ClassesOf()?.Decode(found.ClassProbabilities).CopyTo(found.Tracks, 0);
            all.Add(found);
        }

        return all;
    }

    private ClassVector? ClassesOf() =>
        options.Source is TopDownIdOptions named
            ? new ClassVector(model.Subject.Classes.Count, named.MinClassProbability)
            : null;

    private IReadOnlyList<InstanceArray> Grouped(OnnxResults results, long count)
    {
        var each = (int)results.Shape("peak_mask")[^1];
        var (points, values, isPeak) = (
            results.Read<float>("peaks", count, _nodes, each, 2),
            results.Read<float>("peak_vals", count, _nodes, each),
            results.Read<bool>("peak_mask", count, _nodes, each)
        );
        // In the order of rows and columns, as from maps.
        int[] slots =
        [
            .. Enumerable
                .Range(0, isPeak.Length)
                .Where(slot => isPeak[slot])
                .OrderBy(slot => slot / (_nodes * each))
                .ThenBy(slot => points[2 * slot + 1])
                .ThenBy(slot => points[2 * slot]),
        ];
        var peaks = new HostPeaks(
            [.. slots.SelectMany(slot => Part(points, slot, 2))],
            [.. slots.Select(slot => values[slot])],
            [.. slots.Select(slot => (long)(slot / (_nodes * each)))],
            [.. slots.Select(slot => (long)(slot / each % _nodes))]
        );
        var evidence = _session.Interface.Outputs.Contains("class_probs")
            ? ClassesAt(results, count, each, slots)
            : LinesOf(results, count, each, slots, peaks);
        return options.Source.Group(model.Subject, peaks, (int)count, evidence);
    }

    private float[] ClassesAt(OnnxResults results, long count, int each, int[] slots)
    {
        var classes = model.Subject.Classes.Count;
        var probabilities = results.Read<float>("class_probs", count, _nodes, each, classes);
        return [.. slots.SelectMany(slot => Part(probabilities, slot, classes))];
    }

    // The score of each pair of peaks; NaN where the graph has none.
    private float[] LinesOf(OnnxResults results, long count, int each, int[] slots, HostPeaks peaks)
    {
        var edges = model.Subject.Skeleton.Edges;
        var scores = results.Read<float>("line_scores", count, edges.Length, each * each);
        var isPair = results.Read<bool>("candidate_mask", count, edges.Length, each * each);
        var pairs = PeakPairs.Of(peaks.Samples, peaks.Channels, edges);
        return
        [
            .. Enumerable
                .Range(0, pairs.Count)
                .Select(pair =>
                {
                    var (from, to) = (slots[pairs.Sources[pair]] % each, slots[pairs.Destinations[pair]] % each);
                    var place = ((pairs.Samples[pair] * edges.Length + pairs.Edges[pair]) * each + from) * each + to;
                    return isPair[place] ? scores[place] : float.NaN;
                }),
        ];
    }

    private static InstanceArray Summarized(int count, float[] points, float[] values, float[]? probabilities = null)
    {
        var nodes = count == 0 ? 0 : values.Length / count;
        for (var node = 0; node < values.Length; node++)
        {
            if (float.IsNaN(points[2 * node]))
                values[node] = 0;
        }

        var found = new InstanceArray(nodes, count)
        {
            Points = points,
            PeakScores = values,
            ClassProbabilities = probabilities ?? [],
        };
        found.Summarize();
        return found;
    }

    private static float[] Part(float[] values, int index, int width) => values[(index * width)..((index + 1) * width)];

    private sealed class Batch(OnnxPredictor owner, FrameResampler resampler, int size) : PredictionBatch
    {
        private readonly FrameGeometry[] _geometries = new FrameGeometry[size];
        private byte[] _images = [],
            _frame = [];
        private int _bytes;

        public override void Read(int slot, FramePixels frame, ReadOnlySpan<float> centers)
        {
            _bytes = resampler.ByteCountOf(frame);
            if (_frame.Length != _bytes)
                (_frame, _images) = (new byte[_bytes], new byte[size * _bytes]);
            _geometries[slot] = resampler.Resample(frame, _frame);
            // From interleaved channels to planes.
            var channels = owner._session.Interface.Channels;
            var image = _images.AsSpan(slot * _bytes, _bytes);
            var plane = _bytes / channels;
            for (var i = 0; i < _frame.Length; i++)
                image[i % channels * plane + i / channels] = _frame[i];
        }

        public override InstanceArray[] Predict(int count)
        {
            var (channels, input) = (owner._session.Interface.Channels, resampler.Geometry);
            var images = count == size ? _images : _images[..(count * _bytes)];
            var found = owner.Find(images, [count, channels, input.InputHeight, input.InputWidth]).ToArray();
            for (var slot = 0; slot < count; slot++)
            {
                _geometries[slot].ToFrame(found[slot].Points);
                _geometries[slot].ToFrame(found[slot].Centroids);
            }

            return found;
        }
    }
}
