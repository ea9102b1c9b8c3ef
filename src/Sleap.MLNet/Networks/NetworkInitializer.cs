using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>Draws the parameters of a fresh network.</summary>
internal static class NetworkInitializer
{
    private const double HeadDeviation = 1e-3;

    public static void Initialize(PoseNetwork network, Initialization initialization)
    {
        if (initialization == Initialization.Default)
            return; // the layers have drawn theirs
        using var _ = no_grad();
        foreach ((var name, var parameter) in network.named_parameters(true))
        {
            var shape = parameter.shape;
            // A head's last layer. The hidden layers before class vectors must pass a signal on from the start.
            var head =
                name.StartsWith("head_layers.", StringComparison.Ordinal)
                && !name.Contains(".pre_classification", StringComparison.Ordinal);
            if (network.Backbone is CustomBackboneOptions && name.StartsWith("backbone.", StringComparison.Ordinal))
                continue; // a network of the user's own comes with parameters that are meant
            else if (name.EndsWith(".bias", StringComparison.Ordinal))
                init.zeros_(parameter);
            else if (shape.Length < 2 || !name.EndsWith(".weight", StringComparison.Ordinal))
                continue; // scales and tables of the encoders stay as they are
            else if (initialization == Initialization.Xavier)
                init.xavier_uniform_(parameter, 1);
            else if (head || !name.StartsWith("backbone.enc.", StringComparison.Ordinal))
                // He's numbers are for layers that end in a ReLU, which those of ConvNeXt's and Swin's encoders do not.
                init.normal_(parameter, 0, head ? HeadDeviation : Math.Sqrt(2 / FanIn(name, shape)));
        }
    }

    // Inputs that reach one output. A transposed convolution of stride 2 has its channels the other way round, and each
    // of its outputs is reached by a quarter of the kernel.
    private static double FanIn(string name, long[] shape)
    {
        var kernel = shape.Skip(2).Aggregate(1L, (product, side) => product * side);
        return name.EndsWith("_trans_conv.weight", StringComparison.Ordinal)
            ? shape[0] * kernel / 4.0
            : shape[1] * kernel;
    }
}
