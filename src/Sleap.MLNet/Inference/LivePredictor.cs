using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.ML.Data;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// One frame in, poses out, as soon as can be: for cameras and closed loops. Warmed up when it is made; what it needs
/// for a frame it keeps for the next. Gives the poses that <c>Transform</c> gives. Not safe for several threads at
/// once; make one for each. The model is shared, and must live as long.
/// </summary>
public sealed class LivePredictor
{
    private readonly PoseModelTransformer _model;
    private readonly PredictionBatch _batch;
    private readonly InstanceFilter? _filter;
    private readonly Track[] _tracks;
    private readonly long[] _ticks;
    private byte[] _pixels = [];
    private long _count;

    internal LivePredictor(PoseModelTransformer model, LiveOptions options)
    {
        model.ThrowIfDisposed();
        (_model, _filter) = (model, model.CreateFilter());
        _tracks = [.. model.Classes.Select(name => new Track(name))];
        _ticks = new long[options.LatencyWindow];
        _batch = model.Predictor.Begin(1, 1)[0];
        model.Predictor.WarmUp(options, model.Frame);
    }

    /// <summary>The nodes of the poses.</summary>
    public Skeleton Skeleton => _model.Skeleton;

    /// <summary>How long the last frames took, from the call to the poses; the warm-up is not among them.</summary>
    public LatencySummary Latency => LatencySummary.Of(_ticks.AsSpan(0, (int)Math.Min(_count, _ticks.Length)));

    /// <summary>The animals in a frame.</summary>
    /// <param name="pixels">Height · width · channels bytes: rows first, channels interleaved, RGB order. Not
    /// kept.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="channels">1 (gray) or 3 (RGB).</param>
    /// <returns> The animals with a visible node: places in pixels of this frame (pixel centers are whole numbers),
    /// missing nodes NaN, scores about 0 to 1; in ID models <see cref="Instance.Track"/> is who it is, the same object
    /// for the same animal in all frames.
    /// </returns>
    /// <exception cref="ArgumentException">The bytes are not as many as the sizes say, or there are neither 1 nor 3
    /// channels.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public IReadOnlyList<Instance> Predict(ReadOnlySpan<byte> pixels, int height, int width, int channels)
    {
        if (channels is not (1 or 3))
        {
            throw new ArgumentException(
                $"A frame has 1 (gray) or 3 (RGB) channels, and {channels} were given.",
                nameof(channels)
            );
        }

        if (height <= 0 || width <= 0 || (long)height * width * channels != pixels.Length)
        {
            throw new ArgumentException(
                $"A frame of {height} x {width} x {channels} needs as many bytes, and "
                    + $"{pixels.Length} were given.",
                nameof(pixels)
            );
        }

        return Predict(new FramePixels(pixels, height, width, channels), Stopwatch.GetTimestamp());
    }

    /// <summary>The animals in an image, see the other form.</summary>
    /// <param name="image">Rgba32 or Bgra32; an image whose three channels are equal is gray.</param>
    /// <exception cref="NotSupportedException">The image has another pixel format.</exception>
    public IReadOnlyList<Instance> Predict(MLImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var start = Stopwatch.GetTimestamp();
        return Predict(FramePixels.Of(image, ref _pixels), start);
    }

    private Instance[] Predict(FramePixels frame, long start)
    {
        _model.ThrowIfDisposed();
        _batch.Read(0, frame, []);
        var found = _batch.Predict(1)[0];
        if (_filter is not null)
            found = _filter.Apply(found);
        Instance[] animals =
        [
            .. Enumerable
                .Range(0, found.Count)
                .Where(animal => found.IsVisible(animal))
                .Select(animal => InstanceOf(found, animal)),
        ];
        _ticks[_count++ % _ticks.Length] = Stopwatch.GetElapsedTime(start).Ticks;
        return animals;
    }

    private Instance InstanceOf(InstanceArray found, int animal)
    {
        var points = ImmutableArray.CreateBuilder<Point>(found.Nodes);
        for (var node = animal * found.Nodes; node < (animal + 1) * found.Nodes; node++)
        {
            points.Add(
                float.IsNaN(found.Points[2 * node])
                    ? Point.Missing
                    : new Point(found.Points[2 * node], found.Points[2 * node + 1], true, false, found.PeakScores[node])
            );
        }

        return new Instance
        {
            Skeleton = Skeleton,
            Points = points.MoveToImmutable(),
            IsPredicted = true,
            Score = float.IsFinite(found.Scores[animal]) ? found.Scores[animal] : 0,
            Track = found.Tracks[animal] is > 0 and var identity ? _tracks[identity - 1] : null,
        };
    }
}
