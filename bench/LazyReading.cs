using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Bench;

/// <summary>
/// Opening a .slp of 4 million points: ours beside h5py reading the same four tables into arrays, and what each holds
/// in memory afterwards. Then every frame is asked for, which builds what opening did not.
/// </summary>
internal static class LazyReading
{
    private const int Frames = 100_000,
        Animals = 2,
        Nodes = 20,
        Rounds = 20; // of the first few, some are slow in some processes: the runtime compiles anew

    /// <summary>The same datasets with h5py: what any reader must at least do.</summary>
    private const string Peer = """
        import json, sys, time
        start = time.perf_counter()
        import h5py
        loaded = time.perf_counter()
        with h5py.File(sys.argv[1]) as f:
            tables = {n: f[n][()] for n in ("frames", "instances", "points", "pred_points")}
        print(json.dumps({"seconds": time.perf_counter() - loaded, "mb": sum(t.nbytes for t in tables.values()) / 1e6}))
        """;

    public static void Run()
    {
        var path = Path.Combine(Path.GetTempPath(), $"sleap-lazy-{Guid.NewGuid():N}.slp");
        try
        {
            Make().Save(path);
            Labels.Load(path);
            var (peer, ours, megabytes) = (double.MaxValue, double.MaxValue, 0.0);
            var peerMegabytes = double.NaN;
            Labels? labels = null;
            for (var round = 0; round < Rounds; round++)
            {
                if (ReadByPeer(path) is { } read)
                    (peer, peerMegabytes) = (Math.Min(peer, (double)read["seconds"]!), (double)read["mb"]!);
                labels = null;
                var before = GC.GetTotalMemory(forceFullCollection: true);
                var clock = Stopwatch.StartNew();
                labels = Labels.Load(path);
                ours = Math.Min(ours, clock.Elapsed.TotalSeconds);
                megabytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1e6;
            }
            var before2 = GC.GetTotalMemory(forceFullCollection: true);
            var all = Stopwatch.StartNew();
            var points = labels!.Frames.Sum(f => f.Instances.Sum(i => i.Points.Length));
            var seconds = all.Elapsed.TotalSeconds;
            var built = (GC.GetTotalMemory(forceFullCollection: true) - before2) / 1e6;
            Console.WriteLine(Line($"lazy: {new FileInfo(path).Length / 1e6:0} MB, {Frames} frames, {points} points"));
            Console.WriteLine(
                double.IsNaN(peerMegabytes)
                    ? "  h5py      not there (apt-get install python3-h5py)"
                    : Line($"  h5py      {peer:0.000} s  {peerMegabytes:0} MB in arrays")
            );
            Console.WriteLine(Line($"  ours      {ours:0.000} s  {megabytes:0} MB, checked, no frame built"));
            Console.WriteLine(Line($"  all asked {seconds:0.000} s  {built:0} MB more, every frame built"));
            GC.KeepAlive(labels);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Line(string text) => text;

    private static Labels Make()
    {
        var skeleton = new Skeleton("mouse", Enumerable.Range(0, Nodes).Select(n => $"node{n}"));
        var (video, random) = (Sleap.IO.Video.FromFile("long.mp4"), new Random(1));
        Instance Animal() =>
            new()
            {
                Skeleton = skeleton,
                IsPredicted = true,
                Score = 0.5f,
                Points =
                [
                    .. Enumerable
                        .Range(0, Nodes)
                        .Select(_ => new Point(
                            random.NextDouble() * 1000,
                            random.NextDouble() * 1000,
                            true,
                            false,
                            0.5f
                        )),
                ],
            };
        return new Labels(
            Enumerable
                .Range(0, Frames)
                .Select(k => new LabeledFrame
                {
                    Video = video,
                    FrameIndex = k,
                    Instances = [.. Enumerable.Range(0, Animals).Select(_ => Animal())],
                })
        );
    }

    private static JsonNode? ReadByPeer(string path)
    {
        using var process = Process.Start(
            new ProcessStartInfo("/usr/bin/python3", ["-c", Peer, path])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var line = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? JsonNode.Parse(line) : null;
    }
}
