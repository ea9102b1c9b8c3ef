using Microsoft.ML.Runtime;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>What of a trained model can be changed when it predicts; null keeps what the model has.</summary>
public sealed record PredictionOptions
{
    /// <summary>Peaks lower than this, 0..1, are missing nodes.</summary>
    public float? PeakThreshold { get; init; }

    /// <summary>For models of two stages: centres of lower peaks, 0..1, are not looked at.</summary>
    public float? CentroidThreshold { get; init; }

    /// <summary>How a peak is placed between the cells of the map.</summary>
    public PeakRefinement? Refinement { get; init; }

    /// <summary>For models of several animals: how many at most.</summary>
    public int? MaxInstances { get; init; }

    /// <summary>Frames (in a second stage: crops) that a network sees at once.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Numbers that the network predicts in.</summary>
    public Precision? Precision { get; init; }

    /// <summary>Where to predict: <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string? Device { get; init; }

    /// <summary>
    /// Whether a <see cref="Device"/> that this machine lacks is replaced by the CPU, with a warning in <see cref="Microsoft.ML.MLContext.Log"/>. Default false: it is an error. <c>auto</c>
    /// needs neither.
    /// </summary>
    public bool FallbackToCpu { get; init; }

    /// <summary>The options for this machine: another device where that is wanted.</summary>
    internal PredictionOptions On(IHostEnvironment environment)
    {
        if (!FallbackToCpu || Device is null || TorchDevice.Absence(Device) is not { } absence) return this;
        PoseLog.Warn(environment, "Predicting", [$"Device {absence} FallbackToCpu is set: the CPU predicts."]);
        return this with { Device = "cpu" };
    }

    /// <summary>A model's options with these changes.</summary>
    internal TOptions ApplyTo<TOptions>(TOptions options)
        where TOptions : PoseModelOptions => (TOptions)(options with
        {
            PeakThreshold = PeakThreshold ?? options.PeakThreshold,
            Refinement = Refinement ?? options.Refinement,
            BatchSize = BatchSize ?? options.BatchSize,
            Precision = Precision ?? options.Precision,
            Device = Device ?? options.Device,
        });

    /// <summary>The options of two stages with these changes.</summary>
    internal TopDownOptions ApplyTo(TopDownOptions options) => options with
    {
        Centroid = ApplyTo(options.Centroid) with { PeakThreshold = CentroidThreshold ?? options.Centroid.PeakThreshold, MaxInstances = MaxInstances ?? options.Centroid.MaxInstances },
        CenteredInstance = ApplyTo(options.CenteredInstance),
        Device = Device ?? options.Device,
    };
}
