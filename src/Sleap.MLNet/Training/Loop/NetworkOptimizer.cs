using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Updates a network's parameters by their gradients: Adam or AdamW for all parameters, or Muon for matrices and Adam
/// for the rest.
/// </summary>
internal sealed class NetworkOptimizer : IDisposable
{
    private readonly OptimizerHelper _adam;
    private readonly Muon? _muon;
    private readonly double _backboneFactor;
    private readonly double[] _factors; // of the learning rates of Adam's groups

    /// <param name="network">The network; parameters that need no gradient are left out.</param>
    /// <param name="options">Optimizer, learning rate, and the factor of the backbone's.</param>
    public NetworkOptimizer(PoseNetwork network, TrainerOptions options)
    {
        var kind = Of(options.Optimizer, network.Backbone);
        _backboneFactor = options.Start?.BackboneRate ?? 1;
        var trained = network
            .named_parameters()
            .Select(one => (Name: one.name, Value: one.parameter))
            .Where(one => one.Value.requires_grad)
            .ToLookup(one => kind == Optimizer.Muon && Muon.IsFor(one.Name, one.Value));
        if (kind == Optimizer.Muon)
            _muon = new Muon(trained[true].Select(one => one.Value));
        // The backbone's parameters come first, as in the network. Groups take the optimizer's weight decay only if
        // they are made without arguments of their constructor.
        var groups = trained[false].GroupBy(one => PoseNetwork.IsBackbone(one.Name), one => one.Value).ToList();
        _factors = [.. groups.Select(group => group.Key ? _backboneFactor : 1)];
        _adam =
            kind == Optimizer.AdamW
                ? optim.AdamW(
                    groups.Select(group => new AdamW.ParamGroup { Parameters = group }),
                    options.RateFor(network.Backbone),
                    0.9,
                    0.999,
                    1e-8,
                    options.WeightDecay,
                    options.Amsgrad
                )
                : optim.Adam(
                    groups.Select(group => new Adam.ParamGroup { Parameters = group }),
                    options.RateFor(network.Backbone),
                    amsgrad: options.Amsgrad && kind == Optimizer.Adam
                );
    }

    /// <summary>Returns the optimizer that <see cref="Optimizer.Auto"/> selects for a backbone.</summary>
    public static Optimizer Of(Optimizer optimizer, BackboneOptions backbone) =>
        (optimizer, backbone) switch
        {
            (Optimizer.Auto, UNetOptions) => Optimizer.Muon,
            (Optimizer.Auto, _) => Optimizer.Adam,
            _ => optimizer,
        };

    public void Step(double rate)
    {
        foreach (var (group, factor) in _adam.ParamGroups.Zip(_factors))
            group.LearningRate = rate * factor;
        _adam.step();
        _muon?.Step(rate * _backboneFactor);
    }

    /// <summary>
    /// Writes the optimizer state: for each parameter the number of steps and its moments, in the order of the
    /// parameters.
    /// </summary>
    /// <remarks>
    /// TorchSharp's own format is not used because it rejects tensors in channels-last order; the moments have the
    /// memory order of their weights.
    /// </remarks>
    public void Save(BinaryWriter writer)
    {
        foreach (var state in _adam.state_dict().State)
        {
            var (steps, moments) = MomentsOf(state);
            writer.Write(steps);
            foreach (var moment in moments)
                WriteNumbers(writer, moment);
        }

        _muon?.Save(writer);
    }

    /// <summary>Reads what <see cref="Save"/> wrote for the same network and options.</summary>
    /// <exception cref="EndOfStreamException">The stream ends too early.</exception>
    public void Load(BinaryReader reader)
    {
        foreach (var state in _adam.state_dict().State)
        {
            var steps = reader.ReadInt64();
            foreach (var moment in MomentsOf(state).Moments)
                ReadNumbers(reader, moment);
            if (state is AdamW.State weighted)
                weighted.step = steps;
            else
                ((Adam.State)state).step = steps;
        }

        _muon?.Load(reader);
    }

    /// <summary>Writes the values of a float32 tensor in row-major order.</summary>
    internal static void WriteNumbers(BinaryWriter writer, Tensor tensor) =>
        writer.Write(MemoryMarshal.AsBytes<float>(tensor.Values<float>()));

    /// <summary>
    /// Reads into a tensor of any strides and device what <see cref="WriteNumbers"/> wrote for a tensor of the same
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

    // The mean, the mean square and, for AMSGrad, the largest mean square.
    private static (long Steps, IEnumerable<Tensor> Moments) MomentsOf(OptimizerState state) =>
        state switch
        {
            Adam.State s => (s.step, ((Tensor?[])[s.exp_avg, s.exp_avg_sq, s.max_exp_avg_sq]).OfType<Tensor>()),
            AdamW.State s => (s.step, ((Tensor?[])[s.exp_avg, s.exp_avg_sq, s.max_exp_avg_sq]).OfType<Tensor>()),
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

/// <summary>Muon (Jordan et al., 2024): each weight matrix is updated by its orthogonalized momentum.</summary>
/// <remarks>
/// Directions with rarely seen gradients are updated as much as the dominant ones. A step has the size of Adam's at the
/// same learning rate (Liu et al., 2025, arXiv:2502.16982).
/// </remarks>
internal sealed class Muon : IDisposable
{
    private const double Momentum = 0.95;

    // Root mean square of Adam's steps, an empirical value.
    private const double StepSize = 0.2;

    // Each iteration maps a singular value s to s·(a + b·s² + c·s⁴); five iterations take all values above about 0.003
    // to between 0.68 and 1.13.
    private const int Iterations = 5;
    private const double A = 3.4445,
        B = -4.7750,
        C = 2.0315;

    private readonly (Parameter Weight, Tensor Momentum)[] _matrices;

    /// <param name="weights">Matrices, or convolution kernels, whose output channels are taken as rows.</param>
    public Muon(IEnumerable<Parameter> weights) =>
        _matrices = [
            .. weights.Select(weight =>
                (
                    weight,
                    zeros([weight.shape[0], weight.numel() / weight.shape[0]], device: weight.device)
                        .DetachFromDisposeScope()
                )
            ),
        ];

    /// <summary>
    /// Whether a parameter is a matrix that Muon applies to: not the weights of the heads, no biases or tables, and no
    /// depthwise kernels.
    /// </summary>
    public static bool IsFor(string name, Parameter parameter) =>
        parameter.dim() is 2 or 4
        && parameter.shape[1] > 1
        && name.EndsWith("weight", StringComparison.Ordinal)
        && PoseNetwork.IsBackbone(name);

    public void Step(double rate)
    {
        using var noGrad = no_grad();
        foreach (var (weight, momentum) in _matrices)
        {
            using var scope = NewDisposeScope();
            if (weight.grad is not { } gradient)
                continue;
            gradient = gradient.reshape(momentum.shape);
            momentum.MulInPlace(Momentum).AddInPlace(gradient);
            var step = Orthogonal(gradient.Add(momentum, Momentum)); // Nesterov's
            weight.AddInPlace(
                step.reshape(weight.shape),
                -rate * StepSize * Math.Sqrt(Math.Max(momentum.shape[0], momentum.shape[1]))
            );
        }
    }

    /// <summary>
    /// Returns approximately the nearest matrix whose rows (or columns, if there are fewer) are orthonormal: the same
    /// singular vectors, with all singular values near 1.
    /// </summary>
    /// <param name="matrix">(rows, columns)</param>
    /// <remarks>
    /// The Newton-Schulz iteration X ← (a + b·XXᵀ + c·(XXᵀ)²)·X. All factors are polynomials of XXᵀ, which is smaller
    /// than X: they are multiplied first, and X once at the end.
    /// </remarks>
    internal static Tensor Orthogonal(Tensor matrix)
    {
        if (matrix.shape[0] > matrix.shape[1])
            return Orthogonal(matrix.t()).t();
        var x = matrix.div(matrix.Square().sum().sqrt().Add(1e-12)); // (m, n), m ≤ n
        var gram = x.mm(x.t()); // (m, m)
        using var one = eye(gram.shape[0], device: matrix.device); // (m, m)
        Tensor? product = null; // (m, m)
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            var polynomial = gram.Mul(B).Add(gram.mm(gram), C).Add(one, A);
            product = product?.mm(polynomial) ?? polynomial;
            // all factors are polynomials of one matrix, so they commute
            if (iteration < Iterations - 1)
                gram = gram.mm(polynomial).mm(polynomial);
        }
        return product!.mm(x);
    }

    public void Save(BinaryWriter writer)
    {
        foreach (var (_, momentum) in _matrices)
            NetworkOptimizer.WriteNumbers(writer, momentum);
    }

    public void Load(BinaryReader reader)
    {
        foreach (var (_, momentum) in _matrices)
            NetworkOptimizer.ReadNumbers(reader, momentum);
    }

    public void Dispose()
    {
        foreach (var (_, momentum) in _matrices)
            momentum.Dispose();
    }
}
