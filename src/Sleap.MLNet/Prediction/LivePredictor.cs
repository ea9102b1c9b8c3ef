using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
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

/// <summary>How frames of a camera are predicted one by one.</summary>
public sealed record LiveOptions
{
    /// <summary>
    /// Rows of the frames to come, for the warm-up; null (default): those of the model's training frames, or 480 where
    /// it leaves that open. Frames of other sizes are predicted, too.
    /// </summary>
    public int? Height { get; init; }

    /// <summary>Columns of the frames to come; null (default): the model's, or 640.</summary>
    public int? Width { get; init; }

    /// <summary>
    /// Frames that are predicted at construction, so that the first real one is not late: libtorch chooses its kernels,
    /// and code is compiled. Default 5.
    /// </summary>
    public int WarmUpFrames { get; init; } = 5;

    /// <summary>How many of the last frames <see cref="LivePredictor.Latency"/> tells of. Default 1000.</summary>
    public int LatencyWindow { get; init; } = 1000;

    /// <exception cref="ArgumentException">Lists every fault.</exception>
    internal LiveOptions Checked()
    {
        List<string> faults = [];
        if (Height is <= 0)
            faults.Add($"Height is {Height}; at least 1.");
        if (Width is <= 0)
            faults.Add($"Width is {Width}; at least 1.");
        if (WarmUpFrames < 0)
            faults.Add($"WarmUpFrames is {WarmUpFrames}; at least 0.");
        if (LatencyWindow < 1)
            faults.Add($"LatencyWindow is {LatencyWindow}; at least 1.");
        PoseModelOptions.Throw(faults);
        return this;
    }
}

/// <summary>How long single frames took, from the call with the pixels to the poses.</summary>
/// <param name="Count">Frames that are told of; 0: none yet, and all times are 0.</param>
/// <param name="P50">Half of the frames took no longer.</param>
/// <param name="P95">95 of 100 frames took no longer.</param>
/// <param name="P99">99 of 100 frames took no longer.</param>
/// <param name="Max">The slowest.</param>
public sealed record LatencySummary(int Count, TimeSpan P50, TimeSpan P95, TimeSpan P99, TimeSpan Max)
{
    /// <summary>One line, in milliseconds.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Count} frames: p50 {P50.TotalMilliseconds:0.0} ms, p95 {P95.TotalMilliseconds:0.0} ms, p99 "
                + $"{P99.TotalMilliseconds:0.0} ms, slowest {Max.TotalMilliseconds:0.0} ms"
        );

    /// <summary>The summary of some times, by nearest rank.</summary>
    internal static LatencySummary Of(ReadOnlySpan<long> ticks)
    {
        if (ticks.IsEmpty)
            return new(0, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        var sorted = ticks.ToArray();
        Array.Sort(sorted);
        TimeSpan Rank(double share) =>
            TimeSpan.FromTicks(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)]);
        return new(sorted.Length, Rank(0.5), Rank(0.95), Rank(0.99), Rank(1));
    }
}
