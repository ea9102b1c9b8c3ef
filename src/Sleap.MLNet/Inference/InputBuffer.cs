using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>The network input of a batch of frames, filled one by one.</summary>
internal sealed class InputBuffer(FirstFrame<InputFrames> frames, int size)
{
    private readonly FrameGeometry[] _geometries = new FrameGeometry[size];
    private byte[] _bytes = [];

    /// <summary>How the pixels of a slot's frame got there.</summary>
    public FrameGeometry Geometry(int slot) => _geometries[slot];

    public void Read(int slot, FramePixels frame)
    {
        var inputs = frames.Decide(frame);
        if (_bytes.Length == 0)
            _bytes = new byte[size * inputs.ByteCount];
        _geometries[slot] = inputs.Read(frame, _bytes.AsSpan(slot * inputs.ByteCount, inputs.ByteCount));
    }

    /// <summary>(B, C, H, W), 0..1: the first <paramref name="count"/> slots.</summary>
    public Tensor ToTensor(int count, Device device) =>
        InputTensor.FromBytes(
            _bytes,
            count,
            frames.Value.Geometry.InputHeight,
            frames.Value.Geometry.InputWidth,
            frames.Value.Channels,
            device
        );
}
