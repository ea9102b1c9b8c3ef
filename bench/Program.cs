// Our speed beside plain PyTorch (peer.py) on the same machine in the same run: peer, ours, ours, peer; the best of each counts.
// dotnet run build.cs -- bench peers [--json FILE]: beside plain TorchSharp modules and ONNX Runtime in this process;
// dotnet run build.cs -- bench [train] [train-bf16] [grouping]; or by itself: backbones (how fast each one is), training (each model type beside sleap-nn), step (where the time of a training step goes), lazy (a large .slp beside h5py),
// analysis (poses to behaviour variables), tracking [spread] [SCENE…] (identity switches), inference [FRAMES] (video to file, and where the time goes)
using System.Globalization;
using Sleap.MLNet;
using TorchSharp;
using static PlainPyTorch;
using static TorchSharp.torch;

_ = new SingleInstanceOptions(); // TorchThreads has its say before libtorch is loaded
switch (args)
{
    case ["training", .. var protocols]: return Sleap.Bench.TrainingProtocols.Run(protocols);
    case ["peers", .. var words]: return Sleap.Bench.PeersBench.Run(words);
    case ["step"]: return Sleap.Bench.TrainingStep.Run();
    case ["backbones"]: BackbonesBench.Run(); return 0;
    case ["lazy"]: LazyReading.Run(); return 0;
    case ["analysis"]: AnalysisBench.Run(); return 0;
    case ["inference", .. var frames]: return InferenceBench.Run(frames);
    case ["tracking", .. var scenes]: TrackingBench.Run(scenes); return 0;
}
string[] all = ["train", "train-bf16", "grouping"];
var modes = args.Length == 0 ? all : args;
if (modes.Except(all).ToArray() is { Length: > 0 } unknown)
{
    Console.Error.WriteLine($"bench: '{unknown[0]}' is not a bench; there are {string.Join(", ", all)}.");
    return 2;
}
set_num_threads(Threads);
if (modes.Contains("grouping")) GroupingBench.Run();   // has no peer: sleap-nn is not at hand
modes = [.. modes.Where(mode => mode != "grouping")];
if (!BFloat16Support.IsFast(CPU) && modes.Any(IsHalf))
{
    Console.WriteLine("bfloat16 is left out: this machine computes it no faster than single precision.");
    modes = [.. modes.Where(mode => !IsHalf(mode))];
}
if (modes.Length == 0) return 0;
Console.WriteLine($"{"",-14}{"plain PyTorch",16}{"ours",16}{"ratio",10}   {Threads} threads");
foreach (var mode in modes)
{
    var (peer, ours) = (0.0, 0.0);
    for (var round = 0; round < 2; round++)
    {
        // Turn about, so that a slow minute of the machine is not held against one of the two.
        if (round == 0) peer = Math.Max(peer, Peer());
        ours = Math.Max(ours, Train(IsHalf(mode)));
        if (round == 1) peer = Math.Max(peer, Peer());
    }
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{mode,-14}{peer,8:0.00} steps/s {ours,7:0.00} steps/s {ours / peer,9:0.00}x"));
}
return 0;

static bool IsHalf(string mode) => mode.EndsWith("-bf16", StringComparison.Ordinal);

static double Train(bool half, int steps = 30)
{
    using var network = Network(half ? ScalarType.BFloat16 : ScalarType.Float32);
    using var optimizer = optim.Adam(network.parameters(), 1e-3);
    using var images = ChannelsLast.Convert(rand(Batch, 1, Height, Width));
    using var targets = ChannelsLast.Convert(rand(Batch, Nodes, Height / 2, Width / 2));
    void Step()
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        nn.functional.mse_loss(network.call(images)[0], targets).backward();
        optimizer.step();
    }
    for (var i = 0; i < 3; i++) Step();
    return steps / Seconds(() => { for (var i = 0; i < steps; i++) Step(); });
}

static double Peer() => PlainPyTorch.Run("steps_per_s", "train", "--size", $"{Height}x{Width}", "--batch", $"{Batch}", "--nodes", $"{Nodes}");
