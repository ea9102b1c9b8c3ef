using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>The transformed weight of a convolution in bfloat16, as the products take it.</summary>
internal sealed unsafe class BFloat16Factors : IDisposable
{
    /// <summary>Outputs of all panels but the last one.</summary>
    public const int PanelColumns = 64;

    private ushort* _memory;

    /// <param name="weight">(outputs, inputs, 3, 3)</param>
    public BFloat16Factors(Tensor weight)
    {
        using var weights = new PixelSource(weight);
        var filters = new WinogradFilters(weights.Map);
        using var exact = new WinogradFactors(weight);
        (Outputs, Depth) = (filters.Outputs, (filters.Inputs + 1) / 2 * 2);
        _memory = (ushort*)
            NativeMemory.AlignedAlloc(
                (nuint)((nint)WinogradTransform.Points * Depth * Outputs * sizeof(ushort)),
                NativeScratch.Alignment
            );
        for (var panel = 0; panel < Panels; panel++)
            Pack(filters, exact.Memory, panel);
    }

    ~BFloat16Factors() => Free();

    /// <summary>Outputs of the convolution.</summary>
    public int Outputs { get; }

    /// <summary>Inputs of the convolution, rounded up to an even number.</summary>
    public int Depth { get; }

    /// <summary>Groups of up to 64 outputs.</summary>
    public int Panels => Math.Max(1, Outputs / PanelColumns);

    /// <summary>Outputs of a panel. The last one has the remaining ones, so that each has 16 or more.</summary>
    public int ColumnsOf(int panel) => panel == Panels - 1 ? Outputs - panel * PanelColumns : PanelColumns;

    /// <summary>The factors of a panel: point by point.</summary>
    public ushort* Panel(int panel) => _memory + (nint)WinogradTransform.Points * Depth * PanelColumns * panel;

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Pack(WinogradFilters filters, float* exact, int panel)
    {
        int columns = ColumnsOf(panel),
            first = panel * PanelColumns;
        var to = Panel(panel);
        for (var point = 0; point < WinogradTransform.Points; point++)
        {
            for (var input = 0; input < Depth; input++)
            {
                for (var column = 0; column < columns; column++)
                {
                    int output = first + column,
                        part = output / MatrixKernel.Columns,
                        width = filters.ColumnsOf(part);
                    var value =
                        input < filters.Inputs
                            ? exact[
                                filters.Panel(part)
                                    + point * filters.PointStride(width)
                                    + input * width
                                    + output % MatrixKernel.Columns
                            ]
                            : 0;
                    to[((nint)input / 2 * columns + column) * 2 + input % 2] = (ushort)(
                        BitConverter.SingleToUInt32Bits(value) + 0x8000 >> 16
                    );
                }
            }

            to += (nint)Depth * columns;
        }
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}
