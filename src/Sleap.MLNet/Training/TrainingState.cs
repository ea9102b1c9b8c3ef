using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Everything that a training goes on from: weights, their average, the best ones, the optimiser, the schedule.
/// </summary>
internal sealed class TrainingState : IDisposable
{
    private readonly ScalarType _precision;

    /// <param name="model">Whose network is trained.</param>
    /// <param name="options">How.</param>
    /// <param name="device">Where.</param>
    /// <param name="precision">What the backbone computes with.</param>
    /// <param name="steps">Steps in all.</param>
    public TrainingState(PoseModel model, TrainerOptions options, Device device, ScalarType precision, int steps)
    {
        _precision = precision;
        Network = Prepared(model.Network, device);
        Average = new WeightAverage(Network, Prepared(model.CreateNetwork(), device), options.AverageDecay ?? 0);
        Best = new BestWeights(model.CreateNetwork().to(device));
        Optimizer = new NetworkOptimizer(Network, options);
        Rate = options.Schedule.Start(steps, options.LearningRate);
    }

    public PoseNetwork Network { get; }

    public WeightAverage Average { get; }

    public BestWeights Best { get; }

    public NetworkOptimizer Optimizer { get; }

    public LearningRate Rate { get; }

    /// <summary>Epochs done.</summary>
    public int Epoch { get; set; }

    /// <summary>Time that they took.</summary>
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

    // The network and the best weights go to the model.
    public void Dispose()
    {
        Average.Dispose();
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
