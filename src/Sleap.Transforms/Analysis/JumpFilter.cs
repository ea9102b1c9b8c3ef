namespace Sleap.Transforms;

/// <summary>Options of <see cref="AnalysisCatalog.RemoveJumps"/>: what counts as a jump.</summary>
public sealed record JumpFilterOptions : AnalysisOptions
{
    /// <summary>
    /// How far a keypoint may move in one frame, more than 0, in pixels; k frames after it was last kept it may be k
    /// times as far away. Default 50.
    /// </summary>
    public double MaxJump { get; init; } = 50;

    /// <summary>
    /// A node that was last kept more than this many frames ago is accepted at any position; at least 1. Default 10.
    /// </summary>
    public int ForgetAfter { get; init; } = 10;

    /// <summary>Output: the keypoints. Null (default) replaces the input column.</summary>
    public string? OutputColumn { get; init; }

    internal override string Component => "RemoveJumps";

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(string inputColumn, InstanceColumn? input) =>
        [new(OutputColumn ?? inputColumn, OutputKind.AsInput)];

    internal override AnalysisComputation CreateComputation(InstanceColumn input) => new JumpFilterComputation(this);

    private protected override void AddFaults(OptionFaults faults) =>
        faults.Positive(nameof(MaxJump), MaxJump).AtLeast(nameof(ForgetAfter), ForgetAfter, 1).OutputName(OutputColumn);
}

/// <summary>Copies the keypoints that are near enough to where they were last kept.</summary>
internal sealed class JumpFilterComputation(JumpFilterOptions options) : AnalysisComputation
{
    private readonly TrackStates<LastPositions> _tracks = new();

    public override void Compute(AnalysisWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        for (var instance = 0; instance < row.Count; instance++)
        {
            var last = _tracks.Of(row, instance);
            for (var node = 0; node < row.Width / 2; node++)
            {
                var position = Vector2D.Of(row.ValuesOf(instance), node);
                if (!position.IsVisible || IsJump(last, node, position, row.FrameIndex))
                    continue;
                last.Keep(node, row.FrameIndex, position);
                position.CopyTo(outputs[0].AsSpan(instance * row.Width, row.Width), node);
            }
        }
    }

    private bool IsJump(LastPositions last, int node, Vector2D position, int frame) =>
        last.Of(node, frame, options.ForgetAfter) is { } kept
        && (position - kept.Position).Length > options.MaxJump * Math.Max(1, frame - kept.Frame);
}
