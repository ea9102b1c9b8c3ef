using Microsoft.ML.Runtime;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>What of a trained model can be changed when it predicts; null keeps what the model has.</summary>
public sealed record PredictionOptions
{
    /// <summary>Peaks lower than this, 0..1, are missing nodes.</summary>
    public float? PeakThreshold { get; init; }

    /// <summary>For models of two stages: centers of lower peaks, 0..1, are not looked at.</summary>
    public float? CentroidThreshold { get; init; }

    /// <summary>How a peak is placed between the cells of the map.</summary>
    public PeakRefinement? Refinement { get; init; }

    /// <summary>For models of several animals: how many at most.</summary>
    public int? MaxInstances { get; init; }

    /// <summary>Frames (in a second stage: crops) that a network sees at once.</summary>
    public int? BatchSize { get; init; }

    /// <summary>For networks that see whole frames: see <see cref="NetworkOptions.TileSize"/>.</summary>
    public int? TileSize { get; init; }

    /// <summary>For networks that see whole frames: see <see cref="NetworkOptions.TileOverlap"/>.</summary>
    public int? TileOverlap { get; init; }

    /// <summary>
    /// Whether frames keep their size, so that pixels are as large as the frame has them. Default false: they are
    /// matched to the size of the frames that the model was trained on, as SLEAP does, and animals in larger frames
    /// become smaller. For recordings of a larger field of view by the same camera and lens it is true that helps,
    /// often with <see cref="TileSize"/>.
    /// </summary>
    public bool KeepFrameSize { get; init; }

    /// <summary>Numbers that the network predicts in.</summary>
    public Precision? Precision { get; init; }

    /// <summary>Where to predict: <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string? Device { get; init; }

    /// <summary>
    /// Whether a <see cref="Device"/> that this machine lacks is replaced by the CPU, with a warning in
    /// <see cref="Microsoft.ML.MLContext.Log"/>. Default false: it is an error. <c>auto</c> needs neither.
    /// </summary>
    public bool FallbackToCpu { get; init; }

    /// <summary>The options for this machine: another device where that is wanted.</summary>
    internal PredictionOptions On(IHostEnvironment environment)
    {
        if (!FallbackToCpu || Device is null || TorchDevice.Absence(Device) is not { } absence)
            return this;
        PoseLog.Warn(environment, "Predicting", [$"Device {absence} FallbackToCpu is set: the CPU predicts."]);
        return this with { Device = "cpu" };
    }

    /// <summary>The size that frames are matched to, from the model's.</summary>
    internal (int Height, int Width) FrameOf(PoseModelTransformer model) =>
        KeepFrameSize ? PoseModelTransformer.AnySize : model.Frame;

    /// <summary>A model's options with these changes.</summary>
    internal TOptions ApplyTo<TOptions>(TOptions options)
        where TOptions : NetworkOptions =>
        (TOptions)(
            options with
            {
                PeakThreshold = PeakThreshold ?? options.PeakThreshold,
                Refinement = Refinement ?? options.Refinement,
                BatchSize = BatchSize ?? options.BatchSize,
                TileSize = TileSize ?? options.TileSize,
                TileOverlap = TileOverlap ?? options.TileOverlap,
                Precision = Precision ?? options.Precision,
                Device = Device ?? options.Device,
            }
        );

    /// <summary>The options of a centroid stage and a crop stage with these changes.</summary>
    internal NetworkOptions[] ApplyToStages(IReadOnlyList<NetworkOptions> stages)
    {
        var (centroid, crops) = ((CentroidOptions)stages[0], (CenteredInstanceOptions)stages[1]);
        return
        [
            ApplyTo(centroid) with
            {
                PeakThreshold = CentroidThreshold ?? centroid.PeakThreshold,
                MaxInstances = MaxInstances ?? centroid.MaxInstances,
            },
            (this with { TileSize = null, TileOverlap = null }).ApplyTo(crops),
        ];
    }
}
