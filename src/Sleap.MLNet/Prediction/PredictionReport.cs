using System.Globalization;
using System.Text.Json.Nodes;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>The result of a prediction run, with an account of all requested frames.</summary>
public sealed record PredictionReport
{
    /// <summary>Path of the output file; null if none was requested.</summary>
    public string? Output { get; init; }

    /// <summary>The poses, if no output file was requested; else null.</summary>
    public Labels? Labels { get; init; }

    /// <summary>Number of requested frames.</summary>
    public required int Requested { get; init; }

    /// <summary>
    /// Number of decoded and predicted frames; all of them are in the file, unless
    /// <see cref="PredictionRunOptions.KeepEmptyFrames"/> is false.
    /// </summary>
    public required int Processed { get; init; }

    /// <summary>Frames that could not be read and were skipped, with the reason.</summary>
    public required IReadOnlyList<UnreadableFrame> Unreadable { get; init; }

    /// <summary>Number of processed frames without instances.</summary>
    public required int Empty { get; init; }

    /// <summary>Total number of instances in the processed frames.</summary>
    public required long Instances { get; init; }

    /// <summary>Time from the start to the last frame, including decoding and writing.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Whether the run was canceled before the last frame.</summary>
    public bool IsInterrupted { get; init; }

    /// <summary>
    /// The error that ended the run before the last frame; null if there was none. Cancellation is not an error.
    /// </summary>
    public string? Fault { get; init; }

    /// <summary>Information that the format of the file cannot store, one sentence each.</summary>
    public IReadOnlyList<string> Losses { get; init; } = [];

    /// <summary>Number of frames that could not be read.</summary>
    public int Failed => Unreadable.Count;

    /// <summary>Number of frames not reached: 0 unless the run ended early.</summary>
    public int Remaining => Math.Max(0, Requested - Processed - Failed);

    /// <summary>Processed frames per second.</summary>
    public double FramesPerSecond => Processed / Math.Max(Elapsed.TotalSeconds, 1e-9);

    /// <summary>Returns a one-line summary.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Processed} of {Requested} frames, {Failed} failed, {Empty} empty, {Instances} instances, "
                + $"{FramesPerSecond:0.0} frames/s{(IsInterrupted ? ", interrupted" : "")}"
        );

    /// <summary>Returns the numbers in the form of provenance and <c>--json</c>.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["requested"] = Requested,
            ["processed"] = Processed,
            ["failed"] = Failed,
            ["failed_frames"] = new JsonArray([
                .. Unreadable
                    .Take(MaxListed)
                    .Select(frame => new JsonObject
                    {
                        ["video"] = frame.Video,
                        ["frame"] = frame.FrameIndex,
                        ["reason"] = frame.Reason,
                    }),
            ]),
            ["empty"] = Empty,
            ["instances"] = Instances,
            ["seconds"] = Math.Round(Elapsed.TotalSeconds, 3),
            ["frames_per_second"] = Math.Round(FramesPerSecond, 3),
            ["interrupted"] = IsInterrupted,
            ["fault"] = Fault,
        };

    /// <summary>
    /// Maximum number of unreadable frames listed in provenance; all of them are in <see cref="Unreadable"/>.
    /// </summary>
    private const int MaxListed = 1000;
}
