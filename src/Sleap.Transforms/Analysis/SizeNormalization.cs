namespace Sleap.Transforms;

/// <summary>Options of <see cref="AnalysisCatalog.NormalizeSize"/>: how the size of an instance is measured.</summary>
public sealed record SizeNormalizationOptions : AnalysisOptions
{
    /// <summary>
    /// The nodes along the body, in order, such as snout, thorax, tail base; two at least, all different. The length is
    /// the sum of the distances from each node to the next.
    /// </summary>
    public required IReadOnlyList<string> Body { get; init; }

    /// <summary>
    /// Frames of the window whose median length is used; odd. Frames where a node of <see cref="Body"/> is missing are
    /// left out of it. Default 1: the length in the frame itself.
    /// </summary>
    public int Window { get; init; } = 1;

    /// <summary>
    /// Output: the keypoints in body lengths; all NaN for an instance without a length above 0. Null (default) replaces
    /// the input column.
    /// </summary>
    public string? OutputColumn { get; init; }

    internal override string Component => "NormalizeSize";

    internal override bool AlongTracks => Window > 1;

    internal override int RowsBehind => Window / 2;

    internal override int RowsAhead => Window / 2;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(string inputColumn, InstanceColumn? input) =>
        [new(OutputColumn ?? inputColumn, OutputKind.AsInput)];

    internal override AnalysisComputation CreateComputation(InstanceColumn input) =>
        new SizeNormalizationComputation([.. Body.Select(node => IndexOf(node, input.Skeleton))], Window / 2);

    private protected override void AddFaults(OptionFaults faults) =>
        faults.BodyNodes(nameof(Body), Body).OddFrames(nameof(Window), Window).OutputName(OutputColumn);
}

/// <summary>Divides all coordinates of an instance by its median body length over a window.</summary>
internal sealed class SizeNormalizationComputation(int[] body, int half) : AnalysisComputation
{
    private readonly float[] _lengths = new float[(2 * half) + 1];

    public override void Compute(AnalysisWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        for (var instance = 0; instance < row.Count; instance++)
        {
            var length = LengthOf(window, instance);
            for (var value = instance * row.Width; value < (instance + 1) * row.Width; value++)
                outputs[0][value] = length > 0 ? (float)(row.Values[value] / length) : float.NaN;
        }
    }

    private double LengthOf(AnalysisWindow window, int instance)
    {
        var count = 0;
        foreach (var seen in window.Near(instance, half, half))
        {
            var length = BodyLengthComputation.LengthOf(seen.Values, body);
            if (double.IsFinite(length))
                _lengths[count++] = (float)length;
        }
        return count == 0 ? double.NaN : WindowSmoothing.Median(_lengths.AsSpan(0, count));
    }
}
