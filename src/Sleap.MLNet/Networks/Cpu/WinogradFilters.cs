using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// 3×3 filters in the memory of their tensor, where the inputs (or, transposed, the outputs) of one place of the filter
/// are adjacent.
/// </summary>
/// <param name="First">Address of output 0, input 0, upper left place of the filter.</param>
/// <param name="Outputs">Channels of the output.</param>
/// <param name="Inputs">Channels of the input.</param>
/// <param name="OutputStride">Floats from one output's filter to the next one's.</param>
/// <param name="InputStride">Likewise for inputs; one of the two is 1.</param>
/// <param name="RowStride">Likewise from row to row of a filter.</param>
/// <param name="ColumnStride">Likewise from column to column.</param>
internal readonly unsafe record struct WinogradFilters(
    nint First,
    int Outputs,
    int Inputs,
    nint OutputStride,
    nint InputStride,
    nint RowStride,
    nint ColumnStride
)
{
    /// <summary>Number of outputs, rounded up to a multiple of eight.</summary>
    public int PaddedOutputs =>
        (Outputs + WinogradTransform.Lanes - 1) / WinogradTransform.Lanes * WinogradTransform.Lanes;

    /// <summary>Number of floats of the factors of all panels.</summary>
    public nint FactorCount => Panel(Panels);

    /// <param name="weight">(outputs, inputs, 3, 3), the outputs in the place of images.</param>
    public WinogradFilters(PixelMap weight)
        : this(
            (nint)weight.At(0, 0, 0),
            weight.Batch,
            weight.Channels,
            9 * weight.Channels,
            1,
            3 * weight.Channels,
            weight.Channels
        ) { }

    /// <summary>
    /// The filters that convolve the output's gradient to the input's: outputs and inputs are swapped, and each filter
    /// is rotated by 180 degrees.
    /// </summary>
    public WinogradFilters Transposed =>
        new(
            First + sizeof(float) * 2 * (RowStride + ColumnStride),
            Inputs,
            Outputs,
            InputStride,
            OutputStride,
            -RowStride,
            -ColumnStride
        );

    /// <summary>Panels of <see cref="MatrixKernel.Columns"/> outputs; the last one may be of eight.</summary>
    public int Panels => (PaddedOutputs + MatrixKernel.Columns - 1) / MatrixKernel.Columns;

    /// <summary>Outputs of a panel.</summary>
    public int ColumnsOf(int panel) => Math.Min(MatrixKernel.Columns, PaddedOutputs - panel * MatrixKernel.Columns);

    /// <summary>
    /// Offset of the factors of a panel: point by point, input by input, as <see cref="MatrixKernel"/> reads them.
    /// </summary>
    public nint Panel(int panel) => panel * WinogradTransform.Points * PointStride(MatrixKernel.Columns);

    /// <summary>
    /// Floats from point to point of a panel: a cache line more than needed, so that equal places of all points are in
    /// different sets of the cache.
    /// </summary>
    public nint PointStride(int columns) => (nint)Inputs * columns + 16;

    /// <summary>Transforms the filters of a panel; the factors of padded outputs become 0.</summary>
    /// <param name="factors">The factors of all panels.</param>
    /// <param name="panel">Index of the panel.</param>
    public void Transform(float* factors, int panel)
    {
        const int square = WinogradTransform.Lanes * WinogradTransform.Lanes;
        var columns = ColumnsOf(panel);
        var to = factors + Panel(panel);
        var filters = stackalloc float[9 * square]; // place, input, output
        for (var input = 0; input < Inputs; input += WinogradTransform.Lanes)
        {
            var inputs = Math.Min(WinogradTransform.Lanes, Inputs - input);
            for (var column = 0; column < columns; column += WinogradTransform.Lanes)
            {
                for (var place = 0; place < 9; place++)
                    Gather(panel * MatrixKernel.Columns + column, input, inputs, place, filters + place * square);
                for (var i = 0; i < inputs; i++)
                {
                    WinogradTransform.Filter(
                        filters + i * WinogradTransform.Lanes,
                        square,
                        to + (nint)(input + i) * columns + column,
                        PointStride(columns)
                    );
                }
            }
        }
    }

    // Copies up to 8×8 numbers of one place of the filters, input by input.
    private void Gather(int output, int input, int inputs, int place, float* to)
    {
        var outputs = Math.Min(WinogradTransform.Lanes, Outputs - output);
        var from =
            (float*)First
            + output * OutputStride
            + input * InputStride
            + place / 3 * RowStride
            + place % 3 * ColumnStride;
        if (outputs == WinogradTransform.Lanes && OutputStride == 1)
        {
            for (var i = 0; i < inputs; i++)
                Vector256.Load(from + i * InputStride).Store(to + i * WinogradTransform.Lanes);
        }
        else if (outputs == WinogradTransform.Lanes && inputs == WinogradTransform.Lanes)
        {
            Transpose8x8(from, OutputStride, to);
        }
        else
        {
            new Span<float>(to, inputs * WinogradTransform.Lanes).Clear();
            for (var o = 0; o < outputs; o++)
            {
                for (var i = 0; i < inputs; i++)
                    to[i * WinogradTransform.Lanes + o] = from[o * OutputStride + i * InputStride];
            }
        }
    }

    // Transposes 8×8 floats, "row" floats from row to row, to eight adjacent rows of eight.
    private static void Transpose8x8(float* from, nint row, float* to)
    {
        // Interleaves pairs of rows, then pairs of those, then halves.
        var (a, b, c, d) = (
            Vector256.Load(from),
            Vector256.Load(from + row),
            Vector256.Load(from + 2 * row),
            Vector256.Load(from + 3 * row)
        );
        var (e, f, g, h) = (
            Vector256.Load(from + 4 * row),
            Vector256.Load(from + 5 * row),
            Vector256.Load(from + 6 * row),
            Vector256.Load(from + 7 * row)
        );
        var (ab0, ab1, cd0, cd1) = (
            Avx.UnpackLow(a, b),
            Avx.UnpackHigh(a, b),
            Avx.UnpackLow(c, d),
            Avx.UnpackHigh(c, d)
        );
        var (ef0, ef1, gh0, gh1) = (
            Avx.UnpackLow(e, f),
            Avx.UnpackHigh(e, f),
            Avx.UnpackLow(g, h),
            Avx.UnpackHigh(g, h)
        );
        const byte low = 0x44,
            high = 0xEE;
        Halves(Avx.Shuffle(ab0, cd0, low), Avx.Shuffle(ef0, gh0, low), to);
        Halves(Avx.Shuffle(ab0, cd0, high), Avx.Shuffle(ef0, gh0, high), to + 8);
        Halves(Avx.Shuffle(ab1, cd1, low), Avx.Shuffle(ef1, gh1, low), to + 16);
        Halves(Avx.Shuffle(ab1, cd1, high), Avx.Shuffle(ef1, gh1, high), to + 24);

        static void Halves(Vector256<float> abcd, Vector256<float> efgh, float* to)
        {
            Avx.Permute2x128(abcd, efgh, 0x20).Store(to);
            Avx.Permute2x128(abcd, efgh, 0x31).Store(to + 32);
        }
    }
}

/// <summary>The transformed weight of a convolution, four times its size, for weights that do not change.</summary>
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
