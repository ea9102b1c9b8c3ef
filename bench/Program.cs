// How fast the library is on this machine, beside its peers in the same run and part by part.
// dotnet run build.cs -- bench [BENCH]; without a word peers and grouping:
//   peers [--json FILE]            prediction and training steps beside plain TorchSharp modules and ONNX Runtime
//   grouping                       peaks of a frame to instances
//   inference [FRAMES]             video to .slp beside plain TorchSharp modules, and where the time goes
//   step                           a training step in parts, and whole steps beside plain TorchSharp modules
//   backbones                      how fast each backbone is
//   training [PROTOCOL…]           accuracy of each model type beside sleap-nn; finetune: from a model, and from scratch
//   suggest [flies|pair]           labels that pose.Suggest chooses beside random ones
//   doubts [flies|pair]            planted faults of labels that pose.Check finds by a model
//   radius [MODEL]                 how often the true place lies within the radius of pose.KeypointRadius
//   lazy                           opening a large .slp beside h5py
//   analysis                       poses to behavior variables
//   tracking [spread] [SCENE…]     identity switches
//   gpu --json FILE [--device cuda] [--seeds N] [--quick]   all of a GPU: accuracies, speeds, how far poses move
//   growth [SUBJECT…]              time and memory by frames, animals, nodes, pixels and labels
using Sleap.Bench;
using Sleap.MLNet;

_ = new SingleInstanceOptions(); // loads our assembly before libtorch, whose threads it sets up
Dictionary<string, Func<string[], int>> benches = new()
{
    ["peers"] = PeersBench.Run,
    ["grouping"] = _ => Done(GroupingBench.Run),
    ["inference"] = InferenceBench.Run,
    ["step"] = _ => StepBench.Run(),
    ["backbones"] = _ => Done(BackbonesBench.Run),
    ["training"] = words => TrainingProtocols.Run(words),
    ["suggest"] = SuggestBench.Run,
    ["doubts"] = DoubtsBench.Run,
    ["radius"] = RadiusBench.Run,
    ["lazy"] = _ => Done(LazyReading.Run),
    ["analysis"] = _ => Done(AnalysisBench.Run),
    ["tracking"] = words => Done(() => TrackingBench.Run(words)),
    ["gpu"] = GpuBench.Run,
    ["growth"] = GrowthBench.Run,
};
if (args is [])
    return benches["peers"]([]) is var code and not 0 ? code : benches["grouping"]([]);
if (benches.TryGetValue(args[0], out var bench))
    return bench(args[1..]);
Console.Error.WriteLine($"bench: '{args[0]}' is not a bench; there are {string.Join(", ", benches.Keys)}.");
return 2;

static int Done(Action run)
{
    run();
    return 0;
}
