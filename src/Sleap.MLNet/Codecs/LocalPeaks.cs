using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// All peaks of a batch of confidence maps, ordered by sample, then row, column and channel of their first cell.
/// </summary>
/// <param name="Points">x, y of each peak (P, 2), in input pixels.</param>
/// <param name="Values">Value of each peak's cell (P).</param>
/// <param name="Samples">Which sample of the batch each is in (P), Int64.</param>
/// <param name="Channels">Which map of the sample (P), Int64.</param>
internal sealed record LocalPeaks(Tensor Points, Tensor Values, Tensor Samples, Tensor Channels);
