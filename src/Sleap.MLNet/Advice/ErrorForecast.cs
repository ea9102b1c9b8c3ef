using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// How the error of a model falls with the number of labeled frames, from short trainings on parts of the labels. Made by
/// <see cref="ModelCatalog.Forecast"/>.
/// </summary>
/// <remarks>
/// A power law, error = a · labels^(−b), is fitted to the logarithms of the measured errors (Hestness et al., 2017); the
/// interval is that of a new measurement, by Student's t. It says what more labels of the same kind bring at the same
/// length of training; labels of other situations, which <see cref="ModelCatalog.Suggest"/> looks for, can bring more.
/// </remarks>
public sealed record ErrorForecast
{
    // In pixels; an error of 0 has no logarithm.
    private const double LeastError = 1e-3;

    private readonly LogLine _line;

    internal ErrorForecast(IReadOnlyList<MeasuredError> measured)
    {
        Measured = measured;
        _line = LogLine.Through([
            .. measured.Select(one => (Math.Log(one.Labels), Math.Log(Math.Max(LeastError, one.Error)))),
        ]);
    }

    /// <summary>The trainings, in the order in which they were made.</summary>
    public IReadOnlyList<MeasuredError> Measured { get; }

    /// <summary>The largest number of labeled frames that was trained on.</summary>
    public int Labels => Measured.Max(one => one.Labels);

    /// <summary>The factor by which twice as many labels change the error: 0.8 is a fifth less.</summary>
    public double PerDoubling => Math.Pow(2, _line.Slope);

    /// <summary>The expected error with a number of labeled frames.</summary>
    /// <param name="labels">Number of labeled frames to train on, at least 1.</param>
    /// <param name="coverage">The probability of the interval, above 0 and below 1. Default 0.9.</param>
    /// <returns>The error and its interval, mean distance in pixels of the full frame.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public (double Error, double Low, double High) At(int labels, double coverage = 0.9)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(labels, 1);
        if (coverage is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(coverage), coverage, "Expected a number above 0 and below 1.");
        var (middle, half) = _line.At(Math.Log(labels), coverage);
        return (Math.Exp(middle), Math.Exp(middle - half), Math.Exp(middle + half));
    }

    /// <summary>Returns one line for a number of additional labels: <c>60 more frames: 3.1 px (2.7 to 3.6)</c>.</summary>
    /// <param name="more">Number of additional labeled frames, 0 or more.</param>
    public string Say(int more)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(more);
        var (error, low, high) = At(Labels + more);
        var what = more == 0 ? "now" : $"{more} more frames";
        return string.Create(CultureInfo.InvariantCulture, $"{what}: {error:0.0} px ({low:0.0} to {high:0.0})");
    }
}

/// <summary>The error of a model that was trained on a part of the labels.</summary>
/// <param name="Labels">Number of labeled frames that it was trained on.</param>
/// <param name="Error">Mean distance in pixels of the full frame, over found nodes of frames that no training
/// saw.</param>
/// <param name="Found">Share of the visible nodes that were found, 0 to 1.</param>
public sealed record MeasuredError(int Labels, double Error, double Found);

/// <summary>Options of <see cref="ModelCatalog.Forecast"/>.</summary>
public sealed record ForecastOptions
{
    /// <summary>The parts of the labels that are trained on, each above 0 and at most 1. Default 1/4, 1/2, 1.</summary>
    public IReadOnlyList<double> Shares { get; init; } = [0.25, 0.5, 1];

    /// <summary>Number of trainings of each size, on different frames; at least 2. Default 3.</summary>
    public int Repeats { get; init; } = 3;

    /// <summary>
    /// Optimizer steps of each training, at least 1; null (default): a third of those of the model's options.
    /// </summary>
    public int? Steps { get; init; }

    /// <summary>Seed of the choice of frames and of the trainings. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Receives the progress of all trainings. Default null: no reports.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Receives each measured error, as soon as it is there. Default null: no reports.</summary>
    public IProgress<MeasuredError>? Measured { get; init; }

    /// <summary>Stops the trainings.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <exception cref="ArgumentException">The options have faults; the message lists all of them.</exception>
    internal ForecastOptions Checked()
    {
        new OptionFaults("Forecast")
            .If(
                Shares is null || Shares.Distinct().Count() < 2 || Shares.Any(share => share is not (> 0 and <= 1)),
                "Shares needs two different numbers or more, each above 0 and at most 1"
            )
            .AtLeast(nameof(Repeats), Repeats, 2)
            .AtLeast(nameof(Steps), Steps, 1)
            .Throw();
        return this;
    }
}

public static partial class ModelCatalog
{
    /// <summary>
    /// Trains for a short time on parts of the labels, and says how the error falls with their number.
    /// </summary>
    /// <remarks>A quarter of the frames, in runs of neighboring ones, is kept for the measurement.</remarks>
    /// <param name="catalog">From <c>mlContext.Pose()</c>.</param>
    /// <param name="labels">Rows of frames and labels, at least 16 frames.</param>
    /// <param name="model">The model that is trained; null: what <see cref="AutoOptions"/> proposes.</param>
    /// <param name="options">Sizes, repeats and steps; null for the defaults.</param>
    /// <exception cref="ArgumentException">There are too few labeled frames, or an option is invalid.</exception>
    /// <exception cref="InvalidOperationException">
    /// A training found no node of the frames kept for the measurement: it needs more steps.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static ErrorForecast Forecast(
        this PoseCatalog catalog,
        IDataView labels,
        AutoOptions? model = null,
        ForecastOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(labels);
        return new ForecastRun(
            catalog,
            labels,
            model ?? catalog.AutoOptions(labels),
            (options ?? new()).Checked()
        ).Run();
    }
}

/// <summary>The trainings of a forecast.</summary>
internal sealed class ForecastRun(PoseCatalog pose, IDataView labels, AutoOptions model, ForecastOptions options)
{
    private const int MinFrames = 16;

    // Of each run of 8 frames, in the order of the labels, two are kept for the measurement.
    private const int Run8 = 8,
        Kept = 2;

    public ErrorForecast Run()
    {
        var names = model.Options.Columns;
        var frames = labels
            .GetColumn<string>(names.Video)
            .Zip(labels.GetColumn<int>(names.FrameIndex))
            .Distinct()
            .ToList();
        if (frames.Count < MinFrames)
        {
            throw new ArgumentException(
                $"Forecast: {frames.Count} frames are labeled, expected at least {MinFrames}.",
                nameof(labels)
            );
        }

        var kept = frames.Where((_, place) => place % Run8 < Kept).ToHashSet();
        var pool = frames.Where(frame => !kept.Contains(frame)).ToArray();
        var test = pose.Split(labels, (video, frame) => kept.Contains((video, frame)), names).TestSet;
        List<MeasuredError> measured = [];
        // Large parts first: what is wrong with them is said soon, and the time left is not underestimated.
        foreach (var share in options.Shares.Distinct().OrderDescending())
        {
            for (var repeat = 0; repeat < options.Repeats; repeat++)
            {
                options.CancellationToken.ThrowIfCancellationRequested();
                var one = Measure(pool, share, repeat, test);
                measured.Add(one);
                options.Measured?.Report(one);
            }
        }

        return new ErrorForecast(measured);
    }

    private MeasuredError Measure((string, int)[] pool, double share, int repeat, IDataView test)
    {
        var drawn = pool.ToArray();
        var seed = options.Seed + repeat;
        new Random(seed).Shuffle(drawn);
        var chosen = drawn.Take(Math.Max(4, (int)Math.Round(share * pool.Length))).ToHashSet();
        var train = pose.Split(
            labels,
            (video, frame) => chosen.Contains((video, frame)),
            model.Options.Columns
        ).TestSet;
        using var trained = model
            .With(network => network with { Training = Short(network.Training, seed) })
            .Estimator(pose)
            .Fit(train);
        options.CancellationToken.ThrowIfCancellationRequested();
        var metrics = pose.Evaluate(trained.Transform(test), new() { Columns = model.Options.Columns });
        return metrics.All.Found > 0
            ? new(chosen.Count, metrics.All.Mean, (double)metrics.All.Found / metrics.All.Visible)
            : throw new InvalidOperationException(
                $"Forecast: a model trained on {chosen.Count} frames found no node of the others. More steps are needed."
            );
    }

    private TrainerOptions Short(TrainerOptions training, int seed)
    {
        var perEpoch = training.StepsPerEpoch ?? 20;
        var steps = options.Steps ?? Math.Max(perEpoch, training.Epochs * perEpoch / 3);
        perEpoch = Math.Min(perEpoch, steps);
        return training with
        {
            StepsPerEpoch = perEpoch,
            Epochs = Math.Max(1, (int)Math.Round((double)steps / perEpoch)),
            Seed = seed,
            RunFolder = null,
            Progress = options.Progress,
            CancellationToken = options.CancellationToken,
        };
    }
}

/// <summary>A straight line through points, by least squares.</summary>
internal sealed record LogLine(double Slope, double Intercept, int Count, double MeanX, double SumX, double Deviation)
{
    public static LogLine Through(IReadOnlyList<(double X, double Y)> points)
    {
        var (x, y) = (points.Average(point => point.X), points.Average(point => point.Y));
        var sum = points.Sum(point => (point.X - x) * (point.X - x));
        var slope = sum > 0 ? points.Sum(point => (point.X - x) * (point.Y - y)) / sum : 0;
        var rest = points.Sum(point => Math.Pow(point.Y - y - slope * (point.X - x), 2));
        return new(slope, y - slope * x, points.Count, x, sum, Math.Sqrt(rest / Math.Max(1, points.Count - 2)));
    }

    /// <summary>The line at a place, and half of the interval of a new point.</summary>
    public (double Y, double Half) At(double x, double coverage)
    {
        var spread = Math.Sqrt(1 + 1.0 / Count + (SumX > 0 ? (x - MeanX) * (x - MeanX) / SumX : 0));
        return (Intercept + Slope * x, StudentT(coverage, Math.Max(1, Count - 2)) * Deviation * spread);
    }

    // The t within which a share of Student's distribution lies, by bisection of its integral.
    private static double StudentT(double coverage, int freedom)
    {
        var (low, high) = (0.0, 1e6);
        for (var i = 0; i < 80; i++)
        {
            var middle = (low + high) / 2;
            if (Within(middle, freedom) < coverage)
                low = middle;
            else
                high = middle;
        }
        return high;
    }

    // Share of Student's distribution between -t and t (Abramowitz and Stegun 26.7.3 and 26.7.4).
    private static double Within(double t, int freedom)
    {
        var angle = Math.Atan(t / Math.Sqrt(freedom));
        var (cosine, term, sum) = (Math.Cos(angle), 1.0, 0.0);
        if (freedom % 2 == 1)
        {
            term = cosine;
            for (var k = 1; k <= freedom - 2; k += 2)
            {
                sum += term;
                term *= cosine * cosine * (k + 1) / (k + 2);
            }
            return 2 / Math.PI * (angle + Math.Sin(angle) * sum);
        }

        for (var k = 0; k <= freedom - 2; k += 2)
        {
            sum += term;
            term *= cosine * cosine * (k + 1) / (k + 2);
        }
        return Math.Sin(angle) * sum;
    }
}
