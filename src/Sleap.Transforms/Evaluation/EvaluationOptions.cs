namespace Sleap.Transforms;

/// <summary>How predictions are compared with labels.</summary>
public sealed record EvaluationOptions
{
    /// <summary>The distance in pixels within which a node counts as right in <see cref="ErrorSummary.Within"/>. Default 5.</summary>
    public double Radius { get; init; } = 5;

    /// <summary>The names of the columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal EvaluationOptions Checked()
    {
        Columns.Checked();
        return Radius > 0 && double.IsFinite(Radius) ? this : throw new ArgumentException($"Evaluation options: {nameof(Radius)} is {Radius}, expected a distance above 0.");
    }
}
