using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

/// <summary>The radius within which the true place of a predicted node lies.</summary>
public sealed class KeypointRadiusTests
{
    private readonly MLContext _ml = new(1);

    /// <summary>The share of new frames' nodes within the radius is what was asked for, for each node and score.</summary>
    [Theory]
    [InlineData(1, 0.9)]
    [InlineData(2, 0.9)]
    [InlineData(3, 0.5)]
    public void The_true_place_lies_within_the_radius_as_often_as_asked_for(int seed, double coverage)
    {
        var radius = _ml.Pose().KeypointRadius(new() { Coverage = coverage }).Fit(View(Rows(200, new Random(seed))));
        var tested = Tested(radius, Rows(4000, new Random(100 + seed)));
        // Three standard deviations of a share of the 400 errors that were learned from.
        var chance = 3 * Math.Sqrt(coverage * (1 - coverage) / 400);
        Assert.InRange(Share(tested), coverage - chance, coverage + chance);
        foreach (var node in tested.GroupBy(one => one.Node))
            Assert.InRange(Share(node), coverage - 0.08, coverage + 0.08);
        // Unsure nodes are ten times as far away as sure ones: one radius for all would hold 1 or nearly none.
        foreach (var half in tested.GroupBy(one => one.Score > 0.5))
            Assert.InRange(Share(half), coverage - 0.12, coverage + 0.12);
    }

    /// <summary>A recording of flies, predicted by models of sleap-nn: learned on one half of the frames, tested on the
    /// other.</summary>
    [Theory]
    [InlineData("flies13_topdown")]
    [InlineData("flies13_bottomup")]
    public void It_holds_on_other_frames_of_a_recording(string predictions)
    {
        var truth = Labels
            .Load(Path.Combine(TestFolder.Repository, "tests", "data", "flies13_20190128.predictions.slp"))
            .Frames.ToDictionary(frame => frame.FrameIndex);
        var run = JsonNode.Parse(
            File.ReadAllText(Path.Combine(TestFolder.Repository, "tests", "golden", "trained", predictions + ".json"))
        )!["runs"]!["integral"]!;
        List<NodeDistance> errors = [];
        foreach (var (place, frame) in run["frames"]!.AsArray().Index())
        {
            var right = Array(
                truth[(int)frame!["frame_idx"]!]
                    .Instances.Select(one => one.Points.SelectMany(point => (float[])[(float)point.X, (float)point.Y]))
            );
            var instances = frame["instances"]!.AsArray();
            var found = Array(
                instances.Select(one =>
                    one!["points"]!
                        .AsArray()
                        .SelectMany(point => point!.AsArray().Select(value => (float?)value ?? float.NaN))
                )
            );
            foreach (var (one, partner) in InstancePairing.ByDistance(right, found).Index())
            {
                for (var node = 0; partner >= 0 && node < right.Nodes; node++)
                {
                    var distance = KeypointSimilarity.Distance(right[one].Points, found[partner].Points, node);
                    if (!double.IsNaN(distance))
                        errors.Add(new(place, node, (float)instances[partner]!["point_scores"]![node]!, distance));
                }
            }
        }
        List<double> shares = [];
        for (var split = 0; split < 40; split++)
        {
            int[] drawn = [.. Enumerable.Range(0, run["frames"]!.AsArray().Count)];
            new Random(split).Shuffle(drawn);
            var known = drawn[..(drawn.Length / 2)].ToHashSet();
            var table = RadiusTable.Learn([.. errors.Where(error => known.Contains(error.Frame))], 13, 0.9);
            shares.Add(
                errors
                    .Where(error => !known.Contains(error.Frame))
                    .Average(error => error.Pixels <= table.Radius(error.Node, error.Score) ? 1.0 : 0)
            );
        }
        Assert.InRange(shares.Average(), 0.87, 0.93);

        static InstanceArray Array(IEnumerable<IEnumerable<float>> instances)
        {
            float[][] all = [.. instances.Select(one => one.ToArray())];
            return new InstanceArray(13, all.Length) { Points = [.. all.SelectMany(one => one)] };
        }
    }

    [Fact]
    public void It_falls_with_the_score_and_is_larger_for_nodes_that_are_hard_to_place()
    {
        var radius = _ml.Pose().KeypointRadius().Fit(View(Rows(200, new Random(5))));
        double[] scores = [.. Enumerable.Range(0, 21).Select(i => i / 20.0)];
        foreach (var node in new[] { 0, 1 })
        {
            double[] radii = [.. scores.Select(score => radius.RadiusOf(node, score))];
            Assert.Equal(radii.OrderDescending(), radii);
            Assert.True(radii[0] > 3 * radii[^1]);
            Assert.Equal(radii[0], radius.RadiusOf(node, double.NaN));
        }

        Assert.True(radius.RadiusOf(1, 0.5) > 1.5 * radius.RadiusOf(0, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => radius.RadiusOf(2, 0.5));
    }

    [Fact]
    public void It_is_a_column_like_the_scores_and_is_saved()
    {
        var view = View(Rows(60, new Random(1)));
        var estimator = _ml.Pose().KeypointRadius();
        var radius = estimator.Fit(view);
        var column = radius.Transform(view).Schema["KeypointRadius"];
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 2), column.Type);
        var shape = estimator.GetOutputSchema(SchemaShapes.Of(view.Schema)).Single(one => one.Name == "KeypointRadius");
        Assert.Equal(SchemaShape.Column.VectorKind.Vector, shape.Kind);
        var path = Path.GetTempFileName();
        try
        {
            _ml.Model.Save(radius, view.Schema, path);
            var loaded = _ml.Model.Load(path, out _);
            Assert.Equal(
                radius.Transform(view).GetColumn<float[]>("KeypointRadius"),
                loaded.Transform(view).GetColumn<float[]>("KeypointRadius")
            );
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Columns that Fit refuses are refused before, so that a chain with a model fails before it trains.</summary>
    [Theory]
    [InlineData("Keypoints")]
    [InlineData("PredictedKeypoints")]
    [InlineData("KeypointScore")]
    [InlineData("InstanceScore")]
    [InlineData("Track")]
    [InlineData("PredictedTrack")]
    public void A_column_of_another_type_is_refused_before_it_is_fitted(string role)
    {
        var view = View(Rows(60, new Random(1)));
        var names = new PoseColumnOptions { Video = "NoVideo" };
        typeof(PoseColumnOptions).GetProperty(role)!.SetValue(names, "Video"); // a text
        var estimator = _ml.Pose().KeypointRadius(new() { Columns = names });
        var announced = Assert.Throws<ArgumentException>(() => estimator.GetOutputSchema(SchemaShapes.Of(view.Schema)));
        var real = Assert.Throws<ArgumentException>(() => estimator.Fit(view));
        Assert.Contains("'Video'", announced.Message);
        Assert.Contains("'Video'", real.Message);
    }

    [Fact]
    public void A_missing_node_has_none()
    {
        var radius = _ml.Pose().KeypointRadius().Fit(View(Rows(60, new Random(1))));
        var row = Rows(1, new Random(2))[0];
        row.PredictedKeypoints[2] = row.PredictedKeypoints[3] = float.NaN;
        var radii = radius.Transform(View([row])).GetColumn<float[]>("KeypointRadius").Single();
        Assert.True(radii[0] > 0);
        Assert.True(float.IsNaN(radii[1]));
    }

    [Fact]
    public void What_cannot_be_learned_from_is_said()
    {
        var few = Assert.Throws<InvalidOperationException>(() =>
            _ml.Pose().KeypointRadius().Fit(View(Rows(10, new Random(1))))
        );
        Assert.Contains("20 labeled nodes", few.Message);
        var wrong = Assert.Throws<ArgumentException>(() =>
            _ml.Pose().KeypointRadius(new() { Coverage = 1, OutputColumn = "" })
        );
        Assert.Contains("Coverage", wrong.Message);
        Assert.Contains("output column", wrong.Message);
        var radius = _ml.Pose().KeypointRadius().Fit(View(Rows(60, new Random(1))));
        var other = _ml.Data.LoadFromEnumerable([new Other()]);
        Assert.Contains("node2", Assert.Throws<ArgumentException>(() => radius.Transform(other)).Message);
    }

    private static double Share(IEnumerable<(int Node, double Score, bool IsWithin)> tested) =>
        tested.Average(one => one.IsWithin ? 1.0 : 0);

    private List<(int Node, double Score, bool IsWithin)> Tested(KeypointRadiusTransformer radius, List<Row> rows)
    {
        var radii = radius.Transform(View(rows)).GetColumn<float[]>("KeypointRadius").ToList();
        return
        [
            .. rows.SelectMany(
                (row, i) =>
                    Enumerable
                        .Range(0, 2)
                        .Select(node =>
                            (
                                node,
                                (double)row.KeypointScore[node],
                                double.Hypot(
                                    row.Keypoints[2 * node] - row.PredictedKeypoints[2 * node],
                                    row.Keypoints[2 * node + 1] - row.PredictedKeypoints[2 * node + 1]
                                ) <= radii[i][node]
                            )
                        )
            ),
        ];
    }

    private IDataView View(IEnumerable<Row> rows) => _ml.Data.LoadFromEnumerable(rows);

    // Errors grow tenfold as the score falls from 1 to 0, and the second node's are twice as large.
    private static List<Row> Rows(int count, Random random)
    {
        List<Row> rows = [];
        for (var i = 0; i < count; i++)
        {
            var row = new Row { FrameIndex = i };
            for (var node = 0; node < 2; node++)
            {
                var score = random.NextDouble();
                var spread = (node + 1) * Math.Pow(10, 1 - score);
                row.KeypointScore[node] = (float)score;
                for (var axis = 0; axis < 2; axis++)
                {
                    var place = 500 * random.NextDouble();
                    row.Keypoints[2 * node + axis] = (float)place;
                    row.PredictedKeypoints[2 * node + axis] = (float)(place + spread * Normal(random));
                }
            }

            rows.Add(row);
        }
        return rows;
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private sealed class Row
    {
        public string Video { get; set; } = "v";

        public int FrameIndex { get; set; }

        [VectorType(2, 2)]
        public float[] Keypoints { get; set; } = new float[4];

        [VectorType(2, 2)]
        public float[] PredictedKeypoints { get; set; } = new float[4];

        [VectorType(2)]
        public float[] KeypointScore { get; set; } = new float[2];
    }

    private sealed class Other
    {
        [VectorType(3, 2)]
        public float[] PredictedKeypoints { get; set; } = new float[6];

        [VectorType(3)]
        public float[] KeypointScore { get; set; } = new float[3];
    }
}
