using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>The network input of a batch of frames, filled one by one.</summary>
internal sealed class InputBuffer(InputSizes sizes, int size)
{
    private readonly FrameGeometry[] _geometries = new FrameGeometry[size];
    private InputFrames? _frames;
    private byte[] _bytes = [];

    /// <summary>How the pixels of a slot's frame got there.</summary>
    public FrameGeometry Geometry(int slot) => _geometries[slot];

    public void Read(int slot, FramePixels frame)
    {
        if (_frames is null)
        {
            _frames = sizes.For(frame.Height, frame.Width);
            _bytes = new byte[size * _frames.ByteCount];
        }
        _geometries[slot] = _frames.Read(frame, _bytes.AsSpan(slot * _frames.ByteCount, _frames.ByteCount));
    }

    /// <summary>(B, C, H, W), 0..1: the first <paramref name="count"/> slots.</summary>
    public Tensor ToTensor(int count, Device device) => InputTensor.FromBytes(_bytes, count, _frames!.Geometry.InputHeight, _frames.Geometry.InputWidth, _frames.Channels, device);
}
