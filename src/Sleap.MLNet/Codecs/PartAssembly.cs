namespace Sleap.MLNet;

/// <summary>Puts the peaks of one frame together to animals along connections.</summary>
internal static class PartAssembly
{
    /// <summary>Joins parts by falling score of the connections, unless both have the same node.</summary>
    /// <param name="connections">Of one sample.</param>
    /// <param name="nodeOf">Node of each peak of the batch.</param>
    /// <returns>Animal of each peak in a connection, numbered by their first peak.</returns>
    public static Dictionary<int, int> StrongestFirst(IReadOnlyList<PeakConnection> connections, long[] nodeOf)
    {
        var parts = new Dictionary<int, List<int>>(); // peak -> the peaks of its part, one list for all of them
        List<int> PartOf(int peak) => parts.TryGetValue(peak, out var part) ? part : parts[peak] = [peak];
        foreach (var connection in connections.OrderByDescending(connection => connection.Score))
        {
            List<int> one = PartOf(connection.Source),
                other = PartOf(connection.Destination);
            if (ReferenceEquals(one, other) || one.Any(peak => other.Any(rival => nodeOf[rival] == nodeOf[peak])))
                continue;
            if (one.Count < other.Count)
                (one, other) = (other, one);
            foreach (var peak in other)
                parts[peak] = one;
            one.AddRange(other);
        }

        var animalOf = new Dictionary<int, int>();
        var animals = 0;
        foreach (var peak in parts.Keys.Order())
        {
            if (animalOf.ContainsKey(peak) || parts[peak].Count < 2)
                continue;
            foreach (var member in parts[peak])
                animalOf[member] = animals;
            animals++;
        }

        return animalOf;
    }

    /// <summary>As sleap-nn 0.3.5 does: see <see cref="GroupingRule.SleapNN"/>.</summary>
    /// <param name="connections">Of one sample, edge by edge in the order of the edges.</param>
    /// <param name="nodeOf">Node of each peak of the batch.</param>
    /// <returns>Animal of each peak, in the order in which peaks were first given one.</returns>
    public static IReadOnlyList<KeyValuePair<int, int>> SleapNN(IEnumerable<PeakConnection> connections, long[] nodeOf)
    {
        var animalOf = new OrderedDictionary<int, int>();
        var animals = 0;
        foreach (var connection in connections)
        {
            (var source, var destination) = (connection.Source, connection.Destination);
            var known = animalOf.TryGetValue(source, out var animal);
            if (!animalOf.TryGetValue(destination, out var before))
            {
                if (!known)
                    animalOf.Add(source, animal = animals++);
                animalOf.Add(destination, animal);
            }
            else if (known && before != animal)
            {
                animalOf[destination] = animal;
                Join(animalOf, before, animal, nodeOf);
            }
        }

        return animalOf;
    }

    // Two animals that share no node are one.
    private static void Join(OrderedDictionary<int, int> animalOf, int from, int to, long[] nodeOf)
    {
        int[] moving = [.. animalOf.Where(pair => pair.Value == from).Select(pair => pair.Key)];
        var nodes = animalOf.Where(pair => pair.Value == to).Select(pair => nodeOf[pair.Key]).ToHashSet();
        if (moving.Any(peak => nodes.Contains(nodeOf[peak])))
            return;
        foreach (var peak in moving)
            animalOf[peak] = to;
    }
}
