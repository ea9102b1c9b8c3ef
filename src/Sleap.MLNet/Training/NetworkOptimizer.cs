using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Turns the gradients of a network's parameters into steps: Adam or AdamW for all of them, or Muon for the matrices and Adam for the rest.</summary>
internal sealed class NetworkOptimizer : IDisposable
{
    private readonly OptimizerHelper _adam;
    private readonly Muon? _muon;

    public NetworkOptimizer(PoseNetwork network, TrainerOptions options)
    {
        switch (Of(options.Optimizer, network.Backbone))
        {
            case Optimizer.Muon:
                (string Name, Parameter Value)[] named = [.. network.named_parameters()];
                var parts = named.ToLookup(one => Muon.IsFor(one.Name, one.Value), one => one.Value);
                (_muon, _adam) = (new Muon(parts[true]), optim.Adam(parts[false], options.LearningRate));
                break;
            case Optimizer.AdamW:
                _adam = optim.AdamW(network.parameters(), options.LearningRate, 0.9, 0.999, 1e-8, options.WeightDecay);
                break;
            default:
                _adam = optim.Adam(network.parameters(), options.LearningRate);
                break;
        }
    }

    /// <summary>What <see cref="Optimizer.Auto"/> is for a backbone.</summary>
    public static Optimizer Of(Optimizer optimizer, BackboneOptions backbone) => (optimizer, backbone) switch
    {
        (Optimizer.Auto, UNetOptions) => Optimizer.Muon,
        (Optimizer.Auto, _) => Optimizer.Adam,
        _ => optimizer,
    };

    public void Step(double rate)
    {
        foreach (var group in _adam.ParamGroups) group.LearningRate = rate;
        _adam.step();
        _muon?.Step(rate);
    }

    public void Save(BinaryWriter writer)
    {
        _adam.save_state_dict(writer);
        _muon?.Save(writer);
    }

    public void Load(BinaryReader reader)
    {
        _adam.load_state_dict(reader);
        _muon?.Load(reader);
    }

    public void Dispose()
    {
        _adam.Dispose();
        _muon?.Dispose();
    }
}
