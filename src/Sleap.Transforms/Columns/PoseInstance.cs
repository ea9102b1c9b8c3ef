namespace Sleap.Transforms;

/// <summary>One animal of one row, as read from the columns of a view.</summary>
/// <param name="Points">x and y of each node, NaN = missing; nodes × 2 values.</param>
/// <param name="Scores">Confidence of each node, or null.</param>
/// <param name="Score">Confidence of the animal; NaN when there is none.</param>
/// <param name="Track">The track's name, or null.</param>
internal readonly record struct PoseInstance(float[] Points, float[]? Scores, float Score, string? Track)
{
    /// <summary>Its place among the animals of the row, those without a visible node counted.</summary>
    public int Place { get; init; }

    /// <summary>How many animals the row has, those without a visible node counted.</summary>
    public int Count { get; init; }

    public bool IsVisible(int node) => float.IsFinite(Points[2 * node]) && float.IsFinite(Points[(2 * node) + 1]);
}
