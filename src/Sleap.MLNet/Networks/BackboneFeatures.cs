using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>What a backbone gives for a batch of images.</summary>
/// <param name="Deepest">The map that the decoder starts from, (B, C, H/deepest stride, W/deepest stride).</param>
/// <param name="At">The map at each computed stride, the deepest included.</param>
internal sealed record BackboneFeatures(Tensor Deepest, IReadOnlyDictionary<int, Tensor> At);
