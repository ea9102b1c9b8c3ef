using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Peaks of a batch of maps, brought to the CPU once and looked up by image and node.</summary>
internal sealed class PeakLists
{
    private readonly ILookup<(long Image, long Node), int> _at;
    private readonly float[] _points,
        _values;

    public PeakLists(LocalPeaks peaks)
    {
        _points = peaks.Points.Values<float>();
        _values = peaks.Values.Values<float>();
        var (images, nodes) = (peaks.Samples.Values<long>(), peaks.Channels.Values<long>());
        _at = Enumerable.Range(0, images.Length).ToLookup(peak => (images[peak], nodes[peak]));
    }

    /// <summary>Place and height of the peaks of one node in one image, highest first.</summary>
    public IEnumerable<(float X, float Y, float Value)> Of(int image, int node) =>
        _at[(image, node)]
            .Select(peak => (_points[2 * peak], _points[2 * peak + 1], _values[peak]))
            .OrderByDescending(peak => peak.Item3);

    /// <summary>For each labelled node the nearest peak of its map; NaN where there is none, or no label.</summary>
    /// <param name="points">(B, I, N, 2)</param>
    public Tensor Nearest(Tensor points)
    {
        var shape = points.shape;
        var (labels, nodes) = (points.Values<float>(), (int)shape[2]);
        var nearest = InstanceArray.Missing(labels.Length);
        for (var i = 0; i < labels.Length; i += 2)
        {
            if (float.IsNaN(labels[i]) || float.IsNaN(labels[i + 1]))
                continue;
            var best = float.PositiveInfinity;
            foreach (var (x, y, _) in Of(i / (int)(shape[1] * nodes * 2), i / 2 % nodes))
            {
                var distance = (x - labels[i]) * (x - labels[i]) + (y - labels[i + 1]) * (y - labels[i + 1]);
                if (distance < best)
                    (best, nearest[i], nearest[i + 1]) = (distance, x, y);
            }
        }
        return tensor(nearest, shape).to(points.device);
    }
}
