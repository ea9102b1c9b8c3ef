using System.Globalization;
using TorchSharp;

namespace Sleap.MLNet;

/// <summary>What training a network takes of memory, from the options and the labels alone.</summary>
internal sealed class MemoryEstimate
{
    private readonly TrainingStage _stage;

    /// <param name="stage">The network.</param>
    /// <param name="labels">What it learns from.</param>
    /// <param name="split">Which frames train.</param>
    /// <param name="frame">Size of the frames.</param>
    public MemoryEstimate(TrainingStage stage, LabelStatistics labels, LabelSplit split, (int Height, int Width) frame)
    {
        _stage = stage;
        var (options, samples) = (stage.Options, stage.CreateSamples(frame).Training);
        using (torch.NewDisposeScope())
        using (var model = stage.CreateModel(0))
            Weights = model.Network.parameters().Sum(parameter => parameter.numel()) * sizeof(float);
        // The maps, and about as much again for their gradients and what convolutions work in.
        Activations =
            2
            * NetworkSize.ActivationBytes(
                options.Backbone,
                samples.Input.Height,
                samples.Input.Width,
                options.HeadStride
            )
            * options.Training.BatchSize;
        Frames =
            (options is CenteredInstanceOptions ? labels.Animals.Count : split.Rows.Count()) * (long)samples.ByteCount;
        Budget = options.Training.CacheMegabytes is { } megabytes ? (long)megabytes << 20 : SampleCache.DefaultBudget;
    }

    public long Weights { get; }

    public long Activations { get; }

    /// <summary>Bytes of all decoded frames, or crops.</summary>
    public long Frames { get; }

    public long Budget { get; }

    /// <summary>
    /// Bytes where the network is trained: weights, their gradients, two moments, the average and the best ones; and
    /// the maps of a batch.
    /// </summary>
    public long Device => 6 * Weights + Activations;

    public LintFinding Finding()
    {
        var (training, isCpu) = (
            _stage.Options.Training,
            TorchDevice.Of(_stage.Options.Training.Device).type == DeviceType.CPU
        );
        var (there, inMemory) = (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Math.Min(Frames, Budget));
        var message =
            $"training takes about {Megabytes(Device)}{(isCpu ? "" : " of the GPU")}: "
            + $"{Megabytes(6 * Weights)} for the weights and what goes with them, {Megabytes(Activations)} for a "
            + $"batch of {training.BatchSize.ToString(CultureInfo.InvariantCulture)}; and {Megabytes(inMemory)} "
            + $"for "
            + $"decoded frames"
            + (Frames > Budget ? $" (of {Megabytes(Frames)}; the rest goes into a file)." : ".");
        var need = (isCpu ? Device : 0) + inMemory;
        return need > there
            ? new(
                LintRule.Memory,
                _stage.Name,
                $"{message} There are {Megabytes(there)}.",
                $"Lower Training.BatchSize or "
                    + $"Scale{(inMemory > there / 4 ? ", or set Training.CacheMegabytes" : "")}."
            )
            : new(LintRule.Memory, _stage.Name, message, "", IsWarning: false);
    }

    private static string Megabytes(long bytes) =>
        (bytes / 1048576.0).ToString(bytes < 10 << 20 ? "0.0" : "#,0", CultureInfo.InvariantCulture) + " MB";
}
