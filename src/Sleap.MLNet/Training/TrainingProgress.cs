using System.Globalization;

namespace Sleap.MLNet;

/// <summary>Where training stands after an epoch.</summary>
/// <param name="Model">Which network is trained: <c>single_instance</c>, <c>centroid</c>, <c>centered_instance</c>, <c>bottomup</c>, <c>multi_class_topdown</c> or <c>multi_class_bottomup</c>.</param>
/// <param name="Epoch">Epochs done.</param>
/// <param name="Epochs">Epochs at most.</param>
/// <param name="Step">Optimiser steps done.</param>
/// <param name="TrainingLoss">Mean loss of the epoch's steps.</param>
/// <param name="ValidationLoss">Loss on the validation frames, unaugmented.</param>
/// <param name="ValidationError">Mean distance in full-frame pixels between each visible node of the validation frames and the highest peak (with several animals: the nearest peak) of its map; NaN when there is no node or no peak.</param>
/// <param name="LearningRate">Rate of the epoch's last step.</param>
/// <param name="IsBest">Whether this validation loss is the lowest so far: these weights are kept.</param>
/// <param name="StepsPerSecond">Optimiser steps a second over the epoch, data and augmentation included, validation not.</param>
/// <param name="Elapsed">Time since the first step.</param>
/// <param name="Remaining">Time to the last epoch at the speed so far.</param>
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
    TimeSpan Remaining)
{
    /// <summary>One line: epoch, losses, validation error in pixels, speed and time left.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Model}  epoch {Epoch,3}/{Epochs}  loss {TrainingLoss:0.00000}  validation {ValidationLoss:0.00000}  error {ValidationError,6:0.00} px{(IsBest ? " *" : "  ")}  {StepsPerSecond:0.0} steps/s  ETA {Remaining:m\\:ss}");
}
