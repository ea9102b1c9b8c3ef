using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

internal static class Pooling
{
    /// <summary>
    /// The maximum of each 2×2 block; an odd size gets a row or column of zeros at the bottom or right.
    /// (B, C, H, W) to (B, C, ⌈H/2⌉, ⌈W/2⌉).
    /// </summary>
    /// <remarks>
    /// sleap-nn 0.3.5 does this on a module's first call only: the call overwrites the module's own padding, and from
    /// the second call on an odd row or column is dropped. Here every call is as sleap-nn's first, so that a network's
    /// output depends on its input alone. Sizes that the strides divide, which is what preprocessing makes, are not
    /// affected.
    /// </remarks>
    public static Tensor Halve(Tensor x)
    {
        long oddRows = x.size(2) & 1,
            oddColumns = x.size(3) & 1;
        if ((oddRows | oddColumns) == 0)
            return functional.max_pool2d(x, 2, 2);
        using var even = functional.pad(x, (0, oddColumns, 0, oddRows), PaddingModes.Constant, 0);
        return functional.max_pool2d(even, 2, 2);
    }
}
