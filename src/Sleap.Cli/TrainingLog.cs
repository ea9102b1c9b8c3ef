using System.Globalization;
using Sleap.MLNet;

namespace Sleap.Cli;

/// <summary>Keeps what each epoch came to, and passes it on.</summary>
internal sealed class TrainingLog(IProgress<TrainingProgress> next) : IProgress<TrainingProgress>
{
    private readonly List<TrainingProgress> _epochs = [];

    public IReadOnlyList<TrainingProgress> Epochs => _epochs;

    public void Report(TrainingProgress value)
    {
        _epochs.Add(value);
        next.Report(value);
    }

    public void Save(string path) => File.WriteAllLines(path,
    [
        "model,epoch,step,train/loss,val/loss,val/error_px,learning_rate,seconds",
        .. _epochs.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Model},{p.Epoch},{p.Step},{p.TrainingLoss:R},{p.ValidationLoss:R},{p.ValidationError:R},{p.LearningRate:R},{p.Elapsed.TotalSeconds:0.0}")),
    ]);
}
