namespace Sleap.Cli;

/// <summary>Frame numbers as they are given on the command line: <c>0-99,200</c>.</summary>
internal static class FrameList
{
    public static IReadOnlyList<int> Parse(string text)
    {
        var frames = new List<int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.Split('-');
            if (
                ends.Length > 2
                || !int.TryParse(ends[0], out var first)
                || !int.TryParse(ends[^1], out var last)
                || last < first
            )
            {
                throw new ArgumentException($"'{part}' in --frames is no frame number and no range; write 0-99,200.");
            }

            frames.AddRange(Enumerable.Range(first, last - first + 1));
        }
        return frames;
    }
}
