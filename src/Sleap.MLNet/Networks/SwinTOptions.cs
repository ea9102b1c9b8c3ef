namespace Sleap.MLNet;

/// <summary>
/// Swin Transformer (Liu et al. 2021, arXiv:2103.14030) as the encoder of a U-shaped network, as sleap-nn builds it;
/// options and defaults are those of its <c>backbone_config.swint</c>.
/// </summary>
public sealed record SwinTOptions : StagedBackboneOptions
{
    /// <summary>Channels, depths and heads. Default <see cref="SwinArchitecture.Tiny"/>.</summary>
    public SwinArchitecture Architecture { get; init; } = SwinArchitecture.Tiny;

    /// <summary>Side of the stem's convolution. Default 4.</summary>
    public int PatchSize { get; init; } = 4;

    /// <summary>Side of the windows that attention is computed in, in cells. Default 7.</summary>
    public int WindowSize { get; init; } = 7;

    internal override string EncoderName => "swint";

    internal override IReadOnlyList<int> StageChannels =>
        [.. Enumerable.Range(0, 4).Select(stage => Architecture.EmbeddingDimensions << stage)];

    internal override StagedEncoder BuildEncoder() => new SwinEncoder(this);

    private protected override void AddFaults(Action<bool, string, object, string> require)
    {
        base.AddFaults(require);
        require(PatchSize >= 1, nameof(PatchSize), PatchSize, "at least 1");
        require(WindowSize >= 1, nameof(WindowSize), WindowSize, "at least 1");
        require(
            Architecture.EmbeddingDimensions >= 1,
            "Architecture.EmbeddingDimensions",
            Architecture.EmbeddingDimensions,
            "at least 1"
        );
        RequireStages(require, "Architecture.Depths", Architecture.Depths);
        RequireStages(require, "Architecture.Heads", Architecture.Heads);
        for (var stage = 0; stage < Math.Min(4, Architecture.Heads.Length); stage++)
        {
            int channels = Architecture.EmbeddingDimensions << stage,
                heads = Architecture.Heads[stage];
            require(
                heads < 1 || channels % heads == 0,
                $"Architecture.Heads[{stage}]",
                heads,
                $"a divisor of the stage's {channels} channels"
            );
        }
    }
}
