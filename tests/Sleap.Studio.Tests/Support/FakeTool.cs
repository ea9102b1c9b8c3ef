using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Sleap.IO;

namespace Sleap.Studio.Tests;

/// <summary>
/// The test assembly in the place of the tool: what it trains is an empty model, and it predicts one instance in each
/// frame, quickly. So tests of the page and of requests need not wait for networks.
/// </summary>
internal static class FakeTool
{
    /// <summary>Stands for the tool that trains and predicts really.</summary>
    public static StudioTool Real(params string[] models) =>
        new("dotnet", [Path.Combine(AppContext.BaseDirectory, "sleap.dll")], ["single-instance", "bottom-up"], models);

    public static StudioTool Of(params string[] models) =>
        new("dotnet", [typeof(FakeTool).Assembly.Location], ["single-instance", "bottom-up"], models);

    /// <summary>Writes what <see cref="ModelList"/> takes for a model.</summary>
    public static void WriteModel(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        archive.CreateEntry("TransformerChain/Model.key");
    }

    /// <summary>Epochs of 20 ms each, until there are enough or it is told to end.</summary>
    public static int Train(string[] words)
    {
        var (folder, epochs) = (After(words, "--out"), After(words, "--epochs"));
        var isStopped = false;
        using var signal = PosixSignalRegistration.Create(
            PosixSignal.SIGTERM,
            context => (context.Cancel, isStopped) = (true, true)
        );
        var network = Directory.CreateDirectory(Path.Combine(folder!, "single_instance")).FullName;
        List<string> log = ["model,epoch,step,train/loss,val/loss,val/error_px"];
        var most = int.Parse(epochs ?? "100", CultureInfo.InvariantCulture);
        Console.Error.WriteLine($"a sentence about {folder}");
        for (var epoch = 1; epoch <= most && !isStopped; epoch++)
        {
            log.Add(
                string.Create(CultureInfo.InvariantCulture, $"single_instance,{epoch},1,{1.0 / epoch},{2.0 / epoch},3")
            );
            AtomicFile.WriteText(Path.Combine(network, "training_log.csv"), string.Join("\n", log) + "\n");
            var progress = $$"""{"epoch":{{epoch}},"epochs":{{most}},"remaining_seconds":{{(most - epoch) / 50}}}""";
            AtomicFile.WriteText(Path.Combine(network, "progress.json"), progress);
            Thread.Sleep(20);
        }

        WriteModel(Path.Combine(folder!, "model.zip"));
        return isStopped ? 130 : 0;
    }

    public static int Predict(string[] words)
    {
        var labels = Labels.Load(words[0]);
        var skeleton = labels.Skeletons[0];
        var frames = labels.Suggestions.Select(suggested => (suggested.Video, suggested.FrameIndex)).ToList();
        if (After(words, "--video-index") is { } video)
        {
            var range = (After(words, "--frames") ?? "0-239").Split('-').Select(int.Parse).ToArray();
            frames =
            [
                .. Enumerable
                    .Range(range[0], range[1] - range[0] + 1)
                    .Select(frame => (labels.Videos[int.Parse(video)], frame)),
            ];
        }

        Console.Error.WriteLine(
            $"{frames.Count}/{frames.Count} frames  {frames.Count} instances  9 frames/s  ETA 0:00"
        );
        var track = words.Contains("--tracking") ? new Track("track_0") : null;
        var found = frames.Select(frame => new LabeledFrame
        {
            Video = frame.Item1,
            FrameIndex = frame.Item2,
            Instances =
            [
                new Instance
                {
                    Skeleton = skeleton,
                    Track = track,
                    IsPredicted = true,
                    Score = 0.9f,
                    Points = [.. skeleton.Nodes.Select((_, node) => new Point(10 + (9 * node), 40, true, false, 0.9f))],
                },
            ],
        });
        new Labels(found).Save(After(words, "--out")!);
        return 0;
    }

    private static string? After(string[] words, string name) =>
        Array.IndexOf(words, name) is >= 0 and var place ? words[place + 1] : null;
}
