namespace Sleap.MLNet;

/// <summary>A model for exactly one animal in each frame; SLEAP-NN's <c>single_instance</c>.</summary>
public sealed record SingleInstanceOptions : PoseModelOptions
{
    internal IReadOnlyList<HeadOptions> Heads(PoseSubject subject) =>
        [
            new ConfidenceMapHeadOptions
            {
                Kind = ConfidenceMapKind.SingleInstance,
                Nodes = subject.Skeleton.Nodes.Length,
                Sigma = Sigma,
                OutputStride = HeadStride,
            },
        ];

    internal IEnumerable<string> Faults(PoseSubject subject) => Faults(Heads(subject));
}
