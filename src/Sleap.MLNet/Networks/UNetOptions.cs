using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// U-Net (Ronneberger et al. 2015, arXiv:1505.04597) as sleap-nn builds it; options and defaults are those of its
/// <c>backbone_config.unet</c>.
/// </summary>
public sealed record UNetOptions : BackboneOptions
{
    /// <summary>Filters of the first block, at least 1. Default 32. Block n has
    /// <c>(int)(Filters · FiltersRateⁿ)</c>.</summary>
    public int Filters { get; init; } = 32;

    /// <inheritdoc/>
    /// <remarks>Default 1.5.</remarks>
    public override float FiltersRate { get; init; } = 1.5f;

    /// <inheritdoc/>
    /// <remarks>Default 16. With a stem the deepest map has twice this stride, as in sleap-nn.</remarks>
    public override int MaxStride { get; init; } = 16;

    /// <summary>
    /// Stride of an additional stem of 7×7 convolutions before the encoder, a power of two from 2 to below
    /// <see cref="MaxStride"/>; null (default): no stem.
    /// </summary>
    public int? StemStride { get; init; }

    /// <summary>Whether a block of convolutions stands between encoder and decoder. Default true.</summary>
    public bool MiddleBlock { get; init; } = true;

    /// <summary>
    /// Number of encoder-decoders one after the other; each reads the map of the one before, and the heads read that of
    /// the last one. Default 1. More than one needs an <see cref="BackboneOptions.OutputStride"/> equal to the
    /// stem's stride (1 without a stem).
    /// </summary>
    public int Stacks { get; init; } = 1;

    /// <summary>
    /// Whether transposed convolutions are aligned to the pixels as in Keras, one pixel off torch's. Default false;
    /// models of SLEAP before 1.5, which TensorFlow trained, need true.
    /// </summary>
    public bool KerasUpsampling { get; init; }

    internal int StemBlocks => StemStride is { } stride ? int.Log2(stride) : 0;

    internal int DownBlocks => int.Log2(MaxStride) - StemBlocks;

    internal int UpBlocks => int.Log2(MaxStride / OutputStride) + StemBlocks;

    internal int DeepestStride => StemBlocks > 0 ? 2 * MaxStride : MaxStride;

    // sleap-nn computes int(filters * rate ** n) in double precision, with the rate as it was written in decimals.
    internal int FiltersAt(int depth) => (int)(Filters * Math.Pow((double)(decimal)FiltersRate, depth));

    internal override void Check(OptionFaults faults)
    {
        base.Check(faults);
        faults.Expect(Filters >= 1, nameof(Filters), Filters, "at least 1");
        faults.Expect(Stacks >= 1, nameof(Stacks), Stacks, "at least 1");
        var strides = IsPowerOfTwo(MaxStride) && IsPowerOfTwo(OutputStride);
        if (StemStride is { } stem)
        {
            var usable = IsPowerOfTwo(stem) && stem >= 2;
            faults.Expect(usable, nameof(StemStride), stem, "null or a power of two, at least 2");
            faults.Expect(!usable || stem < MaxStride, nameof(StemStride), stem, $"less than MaxStride ({MaxStride})");
            strides &= usable && stem < MaxStride;
        }

        faults.Expect(
            Stacks <= 1 || OutputStride == (StemStride ?? 1),
            nameof(Stacks),
            Stacks,
            $"1, or an OutputStride of {StemStride ?? 1} instead of {OutputStride}, so that each stack gets a map of "
                + $"the size the first one got"
        );
        if (strides && Filters >= 1 && float.IsFinite(FiltersRate) && FiltersRate > 0)
        {
            var deepest = Filters * Math.Pow(FiltersRate, DownBlocks + StemBlocks);
            faults.Expect(
                deepest is >= 1 and < 1 << 20,
                nameof(FiltersRate),
                FiltersRate,
                $"one that leaves from 1 to {1 << 20} filters at the deepest block (it gives {deepest:0.##})"
            );
        }
    }

    internal override double MinWeights =>
        Stacks
        * Enumerable
            .Range(1, DownBlocks + StemBlocks - 1)
            .Sum(depth =>
                (double)KernelSize
                * KernelSize
                * FiltersAt(depth)
                * (FiltersAt(depth - 1) + (ConvsPerBlock - 1.0) * FiltersAt(depth))
            );

    internal override IReadOnlyList<string[]> EncoderBlocks =>
        [
            .. Enumerable.Range(0, StemBlocks).Select(block => new[] { $"backbone.stem.stem_stack.{block}." }),
            .. Enumerable.Range(0, DownBlocks).Select(block => new[] { $"backbone.encoders.0.encoder_stack.{block}." }),
        ];

    internal override IReadOnlyList<int> Strides() => Strides(DeepestStride, UpBlocks);

    internal override Backbone Build() => new UNet(this);
}
