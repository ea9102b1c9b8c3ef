using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sleap.MLNet;

/// <summary>
/// Where eight channels of a tile of the output go: 4×4 pixels, fewer at the lower and right rim of the map.
/// </summary>
internal readonly unsafe struct OutputTile(float* first, nint row, nint pixel, int rows, int columns, int channels)
{
    private readonly Vector256<float> _mask = Vector256.LessThan(
        Vector256.Create(0f, 1f, 2f, 3f, 4f, 5f, 6f, 7f),
        Vector256.Create((float)channels)
    );

    public int Rows => rows;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int y, Vector256<float> x0, Vector256<float> x1, Vector256<float> x2, Vector256<float> x3)
    {
        var to = first + y * row;
        Store(to, x0);
        if (columns > 1)
            Store(to + pixel, x1);
        if (columns > 2)
            Store(to + 2 * pixel, x2);
        if (columns > 3)
            Store(to + 3 * pixel, x3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Store(float* to, Vector256<float> value)
    {
        if (channels >= WinogradTile.Lanes)
            value.Store(to);
        else
            Avx.MaskStore(to, _mask, value);
    }
}
