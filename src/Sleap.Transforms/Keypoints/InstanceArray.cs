using System.Collections;

namespace Sleap.Transforms;

/// <summary>
/// The instances of one frame, one array for each of their properties. A missing node has the point (NaN, NaN). Its
/// peak score is 0 in the output of a model, and NaN where scores were read from labels or a table.
/// </summary>
/// <param name="nodes">Nodes of an instance.</param>
/// <param name="count">Number of instances.</param>
internal sealed class InstanceArray(int nodes, int count) : IReadOnlyList<InstanceView>
{
    /// <summary>Nodes of an instance.</summary>
    public int Nodes => nodes;

    /// <summary>Number of instances.</summary>
    public int Count => count;

    /// <summary>(Count, Nodes, 2): x and y of each node in pixels.</summary>
    public float[] Points { get; init; } = Missing(count * nodes * 2);

    /// <summary>(Count, Nodes): value of each node's peak; empty where the instances have no peak scores.</summary>
    public float[] PeakScores { get; init; } = new float[count * nodes];

    /// <summary>
    /// (Count): score of each instance, about 0 to 1; NaN = no score. Nothing is clamped: a peak above those of
    /// training gives more than 1.
    /// </summary>
    public float[] Scores { get; init; } = new float[count];

    /// <summary>(Count, 2): x and y of the center of each instance.</summary>
    public float[] Centroids { get; init; } = Missing(count * 2);

    /// <summary>(Count): score of each center.</summary>
    public float[] CentroidScores { get; init; } = new float[count];

    /// <summary>(Count): track or class of each instance, counted from 1; 0 = none.</summary>
    public uint[] Tracks { get; init; } = new uint[count];

    /// <summary>Name of each track: track 1 has the first name. Empty where tracks have no names.</summary>
    public IReadOnlyList<string> TrackNames { get; init; } = [];

    /// <summary>
    /// (Count): class of each instance that is written as its identity, counted from 1; 0 = none. Empty where classes
    /// are tracks only.
    /// </summary>
    public uint[] Identities { get; init; } = [];

    /// <summary>Name of each identity: identity 1 has the first name.</summary>
    public IReadOnlyList<string> IdentityNames { get; init; } = [];

    /// <summary>(Count, classes): probability of each class; empty where there are no classes.</summary>
    public float[] ClassProbabilities { get; init; } = [];

    /// <summary>One instance.</summary>
    public InstanceView this[int instance] => new(this, instance);

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
            Points = Rows(Points),
            PeakScores = Rows(PeakScores),
            Scores = Rows(Scores),
            Centroids = Rows(Centroids),
            CentroidScores = Rows(CentroidScores),
            Tracks = Rows(Tracks),
            TrackNames = TrackNames,
            Identities = Rows(Identities),
            IdentityNames = IdentityNames,
            ClassProbabilities = Rows(ClassProbabilities),
        };

        T[] Rows<T>(T[] all)
        {
            var width = count == 0 ? 0 : all.Length / count;
            var rows = new T[instances.Count * width];
            for (var i = 0; i < instances.Count; i++)
                Array.Copy(all, instances[i] * width, rows, i * width, width);
            return rows;
        }
    }

    /// <summary>The instances with a visible node, in their order; this array when all have one.</summary>
    public InstanceArray WhereVisible()
    {
        int[] visible = [.. Enumerable.Range(0, count).Where(instance => IsVisible(instance))];
        return visible.Length == count ? this : Select(visible);
    }

    /// <summary>The same instances with some of their nodes, in another order.</summary>
    /// <param name="kept">Numbers of the nodes, from 0; this array when they are all nodes in their order.</param>
    public InstanceArray SelectNodes(IReadOnlyList<int> kept)
    {
        if (kept.SequenceEqual(Enumerable.Range(0, nodes)))
            return this;
        return With(kept.Count, Columns(Points, 2), PeakScores.Length == 0 ? [] : Columns(PeakScores, 1));

        float[] Columns(float[] all, int width)
        {
            var columns = new float[count * kept.Count * width];
            for (var i = 0; i < count * kept.Count; i++)
            {
                var node = i / kept.Count * nodes + kept[i % kept.Count];
                Array.Copy(all, node * width, columns, i * width, width);
            }

            return columns;
        }
    }

    /// <summary>The same instances in other coordinates.</summary>
    /// <param name="x">Maps the x of a node.</param>
    /// <param name="y">Maps the y of a node.</param>
    public InstanceArray Map(Func<float, float> x, Func<float, float> y)
    {
        float[] points = [.. Points.Select((value, i) => i % 2 == 0 ? x(value) : y(value))];
        return With(nodes, points, PeakScores);
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

    /// <summary>The instances one by one.</summary>
    public IEnumerator<InstanceView> GetEnumerator()
    {
        for (var instance = 0; instance < count; instance++)
            yield return this[instance];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private InstanceArray With(int newNodes, float[] points, float[] peakScores) =>
        new(newNodes, count)
        {
            Points = points,
            PeakScores = peakScores,
            Scores = Scores,
            Centroids = Centroids,
            CentroidScores = CentroidScores,
            Tracks = Tracks,
            TrackNames = TrackNames,
            Identities = Identities,
            IdentityNames = IdentityNames,
            ClassProbabilities = ClassProbabilities,
        };
}

/// <summary>One instance of an array. It copies nothing.</summary>
/// <param name="instances">The array.</param>
/// <param name="index">Number of the instance in the array, from 0.</param>
internal readonly struct InstanceView(InstanceArray instances, int index)
{
    /// <summary>Number of the instance in its frame, from 0.</summary>
    public int Index => index;

    /// <summary>x and y of each node; NaN = missing.</summary>
    public ReadOnlySpan<float> Points => instances.PointsOf(index);

    /// <summary>Value of each node's peak; empty where there are none.</summary>
    public ReadOnlySpan<float> PeakScores =>
        instances.PeakScores.Length == 0 ? [] : instances.PeakScores.AsSpan(index * instances.Nodes, instances.Nodes);

    /// <summary>Score of the instance; NaN = none.</summary>
    public float Score => instances.Scores[index];

    /// <summary>Name of the track; null = none.</summary>
    public string? Track =>
        instances.Tracks[index] is var track && track > 0 && track <= instances.TrackNames.Count
            ? instances.TrackNames[(int)track - 1]
            : null;

    /// <summary>Name of the identity and its probability, NaN = not known; null = none.</summary>
    public (string Name, float Score)? Identity
    {
        get
        {
            var identity = instances.Identities.Length == 0 ? 0 : (int)instances.Identities[index];
            if (identity < 1 || identity > instances.IdentityNames.Count)
                return null;
            var classes = instances.ClassProbabilities.Length / instances.Count;
            return (
                instances.IdentityNames[identity - 1],
                identity <= classes ? instances.ClassProbabilities[index * classes + identity - 1] : float.NaN
            );
        }
    }

    /// <summary>Numbers of the nodes that have both coordinates, rising.</summary>
    public IEnumerable<int> VisibleNodes => VisibleOf(instances, index);

    /// <summary>x of a node.</summary>
    public float X(int node) => Points[2 * node];

    /// <summary>y of a node.</summary>
    public float Y(int node) => Points[2 * node + 1];

    /// <summary>Whether a node has both coordinates.</summary>
    public bool IsVisible(int node) => instances.IsVisible(index, node);

    /// <summary>Whether any node has both coordinates.</summary>
    public bool IsVisible() => instances.IsVisible(index);

    private static IEnumerable<int> VisibleOf(InstanceArray instances, int index) =>
        Enumerable.Range(0, instances.Nodes).Where(node => instances.IsVisible(index, node));
}
