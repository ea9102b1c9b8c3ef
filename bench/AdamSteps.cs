using Sleap.MLNet;
using static TorchSharp.torch;

namespace Sleap.Bench;

/// <summary>
/// Training steps of a network with Adam on images and target maps that stay the same: forward, mean squared error,
/// backward, update.
/// </summary>
internal sealed class AdamSteps : IDisposable
{
    private readonly nn.Module _network;
    private readonly Func<Tensor, Tensor> _forward;
    private readonly optim.Optimizer _optimizer;
    private readonly Tensor _images,
        _targets;

    /// <param name="network">Has the parameters; stays the caller's.</param>
    /// <param name="forward">Images (B, 1, H, W) to maps (B, nodes, H/2, W/2).</param>
    /// <param name="input">Size of the images and how many there are; the same numbers each time.</param>
    /// <param name="channelsLast">The layout of the network's maps, and so of the targets.</param>
    public AdamSteps(nn.Module network, Func<Tensor, Tensor> forward, Input input, bool channelsLast)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var (height, width, batch) = input;
        // with one channel both layouts are the same
        _images = rand(batch, 1, height, width).DetachFromDisposeScope();
        var targets = rand(batch, BenchNetwork.Nodes, height / 2, width / 2);
        _targets = (channelsLast ? ChannelsLast.Convert(targets) : targets).DetachFromDisposeScope();
        (_network, _forward, _optimizer) = (network, forward, optim.Adam(network.parameters(), 1e-3));
    }

    /// <summary>One step.</summary>
    /// <returns>The loss before it.</returns>
    public float Step()
    {
        using var scope = NewDisposeScope();
        _network.zero_grad();
        var loss = nn.functional.mse_loss(_forward(_images), _targets);
        loss.backward();
        _optimizer.step();
        return loss.item<float>();
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _images.Dispose();
        _targets.Dispose();
    }
}
