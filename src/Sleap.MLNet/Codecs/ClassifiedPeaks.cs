using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Peaks put together to one animal a class; on the CPU.</summary>
/// <param name="Points">(B, classes, nodes, 2), x and y in input pixels, NaN = missing.</param>
/// <param name="Values">Values of the peaks (B, classes, nodes), NaN = missing.</param>
/// <param name="Probabilities">Probability that each peak is of its class (B, classes, nodes), NaN = missing.</param>
internal sealed record ClassifiedPeaks(Tensor Points, Tensor Values, Tensor Probabilities);
