using Sleap.IO;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>What a network is shown, to look at.</summary>
internal static class PicturesOfTensors
{
    /// <summary>One image of a batch.</summary>
    /// <param name="images">(B, C, H, W), 0..1.</param>
    /// <param name="index">Which.</param>
    public static Canvas Canvas(Tensor images, int index)
    {
        using var scope = NewDisposeScope();
        // (H, W, C)
        var pixels = images[index]
            .permute(1, 2, 0)
            .mul(255)
            .round()
            .clamp(0, 255)
            .to(ScalarType.Byte)
            .cpu()
            .contiguous();
        return Transforms.Canvas.Of(
            new Frame(0, (int)pixels.shape[0], (int)pixels.shape[1], (int)pixels.shape[2], pixels.Values<byte>())
        );
    }

    /// <summary>Instances with a visible node.</summary>
    /// <param name="points">x and y of each node of each instance, NaN = missing.</param>
    /// <param name="nodes">Nodes of an instance.</param>
    public static InstanceArray Instances(float[] points, int nodes) =>
        new InstanceArray(nodes, points.Length / (2 * nodes)) { Points = points, PeakScores = [] }.WhereVisible();
}
