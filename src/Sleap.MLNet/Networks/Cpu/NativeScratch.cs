using System.Runtime.InteropServices;

namespace Sleap.MLNet;

/// <summary>
/// Memory that a thread keeps from one use to the next, aligned to a cache line; it grows as asked for.
/// </summary>
internal sealed unsafe class NativeScratch
{
    /// <summary>Bytes of a cache line.</summary>
    public const nuint Alignment = 64;

    private float* _memory;
    private nint _length;

    ~NativeScratch() => NativeMemory.AlignedFree(_memory);

    /// <summary>Room for so many numbers, of any value. What was returned before is no longer valid.</summary>
    public float* Of(nint length)
    {
        if (length > _length)
        {
            NativeMemory.AlignedFree(_memory);
            _memory = null;
            _length = 0;
            _memory = (float*)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), Alignment);
            _length = length;
        }

        return _memory;
    }
}
