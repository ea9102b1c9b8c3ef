namespace Sleap.MLNet;

/// <summary>How a network is trained: for how long, how fast, on what, and who is told.</summary>
public sealed record TrainerOptions
{
    /// <summary>Epochs at most. Default 100.</summary>
    public int Epochs { get; init; } = 100;

    /// <summary>Optimizer steps in an epoch; null (default) for as many as it takes to see each frame once.</summary>
    public int? StepsPerEpoch { get; init; }

    /// <summary>Frames in a step. Default 4.</summary>
    public int BatchSize { get; init; } = 4;

    /// <summary>The highest learning rate. Default 1e-3.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>
    /// How the learning rate changes. Default <see cref="LearningRateSchedule.Cosine"/> with 50 warm-up steps.
    /// </summary>
    public LearningRateSchedule Schedule { get; init; } = new LearningRateSchedule.Cosine();

    /// <summary>
    /// How gradients become steps. Default <see cref="Optimizer.Auto"/>: Muon for a UNet, Adam for the other backbones.
    /// </summary>
    public Optimizer Optimizer { get; init; } = Optimizer.Auto;

    /// <summary>Weight decay of <see cref="Optimizer.AdamW"/>. Default 0.01; the others use none.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>
    /// Largest norm of all gradients together; larger ones are scaled down to it. Null (default): no limit.
    /// </summary>
    public double? GradientClipNorm { get; init; }

    /// <summary>
    /// Weight w of the foreground: a cell counts 1 + w·t times in the loss, t being the highest target that any node
    /// has there. 0 is SLEAP-NN's plain mean squared error. Default 8.
    /// </summary>
    public double ForegroundWeight { get; init; } = 8;

    /// <summary>
    /// What a frame without animals (a negative one) counts in the training loss; one with animals counts 1. Default 1;
    /// SLEAP-NN's <c>negative_loss_weight</c>.
    /// </summary>
    public double NegativeWeight { get; init; } = 1;

    /// <summary>
    /// Online hard keypoint mining: the maps that the network is worst at weigh more. Null (default): they do not.
    /// </summary>
    public HardKeypointMining? HardKeypointMining { get; init; }

    /// <summary>
    /// How the network's parameters start. Default <see cref="Initialization.He"/>, which leaves the "nothing anywhere"
    /// plateau in a fraction of the steps.
    /// </summary>
    public Initialization Initialization { get; init; } = Initialization.He;

    /// <summary>
    /// Decay of the running average of the weights that is validated and kept (0.98: about the last 50 steps). Null:
    /// the weights themselves. Default 0.98.
    /// </summary>
    public double? AverageDecay { get; init; } = 0.98;

    /// <summary>
    /// Training ends when the validation loss has not fallen for this many epochs. Null: never. Default null, since the
    /// cosine schedule ends by itself.
    /// </summary>
    public int? EarlyStoppingPatience { get; init; }

    /// <summary>
    /// Share of the frames, 0..1 exclusive, that is held back to choose the best weights. Default 0.1; ignored when
    /// <c>Fit</c> is given validation frames.
    /// </summary>
    public double ValidationFraction { get; init; } = 0.1;

    /// <summary>
    /// Videos whose frames are held back to choose the best weights, by path or file name: an honest measure where a
    /// model shall work on other recordings than it was trained on. Null (default): a share of all frames, see
    /// <see cref="ValidationFraction"/>; ignored when <c>Fit</c> is given validation frames.
    /// </summary>
    public IReadOnlyList<string>? ValidationVideos { get; init; }

    /// <summary>
    /// Memory for the decoded frames, in megabytes of 2^20 bytes, for all networks of a model together; what does not
    /// fit is kept in a memory-mapped file in <see cref="RunFolder"/>, or the folder for temporary files. Null
    /// (default): half of the memory that the process may use.
    /// </summary>
    public int? CacheMegabytes { get; init; }

    /// <summary>
    /// Seed of everything random; null (default) takes it from the <c>MLContext</c>. Same seed, same machine, same
    /// weights.
    /// </summary>
    public int? Seed { get; init; }

    /// <summary>
    /// Numbers that the network is trained in. Default <see cref="Precision.Auto"/>: errors came out the same, in less
    /// time. Where gradients in <see cref="Precision.BFloat16"/> come out wrong, which is tried before the first step,
    /// training is in <see cref="Precision.Single"/>.
    /// </summary>
    public Precision Precision { get; init; } = Precision.Auto;

    /// <summary>
    /// Where to train: <c>auto</c> (default: the GPU if there is one), <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.
    /// </summary>
    public string Device { get; init; } = "auto";

    /// <summary>
    /// Folder that keeps the run: which frames validate (<c>split.json</c>), and after every epoch a page to look at
    /// (<c>report.html</c>) and, in a folder a network, a checkpoint of everything that training goes on from,
    /// <c>training_log.csv</c> and <c>progress.json</c>. Null (default): nothing is kept. A folder with an unfinished
    /// run in it is an error unless <see cref="Resume"/> is set.
    /// </summary>
    public string? RunFolder { get; init; }

    /// <summary>
    /// Goes on where the run in <see cref="RunFolder"/> stopped, with the validation frames that it began with, to the
    /// same weights as without the interruption (same machine, same labels, same options); begins anew where there is
    /// none. Default false.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>
    /// Whether a picture of 16 training samples as the network will see them, with their points, is left in the folder
    /// of each network: <c>augmented.png</c>. Default false; needs a <see cref="RunFolder"/>.
    /// </summary>
    public bool AugmentedPicture { get; init; }

    /// <summary>
    /// Told after every epoch; one that is an <see cref="IProgress{T}"/> of <see cref="TrainingStep"/> too, as
    /// <see cref="ConsoleTrainingProgress"/> is, also about twice a second within it. Null (default): only
    /// <c>MLContext.Log</c> is told.
    /// </summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>
    /// Ends training early; the best weights so far are kept. Before the first validation there are none, and
    /// <c>Fit</c> throws <see cref="OperationCanceledException"/>.
    /// </summary>
    public CancellationToken CancellationToken { get; init; }

    internal IEnumerable<string> Faults()
    {
        if (Epochs < 1)
            yield return $"Training.Epochs is {Epochs}; at least 1.";
        if (StepsPerEpoch < 1)
            yield return $"Training.StepsPerEpoch is {StepsPerEpoch}; at least 1, or null.";
        if (BatchSize < 1)
            yield return $"Training.BatchSize is {BatchSize}; at least 1.";
        if (LearningRate is not (> 0 and < 1))
            yield return $"Training.LearningRate is {LearningRate}; above 0 and below 1.";
        if (!Enum.IsDefined(Optimizer))
        {
            yield return $"Training.Optimizer is {(int)Optimizer}, which is none of "
                + $"{string.Join(", ", Enum.GetNames<Optimizer>())}.";
        }

        if (!Enum.IsDefined(Initialization))
        {
            yield return $"Training.Initialization is {(int)Initialization}, which "
                + $"is none of {string.Join(", ", Enum.GetNames<Initialization>())}.";
        }

        if (!Enum.IsDefined(Precision))
        {
            yield return $"Training.Precision is {(int)Precision}, which is none of "
                + $"{string.Join(", ", Enum.GetNames<Precision>())}.";
        }

        if (!(WeightDecay >= 0))
            yield return $"Training.WeightDecay is {WeightDecay}; 0 or more.";
        if (GradientClipNorm is not (null or > 0))
            yield return $"Training.GradientClipNorm is {GradientClipNorm}; above 0, or null.";
        if (!(ForegroundWeight >= 0))
            yield return $"Training.ForegroundWeight is {ForegroundWeight}; 0 or more.";
        if (!(NegativeWeight > 0 && double.IsFinite(NegativeWeight)))
            yield return $"Training.NegativeWeight is {NegativeWeight}; above 0.";
        if (AverageDecay is not (null or > 0 and < 1))
            yield return $"Training.AverageDecay is {AverageDecay}; between 0 and 1, or null.";
        if (EarlyStoppingPatience < 1)
            yield return $"Training.EarlyStoppingPatience is {EarlyStoppingPatience}; at least 1, or null.";
        if (ValidationFraction is not (> 0 and < 1))
            yield return $"Training.ValidationFraction is {ValidationFraction}, expected above 0 and below 1.";
        if (ValidationVideos is { Count: 0 })
            yield return "Training.ValidationVideos is empty; at least one video, or null.";
        if (CacheMegabytes < 0)
            yield return $"Training.CacheMegabytes is {CacheMegabytes}; 0 or more, or null.";
        if (RunFolder is { Length: 0 })
            yield return "Training.RunFolder is empty; a folder, or null.";
        if (Resume && RunFolder is null)
            yield return "Training.Resume is set, but there is no Training.RunFolder to go on from.";
        if (AugmentedPicture && RunFolder is null)
            yield return "Training.AugmentedPicture is set, but there is no Training.RunFolder to keep it in.";
        if (TorchDevice.Fault(Device) is { } fault)
            yield return $"Training.Device {fault}";
        foreach (var problem in HardKeypointMining?.Faults() ?? [])
            yield return $"Training.HardKeypointMining: {problem}";
        foreach (var problem in Schedule.Faults())
            yield return $"Training.Schedule: {problem}";
    }
}

/// <summary>The rule that turns gradients into steps.</summary>
public enum Optimizer
{
    /// <summary>
    /// <see cref="Muon"/> for a UNet; <see cref="Adam"/> for the other backbones, which mostly start from weights that
    /// Adam made and whose matrices are too large to make orthogonal in each step.
    /// </summary>
    Auto,

    /// <summary>
    /// Muon (Jordan et al., 2024): the momentum of each weight matrix of the backbone, made orthogonal; Adam for all
    /// other parameters. Learns as much in about half of the steps.
    /// </summary>
    Muon,

    /// <summary>Adam (Kingma and Ba, 2015), SLEAP-NN's default.</summary>
    Adam,

    /// <summary>AdamW: Adam with decoupled weight decay (Loshchilov and Hutter, 2019).</summary>
    AdamW,
}
