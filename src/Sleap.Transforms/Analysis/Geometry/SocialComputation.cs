namespace Sleap.Transforms;

/// <summary>How near each animal is to the others of its row, and whether it faces the nearest.</summary>
internal sealed class SocialComputation(SocialOptions options, int from, int to) : AnalysisComputation
{
    public override void Compute(PoseWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        var centroids = new Place[row.Count];
        for (var animal = 0; animal < row.Count; animal++)
            centroids[animal] = Place.NodeOrCentroid(row.Of(animal), -1);
        for (var animal = 0; animal < row.Count; animal++)
        {
            Place? nearest = null;
            var nodes = double.PositiveInfinity;
            for (var other = 0; other < row.Count; other++)
            {
                if (other == animal || !centroids[other].IsVisible || !centroids[animal].IsVisible)
                    continue;
                var way = centroids[other] - centroids[animal];
                if (nearest is not { } found || way.Length < found.Length)
                    nearest = way;
                nodes = Math.Min(nodes, LeastDistance(row.Of(animal), row.Of(other)));
            }
            if (nearest is not { } toNearest)
                continue;
            outputs[0][animal] = (float)(toNearest.Length / options.PixelsPerUnit);
            outputs[1][animal] = (float)(nodes / options.PixelsPerUnit);
            if (from >= 0)
            {
                outputs[2][animal] = (float)
                    Turn.Between(
                        (Place.Of(row.Of(animal), to) - Place.Of(row.Of(animal), from)).Direction,
                        toNearest.Direction
                    );
            }

            outputs[3][animal] = nodes / options.PixelsPerUnit <= options.ContactDistance ? 1 : 0;
        }
    }

    private static double LeastDistance(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        var least = double.PositiveInfinity;
        for (var node = 0; node < one.Length / 2; node++)
        {
            var place = Place.Of(one, node);
            for (var otherNode = 0; place.IsVisible && otherNode < other.Length / 2; otherNode++)
            {
                var distance = (Place.Of(other, otherNode) - place).Length;
                if (distance < least)
                    least = distance;
            }
        }
        return least;
    }
}
