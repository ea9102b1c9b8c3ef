using System.Globalization;

namespace Sleap.MLNet;

/// <summary>How long single frames took, from the call with the pixels to the poses.</summary>
/// <param name="Count">Frames that are told of; 0: none yet, and all times are 0.</param>
/// <param name="P50">Half of the frames took no longer.</param>
/// <param name="P95">95 of 100 frames took no longer.</param>
/// <param name="P99">99 of 100 frames took no longer.</param>
/// <param name="Max">The slowest.</param>
public sealed record LatencySummary(int Count, TimeSpan P50, TimeSpan P95, TimeSpan P99, TimeSpan Max)
{
    /// <summary>One line, in milliseconds.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Count} frames: p50 {P50.TotalMilliseconds:0.0} ms, p95 {P95.TotalMilliseconds:0.0} ms, p99 "
                + $"{P99.TotalMilliseconds:0.0} ms, slowest {Max.TotalMilliseconds:0.0} ms"
        );

    /// <summary>The summary of some times, by nearest rank.</summary>
    internal static LatencySummary Of(ReadOnlySpan<long> ticks)
    {
        if (ticks.IsEmpty)
            return new(0, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        var sorted = ticks.ToArray();
        Array.Sort(sorted);
        TimeSpan Rank(double share) =>
            TimeSpan.FromTicks(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)]);
        return new(sorted.Length, Rank(0.5), Rank(0.95), Rank(0.99), Rank(1));
    }
}
