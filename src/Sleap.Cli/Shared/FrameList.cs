using System.Globalization;
using Sleap.IO;

namespace Sleap.Cli;

/// <summary>Frame numbers as they are given on the command line: <c>0-99,200</c>.</summary>
internal static class FrameList
{
    /// <summary>The frames of a list that a video has.</summary>
    /// <param name="text">Numbers and ranges, both ends included.</param>
    /// <param name="video">The video.</param>
    /// <exception cref="ArgumentException">
    /// A part is no number and no range, or goes beyond the video. The video is asked before the numbers of a range are
    /// listed, so that 0-2000000000 is an error and not a list of that length.
    /// </exception>
    public static IReadOnlyList<int> Of(string text, Video video)
    {
        var ranges = Parse(text);
        using var source = video.Open();
        foreach (var (first, last) in ranges)
        {
            if (!source.Contains(first) || !source.Contains(last))
            {
                throw new ArgumentException(
                    $"--frames asks for {(first == last ? $"{first}" : $"{first}-{last}")}, and {video} has "
                        + $"{source.FrameCount} frames{(source.Contains(0) ? $", 0 to {LastOf(source)}" : "")}."
                );
            }
        }

        return [.. ranges.SelectMany(range => Numbers(range, source))];
    }

    /// <summary>Reads numbers and ranges.</summary>
    /// <exception cref="ArgumentException">A part is no number and no range, or there is none.</exception>
    public static IReadOnlyList<(int First, int Last)> Parse(string text)
    {
        var ranges = new List<(int, int)>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.Split('-', StringSplitOptions.TrimEntries);
            if (
                ends.Length > 2
                || !int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
                || last < first
            )
            {
                throw new ArgumentException(
                    $"'{part}' in --frames is no frame number and no range; write for example 0-99,200."
                );
            }

            ranges.Add((first, last));
        }
        return ranges.Count > 0
            ? ranges
            : throw new ArgumentException("--frames names no frame; write for example 0-99,200.");
    }

    // Images in a folder and embedded frames have numbers with gaps.
    private static IEnumerable<int> Numbers((int First, int Last) range, IFrameSource source)
    {
        for (long number = range.First; number <= range.Last; number++)
        {
            if (source.Contains((int)number))
                yield return (int)number;
        }
    }

    private static int LastOf(IFrameSource source)
    {
        var last = source.FrameCount - 1;
        while (source.Contains(last + 1))
            last++;
        return last;
    }
}
