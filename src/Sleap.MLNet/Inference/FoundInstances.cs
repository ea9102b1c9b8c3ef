namespace Sleap.MLNet;

/// <summary>The animals found in one image. Missing nodes are NaN with the value 0.</summary>
/// <param name="nodes">Nodes of an animal.</param>
/// <param name="count">Animals.</param>
internal sealed class FoundInstances(int nodes, int count)
{
    public int Nodes => nodes;

    public int Count => count;

    /// <summary>x and y of each node of each animal: Count · Nodes · 2.</summary>
    public float[] Points { get; init; } = Missing(count * nodes * 2);

    /// <summary>Height of each node's peak: Count · Nodes.</summary>
    public float[] Values { get; init; } = new float[count * nodes];

    /// <summary>
    /// Confidence in each animal, about 0 to 1: no score is clamped, so a peak higher than those of training gives more
    /// than 1.
    /// </summary>
    public float[] Scores { get; init; } = new float[count];

    /// <summary>x and y of each animal's centre: Count · 2.</summary>
    public float[] Centroids { get; init; } = Missing(count * 2);

    /// <summary>Confidence in each centre: Count.</summary>
    public float[] CentroidScores { get; init; } = new float[count];

    /// <summary>Class of each animal, counted from 1; 0 = none.</summary>
    public uint[] Identities { get; init; } = new uint[count];

    /// <summary>Probability of each class for each animal: Count · classes; empty where there are no classes.</summary>
    public float[] IdentityScores { get; init; } = [];

    /// <summary>Whether a node of an animal was found.</summary>
    public bool IsVisible(int animal)
    {
        for (var node = animal * nodes; node < (animal + 1) * nodes; node++)
        {
            if (!float.IsNaN(Points[2 * node]))
                return true;
        }

        return false;
    }

    /// <summary>
    /// Scores from the nodes' values and centres from the nodes' places: their means over the found nodes.
    /// </summary>
    public void Summarize()
    {
        for (var animal = 0; animal < count; animal++)
        {
            var (x, y, sum, found) = (0f, 0f, 0f, 0);
            for (var node = animal * nodes; node < (animal + 1) * nodes; node++)
            {
                if (float.IsNaN(Points[2 * node]))
                    continue;
                (x, y, sum, found) = (x + Points[2 * node], y + Points[2 * node + 1], sum + Values[node], found + 1);
            }
            Scores[animal] = found == 0 ? 0 : sum / found;
            (Centroids[2 * animal], Centroids[2 * animal + 1]) = (x / found, y / found); // 0 / 0 is NaN: none found
        }
    }

    /// <summary>Those that a filter keeps, with what it leaves of them.</summary>
    public FoundInstances Filtered(InstanceFilter filter)
    {
        // The numbers of the animals go along as their classes, and tell which are left.
        var kept = filter.Apply(new InstanceSet(Points, Values, Scores) { Classes = [.. Enumerable.Range(0, count)] });
        if (kept.Count == 0)
            return new FoundInstances(nodes, 0);
        var classes = IdentityScores.Length / Math.Max(count, 1);
        return new FoundInstances(nodes, kept.Count)
        {
            Points = kept.Points,
            Values = kept.Values,
            Scores = kept.Scores,
            Centroids =
            [
                .. kept.Classes!.SelectMany(animal => new[] { Centroids[2 * animal], Centroids[2 * animal + 1] }),
            ],
            CentroidScores = [.. kept.Classes!.Select(animal => CentroidScores[animal])],
            Identities = [.. kept.Classes!.Select(animal => Identities[animal])],
            IdentityScores =
            [
                .. kept.Classes!.SelectMany(animal => IdentityScores[(animal * classes)..((animal + 1) * classes)]),
            ],
        };
    }

    public static float[] Missing(int length)
    {
        var values = new float[length];
        Array.Fill(values, float.NaN);
        return values;
    }
}
