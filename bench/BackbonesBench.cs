using System.Globalization;
using Sleap.MLNet;
using static TorchSharp.torch;

namespace Sleap.Bench;

/// <summary>
/// Frames a second that each backbone predicts, and steps a second that it trains, on one frame of 256 × 256. What the
/// swap of a library costs or gains shows here.
/// </summary>
internal static class BackbonesBench
{
    private const int Size = 256,
        Rounds = 5;

    private static readonly (string Name, BackboneOptions Options)[] All =
    [
        ("UNet", BenchNetwork.Options),
        ("Swin tiny", new SwinTOptions { OutputStride = 2 }),
        ("ConvNeXt tiny", new ConvNeXtOptions { OutputStride = 2 }),
    ];

    public static void Run()
    {
        set_num_threads(BenchNetwork.Threads);
        Console.WriteLine(
            $"{"", -16}{"predicts", 16}{"trains", 16}   {Size} x {Size}, {BenchNetwork.Threads} threads, "
                + $"single precision"
        );
        foreach (var (name, options) in All)
        {
            using var network = new PoseNetwork(options, [BenchNetwork.Head]);
            network.UseChannelsLast();
            using var images = ChannelsLast.Convert(rand(1, options.InChannels, Size, Size));
            network.eval();
            var frames = PerSecond(() =>
            {
                using var scope = NewDisposeScope();
                using var noGrad = no_grad();
                network.call(images);
            });
            network.train();
            var steps = PerSecond(() =>
            {
                using var scope = NewDisposeScope();
                network.call(images)[0].square().mean().backward();
            });
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name, -16}{frames, 7:0.00} frames/s{steps, 9:0.00} steps/s"
                )
            );
        }
    }

    private static double PerSecond(Action once)
    {
        once();
        return Rounds
            / Timing.Seconds(() =>
            {
                for (var i = 0; i < Rounds; i++)
                    once();
            });
    }
}
