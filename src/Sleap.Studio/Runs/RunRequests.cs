namespace Sleap.Studio;

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
