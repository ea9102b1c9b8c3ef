using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>Blocks of a U-Net on the way down and a closing pooling; also its stem.</summary>
internal sealed class UNetEncoder : Module
{
    private readonly ConvBlock[] _blocks;

    /// <param name="listName">Name of the list of blocks in the state dict.</param>
    /// <param name="prefix">Start of the layers' names; block n's are called prefix n.</param>
    /// <param name="inChannels">Channels that arrive.</param>
    /// <param name="filters">Filters of each block.</param>
    /// <param name="kernel">Side of the convolutions.</param>
    /// <param name="convolutions">Convolutions a block.</param>
    /// <param name="poolFirst">Whether the first block pools too: after a stem, which has just pooled, it pools
    /// again.</param>
    public UNetEncoder(
        string listName,
        string prefix,
        int inChannels,
        IReadOnlyList<int> filters,
        int kernel,
        int convolutions,
        bool poolFirst
    )
        : base(prefix)
    {
        _blocks = new ConvBlock[filters.Count];
        for (var block = 0; block < _blocks.Length; block++)
        {
            _blocks[block] = new ConvBlock(
                $"{prefix}{block}",
                block == 0 ? inChannels : filters[block - 1],
                filters[block],
                kernel,
                convolutions,
                poolFirst || block > 0
            );
        }

        register_module(listName, new ModuleList<ConvBlock>(_blocks));
    }

    /// <summary>Runs the blocks and pools once more.</summary>
    /// <param name="x">(B, inChannels, H, W)</param>
    /// <param name="skips">Gets the output of each block, finest first.</param>
    /// <returns>(B, filters of the last block, half the height and width of its output)</returns>
    public Tensor Down(Tensor x, List<Tensor> skips)
    {
        foreach (var block in _blocks)
        {
            // (B, C, H, W) -> (B, filters, H, W), from the second block on (B, filters, H/2, W/2)
            x = block.call(x);
            skips.Add(x);
        }

        return Pooling.Halve(x); // (B, filters, H/2, W/2)
    }
}
