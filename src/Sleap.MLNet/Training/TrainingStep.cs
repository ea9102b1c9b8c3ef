using System.Globalization;

namespace Sleap.MLNet;

/// <summary>Where training stands within an epoch; told about twice a second.</summary>
/// <param name="Model">Which network is trained, as <see cref="TrainingProgress.Model"/>.</param>
/// <param name="Epoch">The epoch that goes on, counted from 1.</param>
/// <param name="Epochs">Epochs at most.</param>
/// <param name="Step">Optimiser steps of this epoch so far.</param>
/// <param name="StepsPerEpoch">Optimiser steps of an epoch.</param>
/// <param name="Loss">Mean loss of this epoch's steps so far.</param>
/// <param name="ValidationError">That of the epoch before, see <see cref="TrainingProgress.ValidationError"/>; NaN in
/// the first one.</param>
/// <param name="LearningRate">Rate of the last step.</param>
/// <param name="StepsPerSecond">Optimiser steps a second in this epoch.</param>
/// <param name="Elapsed">Time since the first step, earlier parts of a resumed run included.</param>
/// <param name="Remaining">Time to the last epoch at the speed so far.</param>
public sealed record TrainingStep(
    string Model,
    int Epoch,
    int Epochs,
    int Step,
    int StepsPerEpoch,
    double Loss,
    double ValidationError,
    double LearningRate,
    double StepsPerSecond,
    TimeSpan Elapsed,
    TimeSpan Remaining
)
{
    /// <summary>One line: epoch, step, loss, validation error in pixels, learning rate, speed and time left.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Model}  epoch {Epoch, 3}/{Epochs}  step {Step, 3}/{StepsPerEpoch}  loss {Loss:0.00000}  error "
                + $"{ValidationError, 6:0.00} px  lr {LearningRate:0.0e-0}  {StepsPerSecond:0.0} steps/s  ETA "
                + $"{TrainingProgress.Clock(Remaining)}"
        );
}
