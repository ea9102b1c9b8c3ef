namespace Sleap.Transforms;

/// <summary>Divides all coordinates of an animal by its median length over a window.</summary>
internal sealed class SizeNormalizationComputation(int[] body, int half) : AnalysisComputation
{
    private readonly float[] _lengths = new float[(2 * half) + 1];

    public override void Compute(PoseWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        for (var animal = 0; animal < row.Count; animal++)
        {
            var length = Length(window, animal);
            for (var value = animal * row.Width; value < (animal + 1) * row.Width; value++)
                outputs[0][value] = length > 0 ? (float)(row.Values[value] / length) : float.NaN;
        }
    }

    private double Length(PoseWindow window, int animal)
    {
        var found = window.Follow(animal);
        var count = 0;
        for (
            var other = Math.Max(0, window.Current - half);
            other <= Math.Min(window.Rows.Count - 1, window.Current + half);
            other++
        )
        {
            var row = window.Rows[other];
            if (found[other] < 0 || Math.Abs(row.FrameIndex - window.Row.FrameIndex) > half)
                continue;
            var length = BodyLengthComputation.LengthOf(row.Of(found[other]), body);
            if (double.IsFinite(length))
                _lengths[count++] = (float)length;
        }
        return count == 0 ? double.NaN : WindowSmoothingComputation.Median(_lengths.AsSpan(0, count));
    }
}
