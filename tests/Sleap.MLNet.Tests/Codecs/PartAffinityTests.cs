using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class PartAffinityTests
{
    private static readonly GoldenCalls Targets = new("ops/targets_pafs.safetensors");
    private static readonly GoldenCalls Scenes = new("ops/pafs.safetensors");

    public static TheoryData<string> Drawn => [.. Targets.Cases("generate_pafs")];

    [Theory, MemberData(nameof(Drawn))]
    public void Fields_equal_those_of_sleap_nn(string name)
    {
        using var scope = NewDisposeScope();
        var ends = Targets.Floats($"{name}/edge_inds");
        var codec = new PartAffinity(
            ends.Chunk(2).Select(edge => new Edge((int)edge[0], (int)edge[1])),
            (int)Targets.Argument(name, "output_stride")!,
            (float)Targets.Argument(name, "sigma")!
        );
        var fields = codec.Encode(
            Targets.Tensor($"{name}/instances"),
            (int)Targets.Argument(name, "img_hw")![0]!,
            (int)Targets.Argument(name, "img_hw")![1]!
        );
        var expected = Targets.Tensor($"{name}/pafs");
        Assert.InRange(
            Golden.Difference(expected.reshape(1, -1, expected.size(-2), expected.size(-1)), fields),
            0,
            1e-5
        );
        Assert.True(ChannelsLast.Is(fields));
    }

    [Theory, InlineData("star", 4, 10), InlineData("star", 4, 5), InlineData("chain", 8, 10), InlineData("chain", 8, 5)]
    public void Scores_of_lines_equal_those_of_sleap_nn(string scene, int stride, int places)
    {
        using var scope = NewDisposeScope();
        (var pairs, var scores) = Codec(scene, stride, places)
            .Score(Fields(scene), Peaks(scene), HostPeaks.Of(Peaks(scene)));
        Assert.Equal(Scenes.Floats($"{scene}_candidates/edge_inds"), pairs.Edges.Select(edge => (float)edge));
        Assert.Equal(
            Scenes.Floats($"{scene}_candidates/edge_peak_inds"),
            pairs.Sources.Zip(pairs.Destinations).SelectMany(pair => new float[] { pair.First, pair.Second })
        );
        var expected = Scenes.Floats($"{scene}_lines{places}/scores");
        Assert.All(expected.Zip(scores), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Theory, InlineData("star", 4), InlineData("chain", 8)]
    public void Connections_equal_those_of_sleap_nn(string scene, int stride)
    {
        using var scope = NewDisposeScope();
        var peaks = Peaks(scene);
        var connections = Codec(scene, stride, 10).Decode(Fields(scene), peaks);
        Assert.Equal(
            Scenes.Floats($"{scene}_matches/edge_inds_out"),
            connections.Select(connection => (float)connection.Edge)
        );
        // sleap-nn counts the peaks of a node only.
        long[] nodes = [.. Golden.Floats(peaks.Channels).Select(node => (long)node)];
        float Within(int peak) => nodes.Take(peak).Count(node => node == nodes[peak]);
        Assert.Equal(
            Scenes.Floats($"{scene}_matches/src_peak_inds"),
            connections.Select(connection => Within(connection.Source))
        );
        Assert.Equal(
            Scenes.Floats($"{scene}_matches/dst_peak_inds"),
            connections.Select(connection => Within(connection.Destination))
        );
        Assert.All(
            Scenes.Floats($"{scene}_matches/line_scores_out").Zip(connections),
            pair => Assert.Equal(pair.First, pair.Second.Score, 1e-5f)
        );
    }

    [Fact]
    public void Peaks_at_one_place_are_not_connected_and_no_peaks_give_nothing()
    {
        using var scope = NewDisposeScope();
        var codec = new PartAffinity([new Edge(0, 1)], 1, 5) { MinLineScore = float.NegativeInfinity };
        var fields = ones(new long[] { 1, 2, 8, 8 });
        var same = new LocalPeaks(
            tensor(new float[] { 3, 3, 3, 3 }, new long[] { 2, 2 }),
            ones(new long[] { 2 }),
            zeros(new long[] { 2 }, ScalarType.Int64),
            arange(0, 2, ScalarType.Int64)
        );
        Assert.True(float.IsNaN(Assert.Single(codec.Score(fields, same, HostPeaks.Of(same)).Scores)));
        Assert.Empty(codec.Decode(fields, same));
        var none = new LocalPeaks(
            zeros(new long[] { 0, 2 }),
            zeros(new long[] { 0 }),
            zeros(new long[] { 0 }, ScalarType.Int64),
            zeros(new long[] { 0 }, ScalarType.Int64)
        );
        Assert.Empty(codec.Decode(fields, none));
    }

    [Fact]
    public void Peaks_of_made_animals_are_connected_within_each_animal()
    {
        using var scope = NewDisposeScope();
        var random = new Random(4);
        Edge[] edges = [new(0, 1), new(1, 2)];
        var codec = new PartAffinity(edges, 4, 15);
        // Two samples, three animals each, far enough apart.
        float[] points =
        [
            .. Enumerable
                .Range(0, 18)
                .SelectMany(i =>
                    new[] { 20f + i / 3 % 3 * 60 + i % 3 * 14 + random.Next(5), 20f + i / 3 % 3 * 40 + random.Next(12) }
                ),
        ];
        var all = tensor(points, new long[] { 2, 3, 3, 2 });
        var peaks = new LocalPeaks(
            all.reshape(18, 2),
            ones(new long[] { 18 }),
            arange(0, 18, ScalarType.Int64).floor_divide(9),
            arange(0, 18, ScalarType.Int64).remainder(3)
        );
        var connections = codec.Decode(codec.Encode(all, 160, 240), peaks);
        Assert.Equal(12, connections.Count);
        Assert.All(connections, connection => Assert.Equal(connection.Source / 3, connection.Destination / 3));
        Assert.All(connections, connection => Assert.True(connection.Score > 0.8f));
    }

    [Theory, InlineData(1), InlineData(3), InlineData(8), InlineData(17)]
    public void Pairs_scored_in_a_loop_have_the_scores_of_tensor_operations(int places)
    {
        using var scope = NewDisposeScope();
        // Two samples of 20 peaks of 4 nodes, some outside of the field, some at whole pixels, two at one place.
        var (fields, points) = (rand(2, 6, 13, 17), rand(40, 2).Mul(90).Sub(10));
        points[TensorIndex.Slice(0, 40, 4)] = points[TensorIndex.Slice(0, 40, 4)].round();
        points[1] = points[0];
        var peaks = new LocalPeaks(
            points,
            ones(40),
            arange(0, 40, ScalarType.Int64).floor_divide(20),
            arange(0, 40, ScalarType.Int64).remainder(4)
        );
        var found = HostPeaks.Of(peaks);
        var pairs = PeakPairs.Of(found.Samples, found.Channels, [new(0, 1), new(1, 2), new(3, 0)]);
        var lines = new LineScores(4, places, 0.25f, 1);
        var (loop, together) = (lines.OneByOne(fields, found.Points, pairs), lines.Together(fields, points, pairs));
        Assert.Equal(150, loop.Length);
        Assert.Single(loop, float.IsNaN);
        Assert.All(loop.Zip(together), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Theory, InlineData(20), InlineData(40)]
    public void Grouping_allocates_no_more_than_a_few_numbers_for_each_pair_of_peaks(int animals)
    {
        const int nodes = 24;
        using var scope = NewDisposeScope();
        Edge[] edges = [.. Enumerable.Range(1, nodes - 1).Select(node => new Edge(node - 1, node))];
        var codec = new PartAffinity(edges, 4, 15);
        var all = rand(1, animals, nodes, 2).Mul(256);
        var fields = codec.Encode(all, 256, 256);
        var peaks = new LocalPeaks(
            all.reshape(-1, 2),
            ones(animals * nodes),
            zeros(new long[] { animals * nodes }, ScalarType.Int64),
            arange(0, animals * nodes, ScalarType.Int64).remainder(nodes)
        );
        codec.Group(fields, peaks, nodes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        codec.Group(fields, peaks, nodes);
        var (bytes, pairs) = (GC.GetAllocatedBytesForCurrentThread() - before, edges.Length * animals * animals);
        // Four numbers and a score of each pair, its cost, and what belongs to peaks, of which there are fewer. As
        // index tensors of pairs and places they were ten times as many, in native memory.
        Assert.InRange((double)bytes / pairs, 36, 120);
    }

    // The scenes' peaks are in input pixels; the fields are (height, width, channels) there.
    private static Tensor Fields(string scene) =>
        Scenes.Tensor($"{scene}_lines10/pafs_sample").permute(2, 0, 1).unsqueeze(0);

    private static LocalPeaks Peaks(string scene)
    {
        Tensor points = Scenes.Tensor($"{scene}_lines10/peaks_sample"),
            nodes = Scenes.Tensor($"{scene}_candidates/peak_channel_inds_sample").to(ScalarType.Int64);
        return new(points, ones(new[] { points.size(0) }), zeros(new[] { points.size(0) }, ScalarType.Int64), nodes);
    }

    private static PartAffinity Codec(string scene, int stride, int places) =>
        new(
            Scenes
                .Argument($"{scene}_candidates", "skeleton_edges")!
                .AsArray()
                .Select(edge => new Edge((int)edge![0]!, (int)edge[1]!)),
            stride,
            15
        )
        {
            LinePoints = places,
            MinLineScore = float.NegativeInfinity,
            Rule = GroupingRule.SleapNN,
        };
}
