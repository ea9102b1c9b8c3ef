using Sleap.IO;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Codec of part affinity fields (Cao et al. 2017, arXiv:1611.08050): draws edges as fields and finds connections
/// between peaks in fields. Near an edge the field is the unit vector of the edge, elsewhere zero; channels are x and y
/// of the first edge, then of the second.
/// </summary>
internal sealed class PartAffinity
{
    private readonly Edge[] _edges;
    private readonly int[] _order; // order in which sleap-nn processes the edges

    /// <summary>Creates the codec of one head.</summary>
    /// <param name="edges">The skeleton's edges.</param>
    /// <param name="stride">Input pixels between neighboring cells.</param>
    /// <param name="sigma">
    /// Extent of the field: at a distance of d input pixels it is exp(−d⁴ / 2σ²), as in sleap-nn.
    /// </param>
    public PartAffinity(IEnumerable<Edge> edges, int stride, float sigma)
    {
        ArgumentNullException.ThrowIfNull(edges);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        if (!(float.IsFinite(sigma) && sigma > 0))
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "The field's reach must be a number above 0.");
        _edges = [.. edges];
        _order = EdgeOrder.BreadthFirst(_edges);
        (Stride, Sigma) = (stride, sigma);
    }

    /// <summary>Input pixels between neighboring cells.</summary>
    public int Stride { get; }

    /// <summary>Extent of the field; at a distance of d input pixels it is exp(−d⁴ / 2σ²).</summary>
    public float Sigma { get; }

    /// <summary>
    /// Number of points on a line at which the field is sampled. Default 10, sleap-nn's <c>n_points</c>.
    /// </summary>
    public int LinePoints { get; init; } = 10;

    /// <summary>
    /// Longest edge without a penalty, as a fraction of the largest dimension of the field, channels included. Default
    /// 0.25, as in sleap-nn.
    /// </summary>
    public float MaxEdgeLengthRatio { get; init; } = 0.25f;

    /// <summary>Weight of the penalty for longer edges. Default 1, sleap-nn's <c>dist_penalty_weight</c>.</summary>
    public float DistancePenaltyWeight { get; init; } = 1;

    /// <summary>Minimum score of a connection. Default 0.25, sleap-nn's <c>min_line_scores</c>.</summary>
    public float MinLineScore { get; init; } = 0.25f;

    /// <summary>
    /// How connections are grouped into instances. Default <see cref="GroupingRule.StrongestFirst"/>.
    /// </summary>
    public GroupingRule Rule { get; init; }

    /// <summary>
    /// Minimum number of peaks of an instance, or below 1 the fraction of the nodes, rounded down. Default 0: every
    /// instance with at least one connection. sleap-nn's <c>min_instance_peaks</c>.
    /// </summary>
    public float MinInstancePeaks { get; init; }

    /// <summary>
    /// Maximum number of instances in a frame; those with the highest scores are kept. Null (default): no limit.
    /// sleap-nn's <c>max_instances</c>.
    /// </summary>
    public int? MaxInstances { get; init; }

    /// <summary>
    /// Whether an instance's score is the sum of its connections' scores, as in sleap-nn, instead of that sum as a
    /// fraction of its maximum, 1 per edge. Default false. The order is the same.
    /// </summary>
    public bool SumScores { get; init; }

    /// <summary>Draws the target fields.</summary>
    /// <param name="points">
    /// (B, I, N, 2), x and y in input pixels, NaN = missing. B batch, I instances, N nodes.
    /// </param>
    /// <param name="height">Height of the network's input.</param>
    /// <param name="width">Width of the network's input.</param>
    /// <returns>
    /// (B, 2 · E, ⌈height/stride⌉, ⌈width/stride⌉), channels-last strides; E edges. Fields of several instances are
    /// added. As in sleap-nn, an instance without a node strictly between the first and the last line of cells has no
    /// field.
    /// </returns>
    /// <exception cref="ArgumentException">The shape does not match.</exception>
    public Tensor Encode(Tensor points, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (points.dim() != 4 || points.size(3) != 2)
        {
            throw new ArgumentException(
                $"Points have the shape ({string.Join(", ", points.shape)}), expected "
                    + $"(batch, instances, nodes, 2).",
                nameof(points)
            );
        }

        using var _ = no_grad();
        using var scope = NewDisposeScope();
        points = points.to(ScalarType.Float32);
        Tensor gridX = Grid(width, points.device),
            gridY = Grid(height, points.device); // (w), (h)
        var inside = Inside(points, gridX, gridY).to(ScalarType.Float32); // (B, I)
        // (B, I, E, 2)
        var sources = points.index_select(2, Nodes(edge => edge.Source, points.device));
        var destinations = points.index_select(2, Nodes(edge => edge.Destination, points.device));
        var fields = zeros(
            new[] { points.size(0), gridY.size(0), gridX.size(0), _edges.Length, 2 },
            ScalarType.Float32,
            points.device
        );
        for (long instance = 0; instance < points.size(1); instance++)
        {
            // What one instance needs is freed before the next, so that memory does not grow with their number.
            using var ofInstance = NewDisposeScope();
            var weight = inside.select(1, instance).view(-1, 1, 1, 1, 1);
            fields.AddInPlace(
                Field(sources.select(1, instance), destinations.select(1, instance), gridX, gridY) * weight
            );
        }

        // (B, 2·E, h, w)
        return fields.flatten(3).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Connects peaks: in each sample and for each edge, every peak of the source node with at most one of the
    /// destination node, so that the sum of scores is largest.
    /// </summary>
    /// <param name="fields">(B, 2 · E, h, w)</param>
    /// <param name="peaks">Peaks of all nodes.</param>
    /// <returns>Connections of at least <see cref="MinLineScore"/>, ordered by sample, edge and source peak.</returns>
    public IReadOnlyList<PeakConnection> Decode(Tensor fields, LocalPeaks peaks)
    {
        ArgumentNullException.ThrowIfNull(fields);
        ArgumentNullException.ThrowIfNull(peaks);
        using var scope = NewDisposeScope();
        var (pairs, scores) = Score(fields, peaks, HostPeaks.Of(peaks));
        return Match(pairs, scores);
    }

    /// <summary>Groups peaks into instances.</summary>
    /// <param name="fields">(B, 2 · E, h, w)</param>
    /// <param name="peaks">Peaks of all nodes.</param>
    /// <param name="nodes">Number of nodes.</param>
    /// <returns>The instances of each of the B samples; a peak without a connection belongs to none.</returns>
    /// <exception cref="ArgumentException">The shape does not match.</exception>
    public IReadOnlyList<InstanceArray> Group(Tensor fields, LocalPeaks peaks, int nodes)
    {
        ArgumentNullException.ThrowIfNull(fields);
        ArgumentNullException.ThrowIfNull(peaks);
        using var scope = NewDisposeScope();
        var found = HostPeaks.Of(peaks);
        var (pairs, scores) = Score(fields, peaks, found);
        return Group(found, pairs, scores, (int)fields.size(0), nodes);
    }

    /// <summary>Groups peaks whose pairs have scores.</summary>
    /// <param name="peaks">Peaks of all nodes.</param>
    /// <param name="scores">The score of each pair, in the order of <see cref="PeakPairs"/>.</param>
    /// <param name="samples">Number of samples.</param>
    /// <param name="nodes">Number of nodes.</param>
    /// <returns>The instances of each sample.</returns>
    public IReadOnlyList<InstanceArray> Group(HostPeaks peaks, float[] scores, int samples, int nodes) =>
        Group(peaks, PairsOf(peaks), scores, samples, nodes);

    private InstanceArray[] Group(HostPeaks peaks, PeakPairs pairs, float[] scores, int samples, int nodes)
    {
        var connections = Match(pairs, scores).ToLookup(connection => connection.Sample);
        return
        [
            .. Enumerable
                .Range(0, samples)
                .Select(sample => Assemble([.. connections[sample]], peaks, nodes).Best(MaxInstances)),
        ];
    }

    private PeakPairs PairsOf(HostPeaks peaks) => PeakPairs.Of(peaks.Samples, peaks.Channels, _edges);

    private List<PeakConnection> Match(PeakPairs pairs, float[] scores) =>
        PeakMatching.Match(pairs, scores, MinLineScore, Rule == GroupingRule.SleapNN);

    /// <summary>Returns the minimum number of peaks of an instance with this number of nodes.</summary>
    internal int LeastPeaks(int nodes) =>
        MinInstancePeaks < 1 ? (int)((double)(decimal)MinInstancePeaks * nodes) : (int)MinInstancePeaks;

    // Groups one sample.
    private InstanceArray Assemble(IReadOnlyList<PeakConnection> connections, HostPeaks peaks, int nodes)
    {
        if (Rule == GroupingRule.SleapNN)
            connections = [.. _order.SelectMany(edge => connections.Where(connection => connection.Edge == edge))];
        IEnumerable<KeyValuePair<int, int>> assigned =
            Rule == GroupingRule.SleapNN
                ? PartAssembly.SleapNN(connections, peaks.Channels)
                : PartAssembly.StrongestFirst(connections, peaks.Channels);
        var least = LeastPeaks(nodes);
        // From the number of an instance to its index among those that are large enough.
        var places = assigned
            .GroupBy(pair => pair.Value)
            .Where(instance => instance.Count() >= least)
            .Select(instance => instance.Key)
            .Order()
            .Select((instance, place) => (instance, place))
            .ToDictionary(pair => pair.instance, pair => pair.place);
        var found = new InstanceArray(nodes, places.Count);
        var placeOf = new Dictionary<int, int>();
        foreach ((var peak, var instance) in assigned)
        {
            if (!places.TryGetValue(instance, out var place))
                continue;
            placeOf[peak] = place;
            var slot = place * nodes + (int)peaks.Channels[peak];
            (found.Points[2 * slot], found.Points[2 * slot + 1], found.PeakScores[slot]) = (
                peaks.Points[2 * peak],
                peaks.Points[2 * peak + 1],
                peaks.Values[peak]
            );
        }

        found.Summarize();
        // The agreement of the edges is a better instance score than the peak scores.
        Array.Clear(found.Scores);
        foreach (var connection in connections)
        {
            // sleap-nn counts a connection for the instance of its source, even if that instance lost the destination
            // to another one.
            if (
                placeOf.TryGetValue(connection.Source, out var place)
                && (Rule == GroupingRule.SleapNN || placeOf.GetValueOrDefault(connection.Destination, -1) == place)
            )
            {
                found.Scores[place] += SumScores ? connection.Score : connection.Score / _edges.Length;
            }
        }

        return found;
    }

    /// <summary>Returns all pairs of peaks that an edge could connect, and their scores.</summary>
    internal (PeakPairs Pairs, float[] Scores) Score(Tensor fields, LocalPeaks peaks, HostPeaks found)
    {
        if (fields.dim() != 4 || fields.size(1) != 2 * _edges.Length)
        {
            throw new ArgumentException(
                $"Fields have the shape ({string.Join(", ", fields.shape)}), expected "
                    + $"(batch, {2 * _edges.Length}, height, width).",
                nameof(fields)
            );
        }

        var pairs = PairsOf(found);
        var lines = new LineScores(Stride, LinePoints, MaxEdgeLengthRatio, DistancePenaltyWeight);
        return (pairs, lines.Of(fields, peaks, found, pairs));
    }

    // The field of one instance: sources and destinations (B, E, 2) to (B, h, w, E, 2).
    private Tensor Field(Tensor sources, Tensor destinations, Tensor gridX, Tensor gridY)
    {
        var along = destinations - sources; // (B, E, 2)
        // (B, 1, 1, E)
        Tensor dx = along.select(2, 0).unsqueeze(1).unsqueeze(1),
            dy = along.select(2, 1).unsqueeze(1).unsqueeze(1);
        var x = gridX.view(1, 1, -1, 1) - sources.select(2, 0).unsqueeze(1).unsqueeze(1); // (B, 1, w, E)
        var y = gridY.view(1, -1, 1, 1) - sources.select(2, 1).unsqueeze(1).unsqueeze(1); // (B, h, 1, E)
        var squaredLength = (dx * dx).Add(dy * dy).Clamp(1, null); // at least one pixel
        // (B, h, w, E): position along the edge, 0 to 1
        var share = ((x * dx).Add(y * dy) / squaredLength).Clamp(0, 1);
        var distance = (share * dx - x).Square().Add((share * dy - y).Square()); // squared
        var nearness = distance.Square().Mul(-1 / (2.0 * Sigma * Sigma)).exp().nan_to_num(0); // (B, h, w, E)
        var unit = (along / along.Square().sum(2, true).sqrt()).nan_to_num(0); // (B, E, 2)
        return nearness.unsqueeze(-1) * unit.unsqueeze(1).unsqueeze(1);
    }

    private static Tensor Inside(Tensor points, Tensor gridX, Tensor gridY)
    {
        // (B, I, N)
        Tensor x = points.select(3, 0),
            y = points.select(3, 1);
        Tensor insideX = x.Gt(0).logical_and(x.lt(gridX.select(0, -1))),
            insideY = y.Gt(0).logical_and(y.lt(gridY.select(0, -1)));
        return insideX.logical_and(insideY).any(2, false); // (B, I)
    }

    private Tensor Grid(int size, Device device) =>
        TensorArithmetic.Range(0, (size + Stride - 1) / Stride, ScalarType.Float32, device).Mul(Stride);

    private Tensor Nodes(Func<Edge, int> end, Device device) =>
        tensor(
            _edges.Select(edge => (long)end(edge)).ToArray(),
            new long[] { _edges.Length },
            ScalarType.Int64,
            device
        );
}
