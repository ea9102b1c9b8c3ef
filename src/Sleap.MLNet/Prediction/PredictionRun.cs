using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;
using TorchSharp;

namespace Sleap.MLNet;

/// <summary>
/// One run of a model over frames with output to a file. The cursor of the model's view decodes and resamples the next
/// batch while the network processes the current one; frames are written immediately.
/// </summary>
internal sealed class PredictionRun
{
    private readonly PredictionRunOptions _options;
    private readonly IDataView _frames;
    private readonly PoseRows _rows;
    private readonly IReadOnlyList<PoseModelTransformer> _models;
    private readonly IReadOnlyList<string> _outputs;
    private readonly List<LabeledFrame> _kept = [];
    private readonly Stopwatch _clock = new();
    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;
    private TimeSpan _nextReport;
    private int _processed;
    private int _empty;
    private long _instances;

    public PredictionRun(
        PoseCatalog pose,
        ITransformer model,
        IDataView frames,
        string? output,
        PredictionRunOptions options
    )
    {
        (_frames, _options) = (frames, options);
        _outputs = [.. output is null ? [] : (string[])[output], .. options.MoreOutputs];
        _models = [.. Parts(model).OfType<PoseModelTransformer>()];
        _rows = new PoseRows(model.Transform(frames), options.Columns, VideoNames.Of(pose.Context), "Predict");
    }

    private FrameReport? Loaded => (_frames as IFrameReporting)?.Report();

    private int Requested => Loaded?.Requested ?? (int?)_frames.GetRowCount() ?? _processed;

    private int Unread => Requested - _processed - (Loaded?.Failed ?? 0);

    public PredictionReport Run()
    {
        using var files = OutputFiles.Create(_outputs, _rows.Poses.Skeleton);
        _clock.Start();
        var (interrupted, fault) = (false, (Exception?)null);
        try
        {
            interrupted = !ReadAll(files);
        }
        catch (Exception problem) when (_processed > 0)
        {
            fault = problem;
        }
        var report = Finish(files, Report(interrupted, fault));
        return fault is null ? report : throw new PredictionStoppedException(report, fault);
    }

    /// <summary>Processes all frames; false if canceled before the last one.</summary>
    private bool ReadAll(OutputFiles files)
    {
        var together = _models.Select(model => model.FramesAtOnce).DefaultIfEmpty(1).Max();
        if (_options.CancellationToken.IsCancellationRequested)
            return false;
        foreach (var frame in _rows.Read())
        {
            _processed++;
            _empty += frame.Instances.Count == 0 ? 1 : 0;
            _instances += frame.Instances.Count;
            if (frame.Instances.Count > 0 || _options.KeepEmptyFrames)
            {
                if (_outputs.Count == 0)
                    _kept.Add(frame);
                files.Add(frame);
            }
            if (_clock.Elapsed >= _nextReport)
                ReportProgress(isLast: false);
            // The frames of a batch are predicted together; cancellation waits for the end of the batch so that none of
            // them is lost.
            if (_processed % together == 0 && _options.CancellationToken.IsCancellationRequested)
                return Unread == 0;
        }
        return true;
    }

    private PredictionReport Report(bool interrupted, Exception? fault)
    {
        ReportProgress(isLast: true);
        return new PredictionReport
        {
            Output = _outputs.FirstOrDefault(),
            Requested = Requested,
            Processed = _processed,
            Unreadable = Loaded?.Unreadable ?? [],
            Empty = _empty,
            Instances = _instances,
            Elapsed = _clock.Elapsed,
            IsInterrupted = interrupted,
            Fault = fault?.Message,
        };
    }

    private PredictionReport Finish(OutputFiles files, PredictionReport report)
    {
        var provenance = PredictionProvenance.Of(_models, report, _started, _options);
        return _outputs.Count == 0
            ? report with
            {
                Labels = LabelsBuilder.Gather(_kept, _rows, provenance),
            }
            : report with
            {
                Losses = files.Finish(provenance),
            };
    }

    private void ReportProgress(bool isLast)
    {
        _nextReport = _clock.Elapsed + _options.ProgressInterval;
        if (_options.Progress is null)
            return;
        var (failed, requested, elapsed) = (Loaded?.Failed ?? 0, Requested, _clock.Elapsed);
        var speed = (_processed + failed) / Math.Max(elapsed.TotalSeconds, 1e-9);
        var left =
            isLast || speed <= 0
                ? TimeSpan.Zero
                : TimeSpan.FromSeconds(Math.Max(0, requested - _processed - failed) / speed);
        _options.Progress.Report(
            new PredictionProgress(
                _processed,
                failed,
                requested,
                _instances,
                _processed / Math.Max(elapsed.TotalSeconds, 1e-9),
                elapsed,
                left,
                isLast
            )
        );
    }

    private static IEnumerable<ITransformer> Parts(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(Parts) : [model];
}

/// <summary>
/// Options of a prediction run. Settings of the model itself are changed by <see cref="PoseModelTransformer.With"/>.
/// </summary>
public sealed record PredictionRunOptions
{
    /// <summary>
    /// Zero-based numbers of the frames of a video, in the requested order; null (default): all. Not for views, which
    /// define their own frames.
    /// </summary>
    public IEnumerable<int>? Frames { get; init; }

    /// <summary>
    /// Paths of files that get the same poses as the output, each in the format of its ending; as the output itself they
    /// are written while frames are predicted. Default: none.
    /// </summary>
    public IReadOnlyList<string> MoreOutputs { get; init; } = [];

    /// <summary>
    /// Whether frames without instances are in the output. Default true. The report counts them in any case.
    /// </summary>
    public bool KeepEmptyFrames { get; init; } = true;

    /// <summary>
    /// Receives progress, at most every <see cref="ProgressInterval"/> and at the end. Default null: no reports.
    /// </summary>
    public IProgress<PredictionProgress>? Progress { get; init; }

    /// <summary>Minimum time between two reports. Default half a second.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// Stops the run after the current batch; the frames predicted so far are written, and the report is marked as
    /// interrupted.
    /// </summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>
    /// Additional provenance of the output by key, such as the command line or the source of the model. Default:
    /// nothing.
    /// </summary>
    public IReadOnlyDictionary<string, JsonNode?> Provenance { get; init; } = new Dictionary<string, JsonNode?>();

    /// <summary>Names of the columns, if the model or the view uses other names.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    /// <exception cref="ArgumentException">The options have faults; the message lists all of them.</exception>
    internal PredictionRunOptions Checked(bool isVideo)
    {
        new OptionFaults("Predict")
            .Columns(Columns)
            .If(
                MoreOutputs is null || MoreOutputs.Any(string.IsNullOrWhiteSpace),
                "MoreOutputs has no path or an empty one"
            )
            .If(ProgressInterval < TimeSpan.Zero, $"ProgressInterval is {ProgressInterval}, expected 0 or more")
            .If(
                !isVideo && Frames is not null,
                "Frames is set, and the frames are those of a view; choose them when it is loaded"
            )
            .Throw();
        return this;
    }
}

/// <summary>
/// The exception for a prediction that failed before its end, for example by a full disk or a device error. The frames
/// predicted so far are in the file, and <see cref="Report"/> gives their number.
/// </summary>
public sealed class PredictionStoppedException : IOException
{
    internal PredictionStoppedException(PredictionReport report, Exception cause)
        : base(
            $"{cause.Message} The run ended there: {report}{(report.Output is null ? "" : $" → {report.Output}")}.",
            cause
        ) => Report = report;

    /// <summary>The result up to the failure.</summary>
    public PredictionReport Report { get; }
}

/// <summary>Creates the provenance of predictions: models with all their settings, and all versions.</summary>
internal static class PredictionProvenance
{
    public static Dictionary<string, JsonNode?> Of(
        IReadOnlyList<PoseModelTransformer> models,
        PredictionReport report,
        DateTimeOffset started,
        PredictionRunOptions options
    )
    {
        var provenance = new Dictionary<string, JsonNode?>
        {
            ["created_by"] = LabelsBuilder.CreatedBy,
            ["created_at"] = started.ToString(
                "yyyy-MM-dd'T'HH:mm:ssK",
                System.Globalization.CultureInfo.InvariantCulture
            ),
            ["frames"] = report.ToJson(),
            ["models"] = new JsonArray([.. models.Select(Model)]),
            ["versions"] = Versions(models.Any(model => model.HasNetworks)),
        };
        foreach (var (key, value) in options.Provenance)
            provenance[key] = value?.DeepClone();
        return provenance;
    }

    private static JsonObject Model(PoseModelTransformer model) =>
        new()
        {
            ["type"] = model.GetType().Name.Replace("Transformer", "", StringComparison.Ordinal),
            ["device"] = model.DeviceName,
            ["networks"] = new JsonArray([.. (model.HasNetworks ? model.Networks : []).Select(Network)]),
            ["options"] = JsonObject.Create(SavedModel.OptionsOf(model)),
        };

    // What was computed, whatever the options ask for.
    private static JsonObject Network(PoseModel network) =>
        new()
        {
            ["network"] = network.Options.Title,
            ["device"] = network.DeviceInUse,
            ["precision"] = network.PrecisionInUse,
        };

    // libtorch is not asked where it did not predict: it may not be there.
    private static JsonObject Versions(bool usesTorch) =>
        new()
        {
            ["Sleap.MLNet"] = VersionOf(typeof(PredictionProvenance)),
            ["Microsoft.ML"] = VersionOf(typeof(MLContext)),
            ["TorchSharp"] = VersionOf(typeof(torch)),
            ["libtorch"] = usesTorch ? torch.__version__ : null,
            ["threads"] = usesTorch ? torch.get_num_threads() : null,
            [".NET"] = Environment.Version.ToString(),
            ["system"] = $"{RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture}",
        };

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? type.Assembly.GetName().Version?.ToString()
        ?? "";
}
