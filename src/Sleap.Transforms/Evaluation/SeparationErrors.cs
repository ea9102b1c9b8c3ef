using System.Collections.Immutable;
using System.Globalization;

namespace Sleap.Transforms;

/// <summary>
/// Errors by the distance in time from the nearest frame that the model was trained on. Frames next to a training frame
/// look like it: a random split of one recording says what the model has seen, not what it does in the next recording.
/// Made by <see cref="PoseMetrics.BySeparation"/>.
/// </summary>
/// <param name="Groups">The groups that have frames, the nearest first.</param>
public sealed record SeparationErrors(ImmutableArray<SeparationError> Groups)
{
    private const int MinFrames = 5;
    private const double Remarkable = 1.25;

    /// <summary>
    /// The mean error of the farthest group divided by that of the nearest, of groups with at least 5 frames; NaN where
    /// there are no two such groups.
    /// </summary>
    public double FarToNear =>
        Groups.Where(group => group.Frames >= MinFrames).ToList() is [var near, .., var far]
            ? far.MeanError / near.MeanError
            : double.NaN;

    /// <summary>What the errors say, in a sentence.</summary>
    public override string ToString()
    {
        if (Groups.Where(group => group.Frames >= MinFrames).ToList() is not [var near, .., var far])
        {
            return "All frames are about equally far from training frames: nothing can be said about other parts of the "
                + "recording.";
        }

        var said = string.Create(
            CultureInfo.InvariantCulture,
            $"Frames {far.Name} have {FarToNear:0.0} times the error of frames {near.Name} ({far.MeanError:0.00} against "
                + $"{near.MeanError:0.00} px): figures of a random split "
        );
        return said + (FarToNear > Remarkable ? "are too good" : "hold") + " for other parts of the recording.";
    }

    internal static SeparationErrors Of(
        IEnumerable<FrameError> errors,
        IEnumerable<(string Video, int FrameIndex)> trained
    )
    {
        var frames = trained
            .GroupBy(frame => frame.Video, StringComparer.Ordinal)
            .ToDictionary(
                video => video.Key,
                video => video.Select(frame => frame.FrameIndex).Distinct().Order().ToArray(),
                StringComparer.Ordinal
            );
        return new([
            .. errors
                .GroupBy(error => GroupOf(error, frames))
                .OrderBy(group => group.Key)
                .Select(group =>
                {
                    var found = group.Sum(error => error.Found);
                    return new SeparationError(
                        group.Key == int.MaxValue ? null : group.Key,
                        group.Count(),
                        group.Sum(error => error.Visible),
                        found,
                        found == 0
                            ? double.NaN
                            : group.Sum(error => error.Found == 0 ? 0 : error.Found * error.MeanError) / found
                    );
                }),
        ]);
    }

    // The power of ten that the distance does not exceed; int.MaxValue for a video without training frames.
    private static int GroupOf(FrameError error, Dictionary<string, int[]> trained)
    {
        if (!trained.TryGetValue(error.Video, out var frames))
            return int.MaxValue;
        var at = Array.BinarySearch(frames, error.FrameIndex);
        if (at >= 0)
            return 0;
        var (after, distance) = (~at, long.MaxValue);
        if (after < frames.Length)
            distance = frames[after] - (long)error.FrameIndex;
        if (after > 0)
            distance = Math.Min(distance, error.FrameIndex - (long)frames[after - 1]);
        var most = 10;
        while (most < distance && most < 1_000_000_000)
            most *= 10;
        return most;
    }
}

/// <summary>The errors of frames that are about equally far from any training frame.</summary>
/// <param name="MaxDistance">The largest distance in frames: 0 for training frames themselves, else 10, 100, 1000 …; null
/// for videos without training frames.</param>
/// <param name="Frames">Number of frames.</param>
/// <param name="Visible">Number of true points that are visible.</param>
/// <param name="Found">Number of them that were found.</param>
/// <param name="MeanError">Mean distance of the found points in pixels; NaN when none was found.</param>
public sealed record SeparationError(int? MaxDistance, int Frames, int Visible, int Found, double MeanError)
{
    /// <summary>The group in words.</summary>
    public string Name =>
        MaxDistance switch
        {
            null => "of other videos",
            0 => "of the training",
            10 => "at most 10 frames from the training",
            { } most => string.Create(
                CultureInfo.InvariantCulture,
                $"{most / 10 + 1} to {most} frames from the training"
            ),
        };
}
