namespace Sleap.MLNet;

/// <summary>Groups poses of a kind, by k-means over shapes; missing values are left out of distances.</summary>
internal sealed class PoseClusters
{
    private const int Rounds = 15;
    private readonly float[][] _centers;

    private PoseClusters(float[][] centers) => _centers = centers;

    /// <summary>Number of groups.</summary>
    public int Count => _centers.Length;

    /// <summary>Groups shapes, all of one length. The same shapes give the same groups.</summary>
    /// <param name="shapes">The shapes.</param>
    /// <param name="count">Number of groups, at least 1; fewer where there are fewer shapes.</param>
    public static PoseClusters Of(IReadOnlyList<float[]> shapes, int count)
    {
        if (shapes.Count == 0)
            return new([]);
        // k-means++ (Arthur and Vassilvitskii, 2007).
        var random = new Random(1);
        List<float[]> centers = [shapes[random.Next(shapes.Count)]];
        double[] nearest = [.. shapes.Select(shape => Distance(shape, centers[0]))];
        while (centers.Count < Math.Min(count, shapes.Count))
        {
            var drawn = random.NextDouble() * nearest.Sum();
            var next = 0;
            while (next < shapes.Count - 1 && (drawn -= nearest[next]) > 0)
                next++;
            centers.Add(shapes[next]);
            for (var i = 0; i < shapes.Count; i++)
                nearest[i] = Math.Min(nearest[i], Distance(shapes[i], shapes[next]));
        }
        var clusters = new PoseClusters([.. centers]);
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var group in shapes.GroupBy(clusters.GroupOf).ToList())
                clusters._centers[group.Key] = Mean([.. group]);
        }

        return clusters;
    }

    /// <summary>The group of a shape.</summary>
    public int GroupOf(float[] shape)
    {
        var (best, least) = (0, double.PositiveInfinity);
        for (var i = 0; i < _centers.Length; i++)
        {
            var distance = Distance(shape, _centers[i]);
            if (distance < least)
                (best, least) = (i, distance);
        }
        return best;
    }

    /// <summary>Mean squared difference of the values that both have; 0 where they share none.</summary>
    public static double Distance(float[] one, float[] other)
    {
        var (sum, count) = (0.0, 0);
        for (var i = 0; i < one.Length; i++)
        {
            var difference = one[i] - other[i];
            if (float.IsNaN(difference))
                continue;
            sum += difference * difference;
            count++;
        }
        return count == 0 ? 0 : sum / count;
    }

    private static float[] Mean(float[][] shapes)
    {
        var mean = new float[shapes[0].Length];
        for (var i = 0; i < mean.Length; i++)
            mean[i] = shapes.Select(shape => shape[i]).Where(float.IsFinite).DefaultIfEmpty(float.NaN).Average();
        return mean;
    }
}
