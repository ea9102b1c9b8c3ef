using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// A network that several models use, as a model and those made of it by <c>With</c> do. It is freed when the last of
/// them is disposed.
/// </summary>
internal sealed class SharedNetwork(PoseNetwork network)
{
    private int _users = 1;
    private (DeviceType Type, int Index, ScalarType Precision)? _prepared;

    public PoseNetwork Network => network;

    /// <summary>One more user, who releases it in the end.</summary>
    public SharedNetwork Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    /// <summary>Ends one use.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            network.Dispose();
    }

    /// <summary>Whether it is ready to predict on this device, in this precision.</summary>
    public bool IsPreparedFor(Device device, ScalarType precision) =>
        _prepared == (device.type, device.index, precision);

    /// <summary>Makes it ready to predict; its weights stay as they are from then on.</summary>
    public void Prepare(Device device, ScalarType precision)
    {
        if (IsPreparedFor(device, precision))
            return;
        network.to(device);
        network.UseChannelsLast();
        network.Precision = precision;
        network.eval();
        network.Freeze();
        _prepared = (device.type, device.index, precision);
    }
}
