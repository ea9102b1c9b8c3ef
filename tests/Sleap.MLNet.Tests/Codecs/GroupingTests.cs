using System.Text.Json.Nodes;
using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class GroupingTests
{
    private static readonly GoldenCalls Scenes = new("ops/pafs.safetensors");
    private static readonly JsonNode Table = Golden.Json("ops/pafs.json");

    public static TheoryData<string> Predicted => [.. Scenes.Cases("predict").Where(name => name != "no_peaks")];

    public static TheoryData<int> Assigned =>
        [.. Enumerable.Range(0, Table["assign_connections_to_instances"]!.AsArray().Count)];

    [Theory, MemberData(nameof(Predicted))]
    public void Animals_equal_those_of_sleap_nn(string name)
    {
        using var scope = NewDisposeScope();
        var scene = (string)Scenes.Argument(name, "scene")!;
        var made = Table["scenes"]![scene]!;
        var codec = new PartAffinity(Edges(made["edges"]!), (int)made["pafs_stride"]!, 20)
        {
            MaxEdgeLengthRatio = (float)Scenes.Argument(name, "max_edge_length_ratio")!,
            DistancePenaltyWeight = (float)Scenes.Argument(name, "dist_penalty_weight")!,
            LinePoints = (int)Scenes.Argument(name, "n_points")!,
            MinInstancePeaks = (float)Scenes.Argument(name, "min_instance_peaks")!,
            MinLineScore = (float)Scenes.Argument(name, "min_line_scores")!,
            Rule = GroupingRule.SleapNN,
            SumScores = true,
        };
        var fields = Scenes.Tensor($"{scene}_lines10/pafs_sample").permute(2, 0, 1).unsqueeze(0);
        var nodes = Scenes.Tensor($"{scene}_candidates/peak_channel_inds_sample").to(ScalarType.Int64);
        var peaks = new LocalPeaks(
            Scenes.Tensor($"{scene}_lines10/peaks_sample"),
            Scenes.Tensor($"{scene}_lines10/peak_vals"),
            zeros_like(nodes),
            nodes
        );
        var found = Assert.Single(codec.Group(fields, peaks, 5));
        Assert.Equal(Scenes.Floats($"{name}/instances"), found.Points);
        Assert.Equal(
            Scenes.Floats($"{name}/peak_scores"),
            found.PeakScores.Select(value => value == 0 ? float.NaN : value)
        );
        Assert.All(
            Scenes.Floats($"{name}/instance_scores").Zip(found.Scores),
            pair => Assert.Equal(pair.First, pair.Second, 1e-5f)
        );
    }

    [Fact]
    public void No_peaks_make_no_animals_and_samples_are_kept_apart()
    {
        using var scope = NewDisposeScope();
        var codec = new PartAffinity([new Edge(0, 1)], 4, 15);
        var none = new LocalPeaks(
            zeros(new long[] { 0, 2 }),
            zeros(new long[] { 0 }),
            zeros(new long[] { 0 }, ScalarType.Int64),
            zeros(new long[] { 0 }, ScalarType.Int64)
        );
        Assert.All(codec.Group(zeros(new long[] { 3, 2, 8, 8 }), none, 2), set => Assert.Empty(set));
        var points = tensor(new float[] { 4, 4, 24, 4, 4, 20, 24, 24 }, new long[] { 2, 1, 2, 2 });
        var peaks = new LocalPeaks(
            points.reshape(4, 2),
            ones(new long[] { 4 }),
            tensor(new long[] { 0, 0, 1, 1 }),
            tensor(new long[] { 0, 1, 0, 1 })
        );
        var sets = codec.Group(codec.Encode(points, 32, 32), peaks, 2);
        Assert.Equal([4f, 4, 24, 4], sets[0].Points);
        Assert.Equal([4f, 20, 24, 24], sets[1].Points);
    }

    [Fact]
    public void Edges_are_taken_in_the_order_of_sleap_nn()
    {
        foreach (
            (var name, var graph) in Table["toposort_edges"]!.AsObject().Append(new("scene", Table["scenes"]!["chain"]))
        )
        {
            Assert.True(
                graph!["sorted_edge_inds"]!
                    .AsArray()
                    .Select(k => (int)k!)
                    .SequenceEqual(EdgeOrder.BreadthFirst(Edges(graph["edges"]!))),
                name
            );
        }

        Assert.Equal([0], EdgeOrder.BreadthFirst([new Edge(0, 1), new Edge(1, 0)]));
        Assert.Empty(EdgeOrder.BreadthFirst([]));
    }

    [Theory, MemberData(nameof(Assigned))]
    public void Assignments_equal_those_of_sleap_nn(int index)
    {
        var row = Table["assign_connections_to_instances"]![index]!;
        // Peak p of node n is number 10 n + p.
        var connections = row["connections"]!
            .AsArray()
            .SelectMany(
                (edge, k) =>
                    edge![1]!
                        .AsArray()
                        .Select(c => new PeakConnection(
                            0,
                            k,
                            10 * (int)edge[0]![0]! + (int)c![0]!,
                            10 * (int)edge[0]![1]! + (int)c[1]!,
                            (float)c[2]!
                        ))
            );
        var assigned = PartAssembly.SleapNN(connections, [.. Enumerable.Range(0, 40).Select(peak => peak / 10L)]);
        var codec = new PartAffinity([], 1, 1) { MinInstancePeaks = (float)row["min_instance_peaks"]! };
        int[] large =
        [
            .. assigned
                .GroupBy(pair => pair.Value)
                .Where(animal => animal.Count() >= codec.LeastPeaks((int)row["n_nodes"]!))
                .Select(animal => animal.Key),
        ];
        Assert.Equal(
            row["assignments"]!.AsArray().Select(a => ((int)a![0]!, (int)a[1]!, (int)a[2]!)),
            assigned
                .Where(pair => large.Contains(pair.Value))
                .Select(pair => (pair.Key / 10, pair.Key % 10, pair.Value))
        );
    }

    /// <summary>Where sleap-nn's rule loses something that the right one keeps.</summary>
    [Fact]
    public void A_hopeless_pair_does_not_displace_a_good_one()
    {
        var pairs = new PeakPairs([0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 1], [2, 3, 2, 3]);
        float[] scores = [0.9f, 0.85f, 0.2f, -5];
        Assert.Equal(
            new PeakConnection(0, 0, 0, 2, 0.9f),
            Assert.Single(PeakMatching.Match(pairs, scores, 0.25f, false))
        );
        Assert.Equal(
            new PeakConnection(0, 0, 0, 3, 0.85f),
            Assert.Single(PeakMatching.Match(pairs, scores, 0.25f, true))
        );
    }

    [Fact]
    public void All_edges_are_used_and_a_weak_connection_takes_no_peak_from_an_animal()
    {
        long[] nodeOf = [0, 1, 2, 0, 1, 2];
        PeakConnection[] clash =
        [
            new(0, 0, 0, 1, 0.9f),
            new(0, 0, 3, 4, 0.5f),
            new(0, 1, 1, 2, 0.8f),
            new(0, 1, 4, 5, 0.6f),
            new(0, 2, 0, 5, 0.3f),
        ];
        Assert.Equal(
            [0, 0, 0, 1, 1, 1],
            PartAssembly.StrongestFirst(clash, nodeOf).OrderBy(pair => pair.Key).Select(pair => pair.Value)
        );
        Assert.Equal(0, PartAssembly.SleapNN(clash, nodeOf).Single(pair => pair.Key == 5).Value);
        // An edge that leads from a peak not seen yet to one of an animal.
        PeakConnection[] backwards = [new(0, 0, 0, 1, 0.9f), new(0, 1, 2, 1, 0.8f)];
        Assert.Equal([0, 0, 0], PartAssembly.StrongestFirst(backwards, nodeOf).Values);
        Assert.Equal(2, PartAssembly.SleapNN(backwards, nodeOf).Count);
    }

    [Theory, InlineData(GroupingRule.StrongestFirst), InlineData(GroupingRule.SleapNN)]
    public void Five_hundred_random_scenes_give_what_a_plain_implementation_gives(GroupingRule rule)
    {
        var random = new Random(11);
        var animals = 0;
        for (var scene = 0; scene < 500; scene++)
        {
            using var scope = NewDisposeScope();
            var nodes = random.Next(2, 8);
            // A tree, now and then with a further edge; each edge either way round.
            Edge[] edges =
            [
                .. Enumerable
                    .Range(1, nodes - 1)
                    .Select(node => (node, random.Next(node)))
                    .Concat(random.Next(3) == 0 && nodes > 3 ? [(nodes - 1, random.Next(nodes - 2))] : [])
                    .Select(pair =>
                        random.Next(4) == 0 ? new Edge(pair.Item1, pair.Item2) : new Edge(pair.Item2, pair.Item1)
                    )
                    .Distinct(),
            ];
            var codec = new PartAffinity(edges, 4, 12)
            {
                Rule = rule,
                MinLineScore = random.NextSingle() * 0.5f - 0.1f,
            };
            (var fields, var peaks) = Scene(random, codec, nodes);
            var local = new LocalPeaks(
                tensor(peaks.SelectMany(p => new[] { p.X, p.Y }).ToArray(), new long[] { peaks.Count, 2 }),
                tensor(peaks.Select(p => p.Value).ToArray()),
                zeros(new long[] { peaks.Count }, ScalarType.Int64),
                tensor(peaks.Select(p => (long)p.Node).ToArray())
            );
            var found = codec.Group(fields, local, nodes)[0];
            var plain = new PlainGrouping(edges, nodes, 4, codec.MinLineScore, rule).Group(Cells(fields), peaks);
            Assert.Equal(
                plain
                    .SelectMany(animal => animal.Nodes)
                    .SelectMany(p => new[] { p?.X ?? float.NaN, p?.Y ?? float.NaN }),
                found.Points
            );
            Assert.Equal(plain.SelectMany(animal => animal.Nodes).Select(p => p?.Value ?? 0), found.PeakScores);
            Assert.All(plain.Zip(found.Scores), pair => Assert.Equal(pair.First.Score, pair.Second, 1e-5));
            animals += found.Count;
        }

        Assert.InRange(animals, 1000, 5000);
    }

    /// <summary>Animals in a heap, some nodes missing, some peaks of nothing, fields with noise.</summary>
    internal static (Tensor Fields, List<PlainGrouping.Peak> Peaks) Scene(Random random, PartAffinity codec, int nodes)
    {
        var animals = random.Next(1, 6);
        var points = new float[animals * nodes * 2];
        for (var i = 0; i < points.Length; i++)
            points[i] = 10 + random.NextSingle() * 90;
        var fields = codec.Encode(tensor(points, new long[] { 1, animals, nodes, 2 }), 112, 112);
        float[] noise = [.. Enumerable.Range(0, (int)fields.numel()).Select(_ => (random.NextSingle() - 0.5f) * 0.8f)];
        fields = fields * 0.8f + tensor(noise, fields.shape);
        var peaks = new List<PlainGrouping.Peak>();
        for (var animal = 0; animal < animals; animal++)
        {
            for (var node = 0; node < nodes; node++)
            {
                var i = 2 * (animal * nodes + node);
                if (random.Next(8) > 0)
                {
                    peaks.Add(
                        new(
                            0,
                            node,
                            points[i] + random.NextSingle(),
                            points[i + 1] + random.NextSingle(),
                            0.5f + random.NextSingle() / 2
                        )
                    );
                }

                if (random.Next(12) == 0)
                    peaks.Add(new(0, node, random.NextSingle() * 110, random.NextSingle() * 110, 0.3f));
            }
        }

        return (fields, [.. peaks.OrderBy(p => p.Y).Select((p, number) => p with { Number = number })]);
    }

    private static float[,,] Cells(Tensor fields)
    {
        var cells = new float[fields.size(1), fields.size(2), fields.size(3)];
        Buffer.BlockCopy(Golden.Floats(fields), 0, cells, 0, cells.Length * sizeof(float));
        return cells;
    }

    private static Edge[] Edges(JsonNode edges) =>
        [.. edges.AsArray().Select(edge => new Edge((int)edge![0]!, (int)edge[1]!))];
}
