using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// One step of a decoder: twice the size, joined with the encoder's map of that size if there is one, and convolved.
/// </summary>
internal sealed class UpBlock : Module
{
    private readonly StateFolder blocks;
    private readonly ConvTranspose2d[] _transposed; // one or none
    private readonly bool _keras;

    public UpBlock(
        string prefix,
        int inChannels,
        int skipChannels,
        int filters,
        int kernel,
        bool interpolate,
        bool keras
    )
        : base(prefix)
    {
        _keras = keras;
        _transposed = interpolate ? [] : [ConvTranspose2d(inChannels, filters, 3, 2, 1, 1)];
        // Two convolutions, or one where nothing is joined, whatever the encoder's blocks have.
        Layers = new ConvRelu(
            skipChannels + (interpolate ? inChannels : filters),
            filters,
            kernel,
            skipChannels > 0 ? 2 : 1
        );
        var names = _transposed
            .Select(module => ($"{prefix}_trans_conv", (Module)module))
            .Concat(Layers.Convolutions.Select((module, i) => ($"{prefix}_refine_conv{i}", (Module)module)));
        blocks = new StateFolder("blocks", names);
        RegisterComponents();
    }

    public ConvRelu Layers { get; }

    /// <param name="x">(B, inChannels, h, w)</param>
    /// <param name="skip">(B, skipChannels, about 2h, about 2w), or null for a block that joins nothing.</param>
    /// <returns>(B, filters, height and width of <paramref name="skip"/>, or 2h and 2w)</returns>
    public Tensor Apply(Tensor x, Tensor? skip)
    {
        using var scope = NewDisposeScope();
        // (B, filters, H, W)
        return Layers.Apply(Joined(x, skip)).MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Layers.Dispose();
        base.Dispose(disposing);
    }

    private Tensor Joined(Tensor x, Tensor? skip)
    {
        if (_transposed.Length == 0 && skip is not null && UpJoin.Takes(x, skip))
            // (B, skipChannels + inChannels, 2h, 2w)
            return is_grad_enabled() ? UpJoinFunction.apply(x, skip) : UpJoin.Join(x, skip);
        var up =
            _transposed.Length == 0
                // (B, inChannels, 2h, 2w)
                ? Interpolate(x)
                // (B, filters, 2h, 2w)
                : ConvRelu.Double(_transposed[0], x, _keras);
        if (skip is null)
            return up;
        if (up.size(2) != skip.size(2) || up.size(3) != skip.size(3))
            up = functional.interpolate(up, [skip.size(2), skip.size(3)], null, InterpolationMode.Bilinear, false);
        // (B, skipChannels + C, H, W)
        return cat(new[] { skip, up }, 1);
    }

    // Single precision between bfloat16 maps: libtorch's gradient of a bfloat16 interpolation takes more time than the
    // convolutions around it.
    private static Tensor Interpolate(Tensor x) =>
        functional
            .interpolate(x.to(ScalarType.Float32), null, [2.0, 2.0], InterpolationMode.Bilinear, false)
            .to(x.dtype);
}
