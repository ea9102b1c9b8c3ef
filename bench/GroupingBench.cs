using System.Diagnostics;
using System.Globalization;
using Sleap.IO;
using Sleap.MLNet;
using static TorchSharp.torch;

namespace Sleap.Bench;

/// <summary>Milliseconds that grouping the peaks of a frame of 12 animals of 24 nodes takes on one thread.</summary>
internal static class GroupingBench
{
    private const int Animals = 12,
        Nodes = 24,
        Size = 512,
        Rounds = 200;

    public static void Run()
    {
        var threads = get_num_threads();
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var random = new Random(1);
        // A chain of nodes with branches; animals walk across each other.
        Edge[] edges =
        [
            .. Enumerable.Range(1, Nodes - 1).Select(node => new Edge(node < 4 ? node - 1 : random.Next(node), node)),
        ];
        var points = new float[Animals * Nodes * 2];
        for (var animal = 0; animal < Animals; animal++)
        {
            (var x, var y) = (random.NextSingle() * 360 + 40, random.NextSingle() * 360 + 40);
            for (var node = 0; node < Nodes; node++)
            {
                (points[2 * (animal * Nodes + node)], points[2 * (animal * Nodes + node) + 1]) = (
                    x + random.NextSingle() * 80,
                    y + random.NextSingle() * 80
                );
            }
        }

        var all = tensor(points, new long[] { 1, Animals, Nodes, 2 });
        var fields = new PartAffinity(edges, 4, 15).Encode(all, Size, Size);
        var peaks = new LocalPeaks(
            all.reshape(-1, 2),
            ones(new long[] { Animals * Nodes }),
            zeros(new long[] { Animals * Nodes }, ScalarType.Int64),
            arange(0, Animals * Nodes, ScalarType.Int64).remainder(Nodes)
        );
        foreach (var rule in Enum.GetValues<GroupingRule>())
        {
            var codec = new PartAffinity(edges, 4, 15) { Rule = rule };
            Report($"fields, {rule}", () => codec.Group(fields, peaks, Nodes)[0].Count);
        }

        var maps = new ClassMap(Animals, 4, 4);
        var classes = maps.Encode(all, arange(0, Animals, ScalarType.Int64).unsqueeze(0), Size, Size);
        Report(
            "class maps",
            () =>
            {
                using var scope = NewDisposeScope();
                return (int)maps.Decode(classes, peaks, Nodes).Points.size(1);
            }
        );
        set_num_threads(threads);
    }

    private static void Report(string what, Func<int> group)
    {
        var found = 0;
        var times = new double[Rounds];
        for (var round = -20; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            found = group();
            if (round >= 0)
                times[round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"grouping   {what, -24}{times[Rounds / 2], 7:0.00} ms/frame median, {times[0]:0.00} least   {found} "
                    + $"of "
                    + $"{Animals} animals, {Nodes} nodes, 1 thread"
            )
        );
    }
}
