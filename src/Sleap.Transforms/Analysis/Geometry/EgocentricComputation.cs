namespace Sleap.Transforms;

/// <summary>
/// Moves and turns each animal so that one node is at (0, 0) and the way between two others along the x axis.
/// </summary>
internal sealed class EgocentricComputation(int origin, int from, int to) : AnalysisComputation
{
    public override void Compute(PoseWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        for (var animal = 0; animal < row.Count; animal++)
        {
            var points = row.Of(animal);
            Place center = Place.Of(points, origin),
                axis = Place.Of(points, to) - Place.Of(points, from);
            double cos = axis.X / axis.Length,
                sin = axis.Y / axis.Length;
            for (var node = 0; node < row.Width / 2; node++)
            {
                var place = Place.Of(points, node) - center;
                var turned = new Place((cos * place.X) + (sin * place.Y), (cos * place.Y) - (sin * place.X));
                // Half a place is none: x and y are missing together.
                (turned.IsVisible ? turned : Place.Missing).CopyTo(
                    outputs[0].AsSpan(animal * row.Width, row.Width),
                    node
                );
            }
        }
    }
}
