using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;
using Sleap.Transforms;
using Xunit.Abstractions;

namespace Sleap.MLNet.Tests;

/// <summary>Models that sleap-nn trained predict here what they predict there.</summary>
public sealed class SleapModelTests(ITestOutputHelper output)
{
    private const string Flies = "../../examples/data/flies13/flies13_20190128.mp4";

    // 1e-3 px is what the references allow for refined points; raw ones lie on the grid and are the same to the last
    // bit of single precision.
    public static TheoryData<string, string[]> Samples =>
        new()
        {
            { "models/single_instance", ["single_instance"] },
            { "models/centroid", ["centroid"] },
            { "models/topdown", ["centroid", "centered_instance"] },
            { "models/bottomup", ["bottomup"] },
            { "models/multi_class_bottomup", ["multiclass_bottomup"] },
            { "models/multi_class_topdown", ["centroid", "multiclass_centered_instance"] },
            { "color/topdown", ["centroid", "centered_instance"] }, // gray networks on a color video
        };

    /// <summary>Pixels of a frame that a cell of the maps is of, at most.</summary>
    private const double Cell = 4;

    public static TheoryData<string, string[], string> Trained =>
        new()
        {
            { "openfield_single", ["openfield_single"], "openfield" },
            { "flies13_topdown", ["flies13_centroid", "flies13_centered"], "flies13" },
            { "flies13_topdown_id", ["flies13_centroid", "flies13_topdown_id"], "flies13" },
            { "flies13_bottomup", ["flies13_bottomup"], "flies13" },
        };

    /// <summary>sleap-nn's <c>class_output</c>.</summary>
    [Theory]
    [InlineData("identity", "multiclass_bottomup")]
    [InlineData("track", "multiclass_bottomup")]
    [InlineData("identity", "centroid", "multiclass_centered_instance")]
    public void Classes_are_written_as_identities_where_the_configuration_says_so(string kind, params string[] names)
    {
        var folder = Directory.CreateTempSubdirectory("identities-").FullName;
        try
        {
            var config = Path.Combine(folder, "training_config.yaml");
            foreach (var file in Directory.GetFiles(Golden.PathOf($"models/{names[^1]}")))
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            File.WriteAllText(
                config,
                System.Text.RegularExpressions.Regex.Replace(
                    File.ReadAllText(config),
                    @"(\n +)classes:",
                    $"$1class_output: {kind}$0"
                )
            );
            var ml = new MLContext(1);
            using var loaded = ml.Pose()
                .FromSleap([.. names[..^1].Select(name => Golden.PathOf($"models/{name}")), folder]);
            using var model = loaded.With(
                new PredictionOptions
                {
                    PeakThreshold = 0.01f,
                    CentroidThreshold = 0.01f,
                    Device = "cpu",
                }
            );
            var view = ml.Pose().LoadLabels(Golden.PathOf("../data/minimal_instance.pkg.slp"));
            var path = Path.Combine(folder, "found.slp");
            ml.Pose().SaveLabels(model.Transform(view), path);
            var found = Labels.Load(path).Frames.SelectMany(frame => frame.Instances).ToList();
            Assert.Contains(found, instance => instance.Track is not null);
            Assert.All(
                found,
                instance =>
                {
                    Assert.Equal(kind == "track" ? null : instance.Track?.Name, instance.Identity?.Name);
                    Assert.Equal(instance.Identity is not null, instance.IdentityScore is >= 0 and <= 1.001f);
                }
            );
            // What was written for sleap-nn says the same.
            var written = ml.Pose().SaveSleap(model, Path.Combine(folder, "again"));
            Assert.Contains(
                $"class_output: {kind}",
                File.ReadAllText(Path.Combine(written[^1], "training_config.yaml"))
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void The_sample_models_find_the_same_poses(string pipeline, string[] folders)
    {
        var ml = new MLContext(1);
        using var model = ml.Pose().FromSleap([.. folders.Select(folder => Golden.PathOf($"models/{folder}"))]);
        foreach (var run in Golden.Json($"{pipeline}.json")["runs"]!.AsArray())
        {
            var (thresholds, source) = (run!["peak_threshold"]!, (string)run["source"]!);
            using var predicting = model.With(
                new PredictionOptions
                {
                    PeakThreshold = thresholds is JsonArray pair ? (float)pair[1]! : (float)thresholds,
                    CentroidThreshold = thresholds is JsonArray both ? (float)both[0]! : (float)thresholds,
                    Refinement =
                        (string)run["integral_refinement"]! == "integral"
                            ? PeakRefinement.Integral
                            : PeakRefinement.None,
                    Device = "cpu",
                }
            );
            var path = Golden.PathOf($"../data/{source}");
            var frames = run["frames"]!.AsArray();
            var view = source.EndsWith(".slp", StringComparison.Ordinal)
                ? ml.Pose().LoadLabels(path, new LabelsOptions { KeepEmptyFrames = true })
                : ml.Pose().LoadVideo(path, frames.Select(frame => (int)frame!["frame_idx"]!));
            // Barely trained, this model's maps stay below 0.04, where the center of mass of a patch hangs on the last
            // bits.
            var loose = thresholds is JsonArray;
            Compare(
                $"{pipeline} {source} {run["integral_refinement"]} {thresholds.ToJsonString()}",
                ml,
                predicting.Transform(view),
                frames,
                loose ? 0.05 : 1e-3,
                (string)run["integral_refinement"]! == "integral"
            );
        }
    }

    [Theory]
    [MemberData(nameof(Trained))]
    public void Models_trained_on_real_recordings_find_the_same_poses(
        string pipeline,
        string[] folders,
        string recording
    )
    {
        var ml = new MLContext(1);
        using var model = ml.Pose().FromSleap([.. folders.Select(folder => Golden.PathOf($"trained/{folder}"))]);
        foreach (var (refinement, run) in Golden.Json($"trained/{pipeline}.json")["runs"]!.AsObject())
        {
            var frames = run!["frames"]!.AsArray();
            int[] numbers = [.. frames.Select(frame => (int)frame!["frame_idx"]!)];
            var view =
                recording == "flies13"
                    ? ml.Pose().LoadVideo(Golden.PathOf(Flies), numbers)
                    : ml.Pose()
                        .Split(
                            ml.Pose().LoadLabels(Golden.PathOf("../../examples/data/openfield")),
                            (_, frame) => numbers.Contains(frame)
                        )
                        .TestSet;
            using var predicting = model.With(
                new PredictionOptions
                {
                    Refinement = refinement == "integral" ? PeakRefinement.Integral : PeakRefinement.None,
                    Device = "cpu",
                }
            );
            Compare($"{pipeline} {refinement}", ml, predicting.Transform(view), frames, 1e-3, refinement == "integral");
        }
    }

    private void Compare(
        string name,
        MLContext ml,
        IDataView poses,
        JsonArray expected,
        double tolerance,
        bool isRefined
    )
    {
        var found = ml.Pose().ToLabels(poses).Frames;
        Assert.Equal(expected.Count, found.Count);
        var (largest, largestScore, nodes, ties) = (0.0, 0.0, 0, 0);
        foreach (var (frame, labels) in expected.Zip(found))
        {
            var rest = labels.Instances.ToList();
            var instances = frame!["instances"]!.AsArray();
            Assert.True(
                instances.Count == rest.Count,
                $"{name}, frame {frame["frame_idx"]}: {rest.Count} animals, expected {instances.Count}"
            );
            // Of two crops that look wholly like one animal, one is called the other with a probability of 3e-9: which
            // one hangs on the last bit.
            var named = !instances.Any(instance => (double?)instance!["tracking_score"] < 1e-3);
            foreach (var instance in instances)
            {
                var points = instance!["points"]!.AsArray();
                var scores = instance["point_scores"]!.AsArray();
                // Crops of one animal can give the same cells, with other scores.
                var nearest = rest.MinBy(candidate =>
                    (
                        Differences(points, candidate).Sum(d => Math.Min(d, 100)),
                        candidate
                            .Points.Zip(
                                scores,
                                (p, score) => p.IsMissing ? 0 : Math.Abs(((double?)score ?? 0) - p.Score)
                            )
                            .Sum()
                    )
                )!;
                rest.Remove(nearest);
                nodes += points.Count;
                foreach (var (node, difference) in Differences(points, nearest).Index())
                {
                    var score = nearest.Points[node].IsMissing
                        ? 0
                        : Math.Abs((double)scores[node]! - nearest.Points[node].Score);
                    largestScore = Math.Max(largestScore, score);
                    // Without refinement a place is that of the highest cell, and of two neighbors that are equal but
                    // for rounding either may be.
                    if (!isRefined && difference > tolerance && difference <= Cell && score <= 1e-5)
                        ties++;
                    else
                        largest = Math.Max(largest, difference);
                }
                if (named && (string?)instance["track"] is { } track)
                    Assert.Equal(track, nearest.Track?.Name);
            }
        }
        output.WriteLine(
            $"{name}: {nodes} nodes, largest difference {largest:g3} px, {ties} ties, of scores {largestScore:g3}"
        );
        Assert.True(ties <= nodes / 100, $"{name}: {ties} of {nodes} nodes in the cell beside the expected one");
        Assert.True(largest <= tolerance, $"{name}: largest difference {largest} px, allowed {tolerance}");
        Assert.True(largestScore <= 0.01, $"{name}: largest difference of scores {largestScore}");
    }

    // Of each node; infinite where one side misses it.
    private static IEnumerable<double> Differences(JsonArray points, Instance instance) =>
        points.Select(
            (point, node) =>
            {
                var (x, y) = ((double?)point![0] ?? double.NaN, (double?)point[1] ?? double.NaN);
                if (double.IsNaN(x) || instance.Points[node].IsMissing)
                    return double.IsNaN(x) == instance.Points[node].IsMissing ? 0 : double.PositiveInfinity;
                return Math.Max(Math.Abs(x - instance.Points[node].X), Math.Abs(y - instance.Points[node].Y));
            }
        );
}
