using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// One output of a network: what it is called, how many channels it has, at which stride it is, how much its loss
/// weighs.
/// </summary>
public abstract record HeadOptions
{
    private protected HeadOptions() { }

    /// <summary>sleap-nn's name of the head, which is part of its parameters' names.</summary>
    public abstract string Name { get; }

    /// <summary>Channels of the output.</summary>
    public abstract int Channels { get; }

    /// <summary>Input pixels between neighbouring cells of the output, a power of two. Default 1.</summary>
    public int OutputStride { get; init; } = 1;

    /// <summary>What this head's loss is multiplied by before the heads' losses are added. Default 1.</summary>
    public float LossWeight { get; init; } = 1;

    /// <summary>Everything that is wrong with these options, one sentence a fault.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        void Require(bool holds, string option, object value, string expected)
        {
            if (!holds)
                faults.Add($"{Name}.{option} is {value}, expected {expected}.");
        }

        Require(Channels >= 1, nameof(Channels), Channels, "at least 1");
        Require(
            OutputStride >= 1 && (OutputStride & (OutputStride - 1)) == 0,
            nameof(OutputStride),
            OutputStride,
            "a power of two"
        );
        Require(
            float.IsFinite(LossWeight) && LossWeight >= 0,
            nameof(LossWeight),
            LossWeight,
            "a number of at least 0"
        );
        AddFaults(Require);
        return faults;
    }

    /// <summary>Adds what only this kind of head can get wrong.</summary>
    private protected virtual void AddFaults(Action<bool, string, object, string> require) { }

    /// <summary>Whether the head reads the deepest map, whatever its stride.</summary>
    internal virtual bool ReadsDeepest => false;

    /// <summary>Builds the layers from a map (B, <paramref name="inChannels"/>, h, w) to the output.</summary>
    internal abstract Module<Tensor, Tensor> Build(int inChannels);
}
