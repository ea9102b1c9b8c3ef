using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>A stem and four stages, with a layer that halves the size before each stage but the first.</summary>
internal abstract class StagedEncoder(string name) : Module(name)
{
    /// <param name="images">(B, InChannels, H, W), single precision.</param>
    /// <returns> The outputs of stem, stage, halving, stage, …: eight maps (B, C, h, w), finest first. Those of even
    /// index, which no stage's blocks have seen yet, are what the decoder joins.
    /// </returns>
    public abstract IReadOnlyList<Tensor> Encode(Tensor images);
}
