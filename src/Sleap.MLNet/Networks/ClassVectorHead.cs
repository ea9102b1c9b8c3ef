using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>Fully connected layers from the deepest map to probabilities of classes.</summary>
internal sealed class ClassVectorHead : Module<Tensor, Tensor>
{
    // In an array: registered by hand under sleap-nn's names.
    private readonly Module<Tensor, Tensor>[] _layers;
    private readonly bool _globalPool;

    public ClassVectorHead(string name, int inChannels, ClassVectorHeadOptions options)
        : base(name)
    {
        _globalPool = options.GlobalPool;
        _layers = new Module<Tensor, Tensor>[options.Layers + 1];
        for (var i = 0; i < _layers.Length; i++)
        {
            var last = i == options.Layers;
            _layers[i] = Linear(i == 0 ? inChannels : options.Units, last ? options.Classes : options.Units);
            register_module(last ? name : $"pre_classification{i}_fc", _layers[i]);
        }
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        if (!_globalPool && (x.size(2) != 1 || x.size(3) != 1))
        {
            throw new ArgumentException(
                $"The deepest map has {x.size(2)}×{x.size(3)} cells, expected 1×1, since "
                    + $"GlobalPool is false: set it, or make the crop as large as the backbone's deepest stride."
            );
        }

        x = x.to(ScalarType.Float32);
        x = _globalPool
            ? x.amax(new long[] { 2, 3 }, false) // (B, C, h, w) -> (B, C)
            : x.flatten(1); // (B, C, 1, 1) -> (B, C)
        for (var i = 0; i < _layers.Length - 1; i++)
            x = ConvRelu.Relu(_layers[i].call(x)); // (B, units)
        return _layers[^1].call(x).softmax(1).MoveToOuterDisposeScope(); // (B, classes)
    }
}
