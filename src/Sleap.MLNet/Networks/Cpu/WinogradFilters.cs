using System.Runtime.Intrinsics;

namespace Sleap.MLNet;

/// <summary>
/// 3×3 filters in the memory of their tensor, where the inputs (or, turned round, the outputs) of a filter's place lie
/// side by side.
/// </summary>
/// <param name="First">The number of output 0, input 0, at the filter's upper left.</param>
/// <param name="Outputs">Channels that come out.</param>
/// <param name="Inputs">Channels that go in.</param>
/// <param name="OutputStride">Numbers from one output's filter to the next one's.</param>
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
    /// <summary>The outputs, rounded up to a multiple of eight.</summary>
    public int PaddedOutputs => (Outputs + WinogradTile.Lanes - 1) / WinogradTile.Lanes * WinogradTile.Lanes;

    /// <summary>Room for the factors of all panels.</summary>
    public nint FactorCount => Panel(Panels);

    /// <param name="weight">(outputs, inputs, 3, 3): the outputs in the place of images.</param>
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
    /// The filters that take the gradient of the output back to the input: outputs and inputs change places, and each
    /// is turned round.
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
    /// Where the factors of a panel begin: point by point, input by input, as <see cref="MatrixKernel"/> reads them.
    /// </summary>
    public nint Panel(int panel) => panel * WinogradTile.Points * PointStride(MatrixKernel.Columns);

    /// <summary>
    /// Numbers from point to point of a panel: a cache line more than there are, so that equal places of all points do
    /// not fall into one set of the cache.
    /// </summary>
    public nint PointStride(int columns) => (nint)Inputs * columns + 16;

    /// <summary>Fills in the factors of a panel; those of outputs that there are no filters of become 0.</summary>
    /// <param name="factors">Those of all panels.</param>
    /// <param name="panel">Which.</param>
    public void Transform(float* factors, int panel)
    {
        const int square = WinogradTile.Lanes * WinogradTile.Lanes;
        var columns = ColumnsOf(panel);
        var to = factors + Panel(panel);
        var filters = stackalloc float[9 * square]; // place, input, output
        for (var input = 0; input < Inputs; input += WinogradTile.Lanes)
        {
            var inputs = Math.Min(WinogradTile.Lanes, Inputs - input);
            for (var column = 0; column < columns; column += WinogradTile.Lanes)
            {
                for (var place = 0; place < 9; place++)
                    Gather(panel * MatrixKernel.Columns + column, input, inputs, place, filters + place * square);
                for (var i = 0; i < inputs; i++)
                {
                    WinogradTile.Filter(
                        filters + i * WinogradTile.Lanes,
                        square,
                        to + (nint)(input + i) * columns + column,
                        PointStride(columns)
                    );
                }
            }
        }
    }

    // Up to 8×8 numbers of one place of the filters, input by input.
    private void Gather(int output, int input, int inputs, int place, float* to)
    {
        var outputs = Math.Min(WinogradTile.Lanes, Outputs - output);
        var from =
            (float*)First
            + output * OutputStride
            + input * InputStride
            + place / 3 * RowStride
            + place % 3 * ColumnStride;
        if (outputs == WinogradTile.Lanes && OutputStride == 1)
        {
            for (var i = 0; i < inputs; i++)
                Vector256.Load(from + i * InputStride).Store(to + i * WinogradTile.Lanes);
        }
        else if (outputs == WinogradTile.Lanes && inputs == WinogradTile.Lanes)
        {
            MatrixKernel.Transpose8x8(from, OutputStride, to);
        }
        else
        {
            new Span<float>(to, inputs * WinogradTile.Lanes).Clear();
            for (var o = 0; o < outputs; o++)
            {
                for (var i = 0; i < inputs; i++)
                    to[i * WinogradTile.Lanes + o] = from[o * OutputStride + i * InputStride];
            }
        }
    }
}
