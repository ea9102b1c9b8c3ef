using System.Diagnostics;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// One run of a model over frames into a file. Decoding and resampling of the next batch go on while the network works
/// on this one (the cursor of the model's view does that); frames go to the file as they come.
/// </summary>
internal sealed class PredictionRun
{
    private readonly PredictionRunOptions _options;
    private readonly IDataView _frames;
    private readonly PoseRows _rows;
    private readonly IReadOnlyList<PoseModelTransformer> _models;
    private readonly string? _output;
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
        (_frames, _output, _options) = (frames, output, options);
        _models = [.. Parts(model).OfType<PoseModelTransformer>()];
        _rows = new PoseRows(model.Transform(frames), options.Columns, VideoNames.Of(pose.Context), "Predict");
    }

    private FrameReport? Loaded => (_frames as IFrameReporting)?.Report();

    private int Requested => Loaded?.Requested ?? (int?)_frames.GetRowCount() ?? _processed;

    private int Unread => Requested - _processed - (Loaded?.Failed ?? 0);

    public PredictionReport Run()
    {
        using var writer = _output is null ? null : LabelsWriter.Create(_output, _rows.Poses.Skeleton);
        _clock.Start();
        var (interrupted, fault) = (false, (Exception?)null);
        try
        {
            interrupted = !ReadAll(writer);
        }
        catch (Exception problem) when (_processed > 0)
        {
            fault = problem;
        }
        var report = Finish(writer, Report(interrupted, fault));
        return fault is null ? report : throw new PredictionStoppedException(report, fault);
    }

    /// <summary>Goes over all frames; false when cancelled before the last.</summary>
    private bool ReadAll(LabelsWriter? writer)
    {
        var together = _models.Select(model => model.FramesAtOnce).DefaultIfEmpty(1).Max();
        if (_options.CancellationToken.IsCancellationRequested)
            return false;
        foreach (var frame in _rows.Read())
        {
            _processed++;
            _empty += frame.Instances.Count == 0 ? 1 : 0;
            _instances += frame.Instances.Count;
            if (writer is null)
                _kept.Add(frame);
            else
                writer.Add(frame);
            if (_clock.Elapsed >= _nextReport)
                Tell(isLast: false);
            // The frames of a batch are computed together: those that are done are not thrown away.
            if (_processed % together == 0 && _options.CancellationToken.IsCancellationRequested)
                return Unread == 0;
        }
        return true;
    }

    private PredictionReport Report(bool interrupted, Exception? fault)
    {
        Tell(isLast: true);
        return new PredictionReport
        {
            Output = _output,
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

    private PredictionReport Finish(LabelsWriter? writer, PredictionReport report)
    {
        var provenance = PredictionProvenance.Of(_models, report, _started, _options);
        return writer is null
            ? report with
            {
                Labels = LabelsBuilder.Gather(_kept, _rows, provenance),
            }
            : report with
            {
                Losses = writer.Finish(provenance),
            };
    }

    private void Tell(bool isLast)
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
