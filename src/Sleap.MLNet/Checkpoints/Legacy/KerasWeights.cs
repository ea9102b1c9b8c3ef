using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Reads the weights of a Keras model file (<c>best_model.h5</c>), with the parameter names of this library's networks.
/// </summary>
internal sealed class KerasWeights : IDisposable
{
    private const string Root = "model_weights";
    private readonly Hdf5Reader _file;
    private readonly HashSet<string> _layers;

    /// <exception cref="PoseFormatException">The file is not such a file.</exception>
    public KerasWeights(string path)
    {
        _file = Hdf5Reader.Open(path);
        if (!_file.Contains(Root))
        {
            throw new PoseFormatException(path, Root, "There is no such group, expected the weights of a Keras model.");
        }

        _layers = [.. _file.Members(Root)];
    }

    /// <summary>Number of image channels: the input channels of the first convolution.</summary>
    public int InChannels
    {
        get
        {
            var first =
                _layers.FirstOrDefault(name => name is "stem0_conv0" or "stack0_enc0_conv0")
                ?? throw new PoseFormatException(
                    _file.Path,
                    Root,
                    "There is no first convolution (stack0_enc0_conv0), expected a UNet of SLEAP."
                );
            return (int)Sizes(PathOf(first, "kernel:0"), 4)[2];
        }
    }

    /// <summary>Layers with weights that belong to no parameter.</summary>
    public IEnumerable<string> Unused(PoseNetwork network)
    {
        var taken = network.state_dict().Keys.Select(LayerOf).ToHashSet();
        return _layers
            .Where(layer => _file.Members($"{Root}/{layer}").Count > 0 && !taken.Contains(layer))
            .Order(StringComparer.Ordinal);
    }

    /// <summary>Returns the weights of a network's parameters, owned by the caller's dispose scope.</summary>
    /// <exception cref="PoseFormatException">A layer is missing.</exception>
    public IReadOnlyDictionary<string, Tensor> For(PoseNetwork network) =>
        network
            .state_dict()
            .Keys.ToDictionary(
                name => name,
                name =>
                {
                    var layer = LayerOf(name);
                    var kernel = name.EndsWith(".weight", StringComparison.Ordinal);
                    if (!_layers.Contains(layer))
                    {
                        throw new PoseFormatException(
                            _file.Path,
                            $"{Root}/{layer}",
                            "The layer is missing, expected a network as training_config.json says."
                        );
                    }

                    var path = PathOf(layer, kernel ? "kernel:0" : "bias:0");
                    var sizes = Sizes(path, kernel ? [2, 4] : [1]);
                    var numbers = tensor(_file.ReadNumbers<float>(path), sizes);
                    // Keras has (height, width, in, out) and (in, out), torch (out, in, height, width) and (out, in).
                    return !kernel ? numbers
                        : numbers.dim() == 4 ? numbers.permute(3, 2, 0, 1).contiguous()
                        : numbers.transpose(0, 1).contiguous();
                }
            );

    public void Dispose() => _file.Dispose();

    // The layer is named by the last part before weight or bias that is not a number; the names of several heads are
    // numbered from 0.
    private string LayerOf(string parameter)
    {
        var name = parameter.Split('.').Reverse().Skip(1).First(part => !int.TryParse(part, out _));
        return _layers.Contains(name) ? name : $"{name}_0";
    }

    private long[] Sizes(string path, params ReadOnlySpan<int> axes)
    {
        var sizes = _file.Sizes(path);
        return axes.Contains(sizes.Length) && sizes.All(size => size is > 0 and <= int.MaxValue)
            ? sizes
            : throw new PoseFormatException(
                _file.Path,
                path,
                $"It has the sizes ({OneLine.Some(sizes.Select(size => $"{size}"))}), which no layer of a UNet has."
            );
    }

    private static string PathOf(string layer, string leaf) => $"{Root}/{layer}/{layer}/{leaf}";
}
