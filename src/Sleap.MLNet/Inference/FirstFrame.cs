namespace Sleap.MLNet;

/// <summary>
/// What the size of a pass' first frame decides for all batches of the pass. Frames are read by one thread at a time.
/// </summary>
internal sealed class FirstFrame<T>(Func<int, int, T> decide)
    where T : class
{
    private T? _value;

    public T Value => _value ?? throw new InvalidOperationException("No frame was read yet.");

    public T Decide(FramePixels frame) => _value ??= decide(frame.Height, frame.Width);
}
