using System.Globalization;

namespace Sleap.Cli;

/// <summary>
/// One of several equal parts of the frames, for a machine of its own: <c>--shard 2/8</c> is the third of eight.
/// </summary>
/// <param name="Index">Which part, from 0.</param>
/// <param name="Count">How many parts there are.</param>
internal readonly record struct Shard(int Index, int Count)
{
    /// <summary>Reads <c>I/N</c>, I from 0 as Slurm's and Kubernetes' indices are.</summary>
    /// <exception cref="ArgumentException">The text is not a shard.</exception>
    public static Shard Parse(string text)
    {
        var parts = text.Split('/');
        return
            parts is [var first, var second]
            && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && int.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && index < count
            ? new Shard(index, count)
            : throw new ArgumentException(
                $"--shard is '{text}'; write I/N with I from 0 to N - 1, for instance 0/8 for the first of 8."
            );
    }

    /// <summary>
    /// The places of this part in a list: contiguous, in order, sizes at most 1 apart, and all parts together each
    /// place once. The same for the same numbers everywhere. A part is empty where there are fewer places than parts.
    /// </summary>
    public Range Of(int length) => (int)((long)length * Index / Count)..(int)((long)length * (Index + 1) / Count);

    /// <summary>The frames of this part.</summary>
    public IReadOnlyList<int> Of(IReadOnlyList<int> frames)
    {
        var (start, size) = Of(frames.Count).GetOffsetAndLength(frames.Count);
        return [.. frames.Skip(start).Take(size)];
    }

    /// <summary>
    /// Where the part of a result goes: <c>out/session.slp</c> has its third of eight in
    /// <c>out/session.shard-2-of-8.slp</c>.
    /// </summary>
    public string FileOf(string output) =>
        $"{output[..^Path.GetExtension(output).Length]}.shard-{Index}-of-{Count}{Path.GetExtension(output)}";
}
