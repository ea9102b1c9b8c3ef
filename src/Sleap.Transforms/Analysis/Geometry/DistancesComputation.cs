namespace Sleap.Transforms;

/// <summary>Distances between nodes of the same animal; NaN when one is missing.</summary>
internal sealed class DistancesComputation((int From, int To)[] pairs, double pixelsPerUnit) : AnalysisComputation
{
    public override void Compute(PoseWindow window, IReadOnlyList<float[]> outputs)
    {
        for (var animal = 0; animal < window.Row.Count; animal++)
        {
            var points = window.Row.Of(animal);
            for (var pair = 0; pair < pairs.Length; pair++)
            {
                outputs[0][(animal * pairs.Length) + pair] = (float)(
                    (Place.Of(points, pairs[pair].To) - Place.Of(points, pairs[pair].From)).Length / pixelsPerUnit
                );
            }
        }
    }
}
