using System.Globalization;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>Progress of a training after an epoch.</summary>
/// <param name="Model">sleap-nn's name of the network that is trained: <c>centered_instance</c>.</param>
/// <param name="Epoch">
/// Number of completed epochs; 0: the weights that training starts from, see <see cref="TrainerOptions.Start"/>.
/// </param>
/// <param name="Epochs">Maximum number of epochs.</param>
/// <param name="Step">Number of completed optimizer steps.</param>
/// <param name="TrainingLoss">Mean loss of the epoch's steps; NaN in epoch 0.</param>
/// <param name="ValidationLoss">Loss on the validation frames, without augmentation.</param>
/// <param name="ValidationError">
/// Mean distance in full-frame pixels between each visible node of the validation frames and the highest peak (with
/// several instances: the nearest peak) of its map; NaN if there is no node or no peak.
/// </param>
/// <param name="LearningRate">Learning rate of the epoch's last step; 0 in epoch 0.</param>
/// <param name="IsBest">Whether this validation loss is the lowest so far; if so, these weights are kept.</param>
/// <param name="StepsPerSecond">
/// Optimizer steps per second in the epoch, including data loading and augmentation, without validation.
/// </param>
/// <param name="Elapsed">Time since the first step, including earlier parts of a resumed run.</param>
/// <param name="Remaining">Estimated time to the last epoch at the current speed.</param>
/// <param name="IsLast">
/// Whether this network's training ends with this epoch: all epochs are done, it stopped early, or it was canceled.
/// </param>
/// <param name="ValidationIdentity">
/// Class accuracy: fraction, 0 to 1, of the instances with a class in the validation frames for which the class of the
/// label is the most probable one; NaN for a network without classes or labels without classes.
/// </param>
/// <param name="ValidationMeanAP">
/// OKS mAP, 0 to 1, of the poses that the network gives for the validation samples, as <c>pose.Evaluate</c> computes it by
/// default (<see cref="PoseMetrics.Oks"/>). NaN for a network that finds several instances in an image, and without
/// labeled instances.
/// </param>
/// <param name="ValidationPck">
/// PCK, 0 to 1: the share of labeled nodes of the validation samples that are predicted closer than a distance, as the
/// mean over 1, 2, … 10 pixels of the full frame (<see cref="PoseMetrics.PckCurve"/>). For a network that finds several
/// instances in an image the nearest peak of a node stands for its prediction, whatever instance it would belong to. NaN
/// without a labeled node.
/// </param>
public sealed record TrainingProgress(
    string Model,
    int Epoch,
    int Epochs,
    int Step,
    double TrainingLoss,
    double ValidationLoss,
    double ValidationError,
    double LearningRate,
    bool IsBest,
    double StepsPerSecond,
    TimeSpan Elapsed,
    TimeSpan Remaining,
    bool IsLast = false,
    double ValidationIdentity = double.NaN,
    double ValidationMeanAP = double.NaN,
    double ValidationPck = double.NaN
)
{
    /// <summary>
    /// Returns one line: epoch, losses, validation error in pixels, OKS mAP, PCK and class accuracy where there are any,
    /// learning rate, speed and remaining time.
    /// </summary>
    public override string ToString() => Epoch == 0 ? Details : $"{Details}  ETA {Clock(Remaining)}";

    /// <summary>The line without the remaining time.</summary>
    internal string Details =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Model}  epoch {Epoch, 3}/{Epochs}  {(Epoch == 0 ? "start       " : $"loss {TrainingLoss:0.00000}")}  "
                + $"validation {ValidationLoss:0.00000}  error {ValidationError, 6:0.00} px{MetricsText}"
                + $"{(IsBest ? " *" : "  ")}"
        )
        + (
            Epoch == 0
                ? ""
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"  lr {LearningRate:0.0e-0}  {StepsPerSecond:0.0} steps/s"
                )
        );

    /// <summary>The metrics that the network has.</summary>
    internal IEnumerable<(string Name, double Value)> Metrics =>
        new (string Name, double Value)[]
        {
            ("mAP", ValidationMeanAP),
            ("PCK", ValidationPck),
            ("names", ValidationIdentity),
        }.Where(metric => !double.IsNaN(metric.Value));

    private string MetricsText =>
        string.Concat(
            Metrics.Select(metric =>
                string.Create(CultureInfo.InvariantCulture, $"  {metric.Name} {metric.Value:0.00}")
            )
        );

    /// <summary>The figures of the epoch under the names of their columns in training_log.csv.</summary>
    internal IReadOnlyList<(string Name, double Value)> Figures =>
        [
            ("train/loss", TrainingLoss),
            ("val/loss", ValidationLoss),
            ("val/error_px", ValidationError),
            ("learning_rate", LearningRate),
            ("seconds", Math.Round(Elapsed.TotalSeconds, 1)),
            ("val/identity", ValidationIdentity),
            ("val/oks_map", ValidationMeanAP),
            ("val/pck", ValidationPck),
        ];

    /// <summary>The head of training_log.csv.</summary>
    internal string LogHead => string.Join(',', ["model", "epoch", "step", .. Figures.Select(figure => figure.Name)]);

    /// <summary>The epoch as a line of training_log.csv; what was not measured is an empty cell.</summary>
    internal string LogLine =>
        string.Create(CultureInfo.InvariantCulture, $"{Model},{Epoch},{Step},")
        + string.Join(',', Figures.Select(figure => Cell(figure.Value)));

    /// <summary>Reads a line of training_log.csv; null if it is none.</summary>
    internal static TrainingProgress? FromLogLine(string line)
    {
        if (line.Split(',') is not [var model, .. var cells] || cells.Length < 8)
            return null;
        double At(int column) =>
            column < cells.Length && double.TryParse(cells[column], CultureInfo.InvariantCulture, out var value)
                ? value
                : double.NaN;
        return new(
            model,
            (int)At(0),
            (int)At(0),
            (int)At(1),
            At(2),
            At(3),
            At(4),
            At(5),
            IsBest: false,
            double.NaN,
            TimeSpan.FromSeconds(At(6)),
            TimeSpan.Zero,
            IsLast: false,
            At(7),
            At(8),
            At(9)
        );
    }

    private static string Cell(double value) =>
        double.IsNaN(value) ? "" : value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Formats a time as 4:05 or 12:04:05.</summary>
    internal static string Clock(TimeSpan time) =>
        time.ToString(time.TotalHours < 1 ? @"m\:ss" : @"h\:mm\:ss", CultureInfo.InvariantCulture) is var text
        && time.TotalDays < 1
            ? text
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}"
            );
}
