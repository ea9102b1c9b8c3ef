using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>The factors of a convolution's weight that no longer changes: four times its size.</summary>
internal sealed unsafe class WinogradFactors : IDisposable
{
    private float* _memory;

    /// <param name="weight">(outputs, inputs, 3, 3)</param>
    public WinogradFactors(Tensor weight)
    {
        using var weights = new PixelSource(weight);
        var filters = new WinogradFilters(weights.Map);
        _memory = (float*)
            NativeMemory.AlignedAlloc((nuint)filters.FactorCount * sizeof(float), NativeScratch.Alignment);
        Winograd.Transform(filters, _memory);
    }

    ~WinogradFactors() => Free();

    public float* Memory => _memory;

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}
