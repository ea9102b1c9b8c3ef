using Sleap.MLNet;
using static TorchSharp.torch;

namespace Sleap.Bench;

/// <summary>Weights of one convolution.</summary>
/// <param name="Name">Its name in our network.</param>
/// <param name="Weight">(out, in, k, k)</param>
/// <param name="Bias">(out)</param>
internal sealed record ConvWeights(string Name, Tensor Weight, Tensor Bias);

/// <summary>
/// The convolutions of <see cref="BenchNetwork"/> by their places, for networks that are to compute the same. The
/// tensors stay its own.
/// </summary>
internal sealed class UNetWeights
{
    public UNetWeights(PoseNetwork network)
    {
        var all = network.named_parameters(true).ToDictionary(entry => entry.name, entry => (Tensor)entry.parameter);
        Down =
        [
            .. Enumerable.Range(0, BenchNetwork.Options.DownBlocks).Select(block => Named($"stack0_enc{block}_conv")),
        ];
        Middle = Named("_middle_");
        Up = [.. Enumerable.Range(0, BenchNetwork.Options.UpBlocks).Select(block => Named($"stack0_dec{block}_"))];
        Head = Named("head_layers.").Single();

        ConvWeights[] Named(string part) =>
            [
                .. all
                    .Keys.Where(name =>
                        name.Contains(part, StringComparison.Ordinal)
                        && name.EndsWith(".weight", StringComparison.Ordinal)
                    )
                    .Order(StringComparer.Ordinal)
                    .Select(name => name[..^".weight".Length])
                    .Select(name => new ConvWeights(name, all[$"{name}.weight"], all[$"{name}.bias"])),
            ];
    }

    /// <summary>
    /// The convolutions of each block of the encoder, finest first. After each block the size is halved.
    /// </summary>
    public IReadOnlyList<ConvWeights[]> Down { get; }

    /// <summary>The convolutions between encoder and decoder.</summary>
    public ConvWeights[] Middle { get; }

    /// <summary>
    /// The convolutions of each block of the decoder, deepest first. Before each, the size is doubled and the encoder's
    /// map joined.
    /// </summary>
    public IReadOnlyList<ConvWeights[]> Up { get; }

    /// <summary>The 1×1 convolution that makes the maps.</summary>
    public ConvWeights Head { get; }
}
