using System.Text.Json.Serialization;

namespace Sleap.MLNet;

/// <summary>Options of backbones whose encoder has a stem of patches and four stages.</summary>
public abstract record StagedBackboneOptions : BackboneOptions
{
    private protected StagedBackboneOptions() { }

    /// <inheritdoc/>
    /// <remarks>Default 2.</remarks>
    public override float FiltersRate { get; init; } = 2;

    /// <inheritdoc/>
    /// <remarks>
    /// Default 32. The deepest map has a stride of 16 times that of the stem, whatever this says, as in sleap-nn.
    /// </remarks>
    public override int MaxStride { get; init; } = 32;

    /// <summary>Stride of the stem, a power of two. Default 2.</summary>
    public int StemPatchStride { get; init; } = 2;

    /// <summary>
    /// What the encoder's weights start from when it is trained: null (default) for random ones, <c>ImageNet</c> for
    /// those that torchvision published for this architecture (found in torch's cache,
    /// <c>$TORCH_HOME/hub/checkpoints</c> or <c>~/.cache/torch/hub/checkpoints</c>, else fetched once from
    /// torchvision's address), or the path of such a <c>.pth</c> file. Images of one channel or three will do, and are
    /// normalised as the weights expect it. SLEAP-NN's <c>pre_trained_weights</c>.
    /// </summary>
    [JsonIgnore] // a trained model has its weights
    public string? PretrainedWeights { get; init; }

    internal abstract string EncoderName { get; }

    internal abstract IReadOnlyList<int> StageChannels { get; }

    internal int DeepestStride => 16 * StemPatchStride;

    internal int UpBlocks => Log2(DeepestStride / OutputStride);

    internal abstract StagedEncoder BuildEncoder();

    internal override IReadOnlyList<int> Strides() =>
        [.. Enumerable.Range(0, UpBlocks + 1).Select(block => DeepestStride >> block).Reverse()];

    internal override Backbone Build() => new StagedBackbone(this);

    private protected override void AddFaults(Action<bool, string, object, string> require)
    {
        require(
            PretrainedWeights != MLNet.PretrainedWeights.ImageNet || MLNet.PretrainedWeights.FileOf(this) is not null,
            nameof(PretrainedWeights),
            PretrainedWeights ?? "null",
            "null or a path: torchvision has weights for the named sizes only (ConvNeXt tiny, small, base and large, "
                + "Swin tiny, small and base)"
        );
        require(
            PretrainedWeights is null or MLNet.PretrainedWeights.ImageNet || File.Exists(PretrainedWeights),
            nameof(PretrainedWeights),
            PretrainedWeights ?? "null",
            "null, ImageNet, or the path of a file that is there"
        );
        require(IsPowerOfTwo(StemPatchStride), nameof(StemPatchStride), StemPatchStride, "a power of two");
        require(
            !IsPowerOfTwo(StemPatchStride) || OutputStride <= DeepestStride,
            nameof(OutputStride),
            OutputStride,
            $"at most 16 · StemPatchStride ({DeepestStride})"
        );
    }

    private protected static void RequireStages(
        Action<bool, string, object, string> require,
        string option,
        IReadOnlyList<int> values
    ) =>
        require(
            values.Count == 4 && values.All(value => value >= 1),
            option,
            $"[{string.Join(", ", values)}]",
            "four numbers of at least 1"
        );
}
