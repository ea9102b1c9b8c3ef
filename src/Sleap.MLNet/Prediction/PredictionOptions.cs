using Microsoft.ML.Runtime;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// Settings of a trained model that can be changed for prediction; null keeps the setting of the model.
/// </summary>
public sealed record PredictionOptions
{
    /// <summary>
    /// Minimum value of a peak, 0 to 1; nodes with lower peaks are missing. For models with two stages: of the second
    /// one.
    /// </summary>
    public float? PeakThreshold { get; init; }

    /// <summary>For models with two stages: minimum value of a centroid's peak, 0 to 1; no effect on others.</summary>
    public float? CentroidThreshold { get; init; }

    /// <summary>How the position of a peak between the cells of the map is computed.</summary>
    public PeakRefinement? Refinement { get; init; }

    /// <summary>
    /// Maximum number of instances in a frame, at least 1, for top-down, bottom-up and centroid models; no effect on
    /// others.
    /// </summary>
    public int? MaxInstances { get; init; }

    /// <summary>
    /// Filter of the instances of a frame, after <see cref="MaxInstances"/>. It replaces the model's whole filter.
    /// </summary>
    public InstanceFilterOptions? Filter { get; init; }

    /// <summary>
    /// Scale of the network input, above 0, see <see cref="NetworkOptions.Scale"/>; in models with two stages of both.
    /// Useful where instances have another size in pixels than in training: the size that the network sees should be
    /// the same.
    /// </summary>
    public float? Scale { get; init; }

    /// <summary>
    /// Side of the crops in frame pixels, see <see cref="CenteredInstanceOptions.CropSize"/>; no effect on models
    /// without crops.
    /// </summary>
    public int? CropSize { get; init; }

    /// <summary>
    /// For bottom-up models: minimum score of a connection, −1 to 1, see <see cref="PartAffinityOptions.MinLineScore"/>;
    /// no effect on others.
    /// </summary>
    public float? MinLineScore { get; init; }

    /// <summary>
    /// For bottom-up models: number of points at which a line is sampled, at least 1, see
    /// <see cref="PartAffinityOptions.LinePoints"/>; no effect on others.
    /// </summary>
    public int? LinePoints { get; init; }

    /// <summary>
    /// For bottom-up models: longest edge without a penalty as a fraction, above 0, see
    /// <see cref="PartAffinityOptions.MaxEdgeLengthRatio"/>; no effect on others.
    /// </summary>
    public float? MaxEdgeLengthRatio { get; init; }

    /// <summary>
    /// For bottom-up models: weight of the penalty for longer edges, 0 or more, see
    /// <see cref="PartAffinityOptions.DistancePenaltyWeight"/>; no effect on others.
    /// </summary>
    public float? DistancePenaltyWeight { get; init; }

    /// <summary>
    /// For bottom-up models: minimum number of nodes of an instance, or below 1 a fraction, see
    /// <see cref="PartAffinityOptions.MinInstancePeaks"/>; no effect on others.
    /// </summary>
    public float? MinInstancePeaks { get; init; }

    /// <summary>Number of frames (in a second stage: crops) in one batch, at least 1.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Side of the tiles of networks on whole frames, see <see cref="NetworkOptions.TileSize"/>.</summary>
    public int? TileSize { get; init; }

    /// <summary>Overlap of the tiles of networks on whole frames, see
    /// <see cref="NetworkOptions.TileOverlap"/>.</summary>
    public int? TileOverlap { get; init; }

    /// <summary>
    /// Whether frames keep their size. Default false: they are matched to the size of the training frames, as in SLEAP,
    /// and instances in larger frames become smaller. True is useful for recordings with a larger field of view by the
    /// same camera and lens, often with <see cref="TileSize"/>.
    /// </summary>
    public bool KeepFrameSize { get; init; }

    /// <summary>Floating-point precision of prediction.</summary>
    public Precision? Precision { get; init; }

    /// <summary>Device of prediction: <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string? Device { get; init; }

    /// <summary>
    /// Whether the CPU is used, with a warning in <see cref="Microsoft.ML.MLContext.Log"/>, if this machine does not
    /// have the <see cref="Device"/>. Default false: it is an error. Not needed with <c>auto</c>.
    /// </summary>
    public bool FallbackToCpu { get; init; }

    /// <summary>
    /// Returns the options for this machine, with the CPU if the device is missing and fallback is allowed.
    /// </summary>
    internal PredictionOptions On(IHostEnvironment environment)
    {
        if (!FallbackToCpu || Device is null || TorchDevice.Absence(Device) is not { } absence)
            return this;
        PoseLog.Warn(environment, "Predicting", [$"Device {absence}. FallbackToCpu is set: the CPU predicts."]);
        return this with { Device = "cpu" };
    }

    /// <summary>Returns the size that frames are matched to.</summary>
    internal (int Height, int Width) FrameOf(PoseModelTransformer model) =>
        KeepFrameSize ? PoseModelTransformer.AnySize : model.Frame;

    /// <summary>Returns a model's options with these changes.</summary>
    internal TOptions ApplyTo<TOptions>(TOptions options)
        where TOptions : NetworkOptions =>
        (TOptions)(
            options with
            {
                Filter = Filter ?? options.Filter,
                Scale = Scale ?? options.Scale,
                PeakThreshold = PeakThreshold ?? options.PeakThreshold,
                Refinement = Refinement ?? options.Refinement,
                BatchSize = BatchSize ?? options.BatchSize,
                TileSize = TileSize ?? options.TileSize,
                TileOverlap = TileOverlap ?? options.TileOverlap,
                Precision = Precision ?? options.Precision,
                Device = Device ?? options.Device,
            }
        );

    /// <summary>Returns a model's options of grouping with these changes.</summary>
    internal PartAffinityOptions ApplyTo(PartAffinityOptions options) =>
        options with
        {
            MinLineScore = MinLineScore ?? options.MinLineScore,
            LinePoints = LinePoints ?? options.LinePoints,
            MaxEdgeLengthRatio = MaxEdgeLengthRatio ?? options.MaxEdgeLengthRatio,
            DistancePenaltyWeight = DistancePenaltyWeight ?? options.DistancePenaltyWeight,
            MinInstancePeaks = MinInstancePeaks ?? options.MinInstancePeaks,
        };

    /// <summary>Returns the options of a centroid stage and a crop stage with these changes.</summary>
    internal NetworkOptions[] ApplyToStages(IReadOnlyList<NetworkOptions> stages)
    {
        var stage = this with { Filter = null };
        return
        [
            stages[0].With(stage with { PeakThreshold = CentroidThreshold }),
            stages[1].With(stage with { TileSize = null, TileOverlap = null }),
        ];
    }
}
