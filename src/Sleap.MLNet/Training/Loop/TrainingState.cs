using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// The complete state of a training: weights, their average, the best weights, optimizer and schedule.
/// </summary>
internal sealed class TrainingState : IDisposable
{
    private readonly ScalarType _precision;
    private readonly PoseNetwork? _folded;

    /// <param name="model">The model that is trained.</param>
    /// <param name="options">Options of the training.</param>
    /// <param name="device">The training device.</param>
    /// <param name="precision">Precision of the backbone.</param>
    /// <param name="steps">Total number of steps.</param>
    public TrainingState(PoseModel model, TrainerOptions options, Device device, ScalarType precision, int steps)
    {
        _precision = precision;
        Network = Prepared(model.Network, device);
        if (options.Start is { } start)
        {
            foreach (var (name, parameter) in Network.named_parameters())
                parameter.requires_grad = !start.Freezes(name, Network.Backbone);
        }
        var average = Prepared(model.CreateNetwork(), device);
        if (options.Normalizes(Network.Backbone))
        {
            foreach (var (weight, trained) in average.parameters().Zip(Network.parameters()))
                weight.requires_grad = trained.requires_grad;
            Network.Normalize();
            average.Normalize();
            _folded = Prepared(model.CreateNetwork(), device);
        }

        Average = new WeightAverage(Network, average, options.AverageDecay ?? 0);
        Best = new BestWeights(model.CreateNetwork().to(device));
        Optimizer = new NetworkOptimizer(Network, options);
        Rate = options.Schedule.Start(steps, options.RateFor(Network.Backbone), steps / options.Epochs);
    }

    public PoseNetwork Network { get; }

    public WeightAverage Average { get; }

    public BestWeights Best { get; }

    public NetworkOptimizer Optimizer { get; }

    public LearningRate Rate { get; }

    /// <summary>
    /// Puts the normalizations around weights that were given, so that the averaged network is the one given.
    /// </summary>
    /// <param name="images">(B, C, H, W), a batch.</param>
    public void KeepOutputs(torch.Tensor images)
    {
        Network.KeepOutputs(images);
        Average.Restart();
    }

    /// <summary>The average of the weights as a network that predicts, valid until the next call.</summary>
    public PoseNetwork Averaged()
    {
        if (_folded is null)
            return Average.Network;
        Average.Network.Fold(_folded);
        return _folded;
    }

    /// <summary>Number of completed epochs.</summary>
    public int Epoch { get; set; }

    /// <summary>Training time of these epochs.</summary>
    public TimeSpan Elapsed { get; set; }

    public void Save(BinaryWriter writer)
    {
        writer.Write(Epoch);
        writer.Write(Elapsed.Ticks);
        writer.Write(Average.Updates);
        Best.Save(writer);
        Rate.Save(writer);
        foreach (var network in (PoseNetwork[])[Network, Average.Network, Best.Network])
            WriteBlock(writer, stream => NetworkState.Save(network, stream));
        WriteBlock(
            writer,
            stream =>
            {
                using var inner = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
                Optimizer.Save(inner);
            }
        );
    }

    public void Load(BinaryReader reader, string name)
    {
        Epoch = reader.ReadInt32();
        Elapsed = new(reader.ReadInt64());
        Average.Updates = reader.ReadInt32();
        Best.Load(reader);
        Rate.Load(reader);
        foreach (var network in (PoseNetwork[])[Network, Average.Network, Best.Network])
            NetworkState.Load(network, ReadBlock(reader), name);
        using var inner = new BinaryReader(ReadBlock(reader));
        Optimizer.Load(inner);
    }

    // The model takes over the network and the best weights, so they are not disposed here.
    public void Dispose()
    {
        Average.Dispose();
        _folded?.Dispose();
        Optimizer.Dispose();
    }

    private PoseNetwork Prepared(PoseNetwork network, Device device)
    {
        network.to(device);
        network.UseChannelsLast();
        network.Precision = _precision;
        return network;
    }

    private static void WriteBlock(BinaryWriter writer, Action<Stream> write)
    {
        using var block = new MemoryStream();
        write(block);
        writer.Write((int)block.Length);
        writer.Write(block.GetBuffer(), 0, (int)block.Length);
    }

    private static MemoryStream ReadBlock(BinaryReader reader) => new(reader.ReadBytes(reader.ReadInt32()));
}

/// <summary>The weights with the lowest measure so far, and when the validation loss last fell.</summary>
internal sealed class BestWeights(PoseNetwork network)
{
    private double _measure = double.PositiveInfinity,
        _loss = double.PositiveInfinity;
    private int _epochs,
        _gain;

    public PoseNetwork Network => network;

    public bool Exists => Epoch >= 0;

    /// <summary>The epoch of these weights, counted from 1; 0 = those that training started from, −1 = none yet.</summary>
    public int Epoch { get; private set; } = -1;

    /// <summary>Number of epochs since the validation loss last fell.</summary>
    public int EpochsWithoutGain => _epochs - _gain;

    /// <summary>Takes the weights if they are the best so far; returns whether they are.</summary>
    /// <param name="candidate">The weights after an epoch.</param>
    /// <param name="epoch">The epoch, counted from 1; 0 = the weights that training starts from.</param>
    /// <param name="measure">What chooses the weights, lower is better; NaN: not known, then only the first are
    /// taken.</param>
    /// <param name="loss">The validation loss.</param>
    /// <param name="minDelta">Decrease of the loss that counts.</param>
    public bool UpdateIfBetter(PoseNetwork candidate, int epoch, double measure, double loss, double minDelta)
    {
        _epochs = epoch;
        if (loss + minDelta < _loss)
            (_loss, _gain) = (loss, _epochs);
        if (!(measure < _measure) && (Exists || !double.IsFinite(loss)))
            return false;
        (_measure, Epoch) = (double.IsNaN(measure) ? double.PositiveInfinity : measure, _epochs);
        using var noGrad = no_grad();
        foreach (var (to, from) in network.parameters().Zip(candidate.parameters()))
            to.copy_(from);
        return true;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_measure);
        writer.Write(_loss);
        writer.Write(Epoch);
        writer.Write(_epochs);
        writer.Write(_gain);
    }

    public void Load(BinaryReader reader) =>
        (_measure, _loss, Epoch, _epochs, _gain) = (
            reader.ReadDouble(),
            reader.ReadDouble(),
            reader.ReadInt32(),
            reader.ReadInt32(),
            reader.ReadInt32()
        );
}

/// <summary>
/// A moving average of a network's weights. It varies less than the weights of the last step and so gives better
/// results on new frames (Polyak and Juditsky, 1992).
/// </summary>
internal sealed class WeightAverage : IDisposable
{
    // Without averaging the statistics of one batch would be used, which vary.
    private const double LeastForStatistics = 0.9;

    // No decay: a frozen weight, which is not averaged, because rounding would change it.
    private readonly (torch.Tensor Average, torch.Tensor Weight, double? Decay)[] _pairs;

    public WeightAverage(PoseNetwork network, PoseNetwork averaged, double decay)
    {
        var ofStatistics = Math.Max(decay, LeastForStatistics);
        Network = averaged;
        _pairs =
        [
            .. averaged
                .parameters()
                .Zip(
                    network.parameters(),
                    (a, w) => ((torch.Tensor)a, (torch.Tensor)w, w.requires_grad ? decay : (double?)null)
                ),
            .. Statistics(averaged).Zip(Statistics(network), (a, s) => (a, s, (double?)ofStatistics)),
        ];
        Restart();
    }

    public PoseNetwork Network { get; }

    /// <summary>Takes the weights of now as the average.</summary>
    public void Restart()
    {
        using var noGrad = torch.no_grad();
        foreach (var (average, weight, _) in _pairs)
            average.copy_(weight);
    }

    public void Update()
    {
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        // The first steps have more weight, otherwise the average would depend on the random initialization.
        var most = (1.0 + Updates) / (10.0 + Updates);
        Updates++;
        foreach (var (average, weight, decay) in _pairs.Where(pair => pair.Decay is not null))
        {
            var keep = Math.Min(decay!.Value, most);
            average.MulInPlace(keep).AddInPlace(weight, 1 - keep);
        }
    }

    /// <summary>Number of updates, the first copy included; <see cref="Update"/> depends on it.</summary>
    public int Updates { get; set; } = 1;

    public void Dispose() => Network.Dispose();

    // Those of a batch, of all normalizations.
    private static IEnumerable<torch.Tensor> Statistics(PoseNetwork network) =>
        network.modules().OfType<BatchNorm>().SelectMany(norm => norm.buffers());
}
