namespace Sleap.Transforms;

/// <summary>Options of <see cref="AnalysisCatalog.FilterByScore"/>: which keypoints are kept.</summary>
public sealed record ScoreFilterOptions : AnalysisOptions
{
    /// <summary>
    /// The least score of a keypoint; below it, or without a score, the keypoint becomes missing. Default 0.2.
    /// </summary>
    public float MinScore { get; init; } = 0.2f;

    /// <summary>
    /// The least score of an instance; below it, or without a score, all of its keypoints become missing. It has no
    /// effect on a view without the InstanceScore column. Default 0: any, also none.
    /// </summary>
    public float MinInstanceScore { get; init; }

    /// <summary>
    /// The least number of keypoints that are left, 0 or more; of an instance with fewer all become missing. Default 1.
    /// </summary>
    public int MinVisible { get; init; } = 1;

    /// <summary>Output: the keypoints. Null (default) replaces the input column.</summary>
    public string? OutputColumn { get; init; }

    internal override string Component => "FilterByScore";

    internal override bool AlongTracks => false;

    internal override bool NeedsScores => true;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(string inputColumn, InstanceColumn? input) =>
        [new(OutputColumn ?? inputColumn, OutputKind.AsInput)];

    internal override AnalysisComputation CreateComputation(InstanceColumn input) => new ScoreFilterComputation(this);

    private protected override void AddFaults(OptionFaults faults) =>
        faults
            .If(float.IsNaN(MinScore), $"{nameof(MinScore)} is NaN, expected a number")
            .If(float.IsNaN(MinInstanceScore), $"{nameof(MinInstanceScore)} is NaN, expected a number")
            .AtLeast(nameof(MinVisible), MinVisible, 0)
            .OutputName(OutputColumn);
}

/// <summary>Copies the keypoints whose score is high enough.</summary>
internal sealed class ScoreFilterComputation(ScoreFilterOptions options) : AnalysisComputation
{
    public override void Compute(AnalysisWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        var nodes = row.Width / 2;
        for (var instance = 0; instance < row.Count; instance++)
        {
            if (IsTooLow(row.InstanceScores, instance, options.MinInstanceScore))
                continue;
            var kept = outputs[0].AsSpan(instance * row.Width, row.Width);
            var visible = 0;
            for (var node = 0; node < nodes; node++)
            {
                var position = Vector2D.Of(row.ValuesOf(instance), node);
                // Not <, because a missing score is NaN.
                if (!position.IsVisible || !(row.Scores![(instance * nodes) + node] >= options.MinScore))
                    continue;
                position.CopyTo(kept, node);
                visible++;
            }
            if (visible < options.MinVisible)
                kept.Fill(float.NaN);
        }
    }

    // A view without scores of instances has none that is too low.
    private static bool IsTooLow(float[]? scores, int instance, float least) =>
        least > 0 && scores is not null && !(scores[instance] >= least);
}
