using System.Globalization;
using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>
/// Checks the order of the frames of one pass and gives at most one warning: when the frames of a video go back, when a
/// video comes again after another one, or when frames are left out here and there, as after a random split. A
/// computation along the frames then has little to compute from.
/// </summary>
/// <remarks>
/// Gaps are steps of at least twice the median step. Of rows drawn by chance, more than a twentieth of the steps are
/// gaps, whether nine tenths of a video were drawn or one in a hundred; of a video sampled at equal steps none is, also
/// where rounding makes some steps longer by one frame.
/// </remarks>
internal sealed class FrameOrder(IHostEnvironment? environment, string component)
{
    private const int MinGaps = 2;
    private const double MaxGapShare = 0.05;

    private readonly Dictionary<string, int> _last = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, int> _steps = [];
    private string? _video;
    private bool _warned;

    /// <summary>Checks the frame of the next row.</summary>
    public void Add(string video, int frame)
    {
        if (_warned || environment is null)
            return;
        var sameVideo = video == _video;
        if (!sameVideo)
        {
            CheckGaps();
            _video = video;
        }
        if (_last.TryGetValue(video, out var before))
        {
            if (!sameVideo)
                Warn($"the rows of '{video}' come again after rows of another video, at frame {Text(frame)}");
            else if (frame < before)
                Warn($"the frames of '{video}' go back, from {Text(before)} to {Text(frame)}");
            else if (frame > before)
                _steps[frame - before] = _steps.GetValueOrDefault(frame - before) + 1;
        }
        _last[video] = frame;
    }

    /// <summary>Ends the pass, at the last row or before it.</summary>
    public void End()
    {
        if (!_warned && environment is not null)
            CheckGaps();
    }

    private void CheckGaps()
    {
        var count = _steps.Values.Sum();
        var usual = Median(count);
        var gaps = _steps.Where(step => step.Key >= 2 * usual).Sum(step => step.Value);
        _steps.Clear();
        if (gaps >= MinGaps && gaps > MaxGapShare * count)
        {
            Warn(
                $"the frames of '{_video}' have many gaps: {Text(gaps)} of {Text(count)} steps are at least twice "
                    + $"the usual step of {Text(usual)}"
            );
        }
    }

    private int Median(int count)
    {
        var before = 0;
        foreach ((var step, var times) in _steps)
        {
            before += times;
            if (2 * before >= count)
                return step;
        }
        return 1;
    }

    private void Warn(string what)
    {
        if (_warned)
            return;
        _warned = true;
        PoseLog.Warn(
            environment!,
            component,
            [
                $"{component}: {what}. It computes along the frames, so values there are missing or wrong. Run it on "
                    + "all frames of a video in their order, and shuffle, split or filter the rows afterwards. To split "
                    + "before, take whole videos or blocks of frames: pose.Split(view, (video, frame) => …).",
            ]
        );
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
