using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// A map to read by pointer: in channels-last order, a copy where the tensor is not. The tensor stays its owner's and
/// lives at least as long as this.
/// </summary>
internal readonly struct PixelSource : IDisposable
{
    private readonly Tensor _tensor,
        _ordered;

    public PixelSource(Tensor tensor)
    {
        _tensor = tensor;
        _ordered = ChannelsLast.Convert(tensor);
        Map = PixelMap.Of(_ordered);
    }

    public PixelMap Map { get; }

    public void Dispose()
    {
        if (!ReferenceEquals(_ordered, _tensor))
            _ordered.Dispose();
        GC.KeepAlive(_tensor);
    }
}
