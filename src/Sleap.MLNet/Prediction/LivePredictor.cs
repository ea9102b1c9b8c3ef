using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Data;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// Predicts single frames with minimum latency, for cameras and closed-loop experiments. The results are those of
/// <c>Transform</c>.
/// </summary>
/// <remarks>
/// It is warmed up at construction and reuses its buffers. It is not thread-safe; create one per thread. The model is
/// shared and must not be disposed before it.
/// </remarks>
public sealed class LivePredictor
{
    private readonly PoseModelTransformer _model;
    private readonly PredictionBatch _batch;
    private readonly InstanceFilter? _filter;
    private readonly Track[] _tracks;
    private readonly LatencyWindow _latency;
    private byte[] _pixels = [];

    internal LivePredictor(PoseModelTransformer model, LiveOptions options)
    {
        model.ThrowIfDisposed();
        (_model, _filter) = (model, model.CreateFilter());
        _tracks = [.. model.Classes.Select(name => new Track(name))];
        _latency = new LatencyWindow(options.LatencyWindow);
        _batch = model.Predictor.Begin(1, 1)[0];
        model.Predictor.WarmUp(options, model.Frame);
    }

    /// <summary>The skeleton of the instances.</summary>
    public Skeleton Skeleton => _model.Columns.Skeleton;

    /// <summary>
    /// Latency of the last frames, from the call to the result, without the warm-up frames. It may be read while
    /// another thread predicts.
    /// </summary>
    public LatencySummary Latency => _latency.Summary;

    /// <summary>Predicts the instances in a frame.</summary>
    /// <param name="pixels">
    /// Height · width · channels bytes: row by row, channels interleaved in RGB order. Not kept.
    /// </param>
    /// <param name="height">Number of rows.</param>
    /// <param name="width">Number of columns.</param>
    /// <param name="channels">1 (gray) or 3 (RGB).</param>
    /// <returns>
    /// The instances with a visible node: positions in pixels of this frame (pixel centers are whole numbers), missing
    /// nodes NaN, scores about 0 to 1. In ID models <see cref="Instance.Track"/> is the identity, the same object for
    /// the same identity in all frames.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// The number of bytes does not match the sizes, or the number of channels is neither 1 nor 3.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public IReadOnlyList<Instance> Predict(ReadOnlySpan<byte> pixels, int height, int width, int channels)
    {
        Frame.CheckSize(height, width, channels, pixels.Length);

        return Predict(new FramePixels(pixels, height, width, channels), Stopwatch.GetTimestamp());
    }

    /// <summary>Predicts the instances in an image, see the other overload.</summary>
    /// <param name="image">An Rgba32 or Bgra32 image; if its three channels are equal it is treated as gray.</param>
    /// <exception cref="NotSupportedException">The image has another pixel format.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
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
        Instance[] instances =
        [
            .. Enumerable
                .Range(0, found.Count)
                .Where(instance => found.IsVisible(instance))
                .Select(instance =>
                    PredictedInstance.Of(
                        found[instance],
                        Skeleton,
                        found.Tracks[instance] is > 0 and var identity ? _tracks[identity - 1] : null
                    )
                ),
        ];
        _latency.Add(Stopwatch.GetElapsedTime(start));
        return instances;
    }
}

/// <summary>Makes instances of what a model finds.</summary>
internal static class PredictedInstance
{
    /// <summary>One instance with the scores of its nodes; a node without a place is missing.</summary>
    /// <param name="found">The instance of the model.</param>
    /// <param name="skeleton">Its nodes.</param>
    /// <param name="track">Its track; null for none.</param>
    public static Instance Of(InstanceView found, Skeleton skeleton, Track? track = null)
    {
        var points = ImmutableArray.CreateBuilder<Point>(skeleton.Nodes.Length);
        for (var node = 0; node < skeleton.Nodes.Length; node++)
        {
            points.Add(
                found.IsVisible(node)
                    ? new Point(found.X(node), found.Y(node), true, false, found.PeakScores[node])
                    : Point.Missing
            );
        }

        return new Instance
        {
            Skeleton = skeleton,
            Points = points.MoveToImmutable(),
            IsPredicted = true,
            Score = float.IsFinite(found.Score) ? found.Score : 0,
            Track = track,
        };
    }
}

/// <summary>Options of a <see cref="LivePredictor"/> and of a <c>LivePipeline</c>.</summary>
public sealed record LiveOptions
{
    /// <summary>
    /// Height of the warm-up frames; null (default): that of the model's training frames, or 480 if the model has no
    /// fixed size. Frames of other sizes can be predicted too.
    /// </summary>
    public int? Height { get; init; }

    /// <summary>Width of the warm-up frames; null (default): that of the model, or 640.</summary>
    public int? Width { get; init; }

    /// <summary>
    /// Number of frames predicted at construction, 0 or more, so that the first real frame is not delayed by libtorch's
    /// kernel selection and by code compilation. Default 5.
    /// </summary>
    public int WarmUpFrames { get; init; } = 5;

    /// <summary>Number of last frames that <see cref="LivePredictor.Latency"/> covers, at least 1. Default
    /// 1000.</summary>
    public int LatencyWindow { get; init; } = 1000;

    /// <summary>
    /// The longest <c>LivePipeline.Delay</c> in frames, 0 or more; a chain with a longer one is
    /// refused. Null (default): any. A <see cref="LivePredictor"/> has no delay.
    /// </summary>
    public int? MaxDelay { get; init; }

    /// <exception cref="ArgumentException">The options have faults; the message lists all of them.</exception>
    internal LiveOptions Checked()
    {
        new OptionFaults(nameof(LiveOptions))
            .AtLeast(nameof(Height), Height, 1)
            .AtLeast(nameof(Width), Width, 1)
            .AtLeast(nameof(WarmUpFrames), WarmUpFrames, 0)
            .AtLeast(nameof(LatencyWindow), LatencyWindow, 1)
            .AtLeast(nameof(MaxDelay), MaxDelay, 0)
            .Throw();
        return this;
    }
}

/// <summary>Latency of single frames, from the call with the pixels to the result.</summary>
/// <param name="Count">Number of frames; 0: none yet, and all times are 0.</param>
/// <param name="P50">50th percentile (median) of the latencies.</param>
/// <param name="P95">95th percentile of the latencies.</param>
/// <param name="P99">99th percentile of the latencies.</param>
/// <param name="Max">The longest latency.</param>
public sealed record LatencySummary(int Count, TimeSpan P50, TimeSpan P95, TimeSpan P99, TimeSpan Max)
{
    /// <summary>Returns one line, in milliseconds.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Count} frames: p50 {P50.TotalMilliseconds:0.0} ms, p95 {P95.TotalMilliseconds:0.0} ms, p99 "
                + $"{P99.TotalMilliseconds:0.0} ms, slowest {Max.TotalMilliseconds:0.0} ms"
        );

    /// <summary>Summarizes times by nearest rank.</summary>
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

/// <summary>The latencies of the last frames.</summary>
internal sealed class LatencyWindow(int size)
{
    private readonly long[] _ticks = new long[size];
    private long _count;

    public LatencySummary Summary => LatencySummary.Of(_ticks.AsSpan(0, (int)Math.Min(_count, _ticks.Length)));

    // Counted when it is there: the summary may be read meanwhile.
    public void Add(TimeSpan latency)
    {
        _ticks[_count % _ticks.Length] = latency.Ticks;
        Interlocked.Increment(ref _count);
    }
}
