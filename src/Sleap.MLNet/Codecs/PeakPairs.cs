using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>
/// All pairs of peaks that an edge could connect, ordered by sample, edge, source peak and destination peak.
/// </summary>
/// <param name="Samples">Sample of each pair.</param>
/// <param name="Edges">Edge of each pair.</param>
/// <param name="Sources">Peak at the edge's source.</param>
/// <param name="Destinations">Peak at its destination.</param>
internal sealed record PeakPairs(long[] Samples, long[] Edges, long[] Sources, long[] Destinations)
{
    public int Count => Samples.Length;

    /// <param name="samples">Sample of each peak.</param>
    /// <param name="nodes">Node of each peak.</param>
    /// <param name="edges">The skeleton's edges.</param>
    public static PeakPairs Of(long[] samples, long[] nodes, IReadOnlyList<Edge> edges)
    {
        var peaks = Enumerable.Range(0, samples.Length).ToLookup(peak => (samples[peak], nodes[peak]));
        List<long> sample = [],
            edge = [],
            source = [],
            destination = [];
        foreach (var current in samples.Distinct().Order())
        {
            for (var k = 0; k < edges.Count; k++)
            {
                foreach (var from in peaks[(current, edges[k].Source)])
                {
                    foreach (var to in peaks[(current, edges[k].Destination)])
                    {
                        sample.Add(current);
                        edge.Add(k);
                        source.Add(from);
                        destination.Add(to);
                    }
                }
            }
        }

        return new PeakPairs([.. sample], [.. edge], [.. source], [.. destination]);
    }
}
