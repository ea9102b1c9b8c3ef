namespace Sleap.Transforms;

/// <summary>Whose rules the figures follow where the field does not agree.</summary>
public enum EvaluationRules
{
    /// <summary>
    /// Every true animal and every prediction counts. Animals are paired for the least sum of distances; average
    /// precision is COCO's (at each threshold predictions take, by falling score, the best free true animal that
    /// reaches it, and a prediction that gets none is a false positive); PCK is over all visible true nodes, so that a
    /// missed animal costs; mean OKS counts a missed animal as 0.
    /// </summary>
    Standard,

    /// <summary>
    /// As sleap-nn 0.3.5 computes them, to put figures beside its own: animals are paired once, by falling score, with
    /// the best free true animal; predictions left over and frames that the predicted labels do not mention do not
    /// count; PCK and mean OKS are over pairs, and a node that is missing in the labels counts as a miss. False
    /// positives do not lower these figures.
    /// </summary>
    SleapNN,
}
