using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// What a function's way back returns. libtorch takes hold of the gradients itself, so that those of the call before
/// are let go of here: the scope of a training step would hold the gradients of all layers until its end.
/// </summary>
internal static class ReturnedGradients
{
    [ThreadStatic]
    private static List<Tensor>? _last;

    public static List<Tensor> Of(params Tensor[] gradients)
    {
        _last?.ForEach(gradient => gradient.Dispose());
        return _last = [.. gradients.Select(gradient => gradient.DetachFromDisposeScope())];
    }
}
