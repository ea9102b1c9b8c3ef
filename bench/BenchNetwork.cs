using Sleap.MLNet;
using static TorchSharp.torch;

namespace Sleap.Bench;

/// <summary>Size of the images that go into the network, and how many go together.</summary>
internal readonly record struct Input(int Height, int Width, int Batch)
{
    public static Input Usual { get; } = new(BenchNetwork.Height, BenchNetwork.Width, BenchNetwork.Batch);

    public override string ToString() => $"{Height}x{Width}x{Batch}";
}

/// <summary>The U-Net that the benches measure, the size of its input and the number of threads.</summary>
internal static class BenchNetwork
{
    public const int Height = 240,
        Width = 320,
        Batch = 4,
        Nodes = 4,
        Threads = 2;

    private const double BiasDeviation = 0.01;

    /// <summary>Two convolutions a block, filters 16, 32, 64, 128, 256 and back, bilinear up-sampling.</summary>
    public static UNetOptions Options { get; } =
        new()
        {
            Filters = 16,
            FiltersRate = 2,
            MaxStride = 16,
            OutputStride = 2,
        };

    /// <summary>The head: a confidence map a node, at half of the input's height and width.</summary>
    public static ConfidenceMapHeadOptions Head { get; } =
        new()
        {
            Kind = ConfidenceMapKind.SingleInstance,
            Nodes = Nodes,
            OutputStride = 2,
        };

    /// <summary>The network as prediction prepares it; the same weights each time.</summary>
    public static PoseNetwork ForPrediction(ScalarType precision = ScalarType.Float32)
    {
        var network = ForTraining(precision);
        network.eval();
        network.Freeze();
        return network;
    }

    /// <summary>The network as training prepares it; the same weights each time.</summary>
    public static PoseNetwork ForTraining(ScalarType precision = ScalarType.Float32)
    {
        manual_seed(0);
        var network = new PoseNetwork(Options, [Head], Initialization.He);
        using (no_grad())
        {
            // With biases of 0 a peer that forgot them would seem to compute the same.
            foreach (var (name, parameter) in network.named_parameters(true))
            {
                if (name.EndsWith(".bias", StringComparison.Ordinal))
                    nn.init.normal_(parameter, 0, BiasDeviation);
            }
        }
        network.UseChannelsLast();
        network.Precision = precision;
        return network;
    }
}
