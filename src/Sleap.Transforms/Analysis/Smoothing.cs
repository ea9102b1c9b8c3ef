namespace Sleap.Transforms;

/// <summary>
/// Options of <see cref="AnalysisCatalog.Smooth(PoseCatalog, string, SmoothOptions)"/>: how keypoints are smoothed.
/// </summary>
public sealed record SmoothOptions : AnalysisOptions
{
    /// <summary>The method. Default: median.</summary>
    public SmoothMethod Method { get; init; } = SmoothMethod.Median;

    /// <summary>
    /// Frames of a window, odd; 1 changes nothing. It is counted by FrameIndex, so frames without a row count too. Not
    /// used by the 1€ filter. Default 5.
    /// </summary>
    public int Window { get; init; } = 5;

    /// <summary>
    /// Savitzky–Golay: the order of the polynomial, 0 or more and less than the window. Where a window has fewer
    /// points, the order is at most their number minus one. Default 2.
    /// </summary>
    public int PolynomialOrder { get; init; } = 2;

    /// <summary>
    /// 1€: the cut-off frequency at rest, more than 0, in Hz (cycles a frame where <see cref="FramesPerSecond"/> is 1);
    /// lower is smoother. Default 1.
    /// </summary>
    public double MinCutoff { get; init; } = 1;

    /// <summary>
    /// 1€: by how many Hz the cut-off frequency grows for each pixel a second of speed, 0 or more; higher lags less.
    /// Default 0.007.
    /// </summary>
    public double Beta { get; init; } = 0.007;

    /// <summary>1€: the cut-off frequency of the speed itself, more than 0, in Hz. Default 1.</summary>
    public double DerivativeCutoff { get; init; } = 1;

    /// <summary>1€: frames in a second, more than 0. Default 1: times are frames.</summary>
    public double FramesPerSecond { get; init; } = 1;

    /// <summary>Output: the keypoints in pixels. Null (default) replaces the input column.</summary>
    public string? OutputColumn { get; init; }

    internal override string Component => "Smooth";

    internal override int RowsBehind => Method == SmoothMethod.OneEuro ? 0 : Window / 2;

    internal override int RowsAhead => RowsBehind;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(string inputColumn, InstanceColumn? input) =>
        [new(OutputColumn ?? inputColumn, OutputKind.AsInput)];

    internal override AnalysisComputation CreateComputation(InstanceColumn input)
    {
        var half = Window / 2;
        return Method switch
        {
            SmoothMethod.OneEuro => new OneEuroFilter(this),
            SmoothMethod.SavitzkyGolay => new WindowSmoothing(half, new PolynomialFit(half, PolynomialOrder).AtCenter),
            SmoothMethod.Mean => new WindowSmoothing(half, static (_, values) => WindowSmoothing.Mean(values)),
            _ => new WindowSmoothing(half, static (_, values) => WindowSmoothing.Median(values)),
        };
    }

    private protected override void AddFaults(OptionFaults faults) =>
        faults
            .OutputName(OutputColumn)
            .OddFrames(nameof(Window), Window)
            .Defined(nameof(Method), Method)
            .If(
                PolynomialOrder < 0 || (Method == SmoothMethod.SavitzkyGolay && PolynomialOrder >= Window),
                $"{nameof(PolynomialOrder)} is {PolynomialOrder}, expected 0 or more and less than the window of "
                    + $"{Window}"
            )
            .Positive(nameof(MinCutoff), MinCutoff)
            .Positive(nameof(DerivativeCutoff), DerivativeCutoff)
            .Positive(nameof(FramesPerSecond), FramesPerSecond)
            .NotNegative(nameof(Beta), Beta);
}

/// <summary>How keypoints are smoothed.</summary>
public enum SmoothMethod
{
    /// <summary>The median of each coordinate over the window: a single outlier has no effect.</summary>
    Median,

    /// <summary>The mean of each coordinate over the window.</summary>
    Mean,

    /// <summary>
    /// The value at the frame of the polynomial that fits the window's points best (Savitzky and Golay 1964): keeps the
    /// height of peaks. Points that are missing, or beyond an end of the track, are left out of the fit.
    /// </summary>
    SavitzkyGolay,

    /// <summary>
    /// The 1€ filter (Casiez, Roussel and Vogel 2012): a low pass that follows fast motion more closely. Looks at no
    /// later frame.
    /// </summary>
    OneEuro,
}

/// <summary>
/// Replaces each coordinate by a value computed from those within half a window of frames. Missing ones stay missing.
/// </summary>
internal sealed class WindowSmoothing(int half, WindowSmoothing.Reduction reduce) : AnalysisComputation
{
    private readonly float[] _values = new float[(2 * half) + 1];
    private readonly int[] _offsets = new int[(2 * half) + 1];

    /// <summary>
    /// One value computed from the values of a window; <paramref name="offsets"/> are their frames, counted from the
    /// middle. May reorder the values.
    /// </summary>
    public delegate float Reduction(ReadOnlySpan<int> offsets, Span<float> values);

    public static float Mean(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (var value in values)
            sum += value;
        return (float)(sum / values.Length);
    }

    /// <summary>The median. Sorts the values.</summary>
    public static float Median(Span<float> values)
    {
        values.Sort();
        var middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }

    public override void Compute(AnalysisWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        for (var instance = 0; instance < row.Count; instance++)
        {
            var near = window.Near(instance, half, half);
            for (var coordinate = 0; coordinate < row.Width; coordinate++)
            {
                if (!float.IsFinite(row.ValuesOf(instance)[coordinate]))
                    continue;
                var count = 0;
                foreach (var seen in near)
                {
                    var value = seen.Values[coordinate];
                    if (!float.IsFinite(value))
                        continue;
                    _offsets[count] = seen.Offset;
                    _values[count++] = value;
                }
                outputs[0][(instance * row.Width) + coordinate] = reduce(
                    _offsets.AsSpan(0, count),
                    _values.AsSpan(0, count)
                );
            }
        }
    }
}

/// <summary>
/// The value in the middle of the polynomial of least squares through the points of a window: a weighted sum, whose
/// weights depend only on where the points are. Weights of whole windows are kept.
/// </summary>
internal sealed class PolynomialFit(int half, int order)
{
    private double[]? _whole;

    public float AtCenter(ReadOnlySpan<int> offsets, Span<float> values)
    {
        var weights =
            offsets.Length == (2 * half) + 1
                ? _whole ??= Weights(offsets, order)
                : Weights(offsets, Math.Min(order, offsets.Length - 1));
        double sum = 0;
        for (var point = 0; point < values.Length; point++)
            sum += weights[point] * values[point];
        return (float)sum;
    }

    // Discrete orthogonal polynomials p_k of the offsets (Stieltjes' recurrence): the fit at 0 is the sum over k of
    // p_k(0) <p_k, y> / <p_k, p_k>.
    private static double[] Weights(ReadOnlySpan<int> offsets, int degree)
    {
        var count = offsets.Length;
        var weights = new double[count];
        double[] before = new double[count],
            now = new double[count];
        Array.Fill(now, 1);
        double beforeAtZero = 0,
            nowAtZero = 1,
            normBefore = 0;
        for (var k = 0; k <= degree; k++)
        {
            double norm = 0,
                shifted = 0;
            for (var i = 0; i < count; i++)
            {
                norm += now[i] * now[i];
                shifted += offsets[i] * now[i] * now[i];
            }
            double a = shifted / norm,
                b = k == 0 ? 0 : norm / normBefore;
            for (var i = 0; i < count; i++)
            {
                weights[i] += nowAtZero * now[i] / norm;
                (before[i], now[i]) = (now[i], ((offsets[i] - a) * now[i]) - (b * before[i]));
            }
            (beforeAtZero, nowAtZero) = (nowAtZero, (-a * nowAtZero) - (b * beforeAtZero));
            normBefore = norm;
        }
        return weights;
    }
}

/// <summary>The 1€ filter on each coordinate; frames without it are time that passes.</summary>
internal sealed class OneEuroFilter(SmoothOptions options) : AnalysisComputation
{
    private readonly TrackStates<State> _tracks = new();

    public override void Compute(AnalysisWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        for (var instance = 0; instance < row.Count; instance++)
        {
            var state = _tracks.Of(row, instance);
            state.Coordinates ??= new Coordinate[row.Width];
            for (var coordinate = 0; coordinate < row.Width; coordinate++)
            {
                if (float.IsFinite(row.ValuesOf(instance)[coordinate]))
                {
                    outputs[0][(instance * row.Width) + coordinate] = (float)Next(
                        ref state.Coordinates[coordinate],
                        row.FrameIndex,
                        row.ValuesOf(instance)[coordinate]
                    );
                }
            }
        }
    }

    private double Next(ref Coordinate last, int frame, double value)
    {
        if (!last.Seen)
        {
            last = new Coordinate(true, frame, value, 0);
            return value;
        }
        var seconds = (frame - last.Frame) / options.FramesPerSecond;
        // A frame that comes twice is not a step in time.
        if (seconds <= 0)
            return last.Smooth;
        // As in the authors' code, the speed is that from the smoothed value before.
        var speed = Mix(options.DerivativeCutoff, seconds, (value - last.Smooth) / seconds, last.Speed);
        var smooth = Mix(options.MinCutoff + (options.Beta * Math.Abs(speed)), seconds, value, last.Smooth);
        last = new Coordinate(true, frame, smooth, speed);
        return smooth;
    }

    private static double Mix(double cutoff, double seconds, double now, double before)
    {
        var weight = 1 / (1 + (1 / (2 * Math.PI * cutoff * seconds)));
        return (weight * now) + ((1 - weight) * before);
    }

    private record struct Coordinate(bool Seen, int Frame, double Smooth, double Speed);

    private sealed class State
    {
        public Coordinate[]? Coordinates { get; set; }
    }
}
