using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// Options of the training of a network: duration, learning rate, data, outputs and progress reports.
/// </summary>
public sealed record TrainerOptions
{
    /// <summary>Learning rate of networks without normalization.</summary>
    internal const double PlainRate = 1e-3;

    private const double NormalizedRate = 8e-3;

    /// <summary>Maximum number of epochs. Default 100.</summary>
    public int Epochs { get; init; } = 100;

    /// <summary>
    /// Optimizer steps per epoch, at least 1; null (default): as many as one pass over all training samples needs.
    /// </summary>
    public int? StepsPerEpoch { get; init; }

    /// <summary>
    /// Minimum number of optimizer steps per epoch, at least 1; where the samples give fewer, an epoch passes over them
    /// several times. <see cref="StepsPerEpoch"/> is not raised. Default 1; SLEAP-NN's
    /// <c>min_train_steps_per_epoch</c>, which is 200 there.
    /// </summary>
    public int MinStepsPerEpoch { get; init; } = 1;

    /// <summary>Frames (in a second stage crops, with <see cref="Tiles"/> tiles) per step, 1 to 4096. Default 4.</summary>
    public int BatchSize { get; init; } = 4;

    /// <summary>
    /// Parts of the frames that a network of whole frames is trained on; <see cref="BatchSize"/> is their number in a
    /// step. Null (default): whole frames. Networks on crops have none.
    /// </summary>
    public TrainingTileOptions? Tiles { get; init; }

    /// <summary>
    /// The highest learning rate, between 0 and 1. Null (default): 8e-3 for a UNet that is trained with
    /// <see cref="Normalization.Batch"/> and <see cref="Optimizer.Muon"/>, else 1e-3.
    /// </summary>
    public double? LearningRate { get; init; }

    /// <summary>
    /// Schedule of the learning rate. Default <see cref="LearningRateSchedule.Cosine"/> with 50 warm-up steps.
    /// </summary>
    public LearningRateSchedule Schedule { get; init; } = new LearningRateSchedule.Cosine();

    /// <summary>
    /// The optimizer. Default <see cref="Optimizer.Auto"/>: Muon for a UNet, Adam for the other backbones.
    /// </summary>
    public Optimizer Optimizer { get; init; } = Optimizer.Auto;

    /// <summary>
    /// Whether <see cref="Optimizer.Adam"/> and <see cref="Optimizer.AdamW"/> divide by the largest second moment so far
    /// in place of the current one (Reddi et al. 2018, arXiv:1904.09237). Default false; SLEAP-NN's <c>amsgrad</c>.
    /// </summary>
    public bool Amsgrad { get; init; }

    /// <summary>
    /// Weight decay of <see cref="Optimizer.AdamW"/>, 0 or more. Default 0.01; the other optimizers use none.
    /// </summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>
    /// Maximum norm of all gradients together, above 0; larger gradients are scaled down to it. Null (default): no
    /// limit.
    /// </summary>
    public double? GradientClipNorm { get; init; }

    /// <summary>
    /// Weight w of the foreground, 0 or more: a cell has the weight 1 + w·t in the loss, where t is the highest target
    /// of all nodes in that cell. 0 is SLEAP-NN's plain mean squared error. Default 8.
    /// </summary>
    public double ForegroundWeight { get; init; } = 8;

    /// <summary>
    /// Weight in the training loss of a frame, or tile, without instances (a negative frame), above 0; one with instances
    /// has weight 1. Default 1; SLEAP-NN's <c>negative_loss_weight</c>.
    /// </summary>
    public double NegativeWeight { get; init; } = 1;

    /// <summary>
    /// Whether frames without instances (negative frames) are used for training and validation, by model types that can
    /// use them. Default true; SLEAP-NN's <c>use_negative_frames</c>, which is false there.
    /// </summary>
    public bool UseNegativeFrames { get; init; } = true;

    /// <summary>
    /// Online hard keypoint mining, which increases the weight of the maps with the highest loss. Null (default): off.
    /// </summary>
    public HardKeypointMining? HardKeypointMining { get; init; }

    /// <summary>
    /// Initialization of the network's parameters. Default <see cref="Initialization.He"/>, which needs far fewer steps
    /// to leave the initial plateau of empty maps.
    /// </summary>
    public Initialization Initialization { get; init; } = Initialization.He;

    /// <summary>
    /// Normalization of a UNet while it trains. Default <see cref="Normalization.Auto"/>.
    /// </summary>
    public Normalization Normalization { get; init; } = Normalization.Auto;

    /// <summary>
    /// Weights of an earlier model that training starts from, and what of the network stays frozen. They are validated
    /// before the first step, as epoch 0, and kept if no epoch is better. Null (default): the parameters are
    /// initialized, see <see cref="Initialization"/>.
    /// </summary>
    public StartOptions? Start { get; init; }

    /// <summary>
    /// Decay of the moving average of the weights, between 0 and 1; the average is validated and kept (0.98: about the
    /// last 50 steps). Null: the weights themselves are used. Default 0.98.
    /// </summary>
    public double? AverageDecay { get; init; } = 0.98;

    /// <summary>
    /// Number of epochs without improvement of the validation loss after which training stops early, at least 1. Null
    /// (default): never, since the cosine schedule has a fixed end.
    /// </summary>
    public int? EarlyStoppingPatience { get; init; }

    /// <summary>
    /// Decrease of the validation loss that counts as an improvement for early stopping, 0 or more. Default 0: any
    /// decrease; SLEAP-NN's <c>min_delta</c>.
    /// </summary>
    public double EarlyStoppingMinDelta { get; init; }

    /// <summary>
    /// Whether all frames are used for training and all for validation, such as to see whether a network can learn
    /// them. Default false; ignored if <c>Fit</c> gets validation frames. SLEAP-NN's <c>use_same_data_for_val</c>.
    /// </summary>
    public bool ValidateOnTrainingFrames { get; init; }

    /// <summary>
    /// Fraction of the frames, between 0 and 1, held out at random to choose the best weights, at least one frame; a
    /// single labeled frame is used for training and validation. Default 0.1; ignored if <c>Fit</c> gets validation
    /// frames.
    /// </summary>
    public double ValidationFraction { get; init; } = 0.1;

    /// <summary>
    /// Videos whose frames are held out to choose the best weights, by path or file name. Null (default): a fraction of
    /// all frames, see <see cref="ValidationFraction"/>; ignored if <c>Fit</c> gets validation frames. Separate videos
    /// give an unbiased measure if the model will be used on other recordings than it was trained on.
    /// </summary>
    public IReadOnlyList<string>? ValidationVideos { get; init; }

    /// <summary>
    /// Memory for the decoded frames of all networks of a model together, in megabytes of 2^20 bytes, 0 or more. Frames
    /// that do not fit are stored in a memory-mapped file in <see cref="RunFolder"/>, or in the folder for temporary
    /// files. Null (default): half of the memory that the process may use.
    /// </summary>
    public int? CacheMegabytes { get; init; }

    /// <summary>
    /// Seed of all random numbers; null (default): taken from the <c>MLContext</c>. The same seed on the same machine
    /// gives the same weights.
    /// </summary>
    public int? Seed { get; init; }

    /// <summary>
    /// Floating-point precision of training. Default <see cref="Precision.Auto"/>, which gives the same errors in less
    /// time. If a test before the first step finds that gradients in <see cref="Precision.BFloat16"/> are wrong,
    /// <see cref="Precision.Single"/> is used.
    /// </summary>
    public Precision Precision { get; init; } = Precision.Auto;

    /// <summary>
    /// Device of training: <c>auto</c> (default: the GPU if there is one), <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.
    /// </summary>
    public string Device { get; init; } = "auto";

    /// <summary>
    /// Folder of the run. It gets the split (<c>split.json</c>), after every epoch a report (<c>report.html</c>), and
    /// in one subfolder per network the checkpoint, <c>training_log.csv</c> and <c>progress.json</c>. Null (default):
    /// nothing is stored. If the folder has an unfinished run, <see cref="Resume"/> must be set; otherwise it is an
    /// error.
    /// </summary>
    public string? RunFolder { get; init; }

    /// <summary>
    /// Whether to resume the run in <see cref="RunFolder"/>, with its validation frames. The result has the same
    /// weights as an uninterrupted run (same machine, same labels, same options). If there is no run, a new one starts.
    /// Default false.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>
    /// Whether to write an image of 16 augmented training samples with their points to each network's folder:
    /// <c>augmented.png</c>. Default false; needs a <see cref="RunFolder"/>.
    /// </summary>
    public bool AugmentedImage { get; init; }

    /// <summary>
    /// Whether to write the figures of every epoch to an event file for TensorBoard in each network's folder, which
    /// <c>tensorboard --logdir RUN_FOLDER</c> shows. Default false; needs a <see cref="RunFolder"/>.
    /// </summary>
    public bool TensorBoard { get; init; }

    /// <summary>
    /// Receives progress after every epoch, such as a <see cref="ConsoleProgress"/>. If it also implements
    /// <see cref="IProgress{T}"/> of <see cref="TrainingStep"/>, it receives progress about twice per second within an
    /// epoch. Null (default): progress goes only to <c>MLContext.Log</c>.
    /// </summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>
    /// Stops training; the best weights so far are kept. Before the first validation there are none unless training
    /// started from weights, and <c>Fit</c>
    /// throws <see cref="OperationCanceledException"/>.
    /// </summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>
    /// Number of epochs whose weights are kept as files in <see cref="RunFolder"/>, those with the best
    /// <see cref="Monitor"/>: 1 (default): none, because the model has the best weights; −1: all. SLEAP-NN's
    /// <c>model_ckpt.save_top_k</c>.
    /// </summary>
    internal int SaveTopK { get; init; } = 1;

    /// <summary>
    /// Whether <see cref="RunFolder"/> has the weights of the last epoch as a file; SLEAP-NN's
    /// <c>model_ckpt.save_last</c>.
    /// </summary>
    internal bool SaveLast { get; init; }

    /// <summary>What chooses the best weights; SLEAP-NN's <c>model_ckpt.monitor</c>.</summary>
    internal TrainingMonitor Monitor { get; init; }

    /// <summary>
    /// Whether each pass has the training samples in a new random order; SLEAP-NN's <c>train_data_loader.shuffle</c>.
    /// </summary>
    internal bool Shuffles { get; init; } = true;

    /// <summary>
    /// <see cref="EvaluationOptions.OksStddev"/> of the validation; SLEAP-NN's <c>eval.oks_stddev</c>.
    /// </summary>
    internal double OksStddev { get; init; } = new EvaluationOptions().OksStddev;

    /// <summary><see cref="EvaluationOptions.OksScale"/> of the validation; SLEAP-NN's <c>eval.oks_scale</c>.</summary>
    internal double? OksScale { get; init; }

    /// <summary>
    /// One of several equal parts of the labels is held out; null: <see cref="ValidationFraction"/>. SLEAP-NN's
    /// <c>split</c>.
    /// </summary>
    internal FoldSplit? Folds { get; init; }

    /// <summary>
    /// The size that frames are matched to; null: the largest one. SLEAP-NN's <c>max_height</c>, <c>max_width</c>.
    /// </summary>
    internal (int Height, int Width)? FrameSize { get; init; }

    /// <summary>Returns the number of steps in an epoch.</summary>
    internal int StepsFor(int samples) =>
        StepsPerEpoch ?? Math.Max(MinStepsPerEpoch, (samples + BatchSize - 1) / BatchSize);

    /// <summary>
    /// Returns the number of samples that are validated at once: where training is on tiles, as many whole ones as have
    /// their pixels.
    /// </summary>
    internal int ValidationBatch((int Height, int Width) input)
    {
        if (Tiles is null)
            return BatchSize;
        var (height, width) = Tiles.In(input);
        return (int)Math.Max(1, (long)BatchSize * height * width / ((long)input.Height * input.Width));
    }

    /// <summary>Returns the options without tiles, whose batch is of frames then.</summary>
    internal TrainerOptions OnWholeFrames() =>
        Tiles is null ? this : this with { Tiles = null, BatchSize = new TrainerOptions().BatchSize };

    /// <summary>Whether a backbone is trained with normalization.</summary>
    internal bool Normalizes(BackboneOptions backbone) =>
        backbone is UNetOptions
        && (Normalization == Normalization.Batch || (Normalization == Normalization.Auto && Start is null));

    /// <summary>The highest learning rate for a backbone.</summary>
    internal double RateFor(BackboneOptions backbone) =>
        LearningRate
        ?? (
            Normalizes(backbone) && NetworkOptimizer.Of(Optimizer, backbone) == Optimizer.Muon
                ? NormalizedRate
                : PlainRate
        );

    internal void Check(OptionFaults faults)
    {
        faults
            .AtLeast(nameof(Epochs), Epochs, 1)
            .AtLeast(nameof(StepsPerEpoch), StepsPerEpoch, 1)
            .AtLeast(nameof(MinStepsPerEpoch), MinStepsPerEpoch, 1)
            .Within(nameof(BatchSize), BatchSize, 1, NetworkOptions.MaxBatch)
            .Between(nameof(LearningRate), LearningRate, 0, 1)
            .Defined(nameof(Optimizer), Optimizer)
            .Defined(nameof(Initialization), Initialization)
            .Defined(nameof(Normalization), Normalization)
            .Defined(nameof(Precision), Precision)
            .NotNegative(nameof(WeightDecay), WeightDecay)
            .Positive(nameof(GradientClipNorm), GradientClipNorm)
            .NotNegative(nameof(ForegroundWeight), ForegroundWeight)
            .Positive(nameof(NegativeWeight), NegativeWeight)
            .Between(nameof(AverageDecay), AverageDecay, 0, 1)
            .AtLeast(nameof(EarlyStoppingPatience), EarlyStoppingPatience, 1)
            .NotNegative(nameof(EarlyStoppingMinDelta), EarlyStoppingMinDelta)
            .Positive(nameof(OksStddev), OksStddev)
            .Positive(nameof(OksScale), OksScale)
            .AtLeast(nameof(SaveTopK), SaveTopK, -1)
            .Between(nameof(ValidationFraction), ValidationFraction, 0, 1)
            .If(ValidationVideos is { Count: 0 }, "ValidationVideos is empty; at least one video, or null")
            .AtLeast(nameof(CacheMegabytes), CacheMegabytes, 0)
            .If(RunFolder is { Length: 0 }, "RunFolder is empty; a folder, or null")
            .If(Resume && RunFolder is null, "Resume is set, but there is no RunFolder to go on from")
            .If(AugmentedImage && RunFolder is null, "AugmentedImage is set, but there is no RunFolder to keep it in")
            .If(TensorBoard && RunFolder is null, "TensorBoard is set, but there is no RunFolder to keep its files in");
        TorchDevice.Check(faults, nameof(Device), Device);
        HardKeypointMining?.Check(faults.In(nameof(HardKeypointMining)));
        Folds?.Check(faults);
        Schedule.Check(faults.In(nameof(Schedule)));
        faults.If(
            Schedule.Warmup is { Epochs: var warmup, Of: var of } && warmup >= (of ?? Epochs),
            $"Schedule: the rate rises over {Schedule.Warmup?.Epochs} epochs, which is not less than all "
                + $"{Schedule.Warmup?.Of ?? Epochs}"
        );
    }
}

/// <summary>The optimizers.</summary>
public enum Optimizer
{
    /// <summary>
    /// <see cref="Muon"/> for a UNet; <see cref="Adam"/> for the other backbones, which usually start from weights that
    /// were trained with Adam and whose matrices are too large to orthogonalize in each step.
    /// </summary>
    Auto,

    /// <summary>
    /// Muon (Jordan et al., 2024): orthogonalized momentum for each weight matrix of the backbone, Adam for all other
    /// parameters. Needs about half of the steps of Adam.
    /// </summary>
    Muon,

    /// <summary>Adam (Kingma and Ba, 2015), SLEAP-NN's default.</summary>
    Adam,

    /// <summary>AdamW: Adam with decoupled weight decay (Loshchilov and Hutter, 2019).</summary>
    AdamW,
}

/// <summary>The normalizations of a UNet while it trains.</summary>
public enum Normalization
{
    /// <summary><see cref="Batch"/> for a UNet that trains from nothing, else <see cref="None"/>.</summary>
    Auto,

    /// <summary>
    /// Batch normalization (Ioffe and Szegedy 2015, arXiv:1502.03167) after each convolution of the blocks. It is folded
    /// into the weights of what is validated, saved and returned, which is the same network as without.
    /// </summary>
    Batch,

    /// <summary>No normalization, as in SLEAP-NN.</summary>
    None,
}
