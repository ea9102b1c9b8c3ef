using System.Globalization;

namespace Sleap.MLNet;

/// <summary>Where training stands after an epoch.</summary>
/// <param name="Model">Which network is trained: <c>single_instance</c>, <c>centroid</c>, <c>centered_instance</c>,
/// <c>bottomup</c>, <c>multi_class_topdown</c> or <c>multi_class_bottomup</c>.</param>
/// <param name="Epoch">Epochs done.</param>
/// <param name="Epochs">Epochs at most.</param>
/// <param name="Step">Optimiser steps done.</param>
/// <param name="TrainingLoss">Mean loss of the epoch's steps.</param>
/// <param name="ValidationLoss">Loss on the validation frames, unaugmented.</param>
/// <param name="ValidationError">Mean distance in full-frame pixels between each visible node of the validation frames
/// and the highest peak (with several animals: the nearest peak) of its map; NaN when there is no node or no
/// peak.</param>
/// <param name="LearningRate">Rate of the epoch's last step.</param>
/// <param name="IsBest">Whether this validation loss is the lowest so far: these weights are kept.</param>
/// <param name="StepsPerSecond">Optimiser steps a second over the epoch, data and augmentation included, validation
/// not.</param>
/// <param name="Elapsed">Time since the first step, earlier parts of a resumed run included.</param>
/// <param name="Remaining">Time to the last epoch at the speed so far.</param>
/// <param name="IsLast">Whether this network's training ends with this epoch: all are done, it ended early, or it was
/// cancelled.</param>
/// <param name="ValidationIdentity">Share, 0 to 1, of the named animals of the validation frames whose name is the most
/// probable one to the network where their labels are; NaN where it names nobody, or nobody is named.</param>
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
    double ValidationIdentity = double.NaN
)
{
    /// <summary>
    /// One line: epoch, losses, validation error in pixels, right names where there are any, learning rate, speed and
    /// time left.
    /// </summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Model}  epoch {Epoch, 3}/{Epochs}  loss {TrainingLoss:0.00000}  validation {ValidationLoss:0.00000}  "
                + $"error "
                + $"{ValidationError, 6:0.00} px{Names}{(IsBest ? " *" : "  ")}  lr {LearningRate:0.0e-0}  "
                + $"{StepsPerSecond:0.0} steps/s  ETA {Clock(Remaining)}"
        );

    private string Names =>
        double.IsNaN(ValidationIdentity)
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"  names {ValidationIdentity:0.00}");

    /// <summary>A time as 4:05 or 12:04:05.</summary>
    internal static string Clock(TimeSpan time) =>
        time.ToString(time.TotalHours < 1 ? @"m\:ss" : @"h\:mm\:ss", CultureInfo.InvariantCulture) is var text
        && time.TotalDays < 1
            ? text
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}"
            );
}
