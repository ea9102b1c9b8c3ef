using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>The weights with the lowest validation loss so far.</summary>
internal sealed class BestWeights(PoseNetwork network)
{
    private double _loss = double.PositiveInfinity;
    private int _offered;

    public PoseNetwork Network => network;

    public bool Exists => Epoch > 0;

    /// <summary>The epoch they are of, counted from 1; 0 = none yet.</summary>
    public int Epoch { get; private set; }

    public int EpochsSince => _offered - Epoch;

    public bool Offer(PoseNetwork candidate, double loss)
    {
        _offered++;
        if (!(loss < _loss))
            return false;
        (_loss, Epoch) = (loss, _offered);
        using var noGrad = no_grad();
        foreach (var (to, from) in network.parameters().Zip(candidate.parameters()))
            to.copy_(from);
        return true;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_loss);
        writer.Write(Epoch);
        writer.Write(_offered);
    }

    public void Load(BinaryReader reader) =>
        (_loss, Epoch, _offered) = (reader.ReadDouble(), reader.ReadInt32(), reader.ReadInt32());
}
