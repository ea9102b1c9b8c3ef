namespace Sleap.MLNet;

/// <summary>The animals that were found in one frame.</summary>
/// <param name="Points">(animals, nodes, 2), x and y in pixels of the network's input, NaN = missing.</param>
/// <param name="Values">(animals, nodes), heights of the peaks, 0 = missing.</param>
/// <param name="Scores">(animals), how sure each animal is, about 0 to 1.</param>
public sealed record InstanceSet(float[] Points, float[] Values, float[] Scores)
{
    /// <summary>Number of animals.</summary>
    public int Count => Scores.Length;

    /// <summary>Number of nodes of each; 0 when there is no animal.</summary>
    public int Nodes => Count == 0 ? 0 : Values.Length / Count;

    /// <summary>Class of each animal (animals), −1 = none; null where animals have no classes.</summary>
    public int[]? Classes { get; init; }

    /// <summary>Probability of each animal's class (animals), NaN = none; null where animals have no classes.</summary>
    public float[]? ClassProbabilities { get; init; }

    /// <summary>The given animals in the given order.</summary>
    /// <param name="animals">Numbers of animals, from 0.</param>
    public InstanceSet Select(IReadOnlyList<int> animals)
    {
        ArgumentNullException.ThrowIfNull(animals);
        var nodes = Nodes;
        T[] Rows<T>(T[] all, int width)
        {
            var rows = new T[animals.Count * width];
            for (var i = 0; i < animals.Count; i++)
                Array.Copy(all, animals[i] * width, rows, i * width, width);
            return rows;
        }

        return new(Rows(Points, 2 * nodes), Rows(Values, nodes), Rows(Scores, 1))
        {
            Classes = Classes is null ? null : Rows(Classes, 1),
            ClassProbabilities = ClassProbabilities is null ? null : Rows(ClassProbabilities, 1),
        };
    }

    /// <summary>
    /// The <paramref name="count"/> animals of the highest scores, in their order; the set itself when there are no
    /// more.
    /// </summary>
    /// <param name="count">How many at most; null: all.</param>
    public InstanceSet Best(int? count) =>
        count is not { } most || Count <= most
            ? this
            : Select([.. Enumerable.Range(0, Count).OrderByDescending(animal => Scores[animal]).Take(most).Order()]);
}
