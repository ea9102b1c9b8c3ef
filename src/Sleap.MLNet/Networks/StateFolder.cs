using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// A level of names in the state dict that computes nothing by itself, such as the <c>blocks</c> of every sleap-nn
/// block.
/// </summary>
internal sealed class StateFolder : Module
{
    public StateFolder(string name, IEnumerable<(string Name, Module Module)> entries)
        : base(name)
    {
        foreach ((var entry, var module) in entries)
            register_module(entry, module);
    }
}
