using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>Checks labels and their split into training and validation frames for the networks that they
/// train.</summary>
/// <param name="stages">The networks.</param>
/// <param name="labels">Statistics of the labeled instances, training and validation frames together.</param>
/// <param name="split">The split into training and validation frames.</param>
internal sealed class LabelLint(IReadOnlyList<TrainingStage> stages, LabelStatistics labels, LabelSplit split)
{
    // Frames of a video that are at most this far apart are nearly identical.
    private const int NearFrames = 2;

    public IEnumerable<LintFinding> Findings() => [.. Unlabeled(), .. Leakage(), .. Edges(), .. Identities()];

    private IEnumerable<LintFinding> Unlabeled()
    {
        var nodes = labels.Skeleton.Nodes;
        string[] never = [.. nodes.Where((_, node) => labels.VisibleCount(node) == 0)];
        if (never.Length > 0)
        {
            yield return new(
                LintRule.UnlabeledNode,
                "",
                $"{Names(never)} {(never.Length == 1 ? "is" : "are")} "
                    + $"labeled in none of the {labels.Instances.Count} instances: a network learns to find nothing "
                    + $"there.",
                "Label some, or take the nodes out of the skeleton."
            );
        }
    }

    /// <summary>Edges of a bottom-up model must form one tree: nodes are joined to instances along them.</summary>
    private IEnumerable<LintFinding> Edges()
    {
        if (stages.FirstOrDefault(stage => stage.Options is BottomUpOptions) is not { } stage)
            yield break;
        var tree = new SkeletonTree(labels.Skeleton);
        string[] alone = [.. tree.Alone];
        if (alone.Length > 0)
        {
            yield return new(
                LintRule.Edges,
                stage.Name,
                $"no edge of the skeleton reaches {Names(alone)}: a bottom-up model joins nodes along edges, so that "
                    + $"predicted instances never have {(alone.Length == 1 ? "this node" : "these nodes")}.",
                "Add edges that connect all nodes to one tree, or use a top-down model."
            );
        }
        else if (tree.Parts > 1)
        {
            yield return new(
                LintRule.Edges,
                stage.Name,
                $"the edges of the skeleton connect its nodes to {tree.Parts} separate parts: a bottom-up model predicts "
                    + "each part as an instance of its own.",
                "Add edges that connect all nodes to one tree, or use a top-down model."
            );
        }

        if (tree.Closing.Count > 0)
        {
            yield return new(
                LintRule.Edges,
                stage.Name,
                $"the edges of the skeleton have a cycle, closed by {string.Join(", ", tree.Closing)}: nodes are joined "
                    + "along a tree, and different ways around a cycle can contradict each other.",
                "Take out one edge of each cycle."
            );
        }
    }

    /// <summary>Models with classes learn only from instances with a track, and need at least two classes.</summary>
    private IEnumerable<LintFinding> Identities()
    {
        if (stages.FirstOrDefault(stage => stage.Options.NeedsClasses) is not { } stage)
            yield break;
        var classes = stage.Subject.Classes;
        if (classes.Count == 1)
        {
            yield return new(
                LintRule.Identities,
                stage.Name,
                $"there is one class only, '{classes[0]}': the network learns to give every instance this name.",
                "Give the other animals a track in the labels, or use a model without identities."
            );
        }

        var names = labels.Rows.SelectMany(row => row.Names).ToList();
        var unnamed = names.Count(name => name is null || !classes.Contains(name));
        if (10 * unnamed > names.Count)
        {
            yield return new(
                LintRule.Identities,
                stage.Name,
                $"{unnamed} of {names.Count} labeled instances have no track that is a class: the network does not "
                    + "learn their class.",
                "Give each animal the same track in all labeled frames."
            );
        }
    }

    private IEnumerable<LintFinding> Leakage()
    {
        var training = split.Rows.Where(entry => !entry.Validates).Select(entry => entry.Row.Source).ToHashSet();
        FrameSource[] validation = [.. split.Rows.Where(entry => entry.Validates).Select(entry => entry.Row.Source)];
        var same = validation.Count(training.Contains);
        if (same > 0)
        {
            yield return new(
                LintRule.Leakage,
                "",
                $"{same} of {validation.Length} validation frames train too "
                    + $"({string.Join(", ", validation.Where(training.Contains).Take(3))}{(same > 3 ? " …" : "")}): "
                    + $"the "
                    + $"validation error says nothing of new frames.",
                "Take them out of one of the two."
            );
        }

        var near = validation.Count(source =>
            ImageFiles.IsMovie(source.VideoName)
            && Enumerable
                .Range(1, NearFrames)
                .Any(by =>
                    training.Contains(source with { Frame = source.Frame - by })
                    || training.Contains(source with { Frame = source.Frame + by })
                )
        );
        if (4 * near < validation.Length || near == 0)
            yield break;
        var videos = split.Rows.Select(entry => entry.Row.Source.Video).Distinct().Count();
        yield return new(
            LintRule.Leakage,
            "",
            $"{near} of {validation.Length} validation frames lie within {NearFrames} "
                + $"frames of one that trains, and look nearly like it: the validation error will be lower than that "
                + $"on "
                + $"new recordings.",
            videos > 1
                ? "For an honest figure hold whole videos back: Training.ValidationVideos."
                : "For an honest figure label another recording and give it to Fit as validation.",
            IsWarning: false
        );
    }

    private static string Names(string[] names) => string.Join(", ", names.Select(name => $"'{name}'"));
}
