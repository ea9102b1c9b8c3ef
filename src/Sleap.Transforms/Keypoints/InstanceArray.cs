namespace Sleap.Transforms;

/// <summary>
/// The instances of one frame, one array for each of their properties. A missing node has the point (NaN, NaN) and the
/// peak score 0.
/// </summary>
/// <param name="nodes">Nodes of an instance.</param>
/// <param name="count">Number of instances.</param>
internal sealed class InstanceArray(int nodes, int count)
{
    /// <summary>Nodes of an instance.</summary>
    public int Nodes => nodes;

    /// <summary>Number of instances.</summary>
    public int Count => count;

    /// <summary>(Count, Nodes, 2): x and y of each node in pixels.</summary>
    public float[] Points { get; init; } = Missing(count * nodes * 2);

    /// <summary>(Count, Nodes): value of each node's peak.</summary>
    public float[] PeakScores { get; init; } = new float[count * nodes];

    /// <summary>
    /// (Count): score of each instance, about 0 to 1. Nothing is clamped: a peak above those of training gives more
    /// than 1.
    /// </summary>
    public float[] Scores { get; init; } = new float[count];

    /// <summary>(Count, 2): x and y of the center of each instance.</summary>
    public float[] Centroids { get; init; } = Missing(count * 2);

    /// <summary>(Count): score of each center.</summary>
    public float[] CentroidScores { get; init; } = new float[count];

    /// <summary>(Count): track or class of each instance, counted from 1; 0 = none.</summary>
    public uint[] Tracks { get; init; } = new uint[count];

    /// <summary>(Count, classes): probability of each class; empty where there are no classes.</summary>
    public float[] ClassProbabilities { get; init; } = [];

    /// <summary>x and y of each node of one instance.</summary>
    public ReadOnlySpan<float> PointsOf(int instance) => Points.AsSpan(instance * nodes * 2, nodes * 2);

    /// <summary>Whether an instance has both coordinates of a node.</summary>
    public bool IsVisible(int instance, int node)
    {
        var at = 2 * (instance * nodes + node);
        return !float.IsNaN(Points[at]) && !float.IsNaN(Points[at + 1]);
    }

    /// <summary>Whether any node of an instance is visible.</summary>
    public bool IsVisible(int instance)
    {
        for (var node = 0; node < nodes; node++)
        {
            if (IsVisible(instance, node))
                return true;
        }

        return false;
    }

    /// <summary>
    /// Sets <see cref="Scores"/> to the mean peak score, and <see cref="Centroids"/> to the mean point, of the visible
    /// nodes; 0 and NaN where there is none.
    /// </summary>
    public void Summarize()
    {
        for (var instance = 0; instance < count; instance++)
        {
            var (x, y, sum, found) = (0f, 0f, 0f, 0);
            for (var node = instance * nodes; node < (instance + 1) * nodes; node++)
            {
                if (float.IsNaN(Points[2 * node]))
                    continue;
                (x, y, sum, found) = (
                    x + Points[2 * node],
                    y + Points[2 * node + 1],
                    sum + PeakScores[node],
                    found + 1
                );
            }
            Scores[instance] = found == 0 ? 0 : sum / found;
            (Centroids[2 * instance], Centroids[2 * instance + 1]) = (x / found, y / found); // 0 / 0 is NaN: none found
        }
    }

    /// <summary>The instances of these numbers, in this order, as copies.</summary>
    /// <param name="instances">Numbers of instances, from 0.</param>
    public InstanceArray Select(IReadOnlyList<int> instances)
    {
        return new InstanceArray(nodes, instances.Count)
        {
            Points = Rows(Points, 2 * nodes),
            PeakScores = Rows(PeakScores, nodes),
            Scores = Rows(Scores, 1),
            Centroids = Rows(Centroids, 2),
            CentroidScores = Rows(CentroidScores, 1),
            Tracks = Rows(Tracks, 1),
            ClassProbabilities = count == 0 ? [] : Rows(ClassProbabilities, ClassProbabilities.Length / count),
        };

        T[] Rows<T>(T[] all, int width)
        {
            var rows = new T[instances.Count * width];
            for (var i = 0; i < instances.Count; i++)
                Array.Copy(all, instances[i] * width, rows, i * width, width);
            return rows;
        }
    }

    /// <summary>The instances of the highest scores, in their order; this array when there are no more.</summary>
    /// <param name="most">How many at most; null: all.</param>
    public InstanceArray Best(int? most) =>
        most is not { } limit || count <= limit
            ? this
            : Select([
                .. Enumerable.Range(0, count).OrderByDescending(instance => Scores[instance]).Take(limit).Order(),
            ]);

    /// <summary>An array of NaN.</summary>
    public static float[] Missing(int length)
    {
        var values = new float[length];
        Array.Fill(values, float.NaN);
        return values;
    }
}
