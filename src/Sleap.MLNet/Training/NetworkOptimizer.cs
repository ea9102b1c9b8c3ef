using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Turns the gradients of a network's parameters into steps: Adam or AdamW for all of them, or Muon for the matrices
/// and Adam for the rest.
/// </summary>
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
    public static Optimizer Of(Optimizer optimizer, BackboneOptions backbone) =>
        (optimizer, backbone) switch
        {
            (Optimizer.Auto, UNetOptions) => Optimizer.Muon,
            (Optimizer.Auto, _) => Optimizer.Adam,
            _ => optimizer,
        };

    public void Step(double rate)
    {
        foreach (var group in _adam.ParamGroups)
            group.LearningRate = rate;
        _adam.step();
        _muon?.Step(rate);
    }

    /// <summary>
    /// Writes what the next step depends on: for each parameter the number of steps and both moments, in the order of
    /// the parameters.
    /// </summary>
    /// <remarks>
    /// Not TorchSharp's own way, which refuses tensors in channels-last order; the moments have the order of their
    /// weights.
    /// </remarks>
    public void Save(BinaryWriter writer)
    {
        foreach (var state in _adam.state_dict().State)
        {
            (var steps, var mean, var square) = MomentsOf(state);
            writer.Write(steps);
            WriteNumbers(writer, mean);
            WriteNumbers(writer, square);
        }

        _muon?.Save(writer);
    }

    /// <summary>Reads what <see cref="Save"/> wrote for the same network and options.</summary>
    /// <exception cref="EndOfStreamException">Less was written.</exception>
    public void Load(BinaryReader reader)
    {
        foreach (var state in _adam.state_dict().State)
        {
            (_, var mean, var square) = MomentsOf(state);
            var steps = reader.ReadInt64();
            ReadNumbers(reader, mean);
            ReadNumbers(reader, square);
            if (state is AdamW.State weighted)
                weighted.step = steps;
            else
                ((Adam.State)state).step = steps;
        }

        _muon?.Load(reader);
    }

    /// <summary>Writes the numbers of a tensor of single precision in row-major order.</summary>
    internal static void WriteNumbers(BinaryWriter writer, Tensor tensor) =>
        writer.Write(MemoryMarshal.AsBytes<float>(tensor.Values<float>()));

    /// <summary>
    /// Reads into a tensor, whatever its strides and device, what <see cref="WriteNumbers"/> wrote for one of its
    /// shape.
    /// </summary>
    internal static void ReadNumbers(BinaryReader reader, Tensor tensor)
    {
        var numbers = new float[tensor.numel()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(numbers.AsSpan()));
        using var read = torch.tensor(numbers, tensor.shape);
        using var _ = no_grad();
        tensor.copy_(read);
    }

    private static (long Steps, Tensor Mean, Tensor Square) MomentsOf(OptimizerState state) =>
        state switch
        {
            Adam.State plain => (plain.step, plain.exp_avg, plain.exp_avg_sq),
            AdamW.State weighted => (weighted.step, weighted.exp_avg, weighted.exp_avg_sq),
            _ => throw new InvalidOperationException(
                $"{state.GetType()} is the state of an optimizer that is not used here."
            ),
        };

    public void Dispose()
    {
        _adam.Dispose();
        _muon?.Dispose();
    }
}
