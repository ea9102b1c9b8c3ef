namespace Sleap.MLNet;

/// <summary>
/// The folder of a whole training run: the split into training and validation frames, the report, and one folder for
/// each network.
/// </summary>
internal sealed class TrainingRun
{
    private readonly IReadOnlyList<RunFolder> _folders;
    private readonly IReadOnlyList<NetworkReport> _reports;

    private TrainingRun(string folder, string title, IReadOnlyList<TrainingStage> stages)
    {
        var training = stages[0].Options.Training;
        // All folders are opened first, so that nothing changes if one of them has a run that is not to be resumed.
        _folders =
        [
            .. stages.Select(stage => new RunFolder(
                Path.Combine(stage.Options.Training.RunFolder ?? folder, stage.Name),
                stage.Options.Training.Resume,
                stage.Options.Training.TensorBoard
            )),
        ];
        FullPath = Path.GetFullPath(folder);
        Stored = training.Resume ? StoredSplit.Read(FullPath) : null;
        Report = new TrainingReport(FullPath, title);
        _reports = [.. stages.Zip(_folders, Report.Add)];
    }

    public string FullPath { get; }

    /// <summary>The split of the resumed run; null for a new run.</summary>
    public StoredSplit? Stored { get; }

    public TrainingReport Report { get; }

    /// <summary>Opens the run in the folder that the first network's options give; null: no folder is given.</summary>
    /// <exception cref="InvalidOperationException">The folder has a run that is not to be resumed.</exception>
    public static TrainingRun? Open(string title, IReadOnlyList<TrainingStage> stages) =>
        stages[0].Options.Training.RunFolder is { } folder ? new TrainingRun(folder, title, stages) : null;

    /// <summary>Splits the labels, or restores the split of a resumed run.</summary>
    public LabelSplit Split(LabeledRows labels, LabeledRows? validation, TrainerOptions options, int seed)
    {
        var split = Stored is null
            ? LabelSplit.Of(labels, validation, options, seed)
            : LabelSplit.Resumed(labels, validation, Stored, FullPath);
        Report.Split = Stored ?? StoredSplit.Of(split, seed);
        if (Stored is null)
            Report.Split.Write(FullPath);
        return split;
    }

    public RunFolder Folder(int stage) => _folders[stage];

    public NetworkReport ReportOf(int stage) => _reports[stage];
}

/// <summary>One network of a model in training.</summary>
/// <param name="Options">The options, completed by values that depend on the labels.</param>
/// <param name="Subject">Skeleton and classes.</param>
internal sealed record TrainingStage(NetworkOptions Options, PoseSubject Subject)
{
    /// <summary>sleap-nn's name of the network, used in progress messages and folder names.</summary>
    public string Name => Options.NetworkName;

    /// <summary>Creates the maker of its samples, given the size that frames are matched to.</summary>
    public SampleMaker CreateSamples((int Height, int Width) frame) => Options.CreateSamples(Subject, frame);

    /// <summary>Creates a network with initial parameters.</summary>
    public PoseModel CreateModel(int seed) => Options.CreateModel(Subject, Options.Training.Initialization, seed);
}
