using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.Bench;

/// <summary>Clocks, and turns for what is compared.</summary>
internal static class Timing
{
    private const double TurnSeconds = 1;
    private const int LeastRuns = 3;

    public static double Seconds(Action work)
    {
        var clock = Stopwatch.StartNew();
        work();
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>Waits until a device has done all that it was given; a CPU has.</summary>
    public static void Wait(Device device)
    {
        if (device.type == DeviceType.CUDA)
            cuda.synchronize();
    }

    /// <summary>How often something runs in a second, measured for about one second.</summary>
    public static double RunsPerSecond(Action once)
    {
        once(); // not counted: caches and threads belonged to something else before
        var clock = Stopwatch.StartNew();
        var runs = 0;
        do
        {
            once();
            runs++;
        } while (runs < LeastRuns || clock.Elapsed.TotalSeconds < TurnSeconds);
        return runs / clock.Elapsed.TotalSeconds;
    }

    /// <summary>
    /// Measures several speeds in turns, forwards in one round and backwards in the next, and returns the best of each.
    /// </summary>
    /// <remarks>
    /// The best and not the median: whatever else runs on the machine only ever makes a turn slower. With turns, a slow
    /// minute is not held against one of them.
    /// </remarks>
    public static double[] BestInTurns(int rounds, IReadOnlyList<Func<double>> speeds)
    {
        var best = new double[speeds.Count];
        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < speeds.Count; turn++)
            {
                var which = round % 2 == 0 ? turn : speeds.Count - 1 - turn;
                best[which] = Math.Max(best[which], speeds[which]());
            }
        }
        return best;
    }
}
