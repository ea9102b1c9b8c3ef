using Sleap.IO;

namespace Sleap.MLNet.Tests;

/// <summary>
/// Grouping of one frame's peaks as it is described, with loops over everything and no thought of speed.
/// </summary>
internal sealed class PlainGrouping(Edge[] edges, int nodes, int stride, float minScore, GroupingRule rule)
{
    public sealed record Peak(int Number, int Node, float X, float Y, float Value);

    private sealed record Connection(int Edge, Peak Source, Peak Destination, float Score);

    /// <param name="fields">Channel, row, column.</param>
    /// <param name="peaks">All peaks of the frame.</param>
    public List<(Peak?[] Nodes, double Score)> Group(float[,,] fields, IReadOnlyList<Peak> peaks)
    {
        var connections = new List<Connection>();
        for (var k = 0; k < edges.Length; k++)
            connections.AddRange(Match(k, fields, peaks));
        return rule == GroupingRule.SleapNN ? Sequential(connections) : Strongest(connections);
    }

    private IEnumerable<Connection> Match(int k, float[,,] fields, IReadOnlyList<Peak> peaks)
    {
        Peak[] sources = [.. peaks.Where(peak => peak.Node == edges[k].Source)],
            destinations = [.. peaks.Where(peak => peak.Node == edges[k].Destination)];
        var scores = new float[sources.Length, destinations.Length];
        for (var i = 0; i < sources.Length; i++)
        {
            for (var j = 0; j < destinations.Length; j++)
                scores[i, j] = Score(fields, k, sources[i], destinations[j]);
        }

        var memory = new Dictionary<(int, int), (double, int)>();
        var most = Math.Min(sources.Length, destinations.Length);

        // Largest sum for the sources from i on, given which destinations are taken; sleap-nn pairs as many as there
        // can be.
        (double Sum, int Choice) Best(int i, int taken)
        {
            if (i == sources.Length)
            {
                return (
                    rule == GroupingRule.SleapNN && System.Numerics.BitOperations.PopCount((uint)taken) < most
                        ? double.NegativeInfinity
                        : 0,
                    -1
                );
            }

            if (memory.TryGetValue((i, taken), out var known))
                return known;
            (double Sum, int Choice) best = (Best(i + 1, taken).Sum, -1);
            for (var j = 0; j < destinations.Length; j++)
            {
                if ((taken & 1 << j) != 0 || (rule == GroupingRule.StrongestFirst && scores[i, j] < minScore))
                    continue;
                // Below a negative least score a pair is worth nothing, at it as well.
                var sum =
                    scores[i, j]
                    - (rule == GroupingRule.StrongestFirst ? Math.Min(minScore, 0) : 0)
                    + Best(i + 1, taken | 1 << j).Sum;
                if (sum > best.Sum)
                    best = (sum, j);
            }

            return memory[(i, taken)] = best;
        }

        for (int i = 0, taken = 0; i < sources.Length; i++)
        {
            var j = Best(i, taken).Choice;
            if (j < 0)
                continue;
            taken |= 1 << j;
            if (scores[i, j] >= minScore)
                yield return new(k, sources[i], destinations[j], scores[i, j]);
        }
    }

    private float Score(float[,,] fields, int k, Peak source, Peak destination)
    {
        const int Places = 10;
        int height = fields.GetLength(1),
            width = fields.GetLength(2);
        float dx = destination.X - source.X,
            dy = destination.Y - source.Y,
            length = MathF.Sqrt(dx * dx + dy * dy);
        float sum = 0;
        for (var i = 0; i < Places; i++)
        {
            var share = i * (1f / (Places - 1));
            var x = (int)Math.Clamp(MathF.Round((dx / (1 + 1.1920929e-7f) * share + source.X) / stride), 0, width - 1);
            var y = (int)Math.Clamp(MathF.Round((dy / (1 + 1.1920929e-7f) * share + source.Y) / stride), 0, height - 1);
            sum += fields[2 * k, y, x] * (dx / length) + fields[2 * k + 1, y, x] * (dy / length);
        }

        var longest = 0.25 * Math.Max(Math.Max(height, width), fields.GetLength(0)) * stride;
        return (float)(sum / Places + Math.Min(longest / length - 1, 0));
    }

    private List<(Peak?[], double)> Strongest(List<Connection> connections)
    {
        var groups = new List<List<Connection>>();
        bool Has(List<Connection> group, Peak peak) => group.Any(c => c.Source == peak || c.Destination == peak);
        IEnumerable<Peak> Of(List<Connection> group) =>
            group.SelectMany(c => new[] { c.Source, c.Destination }).Distinct();
        foreach (var next in connections.OrderByDescending(c => c.Score))
        {
            List<Connection> left = groups.Find(g => Has(g, next.Source)) ?? [],
                right = groups.Find(g => Has(g, next.Destination)) ?? [];
            if (ReferenceEquals(left, right) && left.Count > 0)
            {
                left.Add(next);
                continue;
            }

            Peak[] all = [.. Of(left).Append(next.Source).Concat(Of(right).Append(next.Destination)).Distinct()];
            if (all.Select(peak => peak.Node).Distinct().Count() < all.Length)
                continue;
            groups.RemoveAll(g => g == left || g == right);
            groups.Add([.. left, .. right, next]);
        }

        return
        [
            .. groups
                .OrderBy(g => Of(g).Min(peak => peak.Number))
                .Select(g => (Row(Of(g)), g.Sum(c => (double)c.Score) / edges.Length)),
        ];
    }

    private List<(Peak?[], double)> Sequential(List<Connection> connections)
    {
        var animalOf = new List<(Peak Peak, int Animal)>(); // in the order in which peaks got one
        int At(Peak peak) => animalOf.FindIndex(pair => pair.Peak == peak);
        Connection[] ordered = [.. EdgeOrder.BreadthFirst(edges).SelectMany(k => connections.Where(c => c.Edge == k))];
        foreach (var c in ordered)
        {
            int source = At(c.Source),
                destination = At(c.Destination);
            if (source < 0 && destination < 0)
            {
                var next = animalOf.Count == 0 ? 0 : animalOf.Max(pair => pair.Animal) + 1;
                animalOf.Add((c.Source, next));
                animalOf.Add((c.Destination, next));
            }
            else if (source >= 0 && destination < 0)
            {
                animalOf.Add((c.Destination, animalOf[source].Animal));
            }
            else if (source >= 0)
            {
                (var to, var from) = (animalOf[source].Animal, animalOf[destination].Animal);
                animalOf[destination] = (c.Destination, to);
                var theirs = animalOf.Where(pair => pair.Animal == from).Select(pair => pair.Peak.Node).ToHashSet();
                if (!animalOf.Any(pair => pair.Animal == to && theirs.Contains(pair.Peak.Node)))
                    animalOf = [.. animalOf.Select(pair => (pair.Peak, pair.Animal == from ? to : pair.Animal))];
            }
        }

        return
        [
            .. animalOf
                .GroupBy(pair => pair.Animal)
                .OrderBy(g => g.Key)
                .Select(g =>
                    (
                        Row(g.Select(pair => pair.Peak)),
                        ordered.Where(c => g.Any(pair => pair.Peak == c.Source)).Sum(c => (double)c.Score)
                            / edges.Length
                    )
                ),
        ];
    }

    private Peak?[] Row(IEnumerable<Peak> members)
    {
        var row = new Peak?[nodes];
        foreach (var peak in members)
            row[peak.Node] = peak;
        return row;
    }
}
