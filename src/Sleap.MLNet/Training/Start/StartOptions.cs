using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// Weights of an earlier model that a training starts from, and which parts of the network learn less or not at all.
/// </summary>
/// <remarks>
/// A source is a model saved by <c>mlContext.Model.Save</c>, a model folder of sleap-nn or of SLEAP before 1.5, a
/// folder with one such folder for each stage, or a <c>.ckpt</c> or <c>.h5</c> file of such a folder. Of a model with
/// two networks each network takes the weights of its own stage. The backbone must have the same architecture, but for
/// <see cref="BackboneOptions.OutputStride"/> and <see cref="BackboneOptions.InChannels"/>. Of a head, the channels are
/// taken over by name: confidence maps by node, part affinity fields by edge, classes by class; channels of other names
/// start anew. What does not fit is listed in <c>MLContext.Log</c> and in the run folder (<c>start.txt</c>).
/// </remarks>
public sealed record StartOptions
{
    /// <summary>Creates options without weights.</summary>
    public StartOptions() { }

    /// <summary>Creates options that take backbone and heads from one source.</summary>
    /// <param name="weights">Path of the source.</param>
    public StartOptions(string weights) => (Backbone, Heads) = (weights, weights);

    /// <summary>
    /// Path of the source of the backbone's weights; null (default): none, or those of
    /// <see cref="StagedBackboneOptions.PretrainedWeights"/>, which are not read if there is a path. SLEAP-NN's
    /// <c>pretrained_backbone_weights</c>.
    /// </summary>
    public string? Backbone { get; init; }

    /// <summary>
    /// Path of the source of the heads' weights; null (default): none. SLEAP-NN's <c>pretrained_head_weights</c>.
    /// </summary>
    public string? Heads { get; init; }

    /// <summary>
    /// Number of blocks of the encoder (UNet, with those of the stem) or of its stages (ConvNeXt, Swin Transformer,
    /// four) that are frozen, the finest first: their weights do not change. Default 0.
    /// </summary>
    public int FrozenBlocks { get; init; }

    /// <summary>
    /// Factor of the learning rate of the backbone, 0 to 1; the heads have the learning rate itself. Default 1. With 0
    /// the whole backbone is frozen.
    /// </summary>
    public double BackboneRate { get; init; } = 1;

    internal void Check(OptionFaults faults, BackboneOptions backbone)
    {
        faults
            .Expect(Backbone is not "", nameof(Backbone), "''", "a path, or null")
            .Expect(Heads is not "", nameof(Heads), "''", "a path, or null")
            .Within(nameof(BackboneRate), BackboneRate, 0, 1)
            .AtLeast(nameof(FrozenBlocks), FrozenBlocks, 0);
        if (backbone.Faults().Count > 0)
            return;
        var isPretrained = backbone is StagedBackboneOptions { PretrainedWeights: not null };
        var blocks = backbone.EncoderBlocks.Count;
        faults
            .Expect(
                FrozenBlocks <= blocks,
                nameof(FrozenBlocks),
                FrozenBlocks,
                blocks > 0 ? $"at most {blocks}, the blocks of the encoder" : "0: this backbone has no known blocks"
            )
            .If(
                Backbone is null && FrozenBlocks > 0 && !isPretrained,
                $"FrozenBlocks is {FrozenBlocks}, but the backbone has no weights to keep. Set Backbone"
            )
            .If(Backbone is null && BackboneRate == 0, "BackboneRate is 0, but no weights to keep. Set Backbone");
    }

    /// <summary>Whether a parameter keeps its value.</summary>
    /// <param name="parameter">Its name in the state dict.</param>
    /// <param name="backbone">The backbone of the network.</param>
    internal bool Freezes(string parameter, BackboneOptions backbone) =>
        PoseNetwork.IsBackbone(parameter)
        && (
            BackboneRate == 0
            || backbone
                .EncoderBlocks.Take(FrozenBlocks)
                .Any(block => block.Any(prefix => parameter.StartsWith(prefix, StringComparison.Ordinal)))
        );

    /// <summary>What must be the same for a run to resume.</summary>
    internal string Term =>
        FormattableString.Invariant(
            $"backbone of {Full(Backbone)}, heads of {Full(Heads)}, {FrozenBlocks} blocks frozen, rate {BackboneRate}"
        );

    private static string Full(string? path) => path is null ? "nothing" : $"'{Path.GetFullPath(path)}'";
}
