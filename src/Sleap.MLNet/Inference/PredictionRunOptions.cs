using System.Text.Json.Nodes;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// How a prediction is run. What the model looks for is the model's: <see cref="PoseModelTransformer.With"/>.
/// </summary>
public sealed record PredictionRunOptions
{
    /// <summary>
    /// Zero-based numbers of the frames of a video, in the order wanted; null (default): all. Not for views, which say
    /// themselves which frames they have.
    /// </summary>
    public IEnumerable<int>? Frames { get; init; }

    /// <summary>
    /// Is told where the run stands, at most every <see cref="ProgressInterval"/> and at the end. Default null: nobody.
    /// </summary>
    public IProgress<PredictionProgress>? Progress { get; init; }

    /// <summary>Least time between two reports. Default half a second.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// Ends the run after the batch that is being worked on: what is done is written, and the report says that it was
    /// interrupted.
    /// </summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>
    /// More for the provenance of what is written, by key: how the program was called, where the model came from.
    /// Default: nothing.
    /// </summary>
    public IReadOnlyDictionary<string, JsonNode?> Provenance { get; init; } = new Dictionary<string, JsonNode?>();

    /// <summary>Names of the columns, where the model's or the view's are others.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    /// <exception cref="ArgumentException">Lists every fault.</exception>
    internal PredictionRunOptions Checked(bool isVideo)
    {
        List<string> faults = [.. Columns.Faults().Select(fault => $"Columns: {fault}.")];
        if (ProgressInterval < TimeSpan.Zero)
            faults.Add($"ProgressInterval is {ProgressInterval}; at least 0.");
        if (!isVideo && Frames is not null)
            faults.Add("Frames is set, and the frames are those of a view; choose them when it is loaded.");
        PoseModelOptions.Throw(faults);
        return this;
    }
}
