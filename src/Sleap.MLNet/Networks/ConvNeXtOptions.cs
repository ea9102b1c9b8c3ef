namespace Sleap.MLNet;

/// <summary>
/// ConvNeXt (Liu et al. 2022, arXiv:2201.03545) as the encoder of a U-shaped network, as sleap-nn builds it; options
/// and defaults are those of its <c>backbone_config.convnext</c>.
/// </summary>
public sealed record ConvNeXtOptions : StagedBackboneOptions
{
    /// <summary>Depths and channels. Default <see cref="ConvNeXtArchitecture.Tiny"/>.</summary>
    public ConvNeXtArchitecture Architecture { get; init; } = ConvNeXtArchitecture.Tiny;

    /// <summary>Side of the stem's convolution. Default 4.</summary>
    public int StemPatchKernel { get; init; } = 4;

    internal override string EncoderName => "convnext";

    internal override IReadOnlyList<int> StageChannels => Architecture.Channels;

    internal override StagedEncoder BuildEncoder() => new ConvNeXtEncoder(this);

    private protected override void AddFaults(Action<bool, string, object, string> require)
    {
        base.AddFaults(require);
        require(StemPatchKernel >= 1, nameof(StemPatchKernel), StemPatchKernel, "at least 1");
        RequireStages(require, "Architecture.Depths", Architecture.Depths);
        RequireStages(require, "Architecture.Channels", Architecture.Channels);
    }
}
