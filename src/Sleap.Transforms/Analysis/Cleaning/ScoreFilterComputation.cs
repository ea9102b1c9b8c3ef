namespace Sleap.Transforms;

/// <summary>Copies the keypoints whose score is high enough.</summary>
internal sealed class ScoreFilterComputation(ScoreFilterOptions options) : AnalysisComputation
{
    public override void Compute(PoseWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        var nodes = row.Width / 2;
        for (var animal = 0; animal < row.Count; animal++)
        {
            if (
                options.MinInstanceScore > 0
                && row.InstanceScores is { } scores
                && !(scores[animal] >= options.MinInstanceScore)
            )
            {
                continue;
            }

            var kept = outputs[0].AsSpan(animal * row.Width, row.Width);
            var visible = 0;
            for (var node = 0; node < nodes; node++)
            {
                var place = Place.Of(row.Of(animal), node);
                if (!place.IsVisible || !(row.Scores![(animal * nodes) + node] >= options.MinScore))
                    continue;
                place.CopyTo(kept, node);
                visible++;
            }
            if (visible < options.MinVisible)
                kept.Fill(float.NaN);
        }
    }
}
