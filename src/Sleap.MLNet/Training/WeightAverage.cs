using TorchSharp;

namespace Sleap.MLNet;

/// <summary>
/// A running average of a network's weights: smoother than the last step, and so better on frames it has not seen
/// (Polyak and Juditsky, 1992).
/// </summary>
internal sealed class WeightAverage : IDisposable
{
    private readonly (torch.Tensor Average, torch.Tensor Weight)[] _pairs;
    private readonly double _decay;
    private int _updates;

    public WeightAverage(PoseNetwork network, PoseNetwork averaged, double decay)
    {
        _decay = decay;
        Network = averaged;
        _pairs = [.. averaged.parameters().Zip(network.parameters(), (a, w) => ((torch.Tensor)a, (torch.Tensor)w))];
        Update();
    }

    public PoseNetwork Network { get; }

    public void Update()
    {
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        // The first steps count for more, or the average would remember the random start.
        var keep = _updates == 0 ? 0 : Math.Min(_decay, (1.0 + _updates) / (10.0 + _updates));
        _updates++;
        foreach (var (average, weight) in _pairs)
            average.mul_(keep).add_(weight, 1 - keep);
    }

    /// <summary>How often it was updated: what <see cref="Update"/> goes by besides the weights.</summary>
    public int Updates
    {
        get => _updates;
        set => _updates = value;
    }

    public void Dispose() => Network.Dispose();
}
