namespace Sleap.MLNet.Tests;

/// <summary>Tells each epoch on, on the thread that trains.</summary>
internal sealed class ProgressTo(Action<TrainingProgress> report) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => report(value);
}
