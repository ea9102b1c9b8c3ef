using System.Globalization;
using System.Text.Json.Nodes;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>The account of a prediction: what became of each frame that was asked for.</summary>
public sealed record PredictionReport
{
    /// <summary>The file that was written, or null.</summary>
    public string? Output { get; init; }

    /// <summary>The poses, when no file was asked for; else null.</summary>
    public Labels? Labels { get; init; }

    /// <summary>Frames that were asked for.</summary>
    public required int Requested { get; init; }

    /// <summary>Frames that were decoded and predicted, all of them in the file.</summary>
    public required int Processed { get; init; }

    /// <summary>Frames that could not be read, and why; the run went on behind them.</summary>
    public required IReadOnlyList<UnreadableFrame> Unreadable { get; init; }

    /// <summary>Processed frames in which no animal was found.</summary>
    public required int Empty { get; init; }

    /// <summary>Animals that were found in all.</summary>
    public required long Instances { get; init; }

    /// <summary>From the start to the last frame, decoding and writing included.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Whether the run was cancelled before the last frame.</summary>
    public bool IsInterrupted { get; init; }

    /// <summary>What ended the run before the last frame, other than being cancelled; else null.</summary>
    public string? Fault { get; init; }

    /// <summary>What the format of the file could not hold, one sentence each.</summary>
    public IReadOnlyList<string> Losses { get; init; } = [];

    /// <summary>How many frames could not be read.</summary>
    public int Failed => Unreadable.Count;

    /// <summary>Frames that the run did not come to: 0 unless it ended early.</summary>
    public int Remaining => Math.Max(0, Requested - Processed - Failed);

    /// <summary>Processed frames a second.</summary>
    public double FramesPerSecond => Processed / Math.Max(Elapsed.TotalSeconds, 1e-9);

    /// <summary>One line for a person.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Processed} of {Requested} frames, {Failed} failed, {Empty} empty, {Instances} animals, "
                + $"{FramesPerSecond:0.0} frames/s{(IsInterrupted ? ", interrupted" : "")}"
        );

    /// <summary>The numbers as provenance and <c>--json</c> have them.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["requested"] = Requested,
            ["processed"] = Processed,
            ["failed"] = Failed,
            ["failed_frames"] = new JsonArray([
                .. Unreadable
                    .Take(MostNamed)
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
    /// Frames that failed are named in provenance up to this many; all of them are in <see cref="Unreadable"/>.
    /// </summary>
    private const int MostNamed = 1000;
}
