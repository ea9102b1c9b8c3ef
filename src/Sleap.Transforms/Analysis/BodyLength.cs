namespace Sleap.Transforms;

/// <summary>Options of <see cref="AnalysisCatalog.BodyLength"/>: the body to measure.</summary>
public sealed record BodyLengthOptions : AnalysisOptions
{
    /// <summary>
    /// The nodes along the body, in order, such as snout, thorax, tail base; two at least, all different. The length is
    /// the sum of the distances from each node to the next.
    /// </summary>
    public required IReadOnlyList<string> Body { get; init; }

    /// <summary>Pixels in one unit of length. Default 1: lengths are pixels.</summary>
    public double PixelsPerUnit { get; init; } = 1;

    /// <summary>
    /// Output: the length, one value for each instance, in units; NaN where a node of <see cref="Body"/> is missing.
    /// Default "BodyLength".
    /// </summary>
    public string OutputColumn { get; init; } = "BodyLength";

    internal override string Component => "BodyLength";

    internal override bool AlongTracks => false;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(string inputColumn, InstanceColumn? input) =>
        [new(OutputColumn, OutputKind.Instance)];

    internal override AnalysisComputation CreateComputation(InstanceColumn input) =>
        new BodyLengthComputation([.. Body.Select(node => IndexOf(node, input.Skeleton))], PixelsPerUnit);

    private protected override void AddFaults(OptionFaults faults) =>
        faults.BodyNodes(nameof(Body), Body).Positive(nameof(PixelsPerUnit), PixelsPerUnit).OutputNames(OutputColumn);
}

/// <summary>The length of the line through the nodes of the body, in units. NaN when a node is missing.</summary>
internal sealed class BodyLengthComputation(int[] body, double pixelsPerUnit) : AnalysisComputation
{
    /// <summary>The length in pixels.</summary>
    public static double LengthOf(ReadOnlySpan<float> points, int[] body)
    {
        double length = 0;
        for (var part = 1; part < body.Length; part++)
            length += (Vector2D.Of(points, body[part]) - Vector2D.Of(points, body[part - 1])).Length;
        return length;
    }

    public override void Compute(AnalysisWindow window, IReadOnlyList<float[]> outputs)
    {
        for (var instance = 0; instance < window.Row.Count; instance++)
            outputs[0][instance] = (float)(LengthOf(window.Row.ValuesOf(instance), body) / pixelsPerUnit);
    }
}
