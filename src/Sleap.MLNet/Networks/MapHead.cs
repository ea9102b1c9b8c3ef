using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>A 1×1 convolution from features to maps, with a sigmoid where asked for.</summary>
internal sealed class MapHead : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor>[] _convolution; // in an array: registered by hand under the head's name
    private readonly bool _sigmoid;

    public MapHead(string name, int inChannels, int channels, bool sigmoid)
        : base(name)
    {
        _sigmoid = sigmoid;
        _convolution = [Conv2d(inChannels, channels, 1)];
        register_module(name, new ModuleList<Module<Tensor, Tensor>>(_convolution));
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        // In single precision whatever the backbone had: the values of peaks and their neighbours decide on places
        // between cells.
        var maps = _convolution[0].call(x.to(ScalarType.Float32)); // (B, C, h, w) -> (B, channels, h, w)
        return (_sigmoid ? maps.sigmoid() : maps).MoveToOuterDisposeScope(); // (B, channels, h, w)
    }
}
