using System.Text.Json.Serialization;

namespace Sleap.MLNet;

/// <summary>
/// What all backbones have in common. The names and defaults are those of sleap-nn's <c>backbone_config</c>.
/// Options are checked by <see cref="Faults"/>, not while they are set.
/// </summary>
[JsonDerivedType(typeof(UNetOptions), "unet")]
[JsonDerivedType(typeof(ConvNeXtOptions), "convnext")]
[JsonDerivedType(typeof(SwinTOptions), "swint")]
[JsonDerivedType(typeof(CustomBackboneOptions), "custom")]
public abstract record BackboneOptions
{
    private protected BackboneOptions() { }

    /// <summary>
    /// Channels the network works on: 1 for gray, 3 for RGB. Images of the other kind are converted. Default 1.
    /// </summary>
    public int InChannels { get; init; } = 1;

    /// <summary>Side of the convolutions in pixels. Default 3.</summary>
    public int KernelSize { get; init; } = 3;

    /// <summary>By how much the filters grow from one block to the next deeper one.</summary>
    public abstract float FiltersRate { get; init; }

    /// <summary>The stride that image sizes are padded to, a power of two.</summary>
    public abstract int MaxStride { get; init; }

    /// <summary>Convolutions of an encoder block. Default 2. Decoder blocks always have two.</summary>
    public int ConvsPerBlock { get; init; } = 2;

    /// <summary>Up-sample by bilinear interpolation (true, the default) or by transposed convolutions.</summary>
    public bool UpInterpolate { get; init; } = true;

    /// <summary>Stride of the finest map that the decoder makes, in input pixels, a power of two. Default 1.</summary>
    public int OutputStride { get; init; } = 1;

    /// <summary>
    /// Everything that is wrong with these options, one sentence a fault; empty when they can be built.
    /// </summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        void Require(bool holds, string option, object value, string expected)
        {
            if (!holds)
                faults.Add($"{GetType().Name}.{option} is {value}, expected {expected}.");
        }

        Require(InChannels >= 1, nameof(InChannels), InChannels, "1 (gray) or 3 (RGB)");
        Require(KernelSize >= 1, nameof(KernelSize), KernelSize, "at least 1");
        Require(float.IsFinite(FiltersRate) && FiltersRate > 0, nameof(FiltersRate), FiltersRate, "a number above 0");
        Require(IsPowerOfTwo(MaxStride) && MaxStride >= 2, nameof(MaxStride), MaxStride, "a power of two, at least 2");
        Require(ConvsPerBlock >= 1, nameof(ConvsPerBlock), ConvsPerBlock, "at least 1");
        Require(IsPowerOfTwo(OutputStride), nameof(OutputStride), OutputStride, "a power of two");
        Require(OutputStride <= MaxStride, nameof(OutputStride), OutputStride, $"at most MaxStride ({MaxStride})");
        AddFaults(Require);
        return faults;
    }

    /// <summary>Adds what only this kind of backbone can get wrong.</summary>
    private protected abstract void AddFaults(Action<bool, string, object, string> require);

    /// <summary>
    /// Strides of the maps that heads can read, finest first; only after <see cref="Faults"/> came back empty.
    /// </summary>
    internal abstract IReadOnlyList<int> Strides();

    /// <summary>Builds the network; only after <see cref="Faults"/> came back empty.</summary>
    internal abstract Backbone Build();

    private protected static bool IsPowerOfTwo(int value) => value > 0 && (value & (value - 1)) == 0;

    private protected static int Log2(int powerOfTwo) => int.Log2(powerOfTwo);
}
