using System.Diagnostics;
using System.Text.Json.Nodes;
using Sleap.MLNet;
using TorchSharp;
using static TorchSharp.torch;

/// <summary>The yardstick, peer.py, in a process of its own; and its network here.</summary>
internal static class PlainPyTorch
{
    public const int Height = 240, Width = 320, Batch = 4, Nodes = 4, Threads = 2;

    /// <summary>Rate 2, two convolutions a block, bilinear up.</summary>
    public static UNetOptions PeerNetwork { get; } = new() { Filters = 16, FiltersRate = 2, MaxStride = 16, OutputStride = 2 };

    public static PoseNetwork Network(ScalarType precision = ScalarType.Float32)
    {
        manual_seed(0);
        var network = new PoseNetwork(PeerNetwork, [new ConfidenceMapHeadOptions { Kind = ConfidenceMapKind.SingleInstance, Nodes = Nodes, OutputStride = 2 }]);
        network.UseChannelsLast();
        network.Precision = precision;
        return network;
    }

    /// <summary>One run of peer.py.</summary>
    /// <param name="figure">Which of its figures: <c>steps_per_s</c> or <c>frames_per_s</c>.</param>
    /// <param name="words">Its words, the mode first.</param>
    public static double Run(string figure, params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["bench/peer.py", .. words]) { RedirectStandardOutput = true })!;
        var line = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"peer.py {words[0]} ended with exit code {process.ExitCode}.");
        return JsonNode.Parse(line)![figure]!.GetValue<double>();
    }

    public static double Seconds(Action work)
    {
        var clock = Stopwatch.StartNew();
        work();
        return clock.Elapsed.TotalSeconds;
    }
}
