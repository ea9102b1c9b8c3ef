using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>What the training loop needs of a model type: its network, its loss, and how far off it is.</summary>
internal interface ITrainable
{
    PoseNetwork Network { get; }

    /// <summary>A network of the same shape with weights of its own.</summary>
    PoseNetwork CreateNetwork();

    /// <summary>The loss, a scalar that can be differentiated.</summary>
    /// <param name="outputs">The network's outputs, one a head.</param>
    /// <param name="points">(B, N, 2) labels in pixels of the network input, NaN = missing.</param>
    /// <param name="height">Of the network input.</param>
    /// <param name="width">Of the network input.</param>
    Tensor Loss(Tensor[] outputs, Tensor points, int height, int width);

    /// <summary>(B, N, 2) the most likely places in pixels of the network input, however unlikely.</summary>
    Tensor Places(Tensor[] outputs);
}
