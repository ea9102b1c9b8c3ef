using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>How a network's parameters are drawn before training.</summary>
public enum Initialization
{
    /// <summary>
    /// torch's own: uniform weights and biases in ±1/√fan-in. sleap-nn's <c>default</c>.
    /// </summary>
    Default,

    /// <summary>Xavier-uniform weights and zero biases. sleap-nn's <c>xavier</c>.</summary>
    Xavier,

    /// <summary>
    /// Normal weights of variance 2/fan-in (He et al. 2015, doi:10.1109/ICCV.2015.123) and zero biases; the weights of
    /// the heads' last layers have a standard deviation of 0.001, so that the first output is about zero. Confidence
    /// maps are mostly zero, and networks first learn to output zeros everywhere. With this initialization they leave
    /// that state several times sooner than with <see cref="Default"/>.
    /// </summary>
    He,
}

/// <summary>Draws the parameters of a new network.</summary>
internal static class NetworkInitializer
{
    private const double HeadDeviation = 1e-3;

    public static void Initialize(PoseNetwork network, Initialization initialization)
    {
        if (initialization == Initialization.Default)
            return; // the layers have drawn theirs
        using var _ = no_grad();
        foreach (var (name, parameter) in network.named_parameters(true))
        {
            var shape = parameter.shape;
            // A head's last layer. The hidden layers before class vectors must pass a signal on from the start.
            var isHead =
                name.StartsWith("head_layers.", StringComparison.Ordinal)
                && !name.Contains(".pre_classification", StringComparison.Ordinal);
            if (network.Backbone is CustomBackboneOptions && name.StartsWith("backbone.", StringComparison.Ordinal))
                continue; // a user's network has chosen its own
            else if (name.EndsWith(".bias", StringComparison.Ordinal))
                init.zeros_(parameter);
            else if (shape.Length < 2 || !name.EndsWith(".weight", StringComparison.Ordinal))
                continue; // scales and tables of the encoders
            else if (initialization == Initialization.Xavier)
                init.xavier_uniform_(parameter, 1);
            else if (isHead || !name.StartsWith("backbone.enc.", StringComparison.Ordinal))
                // He's variance is for layers before a ReLU, which the encoders of ConvNeXt and Swin do not have.
                init.normal_(parameter, 0, isHead ? HeadDeviation : Math.Sqrt(2 / FanIn(name, shape)));
        }
    }

    // Inputs of one output. A transposed convolution of stride 2 has input and output channels swapped, and each of its
    // outputs gets a quarter of the kernel.
    private static double FanIn(string name, long[] shape)
    {
        var kernel = shape.Skip(2).Aggregate(1L, (product, side) => product * side);
        return name.EndsWith("_trans_conv.weight", StringComparison.Ordinal)
            ? shape[0] * kernel / 4.0
            : shape[1] * kernel;
    }
}
