namespace Sleap.Transforms;

/// <summary>
/// Each coordinate becomes a value of those within half a window of frames. Missing ones stay missing.
/// </summary>
internal sealed class WindowSmoothingComputation(int half, WindowSmoothingComputation.Reduction reduce)
    : AnalysisComputation
{
    private readonly float[] _values = new float[(2 * half) + 1];
    private readonly int[] _offsets = new int[(2 * half) + 1];

    /// <summary>
    /// One value of the values of a window; <paramref name="offsets"/> are their frames, counted from the middle. May
    /// reorder them.
    /// </summary>
    public delegate float Reduction(ReadOnlySpan<int> offsets, Span<float> values);

    public static float Mean(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (var value in values)
            sum += value;
        return (float)(sum / values.Length);
    }

    public static float Median(Span<float> values)
    {
        values.Sort();
        var middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }

    public override void Compute(PoseWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        int first = Math.Max(0, window.Current - half),
            last = Math.Min(window.Rows.Count - 1, window.Current + half);
        for (var animal = 0; animal < row.Count; animal++)
        {
            var found = window.Follow(animal);
            for (var coordinate = 0; coordinate < row.Width; coordinate++)
            {
                if (!float.IsFinite(row.Of(animal)[coordinate]))
                    continue;
                var count = 0;
                for (var other = first; other <= last; other++)
                {
                    var offset = window.Rows[other].FrameIndex - row.FrameIndex;
                    if (found[other] < 0 || Math.Abs(offset) > half)
                        continue;
                    var value = window.Rows[other].Of(found[other])[coordinate];
                    if (!float.IsFinite(value))
                        continue;
                    _offsets[count] = offset;
                    _values[count++] = value;
                }
                outputs[0][(animal * row.Width) + coordinate] = reduce(
                    _offsets.AsSpan(0, count),
                    _values.AsSpan(0, count)
                );
            }
        }
    }
}
