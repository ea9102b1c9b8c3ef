using System.Globalization;
using System.Text.RegularExpressions;

namespace Sleap.MLNet;

/// <summary>Checks a configuration against its training labels. A good configuration gives no findings.</summary>
/// <param name="stages">The networks.</param>
/// <param name="labels">Statistics of the labeled instances, training and validation frames together.</param>
/// <param name="split">The split into training and validation frames.</param>
/// <param name="frame">Size of the frames.</param>
internal sealed partial class ConfigLint(
    IReadOnlyList<TrainingStage> stages,
    LabelStatistics labels,
    LabelSplit split,
    (int Height, int Width) frame
)
{
    public IEnumerable<LintFinding> Findings()
    {
        foreach (var finding in new LabelLint(stages, labels, split).Findings())
            yield return finding;
        foreach (var stage in stages)
        {
            foreach (
                var finding in ReceptiveField(stage)
                    .Concat(Scale(stage))
                    .Concat(Crops(stage))
                    .Concat(Stride(stage))
                    .Concat(Sigma(stage))
                    .Concat(Symmetry(stage))
            )
            {
                yield return finding;
            }

            yield return new MemoryEstimate(stage, labels, split, frame).Finding();
        }
    }

    private IEnumerable<LintFinding> ReceptiveField(TrainingStage stage)
    {
        var (size, backbone) = (labels.Side(0.9) * stage.Options.Scale, stage.Options.Backbone);
        if (NetworkSize.ReceptiveField(backbone) is not { } field || size <= field)
            yield break;
        var larger = Enumerable
            .Range(1, 4)
            .Select(i => ((UNetOptions)backbone) with { MaxStride = backbone.MaxStride << i })
            .FirstOrDefault(other => NetworkSize.ReceptiveField(other) >= size);
        var deeper = larger is null
            ? ""
            : $"a Backbone.MaxStride of {larger.MaxStride} (it sees "
                + $"{NetworkSize.ReceptiveField(larger)} pixels), or ";
        yield return new(
            LintRule.ReceptiveField,
            stage.Name,
            $"instances are up to {N(size)} pixels long in the "
                + $"network input ({N(labels.Side(0.9))} in the frame), and the network sees {field}: it cannot tell "
                + $"one "
                + $"end by the other.",
            $"Take {deeper}a Scale of {F(stage.Options.Scale * field / size)} or less."
        );
    }

    private IEnumerable<LintFinding> Scale(TrainingStage stage)
    {
        var (side, scale) = (labels.Side(0.5), stage.Options.Scale);
        if (stage.Options is CentroidOptions || scale >= 1 || side == 0 || side * scale >= 20)
            yield break;
        yield return new(
            LintRule.Scale,
            stage.Name,
            $"instances are about {N(side * scale)} pixels long in the "
                + $"network input, {N(side)} in the frame: their nodes lie within a few cells of each other.",
            $"Raise Scale to {F(Math.Min(1, 40 / side))} or more."
        );
    }

    private IEnumerable<LintFinding> Crops(TrainingStage stage)
    {
        if (stage.Options is not CenteredInstanceOptions { CropSize: { } size, BoxCrops: null } options)
            yield break;
        float[] sides =
        [
            .. labels.CropSides(InstanceCentroids.AnchorOf(options.AnchorPart, labels.Skeleton)).Where(float.IsFinite),
        ];
        var large = sides.Count(side => side > size);
        if (large == 0)
            yield break;
        var needed = CropSize.Of(sides, 0, (int)Math.Ceiling(options.Backbone.MaxStride / options.Scale));
        yield return new(
            LintRule.CropSize,
            stage.Name,
            $"{large} of {sides.Length} instances do not fit into crops of "
                + $"{size} pixels, the largest needs {N(sides.Max())}: what is outside cannot be found.",
            $"Set CropSize to {needed}, or to null, which leaves room for rotation too."
        );
    }

    private IEnumerable<LintFinding> Stride(TrainingStage stage)
    {
        var options = stage.Options;
        var crop = (options as CenteredInstanceOptions)?.CropSize;
        var geometry = new FrameGeometry(
            crop ?? frame.Height,
            crop ?? frame.Width,
            options.Scale,
            options.Backbone.MaxStride
        );
        var more =
            (double)geometry.InputHeight * geometry.InputWidth / ((double)geometry.ScaledHeight * geometry.ScaledWidth)
            - 1;
        if (more < 0.15)
            yield break;
        var (what, stride) = (crop is null ? "frames" : "crops", options.Backbone.MaxStride);
        var advice = crop is null
            ? $"A Backbone.MaxStride below {stride} wastes less."
            : $"CropSize {Math.Ceiling(geometry.InputWidth / options.Scale).ToString(CultureInfo.InvariantCulture)} "
                + $"costs the same and shows more.";
        yield return new(
            LintRule.Stride,
            stage.Name,
            $"{what} of {geometry.ScaledWidth} × {geometry.ScaledHeight} "
                + $"pixels are padded to {geometry.InputWidth} × {geometry.InputHeight}, multiples of the stride "
                + $"{stride}: {N(100 * more)} % more work for nothing.",
            advice,
            IsWarning: false
        );
    }

    private IEnumerable<LintFinding> Sigma(TrainingStage stage)
    {
        var options = stage.Options;
        var (spread, size) = (options.Sigma * options.HeadStride, labels.Side(0.5) * options.Scale);
        if (options.Sigma < 1)
        {
            yield return new(
                LintRule.Sigma,
                stage.Name,
                $"a Sigma of {F(options.Sigma)} cells is narrower than a "
                    + $"cell: a peak between two of them is hardly there.",
                "Set it to 1.5 or more."
            );
        }
        // A center stands for a whole instance, a node only for a part of it.
        var share = options is CentroidOptions ? 2 : 3;
        if (size > 0 && spread > size / share && options.Sigma > 1.5)
        {
            yield return new(
                LintRule.Sigma,
                stage.Name,
                $"a Sigma of {F(options.Sigma)} cells is {N(spread)} pixels "
                    + $"of the network input, and an instance is about {N(size)} long there: the Gaussians of its "
                    + $"nodes cover it.",
                $"Set Sigma to "
                    + $"{F(Math.Max(1.5, size / (5 * options.HeadStride)))}{(options.Scale < 1 ? ", or raise Scale" : "")}."
            );
        }

        if (options is not BottomUpIdOptions { ClassMaps: var maps } || !(size > 0))
            yield break;
        var stride = maps.OutputStride ?? options.HeadStride;
        if (maps.Sigma * stride > size / 2)
        {
            yield return new(
                LintRule.Sigma,
                stage.Name,
                $"a ClassMaps.Sigma of {F(maps.Sigma)} cells is "
                    + $"{N(maps.Sigma * stride)} pixels of the network input, and an instance is about {N(size)} long "
                    + $"there: where two are close, the maps say of both that they may be either.",
                $"Set ClassMaps.Sigma to {F(Math.Max(1, size / (4 * stride)))}."
            );
        }
    }

    private IEnumerable<LintFinding> Symmetry(TrainingStage stage)
    {
        if (stage.Options.Augmentation.FlipProbability == 0)
            yield break;
        var nodes = labels.Skeleton.Nodes;
        string[] pairs =
        [
            .. nodes
                .SelectMany(
                    (name, node) =>
                        Mirrored(name)
                            .Select(other => nodes.IndexOf(other))
                            .Where(other =>
                                other > node
                                && !labels.Skeleton.Symmetries.Any(pair =>
                                    (pair.First, pair.Second) == (node, other)
                                    || (pair.First, pair.Second) == (other, node)
                                )
                            )
                            .Select(other => $"{name} and {nodes[other]}")
                )
                .Distinct(),
        ];
        if (pairs.Length > 0)
        {
            yield return new(
                LintRule.Symmetry,
                stage.Name,
                $"mirror images (Augmentation.FlipProbability "
                    + $"{F(stage.Options.Augmentation.FlipProbability)}) would call left nodes right: "
                    + $"{string.Join(", ", pairs)} {(pairs.Length == 1 ? "is" : "are")} no symmetry of the skeleton.",
                "Add the symmetries to the skeleton, or set FlipProbability to 0."
            );
        }
    }

    // Returns the name of the node on the other side, if the name contains a side: leftear, L_ear, earL, forelegL1,
    // ear-left.
    private static IEnumerable<string> Mirrored(string name)
    {
        foreach (
            var (side, other) in (ReadOnlySpan<(string, string)>)
                [("left", "right"), ("Left", "Right"), ("LEFT", "RIGHT")]
        )
        {
            if (name.Contains(side, StringComparison.Ordinal))
                return [name.Replace(side, other, StringComparison.Ordinal)];
            else if (name.Contains(other, StringComparison.Ordinal))
                return [name.Replace(other, side, StringComparison.Ordinal)];
        }

        return Letters()
            .Matches(name)
            .Select(letter =>
                name[..letter.Index]
                + letter.Value switch
                {
                    "L" => "R",
                    "R" => "L",
                    "l" => "r",
                    _ => "l",
                }
                + name[(letter.Index + 1)..]
            );
    }

    // A capital letter at the end of a word or before a number, or a single letter.
    [GeneratedRegex(@"[LR](?![a-zA-Z])|(?<![a-zA-Z])[LR](?=[a-z]*$)|(?<![a-zA-Z])[lr](?![a-zA-Z])")]
    private static partial Regex Letters();

    private static string N(double value) => value.ToString("0", CultureInfo.InvariantCulture);

    private static string F(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}

/// <summary>A problem of a configuration or of its training labels.</summary>
/// <param name="Rule">The rule that found it.</param>
/// <param name="Network">
/// The network, by its name in progress messages; empty if the finding is about the labels.
/// </param>
/// <param name="Message">What was found, with the numbers.</param>
/// <param name="Advice">The suggested change; empty if there is none.</param>
/// <param name="IsWarning">Whether the finding makes the model worse; otherwise it is only information.</param>
public sealed record LintFinding(LintRule Rule, string Network, string Message, string Advice, bool IsWarning = true)
{
    /// <summary>Returns one line.</summary>
    public override string ToString() =>
        $"{(Network.Length == 0 ? "" : Network + ": ")}{Message}{(Advice.Length == 0 ? "" : " " + Advice)}";
}

/// <summary>The rules for a configuration and its training labels.</summary>
public enum LintRule
{
    /// <summary>
    /// Whether the receptive field of the U-Net's deepest map is at least as large as nine of ten instances in the
    /// network input.
    /// </summary>
    ReceptiveField,

    /// <summary>
    /// Whether instances are large enough in the network input: a median of 20 pixels or more where the scale is below
    /// 1. Centroid networks are not checked.
    /// </summary>
    Scale,

    /// <summary>Whether all labeled instances fit into the crops.</summary>
    CropSize,

    /// <summary>
    /// Whether sizes are near multiples of the network's stride, so that padding adds less than 15 % of computation.
    /// </summary>
    Stride,

    /// <summary>
    /// Whether the Gaussians of the maps are at least one cell wide, and at most a third (for centroid networks a half)
    /// of the instances' median size.
    /// </summary>
    Sigma,

    /// <summary>Nodes without any label.</summary>
    UnlabeledNode,

    /// <summary>
    /// Nodes that are left and right by their names, but no symmetry of the skeleton, where training mirrors images.
    /// </summary>
    Symmetry,

    /// <summary>
    /// Validation frames that are training frames too, or at most 2 frames away from one in the same video.
    /// </summary>
    Leakage,

    /// <summary>Memory that training needs; a warning where the machine has less.</summary>
    Memory,

    /// <summary>Edges that do not connect all nodes of a bottom-up model to one tree, or form a cycle.</summary>
    Edges,

    /// <summary>
    /// More than one in ten instances without a class, or a single class, in a model with classes.
    /// </summary>
    Identities,
}
