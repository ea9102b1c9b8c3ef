using System.Collections.Concurrent;
using System.Globalization;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>
/// Trainings and predictions of a project: in folders beside it, each with a snapshot of the labels that it was started
/// with. One goes on at a time, as they share the machine.
/// </summary>
internal sealed class RunList : IDisposable
{
    private const string TrainingFolder = "models";
    private const string PredictionFolder = "predictions";
    private const int MaxFound = 500;
    private const int MaxListed = 50;

    private readonly OpenedProject _project;
    private readonly StudioTool _tool;
    private readonly ModelList _models;
    private readonly ConcurrentDictionary<string, StudioRun> _runs = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    public RunList(OpenedProject project, StudioTool tool, ModelList models)
    {
        (_project, _tool, _models) = (project, tool, models);
        foreach (var folder in Folders(project.Folder))
        {
            // Predictions are of the frames of one project; a model is of use to others in the folder.
            if (RunRecord.Read(folder) is { } record && (record.Predict is null || record.Project == project.Name))
                Add(new StudioRun(folder, record, RunProcess.Find(tool, record.Process)));
        }
    }

    /// <summary>The newest runs, the latest first.</summary>
    public IReadOnlyList<StudioRun> All =>
        [.. _runs.Values.OrderByDescending(run => run.Id, StringComparer.Ordinal).Take(MaxListed)];

    /// <summary>A run by its id.</summary>
    /// <exception cref="EditException">There is none.</exception>
    public StudioRun Of(string id) =>
        _runs.TryGetValue(id, out var run) ? run : throw EditException.Invalid("There is no such run any more.");

    /// <summary>Starts a training with the labels as they are.</summary>
    /// <exception cref="EditException">Something is not allowed, or a run goes on.</exception>
    public StudioRun Train(EditSession session, TrainRequest request)
    {
        var words = request.Words(_tool, _models).ToList();
        var title = request.Start is { } id ? $"from {_models.Of(id).Name}" : request.Type ?? "chosen from the labels";
        return Start(
            TrainingFolder,
            title,
            null,
            Snapshot(session.State, []),
            (labels, folder) => ["train", labels, .. words, "--out", folder]
        );
    }

    /// <summary>Starts a prediction.</summary>
    /// <exception cref="EditException">Something is not allowed, or a run goes on.</exception>
    public StudioRun Predict(EditSession session, PredictRequest request)
    {
        var view = _project.View;
        var words = request.Words(view, _models).ToList();
        var queue = view
            .Structure.Suggestions.Zip(view.Suggestions)
            .Where(entry => !view.IsDone(entry.Second))
            .ToList();
        if (request.Scope == PredictionScope.Queue && queue.Count == 0)
            throw EditException.Invalid("The queue has no frame that nobody has labeled.");
        var title = request.Scope switch
        {
            PredictionScope.Queue => $"{queue.Count} frames of the queue",
            PredictionScope.Range => $"frames {request.From} to {request.To} of video {request.Video + 1}",
            _ => $"video {request.Video + 1}",
        };
        return Start(
            PredictionFolder,
            title,
            request,
            Snapshot(session.State, [.. queue.Select(entry => entry.First)]),
            (labels, folder) => ["predict", labels, .. words, "--out", Path.Combine(folder, "predictions.slp")]
        );
    }

    /// <summary>Forgets a run that has ended, and deletes its folder.</summary>
    /// <exception cref="EditException">It goes on.</exception>
    public void Delete(StudioRun run)
    {
        if (run.IsRunning)
            throw EditException.Invalid("The run goes on; stop it first.");
        _runs.TryRemove(run.Id, out _);
        run.Delete();
    }

    /// <summary>Lets go of the runs, which go on.</summary>
    public void Dispose()
    {
        foreach (var run in _runs.Values)
            run.Dispose();
    }

    private StudioRun Start(
        string kind,
        string title,
        PredictRequest? predict,
        Labels snapshot,
        Func<string, string, IEnumerable<string>> words
    )
    {
        lock (_gate)
        {
            if (_runs.Values.FirstOrDefault(run => run.IsRunning) is { } other)
            {
                throw EditException.Invalid(
                    $"A {(other.IsTraining ? "training" : "prediction")} goes on; stop it, or wait for its end."
                );
            }

            var folder = NewFolder(Path.Combine(_project.Folder!, kind));
            try
            {
                var labels = Path.Combine(folder, "labels.slp");
                snapshot.Save(labels);
                var process = RunProcess.Start(_tool, folder, words(labels, folder));
                var record = new RunRecord(_project.Name, title, process.Identity, predict);
                record.Write(folder);
                return Add(new StudioRun(folder, record, process));
            }
            catch
            {
                Directory.Delete(folder, recursive: true);
                throw;
            }
        }
    }

    private StudioRun Add(StudioRun run) => _runs[run.Id] = run;

    /// <summary>Labels with what a person labeled, and these suggestions.</summary>
    private static Labels Snapshot(ProjectState state, IReadOnlyList<SuggestedFrame> suggestions)
    {
        var labels = state.ToLabels();
        var frames = labels.Frames.Where(frame =>
            frame.IsNegative || frame.Instances.Any(instance => !instance.IsPredicted)
        );
        return new Labels(
            frames,
            labels.Videos,
            labels.Skeletons,
            labels.Tracks,
            suggestions,
            identities: labels.Identities
        );
    }

    // Names sort by time.
    private static string NewFolder(string kind)
    {
        if (Directory.CreateDirectory(kind).LinkTarget is not null)
            throw new IOException($"{kind} is a link; runs are kept in folders of the project.");
        var now = DateTime.Now.ToString("yyyyMMdd'-'HHmmss'-'fff", CultureInfo.InvariantCulture);
        for (var number = 1; ; number++)
        {
            var folder = Path.Combine(kind, number == 1 ? now : $"{now}-{number}");
            if (Directory.Exists(folder))
                continue;
            Directory.CreateDirectory(folder);
            return folder;
        }
    }

    private static IEnumerable<string> Folders(string? project) =>
        project is null
            ? []
            : new[] { TrainingFolder, PredictionFolder }
                .Select(kind => new DirectoryInfo(Path.Combine(project, kind)))
                .Where(kind => kind is { Exists: true, LinkTarget: null })
                .SelectMany(kind => kind.EnumerateDirectories().OrderByDescending(folder => folder.Name).Take(MaxFound))
                .Where(folder => folder.LinkTarget is null)
                .Select(folder => folder.FullName);
}

/// <summary>A model is to be trained with the labels as they are now.</summary>
/// <param name="Type">One of the tool's model types; null for one that suits the labels.</param>
/// <param name="Start">Id of a model to go on from, with its network; null to begin anew.</param>
/// <param name="Epochs">Most epochs; null for what suits the labels.</param>
/// <param name="BatchSize">Frames in a step; null for what suits the labels.</param>
internal sealed record TrainRequest(
    string? Type = null,
    string? Start = null,
    int? Epochs = null,
    int? BatchSize = null
)
{
    private const int MaxEpochs = 100_000;
    private const int MaxBatch = 1_024;

    /// <summary>The words of the command line, behind the labels.</summary>
    /// <exception cref="EditException">A value is none that is allowed.</exception>
    public IEnumerable<string> Words(StudioTool tool, ModelList models)
    {
        if (Type is not null && (Start is not null || !tool.ModelTypes.Contains(Type)))
            throw EditException.Invalid("Such a type of model is not known, or the model to go on from says it.");
        if (Epochs is < 1 or > MaxEpochs || BatchSize is < 1 or > MaxBatch)
            throw EditException.Invalid($"Epochs are 1 to {MaxEpochs:N0}, and frames in a step 1 to {MaxBatch:N0}.");
        return
        [
            .. Start is null ? ["--auto"] : new[] { "--start", models.Of(Start).Path },
            .. Type is null ? [] : new[] { "--type", Type },
            .. Epochs is { } epochs ? new[] { "--epochs", $"{epochs}" } : [],
            .. BatchSize is { } batch ? new[] { "--batch-size", $"{batch}" } : [],
        ];
    }
}

/// <summary>Which frames are predicted.</summary>
internal enum PredictionScope
{
    /// <summary>Those of the queue that nobody has labeled.</summary>
    Queue,

    /// <summary>Frames of a video from one to another.</summary>
    Range,

    /// <summary>All of a video.</summary>
    Video,
}

/// <summary>Frames are to be predicted.</summary>
/// <param name="Models">Ids of the model; of two for the two stages of one.</param>
/// <param name="Scope">Which frames.</param>
/// <param name="Video">Number of the video, unless it is the queue.</param>
/// <param name="From">First frame of a range.</param>
/// <param name="To">Last frame of a range, included.</param>
/// <param name="Tracking">Whether the instances get tracks.</param>
/// <param name="IncludeLabeled">Whether frames that a person labeled get predictions, too.</param>
internal sealed record PredictRequest(
    IReadOnlyList<string> Models,
    PredictionScope Scope,
    int? Video = null,
    int? From = null,
    int? To = null,
    bool Tracking = false,
    bool IncludeLabeled = false
)
{
    /// <summary>The words of the command line, behind the labels.</summary>
    /// <exception cref="EditException">A value is none that is allowed.</exception>
    public IEnumerable<string> Words(ProjectView view, ModelList models)
    {
        if (Models.Count is not (1 or 2))
            throw EditException.Invalid("One model is needed, or two for the two stages of one.");
        if (Scope == PredictionScope.Queue ? Video is not null || Tracking : !view.HasVideo(Video ?? -1))
            throw EditException.Invalid("A video is needed, except for the queue, whose frames are not followed.");
        if (Scope == PredictionScope.Range ? !(From >= 0 && To >= From) : From is not null || To is not null)
            throw EditException.Invalid($"The frames {From} to {To} are no range.");
        return
        [
            .. Models.SelectMany(id => new[] { "--model", models.Of(id).Path }),
            .. Scope == PredictionScope.Queue ? ["--only-suggested"] : new[] { "--video-index", $"{Video}" },
            .. Scope == PredictionScope.Range ? new[] { "--frames", $"{From}-{To}" } : [],
            .. Tracking ? new[] { "--tracking" } : [],
        ];
    }
}
