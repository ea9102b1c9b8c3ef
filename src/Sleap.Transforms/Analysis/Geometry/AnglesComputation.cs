namespace Sleap.Transforms;

/// <summary>The angle from the first side of a corner to the second, clockwise on the screen.</summary>
internal sealed class AnglesComputation((int From, int At, int To)[] corners) : AnalysisComputation
{
    public override void Compute(PoseWindow window, IReadOnlyList<float[]> outputs)
    {
        for (var animal = 0; animal < window.Row.Count; animal++)
        {
            var points = window.Row.Of(animal);
            for (var corner = 0; corner < corners.Length; corner++)
            {
                var at = Place.Of(points, corners[corner].At);
                double first = (Place.Of(points, corners[corner].From) - at).Direction,
                    second = (Place.Of(points, corners[corner].To) - at).Direction;
                outputs[0][(animal * corners.Length) + corner] = (float)Turn.Between(first, second);
            }
        }
    }
}
