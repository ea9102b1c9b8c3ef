namespace Sleap.MLNet;

/// <summary>
/// The folder of a whole training, with a folder for each of its networks: which frames validate, and the page to look
/// at.
/// </summary>
internal sealed class TrainingRun
{
    private readonly IReadOnlyList<RunFolder> _folders;
    private readonly IReadOnlyList<NetworkReport> _reports;

    private TrainingRun(string folder, string title, IReadOnlyList<TrainingStage> stages)
    {
        var training = stages[0].Options.Training;
        // All are opened before anything is done, so that nothing of a run that shall not go on is touched.
        _folders =
        [
            .. stages.Select(stage => new RunFolder(
                Path.Combine(stage.Options.Training.RunFolder ?? folder, stage.Name),
                stage.Options.Training.Resume
            )),
        ];
        FullPath = Path.GetFullPath(folder);
        Stored = training.Resume ? StoredSplit.Read(FullPath) : null;
        Report = new TrainingReport(FullPath, title);
        _reports = [.. stages.Zip(_folders, Report.Add)];
    }

    public string FullPath { get; }

    /// <summary>The split that it goes on with; null when it begins.</summary>
    public StoredSplit? Stored { get; }

    public TrainingReport Report { get; }

    /// <summary>Opens the run that the first network's options name; null: none is kept.</summary>
    /// <exception cref="InvalidOperationException">There is a run that shall not go on.</exception>
    public static TrainingRun? Open(string title, IReadOnlyList<TrainingStage> stages) =>
        stages[0].Options.Training.RunFolder is { } folder ? new TrainingRun(folder, title, stages) : null;

    /// <summary>Splits the labels, or takes the split that the run began with.</summary>
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

/// <summary>One network of a model that is trained.</summary>
/// <param name="Options">Its options, completed by what the labels tell.</param>
/// <param name="Subject">What it learns to find.</param>
internal sealed record TrainingStage(NetworkOptions Options, PoseSubject Subject)
{
    /// <summary>What progress and folders call it: sleap-nn's name.</summary>
    public string Name => Options.NetworkName;

    /// <summary>Makes its samples, given the size that frames are matched to.</summary>
    public SampleMaker CreateSamples((int Height, int Width) frame) => Options.CreateSamples(Subject, frame);

    /// <summary>A network with the parameters that it starts from.</summary>
    public PoseModel CreateModel(int seed) => Options.CreateModel(Subject, Options.Training.Initialization, seed);
}
