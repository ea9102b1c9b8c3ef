namespace Sleap.MLNet;

/// <summary>
/// The kinds of models that labels can be trained to, each with one estimator. <see cref="ModelType"/> is what a single
/// network of them finds.
/// </summary>
public enum PoseModelKind
{
    /// <summary>One animal in a frame: <c>pose.SingleInstance</c>.</summary>
    SingleInstance,

    /// <summary>The centres of several animals and nothing else: <c>pose.Centroid</c>.</summary>
    Centroid,

    /// <summary>Several animals, each found and then seen in a crop of its own: <c>pose.TopDown</c>.</summary>
    TopDown,

    /// <summary>Several animals, whose nodes are found all at once and connected: <c>pose.BottomUp</c>.</summary>
    BottomUp,

    /// <summary><see cref="TopDown"/> that also tells who is who: <c>pose.TopDownId</c>.</summary>
    TopDownId,

    /// <summary>
    /// Several animals, whose nodes are found all at once and told apart by who they look to be of:
    /// <c>pose.BottomUpId</c>.
    /// </summary>
    BottomUpId,
}
